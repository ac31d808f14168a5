// Bounds-checked reading and plain writing of the wire's integers and strings, section 1.5.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "wasmqtt/encode.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

// Reads from the front. Each function returns false, and reads nothing, when there is not enough left.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  bool u8(std::uint8_t& value) {
    if (rest_.empty()) return false;
    value = rest_[0];
    rest_ = rest_.subspan(1);
    return true;
  }
  bool u16(std::uint16_t& value) {
    if (rest_.size() < 2) return false;
    value = static_cast<std::uint16_t>(rest_[0] << 8 | rest_[1]);
    rest_ = rest_.subspan(2);
    return true;
  }
  bool u32(std::uint32_t& value) {
    if (rest_.size() < 4) return false;
    value = static_cast<std::uint32_t>(rest_[0]) << 24 | static_cast<std::uint32_t>(rest_[1] << 16 | rest_[2] << 8 | rest_[3]);
    rest_ = rest_.subspan(4);
    return true;
  }
  // MQTT 5's section 1.5.5: ok, truncated, or malformed_variable_integer (also when it takes more bytes than it needs
  // [MQTT5-1.5.5-1]).
  Errc variable(std::uint32_t& value) {
    value = 0;
    for (std::size_t at = 0; at < 4; ++at) {
      if (at == rest_.size()) return Errc::truncated;
      const std::uint8_t byte = rest_[at];
      value |= static_cast<std::uint32_t>(byte & 0x7f) << (7 * at);
      if ((byte & 0x80) != 0) continue;
      if (byte == 0 && at != 0) return Errc::malformed_variable_integer;
      rest_ = rest_.subspan(at + 1);
      return Errc::ok;
    }
    return Errc::malformed_variable_integer;
  }
  bool take(std::size_t count, Bytes& bytes) {
    if (rest_.size() < count) return false;
    bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return true;
  }
  // Two bytes of length, then as many bytes.
  bool binary(Bytes& bytes) {
    if (rest_.size() < 2) return false;
    const std::size_t length = static_cast<std::size_t>(rest_[0] << 8 | rest_[1]);
    if (rest_.size() - 2 < length) return false;
    bytes = rest_.subspan(2, length);
    rest_ = rest_.subspan(2 + length);
    return true;
  }
  bool text(std::string_view& text) {
    Bytes bytes;
    if (!binary(bytes)) return false;
    text = as_text(bytes);
    return true;
  }
  Bytes rest() const { return rest_; }
  bool done() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

// Most topics and payloads are short: calling memcpy() would take longer than copying them.
inline void copy_bytes(std::uint8_t* to, Bytes bytes) {
  const std::uint8_t* from = bytes.data();
  const std::size_t size = bytes.size();
  if (size < 16 || size > 256) {
    if (size != 0) std::memcpy(to, from, size);
    return;
  }
  for (std::size_t at = 0; at + 16 < size; at += 16) std::memcpy(to + at, from + at, 16);
  std::memcpy(to + size - 16, from + size - 16, 16);
}

// Writes into memory that is large enough: encode() computes the size first.
class ByteWriter {
 public:
  explicit ByteWriter(std::uint8_t* at) : at_(at) {}

  void u8(std::size_t value) { *at_++ = static_cast<std::uint8_t>(value); }
  void u16(std::size_t value) {
    u8(value >> 8);
    u8(value);
  }
  void raw(Bytes bytes) {
    copy_bytes(at_, bytes);
    at_ += bytes.size();
  }
  void binary(Bytes bytes) {
    u16(bytes.size());
    raw(bytes);
  }
  void text(std::string_view text) { binary(as_bytes(text)); }
  // The remaining length, section 2.2.3, and what MQTT 5 calls a variable byte integer.
  void variable(std::size_t value) {
    while (value >= 0x80) {
      u8((value & 0x7f) | 0x80);
      value >>= 7;
    }
    u8(value);
  }

 private:
  std::uint8_t* at_;
};

}  // namespace wasmqtt
