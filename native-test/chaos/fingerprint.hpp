// A hash of everything in a state that can make a difference later. What only tells where a state came from is left out:
// absolute times, numbers that are only compared, the order of what nobody looks at in order.
//
//   Fingerprint print;
//   print << 7u << "label" << true;
//   print.value();
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "wasmqtt/types.hpp"

namespace wasmqtt::chaos {

class Fingerprint {
 public:
  template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  Fingerprint& operator<<(T value) {
    mix(static_cast<std::uint64_t>(value));
    return *this;
  }
  Fingerprint& operator<<(std::string_view text) {
    mix(text.size());
    for (; text.size() >= 8; text.remove_prefix(8)) mix(word(text.data(), 8));
    if (!text.empty()) mix(word(text.data(), text.size()));
    return *this;
  }
  Fingerprint& operator<<(Bytes bytes) { return *this << as_text(bytes); }
  Fingerprint& operator<<(Duration duration) { return *this << duration.count(); }

  std::uint64_t value() const {
    std::uint64_t hash = state_;
    hash ^= hash >> 32;
    hash *= 0xd6e8'feb8'6659'fd93;
    hash ^= hash >> 32;
    return hash;
  }

 private:
  void mix(std::uint64_t value) {
    __extension__ using Wide = unsigned __int128;
    const auto product = static_cast<Wide>(value ^ 0x9e37'79b9'7f4a'7c15 ^ state_) * 0xa076'1d64'78bd'642f;
    state_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ (state_ << 7 | state_ >> 57);
  }
  static std::uint64_t word(const char* bytes, std::size_t count) {
    std::uint64_t all = 0;
    std::memcpy(&all, bytes, count);
    return all;
  }

  std::uint64_t state_ = 0x243f'6a88'85a3'08d3;
};

}  // namespace wasmqtt::chaos
