// Packets to bytes. Everything is checked before the first byte is written: an error leaves `out` as it was.
#pragma once

#include <cstddef>
#include <vector>

#include "wasmqtt/error.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt {

using ByteBuffer = std::vector<std::uint8_t>;

inline constexpr std::size_t max_remaining_length = 268'435'455;  // section 2.2.3

// Appends one packet. Every error has Side::local and names the clause it would have broken.
Error encode(const Packet& packet, ByteBuffer& out);
Error encode(const Connect& packet, ByteBuffer& out);
Error encode(const Publish& packet, ByteBuffer& out);
Error encode(const Subscribe& packet, ByteBuffer& out);
Error encode(const Unsubscribe& packet, ByteBuffer& out);

// The same checks without writing: what encode() would say.
Error check(const Connect& packet);
Error check(const Publish& packet);

// Appends a PUBLISH that passed check() before: for a resend, which differs by DUP only [MQTT-3.3.1-1].
void encode_checked(const Publish& packet, ByteBuffer& out);

// PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK: type, flags, length 2, packet id.
void encode_acknowledgement(PacketType type, PacketId packet_id, ByteBuffer& out);
inline constexpr std::size_t acknowledgement_bytes = 4;

// PINGREQ, PINGRESP or DISCONNECT: type, length 0.
void encode_empty(PacketType type, ByteBuffer& out);

// Bytes that the remaining length takes: 1 to 4.
std::size_t remaining_length_size(std::size_t remaining_length);

}  // namespace wasmqtt
