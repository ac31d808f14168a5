// The types of control packets, section 2.1.2, and who may send which.
#pragma once

#include "wasmqtt/types.hpp"

namespace wasmqtt {

enum class PacketType : std::uint8_t {
  connect = 1, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback,
  pingreq, pingresp, disconnect,
  auth,  // MQTT 5 only
};

// Whether a packet of this type may travel so. In MQTT 5 the broker may send DISCONNECT too.
bool may_travel(PacketType type, Direction direction, ProtocolVersion version);

// The fixed header's flags of all packets but PUBLISH [MQTT-2.2.2-1].
constexpr std::uint8_t required_flags(PacketType type) {
  constexpr unsigned two = 1u << static_cast<unsigned>(PacketType::pubrel) |
                           1u << static_cast<unsigned>(PacketType::subscribe) |
                           1u << static_cast<unsigned>(PacketType::unsubscribe);
  return static_cast<std::uint8_t>((two >> static_cast<unsigned>(type) & 1) * 2);
}

}  // namespace wasmqtt
