// PUBLISH frames that arrived while messages are paused, in their order.
#pragma once

#include <deque>

#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt {

class HeldMessages {
 public:
  void add(const Frame& frame) {
    frames_.emplace_back(frame.whole.begin(), frame.whole.end());
    header_sizes_.push_back(frame.whole.size() - frame.body.size());
    bytes_ += frame.whole.size();
  }
  bool empty() const { return frames_.empty(); }
  std::size_t bytes() const { return bytes_; }
  // Only when not empty. Valid until the next call of take() or clear().
  Frame take() {
    taken_ = std::move(frames_.front());
    frames_.pop_front();
    bytes_ -= taken_.size();
    const std::size_t header = header_sizes_.front();
    header_sizes_.pop_front();
    return {taken_[0], Bytes(taken_).subspan(header), taken_};
  }
  void clear() {
    frames_.clear();
    header_sizes_.clear();
    bytes_ = 0;
  }

 private:
  std::deque<std::vector<std::uint8_t>> frames_;
  std::deque<std::size_t> header_sizes_;
  std::size_t bytes_ = 0;
  std::vector<std::uint8_t> taken_;
};

}  // namespace wasmqtt
