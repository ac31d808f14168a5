// When to send PINGREQ, and when to give up waiting for PINGRESP: section 3.1.2.10, by elapsed time.
#pragma once

#include <optional>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class KeepAlive {
 public:
  enum class Due : std::uint8_t { nothing, ping, dead };

  // A connection begins; CONNECT was sent at `now`. `interval` 0: no pings but those asked for.
  void start(Duration interval, Duration pingresp_timeout, Time now);
  void stop() { running_ = false; }

  void sent(Time now) { last_sent_ = now; }   // any packet, when it has left: one that waits here keeps nothing alive
  // A PINGREQ is in the output. None is due again before it has left.
  void pinged(Time now) {
    first_ = !waiting();
    leaving_ = true;
    waiting_since_ = waiting_since_.value_or(now);
  }
  // Output before the PINGREQ moved, or it has left itself: the broker's time to answer begins now, if it is the first
  // unanswered one.
  void ping_moved(Time now, bool left) {
    if (first_ && waiting()) waiting_since_ = now;
    if (left) leaving_ = false;
  }
  void answered() { waiting_since_.reset(); }
  bool waiting() const { return waiting_since_.has_value(); }

  Due due(Time now) const;
  std::optional<Time> next() const;

 private:
  std::optional<Time> ping_at() const;
  std::optional<Time> dead_at() const;

  bool running_ = false;
  Duration interval_{};
  Duration timeout_{};
  Time last_sent_{};
  std::optional<Time> waiting_since_;
  bool leaving_ = false;  // a PINGREQ is still in the output
  bool first_ = false;    // and no earlier one is unanswered
};

}  // namespace wasmqtt
