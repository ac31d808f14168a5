// Packets to bytes. Everything is checked before the first byte is written: an error leaves `out` as it was.
#pragma once

#include <cstddef>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

using ByteBuffer = std::vector<std::uint8_t>;

inline constexpr std::size_t max_remaining_length = 268'435'455;  // section 2.2.3

// Appends one packet as `version` writes it. Every error has Side::local and names the clause it would have broken; what
// MQTT 3.1.1 has no place for is not_in_this_version there. `direction` matters for packets that go both ways: a client may
// not say all that a broker may.
Error encode(const Packet& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
             Direction direction = Direction::outbound);
Error encode(const Connect& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error encode(const Publish& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
             Direction direction = Direction::outbound);
Error encode(const Subscribe& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error encode(const Unsubscribe& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);

// The same checks without writing: what encode() would say.
Error check(const Connect& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
Error check(const Publish& packet, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1,
            Direction direction = Direction::outbound);

// Appends a PUBLISH that passed check() before: for a resend, which differs by DUP only [MQTT-3.3.1-1].
void encode_checked(const Publish& packet, ByteBuffer& out, ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
// Bytes that it takes, the fixed header included.
std::size_t encoded_size(const Publish& packet, ProtocolVersion version);

// PUBACK, PUBREC, PUBREL or PUBCOMP, in the shortest form; also UNSUBACK in 3.1.1. Nothing is checked, and in 3.1.1 neither
// reason code nor properties are written.
void encode_acknowledgement(PacketType type, const Acknowledgement& packet, ByteBuffer& out,
                            ProtocolVersion version = ProtocolVersion::mqtt_3_1_1);
void encode_acknowledgement(PacketType type, PacketId packet_id, ByteBuffer& out);
inline constexpr std::size_t acknowledgement_bytes = 4;  // without reason code and properties

// PINGREQ, PINGRESP or DISCONNECT: type, length 0.
void encode_empty(PacketType type, ByteBuffer& out);

// Bytes that the remaining length takes: 1 to 4.
std::size_t remaining_length_size(std::size_t remaining_length);

}  // namespace wasmqtt
