// Of which stages that has been seen which they suggest to try. Remembered on the device.
#pragma once

#include <cstdint>

namespace chat {

class StagesSeen {
 public:
  bool has(int stage) const { return (bits_ & bit(stage)) != 0; }
  // False: it had been.
  bool add(int stage) {
    if (has(stage)) return false;
    bits_ |= bit(stage);
    return true;
  }

  // To be stored, and back: what names no stage is left out.
  std::int64_t bits() const { return bits_; }
  static StagesSeen from_bits(std::int64_t bits) {
    StagesSeen seen;
    seen.bits_ = static_cast<unsigned>(bits & 0x3F);
    return seen;
  }

 private:
  // Stage 10 is the first bit.
  static unsigned bit(int stage) { return stage >= 10 && stage <= 60 ? 1u << (stage / 10 - 1) : 0; }
  unsigned bits_ = 0;
};

}  // namespace chat
