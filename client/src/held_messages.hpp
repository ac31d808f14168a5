// PUBLISH frames that arrived while messages are paused, in their order.
#pragma once

#include <vector>

#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt {

// One behind the other: an object for each would cost many times what the shortest of them hold.
class HeldMessages {
 public:
  void add(const Frame& frame) { frames_.insert(frames_.end(), frame.whole.begin(), frame.whole.end()); }
  bool empty() const { return bytes() == 0; }
  std::size_t bytes() const { return frames_.size() - at_; }
  // Only when not empty. Valid until the next call of take(): its handler may end the connection, and read on.
  Frame take() {
    std::size_t header = 1;
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t digit = frames_[at_ + header++];
      length |= static_cast<std::size_t>(digit & 0x7f) << shift;
      if ((digit & 0x80) == 0) break;
    }
    const auto begin = frames_.begin() + static_cast<std::ptrdiff_t>(at_);
    taken_.assign(begin, begin + static_cast<std::ptrdiff_t>(header + length));
    at_ += taken_.size();
    if (at_ == frames_.size()) {
      clear();
    } else if (at_ * 2 > frames_.size()) {
      frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(at_));
      at_ = 0;
    }
    return {taken_[0], Bytes(taken_).subspan(header), taken_};
  }
  void clear() {
    frames_ = std::vector<std::uint8_t>();  // gives the memory back
    at_ = 0;
  }

 private:
  std::vector<std::uint8_t> frames_;
  std::size_t at_ = 0;  // of the first that is held
  std::vector<std::uint8_t> taken_;
};

}  // namespace wasmqtt
