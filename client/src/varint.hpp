// Numbers of any size in as few bytes as they need: little-endian base 128, at most 10. Of the journal, and of the frames between
// tabs; MQTT's own variable byte integer ends at four.
#pragma once

#include "bytes.hpp"

namespace wasmqtt {

inline void put_number(std::uint64_t value, ByteBuffer& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

inline bool get_number(ByteReader& reader, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    std::uint8_t byte = 0;
    if (!reader.u8(byte)) return false;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return shift < 63 || byte <= 1;
  }
  return false;
}

inline void put_bytes(Bytes bytes, ByteBuffer& out) {
  put_number(bytes.size(), out);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

inline bool get_bytes(ByteReader& reader, Bytes& bytes) {
  std::uint64_t size = 0;
  if (!get_number(reader, size) || size > reader.rest().size()) return false;
  return reader.take(static_cast<std::size_t>(size), bytes);
}

}  // namespace wasmqtt
