// The types of control packets, section 2.1.2, and who may send which.
#pragma once

#include "wasmqtt/types.hpp"

namespace wasmqtt {

enum class PacketType : std::uint8_t {
  connect = 1, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback,
  pingreq, pingresp, disconnect,
  auth,  // MQTT 5 only
};

// One bit for each type, for sets of them.
constexpr unsigned type_bit(PacketType type) { return 1u << static_cast<unsigned>(type); }

// Whether a packet of this type may travel so, table 2.1. In MQTT 5 the broker may send DISCONNECT too.
constexpr bool may_travel(PacketType type, Direction direction, ProtocolVersion version) {
  constexpr unsigned both = type_bit(PacketType::publish) | type_bit(PacketType::puback) | type_bit(PacketType::pubrec) |
                            type_bit(PacketType::pubrel) | type_bit(PacketType::pubcomp);
  constexpr unsigned from_client = both | type_bit(PacketType::connect) | type_bit(PacketType::subscribe) |
                                   type_bit(PacketType::unsubscribe) | type_bit(PacketType::pingreq) |
                                   type_bit(PacketType::disconnect);
  constexpr unsigned from_broker = both | type_bit(PacketType::connack) | type_bit(PacketType::suback) |
                                   type_bit(PacketType::unsuback) | type_bit(PacketType::pingresp);
  constexpr unsigned both_in_5 = type_bit(PacketType::disconnect) | type_bit(PacketType::auth);
  const unsigned allowed = (direction == Direction::outbound ? from_client : from_broker) |
                           (version == ProtocolVersion::mqtt_5 ? both_in_5 : 0);
  return (allowed & type_bit(type)) != 0;
}

// The fixed header's flags of all packets but PUBLISH [MQTT-2.2.2-1].
constexpr std::uint8_t required_flags(PacketType type) {
  constexpr unsigned two = type_bit(PacketType::pubrel) | type_bit(PacketType::subscribe) | type_bit(PacketType::unsubscribe);
  return static_cast<std::uint8_t>((two >> static_cast<unsigned>(type) & 1) * 2);
}

}  // namespace wasmqtt
