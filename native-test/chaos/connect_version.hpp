// The version that a CONNECT asks for, for those at the wire that have nothing else to know it from.
#pragma once

#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt::chaos {

// `otherwise` for any other packet.
inline ProtocolVersion version_after(const Frame& frame, ProtocolVersion otherwise) {
  constexpr std::size_t level = 6;  // behind the protocol name, section 3.1.2.2
  if (frame.type() != PacketType::connect || frame.body.size() <= level) return otherwise;
  return frame.body[level] == static_cast<std::uint8_t>(ProtocolVersion::mqtt_5) ? ProtocolVersion::mqtt_5
                                                                                  : ProtocolVersion::mqtt_3_1_1;
}

}  // namespace wasmqtt::chaos
