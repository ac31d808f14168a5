// Exponential backoff with full jitter: each wait is drawn evenly from (0, min(longest, first * 2^failures)]. Without
// jitter it is that upper end; with longest = first it is the same every time.
//
// The count of failures is forgotten only when a connection has been stable for a while, so that a broker that
// accepts and drops at once is not hammered.
#pragma once

#include <cstdint>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

struct BackoffOptions {
  Duration first = std::chrono::seconds{1};
  Duration longest = std::chrono::seconds{60};
  Duration stable_after = std::chrono::seconds{10};
  bool jitter = true;
};

class Backoff {
 public:
  explicit Backoff(BackoffOptions options = {}) : options_(options) {}

  // The wait before the next attempt; `random` is any 64 random bits.
  Duration next(std::uint64_t random);
  // A connection ended after this long.
  void connection_lasted(Duration duration);
  void reset() { failures_ = 0; }
  unsigned failures() const { return failures_; }

 private:
  BackoffOptions options_;
  unsigned failures_ = 0;
};

}  // namespace wasmqtt
