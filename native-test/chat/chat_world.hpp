// One ChatApp, its broker and its clock.
//
//   World world(stage_settings(20));
//   world.sign_in("alice");
//   world.receive("chat/messages/alice/peter", message_json("1", "hi"));
#pragma once

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "chat/chat_app.hpp"
#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"

namespace chat::test {

using namespace wasmqtt::test;
using namespace std::chrono_literals;
using wasmqtt::as_bytes;
using wasmqtt::as_text;
using wasmqtt::Qos;

inline std::string message_json(std::string_view id, std::string_view content,
                                std::string_view time = "2023-11-14T23:13:20+01:00") {
  return "{\"messageId\":\"" + std::string(id) + "\",\"content\":\"" + std::string(content) + "\",\"timestamp\":\"" +
         std::string(time) + "\"}";
}

inline std::string status_json(std::string_view status, std::string_view time = "2023-11-14T23:13:20+01:00") {
  return "{\"status\":\"" + std::string(status) + "\",\"lastOnlineTimestamp\":\"" + std::string(time) + "\"}";
}

// One hour ahead of UTC; the user's clock is the loop's, less what it was set back by.
struct TestZone final : LocalTime {
  explicit TestZone(const wasmqtt::EventLoop& its_loop) : loop(its_loop) {}
  wasmqtt::Time now() const override { return loop.now() - set_back; }
  std::chrono::minutes offset_at(wasmqtt::Time) const override { return 60min; }
  const wasmqtt::EventLoop& loop;
  wasmqtt::Duration set_back{};
};

// A memory store to derive faulty ones from.
struct MemoryChatStoreBase : ChatStore {
  void load(std::string_view prefix, Visit visit, Loaded loaded) override {
    memory.load(prefix, std::move(visit), std::move(loaded));
  }
  void put(std::span<const Record> records, Written written) override { memory.put(records, std::move(written)); }
  void remove(std::string_view key) override { memory.remove(key); }
  wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) override {
    return memory.session(client_id, broker);
  }
  MemoryChatStore memory;
};

struct World {
  explicit World(Settings settings = stage_settings(10), ChatStore* keep = nullptr)
      : app({.loop = trouble.loop(), .transport = trouble, .store = keep ? *keep : store, .zone = zone, .page = {},
             .trouble = &trouble},
            settings) {
    app.on_change = [this] { ++changes; };
    if (settings.mqtt5) broker.version = wasmqtt::ProtocolVersion::mqtt_5;
  }

  // Up to the open chat page; answers the subscriptions.
  void sign_in(const std::string& user, const std::string& password = "", bool session_present = false) {
    app.handle(SignIn{user, password});
    loop.run_turns();
    broker.accept();
    connect_packet = describe(broker.next());
    broker.reply(wasmqtt::Connack{session_present});
    loop.run_turns();
    app.update();
    REQUIRE(state().screen == Screen::chat);
    answer();
  }
  // Reads what the client sends, answers subscriptions and their ends, QoS 1 publishes and pings, and notes the publishes and
  // acknowledgements.
  void answer() {
    loop.run_turns();
    while (!broker.quiet()) {
      const wasmqtt::Packet packet = broker.next();
      if (const auto* subscribe = std::get_if<wasmqtt::Subscribe>(&packet)) {
        std::vector<std::uint8_t> codes;
        for (const auto& request : subscribe->requests) {
          filters.emplace_back(request.filter);
          codes.push_back(refused_filter == request.filter ? wasmqtt::suback_failure : static_cast<std::uint8_t>(request.qos));
        }
        broker.reply(wasmqtt::Suback{subscribe->packet_id, codes});
      } else if (const auto* unsubscribe = std::get_if<wasmqtt::Unsubscribe>(&packet)) {
        const std::vector<std::uint8_t> codes(broker.version == wasmqtt::ProtocolVersion::mqtt_5 ? unsubscribe->filters.size() : 0);
        for (const auto& filter : unsubscribe->filters) unsubscribed.emplace_back(filter);
        broker.reply(wasmqtt::Unsuback{unsubscribe->packet_id, codes});
      } else if (const auto* publish = std::get_if<wasmqtt::Publish>(&packet)) {
        published.push_back({std::string(publish->topic), std::string(as_text(publish->payload)), publish->qos,
                             publish->retain, publish->dup});
        if (publish->qos == Qos::at_least_once) broker.reply(wasmqtt::Puback{publish->packet_id, puback, puback_properties});
      } else if (std::holds_alternative<wasmqtt::Disconnect>(packet)) {
        disconnected = true;
      } else if (const auto* taken = std::get_if<wasmqtt::Puback>(&packet)) {
        acknowledged.push_back(taken->packet_id);
      } else if (std::holds_alternative<wasmqtt::Pingreq>(packet)) {
        broker.reply(wasmqtt::Pingresp{});
      }
      loop.run_turns();
    }
    app.update();
  }
  void receive(std::string_view topic, std::string_view payload, Qos qos = Qos::at_most_once, bool retain = false,
               bool dup = false) {
    const wasmqtt::PacketId id = qos == Qos::at_most_once ? wasmqtt::PacketId{0} : ++next_id;
    broker.reply(wasmqtt::Publish{topic, as_bytes(payload), id, qos, retain, dup});
    answer();
  }
  // What a view reports that shows the end of a chat.
  void read_all(const std::string& partner) {
    const Conversation* conversation = chat_with(partner);
    app.handle(ReadUpTo{conversation->key(), conversation->messages().back().number, true});
  }
  // Until the client tries to connect again.
  void await_attempt() {
    for (int seconds = 0; seconds < 61 && !broker.is_opening(); ++seconds) loop.advance(1s);
  }
  // The connection is lost and made again.
  void reconnect(bool session_present) {
    broker.cut();
    await_attempt();
    while (!broker.quiet()) (void)broker.next();
    broker.accept();
    (void)broker.expect<wasmqtt::Connect>();
    broker.reply(wasmqtt::Connack{session_present});
    answer();
  }
  // Time goes by, and the broker answers meanwhile.
  void pass(wasmqtt::Duration duration) {
    for (const wasmqtt::Time end = loop.now() + duration; loop.now() < end;) {
      loop.advance(std::min<wasmqtt::Duration>(5s, end - loop.now()));
      answer();
    }
  }

  const State& state() { return app.update(), app.state(); }
  const Conversation* chat_with(const std::string& partner) {
    return state().conversations.find({state().user, partner});
  }
  std::vector<std::string> texts(const std::string& partner) {
    std::vector<std::string> all;
    if (const Conversation* conversation = chat_with(partner))
      for (const ChatMessage& message : conversation->messages()) all.push_back(message.text);
    return all;
  }

  struct Published {
    std::string topic, payload;
    Qos qos;
    bool retain, dup;
  };

  VirtualLoop loop;
  ScriptedTransport broker;
  TroubleTransport trouble{broker, loop};  // as in the page
  MemoryChatStore store;
  TestZone zone{loop};
  ChatApp app;
  int changes = 0;
  std::string connect_packet;
  std::string refused_filter;
  wasmqtt::ReasonCode puback = wasmqtt::ReasonCode::success;  // to each publish with QoS 1
  wasmqtt::PropertyList puback_properties;
  std::vector<std::string> filters;
  std::vector<std::string> unsubscribed;
  std::vector<wasmqtt::PacketId> acknowledged;
  std::vector<Published> published;
  bool disconnected = false;
  wasmqtt::PacketId next_id = 0;
};

}  // namespace chat::test
