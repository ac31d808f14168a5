#include "wasmqtt/reason_code.hpp"

#include <iterator>
#include <span>

namespace wasmqtt {
namespace {

constexpr unsigned bit(PacketType type) { return 1u << static_cast<unsigned>(type); }

constexpr unsigned connack = bit(PacketType::connack);
constexpr unsigned puback = bit(PacketType::puback);
constexpr unsigned pubrec = bit(PacketType::pubrec);
constexpr unsigned pubrel = bit(PacketType::pubrel);
constexpr unsigned pubcomp = bit(PacketType::pubcomp);
constexpr unsigned suback = bit(PacketType::suback);
constexpr unsigned unsuback = bit(PacketType::unsuback);
constexpr unsigned disconnect = bit(PacketType::disconnect);
constexpr unsigned auth = bit(PacketType::auth);
constexpr unsigned received = puback | pubrec;

struct Row {
  std::uint8_t code;
  std::uint16_t outbound;  // packets, one bit each by their type
  std::uint16_t inbound;
  const char* words;
};

constexpr Row rows[] = {
    {0x00, received | pubrel | pubcomp | disconnect,
     connack | received | pubrel | pubcomp | suback | unsuback | disconnect | auth, "Success"},
    {0x01, 0, suback, "Granted QoS 1"},
    {0x02, 0, suback, "Granted QoS 2"},
    {0x04, disconnect, 0, "Disconnected with the will message"},
    {0x10, 0, received, "No matching subscribers"},
    {0x11, 0, unsuback, "No subscription existed"},
    {0x18, auth, auth, "Continue authentication"},
    {0x19, auth, 0, "Re-authenticate"},
    {0x80, received | disconnect, connack | received | suback | unsuback | disconnect, "Unspecified error"},
    {0x81, disconnect, connack | disconnect, "Malformed Packet"},
    {0x82, disconnect, connack | disconnect, "Protocol Error"},
    {0x83, received | disconnect, connack | received | suback | unsuback | disconnect,
     "Implementation specific error"},
    {0x84, 0, connack, "Unsupported Protocol Version"},
    {0x85, 0, connack, "Client Identifier not valid"},
    {0x86, 0, connack, "Bad User Name or Password"},
    {0x87, received, connack | received | suback | unsuback | disconnect, "Not authorized"},
    {0x88, 0, connack, "Server unavailable"},
    {0x89, 0, connack | disconnect, "Server busy"},
    {0x8a, 0, connack, "Banned"},
    {0x8b, 0, disconnect, "Server shutting down"},
    {0x8c, 0, connack | disconnect, "Bad authentication method"},
    {0x8d, 0, disconnect, "Keep Alive timeout"},
    {0x8e, 0, disconnect, "Session taken over"},
    {0x8f, 0, suback | unsuback | disconnect, "Topic Filter invalid"},
    {0x90, received | disconnect, connack | received | disconnect, "Topic Name invalid"},
    {0x91, received, received | suback | unsuback, "Packet Identifier in use"},
    {0x92, pubrel | pubcomp, pubrel | pubcomp, "Packet Identifier not found"},
    {0x93, disconnect, disconnect, "Receive Maximum exceeded"},
    {0x94, disconnect, disconnect, "Topic Alias invalid"},
    {0x95, disconnect, connack | disconnect, "Packet too large"},
    {0x96, disconnect, disconnect, "Message rate too high"},
    {0x97, received | disconnect, connack | received | suback | disconnect, "Quota exceeded"},
    {0x98, disconnect, disconnect, "Administrative action"},
    {0x99, received | disconnect, connack | received | disconnect, "Payload format invalid"},
    {0x9a, 0, connack | disconnect, "Retain not supported"},
    {0x9b, disconnect, connack | disconnect, "QoS not supported"},
    {0x9c, 0, connack | disconnect, "Use another server"},
    {0x9d, 0, connack | disconnect, "Server moved"},
    {0x9e, 0, suback | disconnect, "Shared Subscriptions not supported"},
    {0x9f, 0, connack | disconnect, "Connection rate exceeded"},
    {0xa0, 0, disconnect, "Maximum connect time"},
    {0xa1, 0, suback | disconnect, "Subscription Identifiers not supported"},
    {0xa2, 0, suback | disconnect, "Wildcard Subscriptions not supported"},
};

const Row* find(ReasonCode code) {
  for (const Row& row : rows) {
    if (row.code == static_cast<std::uint8_t>(code)) return &row;
  }
  return nullptr;
}

}  // namespace

bool is_allowed(ReasonCode code, PacketType type, Direction direction) {
  const Row* row = find(code);
  return row != nullptr && ((direction == Direction::outbound ? row->outbound : row->inbound) & bit(type)) != 0;
}

ReasonCode from_return_code(ConnectReturnCode code) {
  constexpr ReasonCode codes[] = {
      ReasonCode::success,           ReasonCode::unsupported_protocol_version, ReasonCode::client_identifier_not_valid,
      ReasonCode::server_unavailable, ReasonCode::bad_user_name_or_password,    ReasonCode::not_authorized,
  };
  const auto index = static_cast<std::size_t>(code);
  return index < std::size(codes) ? codes[index] : ReasonCode::unspecified_error;
}

ConnectReturnCode to_return_code(ReasonCode code) {
  switch (code) {
    case ReasonCode::success: return ConnectReturnCode::accepted;
    case ReasonCode::unsupported_protocol_version: return ConnectReturnCode::unacceptable_protocol_version;
    case ReasonCode::client_identifier_not_valid: return ConnectReturnCode::identifier_rejected;
    case ReasonCode::bad_user_name_or_password: return ConnectReturnCode::bad_user_name_or_password;
    default:
      return can_heal(code, PacketType::connack) ? ConnectReturnCode::server_unavailable : ConnectReturnCode::not_authorized;
  }
}

bool can_heal(ReasonCode code, PacketType type) {
  // In CONNACK: unavailable, busy, quota, another server, moved, rate. After DISCONNECT all but what will be the same on the
  // next connection: rights, authentication, takeover, and what the broker does not support.
  constexpr std::uint8_t healing[] = {0x88, 0x89, 0x97, 0x9c, 0x9d, 0x9f};
  constexpr std::uint8_t lasting[] = {0x87, 0x8c, 0x8e, 0x9a, 0x9b, 0x9e, 0xa1, 0xa2};
  const bool refused = type == PacketType::connack;
  for (const std::uint8_t one : refused ? std::span<const std::uint8_t>(healing) : std::span<const std::uint8_t>(lasting)) {
    if (one == static_cast<std::uint8_t>(code)) return refused;
  }
  return !refused;
}

std::string_view describe(ReasonCode code) {
  const Row* row = find(code);
  return row == nullptr ? "Unknown reason" : row->words;
}

}  // namespace wasmqtt
