// What the client and the broker agreed on, and what is under way between them: for a view of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace chat {

struct SessionInfo {
  static constexpr std::size_t most_unfinished = 50;

  struct Filter {
    std::string filter;
    wasmqtt::Qos asked;
    std::optional<wasmqtt::Qos> granted;  // nullopt: not answered yet, or refused
  };
  struct Unfinished {
    wasmqtt::PacketId packet_id;  // 0: not sent yet
    std::string topic;
    wasmqtt::Qos qos;
    bool retain;
    std::string_view state;       // "queued", "sent"
  };

  std::string client_id, broker, protocol;
  std::string session;             // "continued by the broker"
  std::string when_closed;         // what becomes of it when the connection is closed: "kept by the broker"
  std::string keep_alive;          // "60 s"; "off"
  std::optional<wasmqtt::Time> next_ping;
  std::string tabs;                // which of several tabs has the connection; empty: they do not share it
  bool is_own = true;              // it is this tab's: what follows counts all that is on the connection
  wasmqtt::Client::Counts counts;
  std::vector<Filter> filters;     // by name
  std::vector<Unfinished> unfinished;  // the first most_unfinished of them, oldest first
};

// The address of the connection, and why it is that one, where there are several: "ws://a, for the session is there".
std::string place_words(const wasmqtt::MqttClient& mqtt);

struct SessionWords {
  std::string client_id;
  bool continued;  // the broker still had the session
  bool kept;
  std::chrono::seconds keep_alive;
};
SessionInfo session_info(const wasmqtt::MqttClient& mqtt, const SessionWords& words);
// Of a tab that does not lead: its own filters and messages.
SessionInfo session_info(const wasmqtt::SharedMember& mqtt, const SessionWords& words);

}  // namespace chat
