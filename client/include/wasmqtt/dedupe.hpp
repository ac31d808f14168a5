// Have we seen this application-level message id before? A bounded window of the latest ids.
//
//   if (!window.first_time(message_id)) return;  // a redelivery
//
// It remembers 64-bit hashes (keyed by `seed`, so that ids can not be chosen to collide without knowing it): a false "seen" has a chance
// of about capacity / 2^64 per id. No allocation after construction.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wasmqtt {

class DedupeWindow {
 public:
  explicit DedupeWindow(std::size_t capacity, std::uint64_t seed = 0);

  // True when the id is not in the window; it is in it afterwards, and the oldest has left if the window was full.
  bool first_time(std::string_view id);
  bool contains(std::string_view id) const;
  std::size_t size() const { return count_; }
  std::size_t capacity() const { return order_.size(); }

 private:
  std::uint64_t hash(std::string_view id) const;
  std::size_t slot_of(std::uint64_t hash) const;
  void erase(std::uint64_t hash);

  std::uint64_t seed_;
  std::vector<std::uint64_t> order_;  // ring of hashes, oldest at next_ once full
  std::vector<std::uint64_t> table_;  // open addressing, linear probing; 0: free
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace wasmqtt
