// What the fuzz targets share: a check that ends the process, and bytes taken from the front of the input as choices.
//
// A target defines LLVMFuzzerTestOneInput. libFuzzer drives it in the build with the preset `fuzz`; replay.cpp runs the
// seeds through it in every other build.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "wasmqtt/types.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wasmqtt::fuzz {

inline void check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

class Input {
 public:
  explicit Input(Bytes bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  // 0 when nothing is left.
  std::uint8_t u8() {
    const Bytes one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::size_t below(std::size_t limit) { return u8() % limit; }
  bool flag() { return (u8() & 1) != 0; }
  Bytes take(std::size_t count) {
    count = count < rest_.size() ? count : rest_.size();
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  // A length byte, then so many.
  Bytes bytes() { return take(u8()); }
  std::string text() { return std::string(as_text(bytes())); }
  Bytes rest() { return take(rest_.size()); }

 private:
  Bytes rest_;
};

}  // namespace wasmqtt::fuzz
