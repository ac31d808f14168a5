#include "output.hpp"

#include <algorithm>

namespace wasmqtt {

Bytes Output::ready(std::uint64_t durable) const {
  std::size_t count = size();
  for (std::size_t i = first_gate_; i < gates_.size(); ++i) {
    if (gates_[i].position <= durable) continue;
    count = static_cast<std::size_t>(std::max(gates_[i].offset, consumed_) - consumed_);
    break;
  }
  return Bytes(buffer_).subspan(start_, count);
}

std::uint64_t Output::insert_ready(Bytes packet, std::uint64_t durable) {
  const std::size_t before = ready(durable).size();
  const std::uint64_t place = consumed_ + before;
  buffer_.insert(buffer_.begin() + static_cast<std::ptrdiff_t>(start_ + before), packet.begin(), packet.end());
  for (std::size_t i = first_gate_; i < gates_.size(); ++i) {
    if (gates_[i].offset >= place) gates_[i].offset += packet.size();
  }
  return place;
}

void Output::consume(std::size_t count) {
  count = std::min(count, size());
  start_ += count;
  consumed_ += count;
  if (count != 0) between_packets_ = empty();
  // A gate is passed when bytes behind it have gone; the last one stays to tell what is gated already.
  while (first_gate_ + 1 < gates_.size() && gates_[first_gate_ + 1].offset <= consumed_) ++first_gate_;
  if (first_gate_ > 64 && first_gate_ * 2 > gates_.size()) {
    gates_.erase(gates_.begin(), gates_.begin() + static_cast<std::ptrdiff_t>(first_gate_));
    first_gate_ = 0;
  }
  if (start_ == buffer_.size()) {
    buffer_.clear();
    start_ = 0;
  } else if (start_ >= 64 * 1024 && start_ * 2 >= buffer_.size()) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
}

void Output::clear() {
  buffer_.clear();
  gates_.clear();
  start_ = 0;
  first_gate_ = 0;
  consumed_ = 0;
  between_packets_ = true;
}

}  // namespace wasmqtt
