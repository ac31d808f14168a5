// Problems that do not stop the chat, shown beside the packets: malformed messages, refused subscriptions. Bounded; the
// oldest are dropped first.
#pragma once

#include <deque>
#include <string>

#include "wasmqtt/types.hpp"

namespace chat {

struct Notice {
  wasmqtt::Time at{};
  std::string text;    // a plain sentence
  std::string topic;   // which topic it is about; may be empty
  unsigned count = 1;  // how many equal ones in a row
};

class Notices {
 public:
  static constexpr std::size_t max_text_bytes = 1000;
  static constexpr std::size_t max_topic_bytes = 200;

  explicit Notices(std::size_t capacity = 200) : capacity_(capacity) {}

  void add(wasmqtt::Time at, std::string text, std::string topic = {});
  void clear() { list_.clear(), total_ = 0; }
  const std::deque<Notice>& list() const { return list_; }  // oldest first
  std::size_t total() const { return total_; }              // including those dropped

 private:
  std::size_t capacity_;
  std::deque<Notice> list_;
  std::size_t total_ = 0;
};

}  // namespace chat
