// DISCONNECT and AUTH alone: what a client sends, without what encode(Packet) has for brokers.
#pragma once

#include "wasmqtt/encode.hpp"

namespace wasmqtt {

// As encode() does it: nothing, a code, or a code and properties.
Error encode_reason(PacketType type, ReasonCode code, Properties properties, ByteBuffer& out, ProtocolVersion version,
                    Direction direction = Direction::outbound);

}  // namespace wasmqtt
