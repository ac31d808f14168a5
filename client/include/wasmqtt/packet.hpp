// The 14 control packets of MQTT 3.1.1 as plain structs, both directions.
//
// Strings, payloads and lists are views: decode() points them into the bytes it was given, and encode() only
// reads them. A packet is valid as long as those bytes are. Field names are the standard's.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

enum class PacketType : std::uint8_t {
  connect = 1, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback,
  pingreq, pingresp, disconnect,
};

// Section 3.2.2.3.
enum class ConnectReturnCode : std::uint8_t {
  accepted = 0,
  unacceptable_protocol_version = 1,
  identifier_rejected = 2,
  server_unavailable = 3,
  bad_user_name_or_password = 4,
  not_authorized = 5,
};

struct Will {
  std::string_view topic{};
  Bytes message{};
  Qos qos = Qos::at_most_once;
  bool retain = false;
};

struct Connect {
  bool clean_session = true;
  std::uint16_t keep_alive = 0;  // seconds; 0 turns it off
  std::string_view client_id{};
  std::optional<Will> will{};
  std::optional<std::string_view> user_name{};
  std::optional<Bytes> password{};  // binary, 3.1.3.5
};

struct Connack {
  bool session_present = false;
  ConnectReturnCode return_code = ConnectReturnCode::accepted;
};

struct Publish {
  std::string_view topic{};
  Bytes payload{};
  PacketId packet_id = 0;  // 0 with QoS 0 [MQTT-2.3.1-5]
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool dup = false;
};

struct Puback { PacketId packet_id = 0; };
struct Pubrec { PacketId packet_id = 0; };
struct Pubrel { PacketId packet_id = 0; };
struct Pubcomp { PacketId packet_id = 0; };

struct TopicRequest {
  std::string_view filter{};
  Qos qos = Qos::at_most_once;
};

struct Subscribe {
  PacketId packet_id = 0;
  std::vector<TopicRequest> requests{};
};

// One return code per requested filter, in order: the granted QoS 0, 1, 2, or 0x80 [MQTT-3.9.3-1].
inline constexpr std::uint8_t suback_failure = 0x80;

struct Suback {
  PacketId packet_id = 0;
  Bytes return_codes{};
};

struct Unsubscribe {
  PacketId packet_id = 0;
  std::vector<std::string_view> filters{};
};

struct Unsuback { PacketId packet_id = 0; };
struct Pingreq {};
struct Pingresp {};
struct Disconnect {};

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback,
                            Unsubscribe, Unsuback, Pingreq, Pingresp, Disconnect>;

PacketType type_of(const Packet& packet);

// Equal when every field is, views by content.
bool operator==(const Will& a, const Will& b);
bool operator==(const Connect& a, const Connect& b);
bool operator==(const Connack& a, const Connack& b);
bool operator==(const Publish& a, const Publish& b);
bool operator==(const Puback& a, const Puback& b);
bool operator==(const Pubrec& a, const Pubrec& b);
bool operator==(const Pubrel& a, const Pubrel& b);
bool operator==(const Pubcomp& a, const Pubcomp& b);
bool operator==(const TopicRequest& a, const TopicRequest& b);
bool operator==(const Subscribe& a, const Subscribe& b);
bool operator==(const Suback& a, const Suback& b);
bool operator==(const Unsubscribe& a, const Unsubscribe& b);
bool operator==(const Unsuback& a, const Unsuback& b);
bool operator==(const Pingreq& a, const Pingreq& b);
bool operator==(const Pingresp& a, const Pingresp& b);
bool operator==(const Disconnect& a, const Disconnect& b);

}  // namespace wasmqtt
