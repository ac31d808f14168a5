// Frames to packets, strictly: what the standard forbids is an error that names the clause.
#pragma once

#include "wasmqtt/error.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

// Decodes one frame that travels in `direction` as the client sees it; a packet that may not go that way is an error
// (table 2.1). Views point into the frame. Every error has Side::peer.
Result<Packet> decode(const Frame& frame, Direction direction);

// The common case without the variant. `frame.type()` is PacketType::publish.
Error decode_publish(const Frame& frame, Publish& packet);

}  // namespace wasmqtt
