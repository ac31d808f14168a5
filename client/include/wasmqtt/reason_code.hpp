// MQTT 5's reason codes, section 2.4: what each is called, and which packet may carry it.
#pragma once

#include <string_view>

#include "wasmqtt/packet_type.hpp"

namespace wasmqtt {

// The enumerators' values are the wire's. Values from 0x80 on are failures.
enum class ReasonCode : std::uint8_t {
  success = 0x00,  // in DISCONNECT: normal disconnection; in SUBACK: granted QoS 0
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will_message = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  continue_authentication = 0x18,
  re_authenticate = 0x19,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_specific_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8a,
  server_shutting_down = 0x8b,
  bad_authentication_method = 0x8c,
  keep_alive_timeout = 0x8d,
  session_taken_over = 0x8e,
  topic_filter_invalid = 0x8f,
  topic_name_invalid = 0x90,
  packet_identifier_in_use = 0x91,
  packet_identifier_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9a,
  qos_not_supported = 0x9b,
  use_another_server = 0x9c,
  server_moved = 0x9d,
  shared_subscriptions_not_supported = 0x9e,
  connection_rate_exceeded = 0x9f,
  maximum_connect_time = 0xa0,
  subscription_identifiers_not_supported = 0xa1,
  wildcard_subscriptions_not_supported = 0xa2,
};

constexpr bool is_failure(ReasonCode code) { return static_cast<std::uint8_t>(code) >= 0x80; }

// Section 3.2.2.3 of MQTT 3.1.1.
enum class ConnectReturnCode : std::uint8_t {
  accepted = 0,
  unacceptable_protocol_version = 1,
  identifier_rejected = 2,
  server_unavailable = 3,
  bad_user_name_or_password = 4,
  not_authorized = 5,
};

// What MQTT 5 says for it; unspecified_error for a reserved one.
ReasonCode from_return_code(ConnectReturnCode code);
// The nearest that MQTT 3.1.1 has for a refusal of MQTT 5.
ConnectReturnCode to_return_code(ReasonCode code);
// Whether what the code names can pass by itself, so that another attempt makes sense: after a refusal by CONNACK, or after a
// DISCONNECT. session_taken_over can't: see TakeoverPolicy.
bool can_heal(ReasonCode code, PacketType type);

// Whether a packet of this type may carry the code when it travels so; false for every code that does not exist. Follows
// each packet's own table; only where those of section 2.4 and of the packet disagree, the wider one.
bool is_allowed(ReasonCode code, PacketType type, Direction direction);

// "Not authorized"; "Unknown reason" for a code that does not exist. Static storage.
std::string_view describe(ReasonCode code);

}  // namespace wasmqtt
