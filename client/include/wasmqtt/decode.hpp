// Frames to packets, strictly: what the standard forbids is an error that names the clause.
#pragma once

#include "wasmqtt/error.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

// Decodes one frame of a connection that speaks `version`, travelling in `direction` as the client sees it; a packet that
// may not go that way is an error (table 2.1). Views point into the frame. Every error has Side::peer.
Result<Packet> decode(const Frame& frame, Direction direction, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);

// The same in parts, for callers that already know the packet type: first the header (type, direction and flags; those of
// a PUBLISH are checked by decode_publish()), then the packet that frame.type() names.
//
// With reserved_return_code, reserved_reason_code and any error in the properties, what stands before them is filled in all
// the same: packet id and code, so that the message they settle can be settled before the connection ends.
Error check_header(const Frame& frame, Direction direction, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error decode_connect(const Frame& frame, Connect& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error decode_connack(const Frame& frame, Connack& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error decode_publish(const Frame& frame, Publish& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
                     Direction direction = Direction::inbound);
// PUBACK, PUBREC, PUBREL, PUBCOMP; UNSUBACK in 3.1.1.
Error decode_acknowledgement(const Frame& frame, Acknowledgement& packet,
                             ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
                             Direction direction = Direction::inbound);
Error decode_suback(const Frame& frame, Suback& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error decode_unsuback(const Frame& frame, Unsuback& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error decode_disconnect(const Frame& frame, Disconnect& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
                        Direction direction = Direction::inbound);
Error decode_auth(const Frame& frame, Auth& packet, Direction direction = Direction::inbound);  // MQTT 5
Error decode_empty(const Frame& frame);  // PINGREQ, PINGRESP

}  // namespace wasmqtt
