// Frames to packets, strictly: what the standard forbids is an error that names the clause.
#pragma once

#include "wasmqtt/error.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

// Decodes one frame that travels in `direction` as the client sees it; a packet that may not go that way is an error
// (table 2.1). Views point into the frame. Every error has Side::peer.
Result<Packet> decode(const Frame& frame, Direction direction);

// The same in parts, for callers that already know the packet type: first the header (type, direction and flags; those of
// a PUBLISH are checked by decode_publish()), then the packet that frame.type() names.
Error check_header(const Frame& frame, Direction direction);
Error decode_connect(const Frame& frame, Connect& packet);
Error decode_connack(const Frame& frame, Connack& packet);  // with reserved_return_code, `packet` is filled all the same
Error decode_publish(const Frame& frame, Publish& packet);
Error decode_acknowledgement(const Frame& frame, PacketId& packet_id);  // PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK
Error decode_suback(const Frame& frame, Suback& packet);
Error decode_empty(const Frame& frame);  // PINGREQ, PINGRESP, DISCONNECT

}  // namespace wasmqtt
