// PUBLISH frames that arrived while messages are paused, in their order.
#pragma once

#include "wasmqtt/fifo.hpp"
#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt {

class HeldMessages {
 public:
  void add(const Frame& frame) {
    frames_.push({frame.whole.begin(), frame.whole.end()});
    bytes_ += frame.whole.size();
  }
  bool empty() const { return frames_.empty(); }
  std::size_t bytes() const { return bytes_; }
  // Only when not empty. Valid until the next call of take() or clear().
  Frame take() {
    taken_ = frames_.take();
    bytes_ -= taken_.size();
    std::size_t header = 2;  // the type, and the last byte of the remaining length
    while ((taken_[header - 1] & 0x80) != 0) ++header;
    return {taken_[0], Bytes(taken_).subspan(header), taken_};
  }
  void clear() {
    frames_ = {};
    bytes_ = 0;
  }

 private:
  Fifo<std::vector<std::uint8_t>> frames_;
  std::size_t bytes_ = 0;
  std::vector<std::uint8_t> taken_;
};

}  // namespace wasmqtt
