// The control packets of MQTT 3.1.1 and 5 as plain structs, both directions: one struct for both versions. What only MQTT 5
// has, reason codes and properties above all, comes last and is empty in 3.1.1.
//
// Strings, payloads and lists are views: decode() points them into the bytes it was given, and encode() only
// reads them. A packet is valid as long as those bytes are. Field names are the standard's.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "wasmqtt/packet_type.hpp"
#include "wasmqtt/properties.hpp"
#include "wasmqtt/reason_code.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

struct Will {
  std::string_view topic{};
  Bytes message{};
  Qos qos = Qos::at_most_once;
  bool retain = false;
  Properties properties{};
};

struct Connect {
  bool clean_session = true;     // Clean Start in MQTT 5
  std::uint16_t keep_alive = 0;  // seconds; 0 turns it off
  std::string_view client_id{};
  std::optional<Will> will{};
  std::optional<std::string_view> user_name{};
  std::optional<Bytes> password{};  // binary, 3.1.3.5
  Properties properties{};
};

struct Connack {
  bool session_present = false;
  ConnectReturnCode return_code = ConnectReturnCode::accepted;  // MQTT 3.1.1
  ReasonCode reason_code = ReasonCode::success;                 // MQTT 5
  Properties properties{};

  // Of either version.
  ReasonCode reason() const { return is_failure(reason_code) ? reason_code : from_return_code(return_code); }
};

struct Publish {
  std::string_view topic{};
  Bytes payload{};
  PacketId packet_id = 0;  // 0 with QoS 0 [MQTT-2.3.1-5]
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool dup = false;
  Properties properties{};
};

// PUBACK, PUBREC, PUBREL and PUBCOMP are alike.
struct Acknowledgement {
  PacketId packet_id = 0;
  ReasonCode reason_code = ReasonCode::success;
  Properties properties{};
};

struct Puback { PacketId packet_id = 0; ReasonCode reason_code = ReasonCode::success; Properties properties{}; };
struct Pubrec { PacketId packet_id = 0; ReasonCode reason_code = ReasonCode::success; Properties properties{}; };
struct Pubrel { PacketId packet_id = 0; ReasonCode reason_code = ReasonCode::success; Properties properties{}; };
struct Pubcomp { PacketId packet_id = 0; ReasonCode reason_code = ReasonCode::success; Properties properties{}; };

// MQTT 5's section 3.8.3.1: whether retained messages come when a subscription is made.
enum class RetainHandling : std::uint8_t { send = 0, send_if_new = 1, do_not_send = 2 };

struct TopicRequest {
  std::string_view filter{};
  Qos qos = Qos::at_most_once;
  // MQTT 5.
  bool no_local = false;             // messages of this client do not come back
  bool retain_as_published = false;  // messages keep the RETAIN flag that they were published with
  RetainHandling retain_handling = RetainHandling::send;
};

struct Subscribe {
  PacketId packet_id = 0;
  std::vector<TopicRequest> requests{};
  Properties properties{};
};

// One return code per requested filter, in order: the granted QoS 0, 1, 2, or 0x80 [MQTT-3.9.3-1]; in MQTT 5 one of
// SUBACK's reason codes.
inline constexpr std::uint8_t suback_failure = 0x80;

struct Suback {
  PacketId packet_id = 0;
  Bytes return_codes{};
  Properties properties{};
};

struct Unsubscribe {
  PacketId packet_id = 0;
  std::vector<std::string_view> filters{};
  Properties properties{};
};

struct Unsuback {
  PacketId packet_id = 0;
  Bytes reason_codes{};  // MQTT 5: one per filter, in order
  Properties properties{};
};
struct Pingreq {};
struct Pingresp {};
struct Disconnect { ReasonCode reason_code = ReasonCode::success; Properties properties{}; };
struct Auth { ReasonCode reason_code = ReasonCode::success; Properties properties{}; };  // MQTT 5

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback,
                            Unsubscribe, Unsuback, Pingreq, Pingresp, Disconnect, Auth>;

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
bool operator==(const Auth& a, const Auth& b);

}  // namespace wasmqtt
