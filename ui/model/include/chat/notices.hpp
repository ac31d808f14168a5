// What went wrong with a message and did not stop the chat: shown beside the packets. Bounded; the oldest go first.
#pragma once

#include <deque>
#include <string>

#include "wasmqtt/types.hpp"

namespace chat {

struct Notice {
  wasmqtt::Time at{};
  std::string text;    // a plain sentence
  std::string topic;   // where it came from; empty: from nowhere in particular
  unsigned count = 1;  // so many in a row
};

class Notices {
 public:
  explicit Notices(std::size_t capacity = 200) : capacity_(capacity) {}

  void add(wasmqtt::Time at, std::string text, std::string topic = {});
  void clear() { list_.clear(), total_ = 0; }
  const std::deque<Notice>& list() const { return list_; }  // oldest first
  std::size_t total() const { return total_; }              // with those forgotten

 private:
  std::size_t capacity_;
  std::deque<Notice> list_;
  std::size_t total_ = 0;
};

}  // namespace chat
