// First in, first out, in one vector. Taking costs a constant time on average; what was taken leaves the memory when half
// of it is taken.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace wasmqtt {

template <class T>
class Fifo {
 public:
  void push(T entry) { entries_.push_back(std::move(entry)); }
  bool empty() const { return taken_ == entries_.size(); }
  // Only when not empty.
  const T& front() const { return entries_[taken_]; }
  T take() {
    T entry = std::move(entries_[taken_++]);
    if (2 * taken_ >= entries_.size()) {
      entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    return entry;
  }
  // All at once, in their order.
  std::vector<T> take_all() {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
    return std::exchange(entries_, {});
  }

 private:
  std::vector<T> entries_;
  std::size_t taken_ = 0;  // entries at the front that are gone already
};

}  // namespace wasmqtt
