// How long the broker has acknowledged nothing although something is due: PUBACK, PUBREC, PUBCOMP, SUBACK or UNSUBACK.
//
// The time runs from the last acknowledgement, or from when the first packet that needs one has left the machine. What is
// sent later does not put it off: a silent broker is noticed although the application goes on publishing. Positions are
// offsets in the connection's stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class AcknowledgementTimer {
 public:
  void clear() { *this = {}; }

  // A packet that needs an acknowledgement was appended to the output and ends here.
  void appended(std::uint64_t end, Time now) {
    last_end_ = end;
    if (waiting_) return;
    waiting_ = true;
    watched_end_ = end;
    since_ = now;
  }
  // A PINGREQ was put into the output, in front of what lies behind `place`.
  void inserted(std::uint64_t place, std::size_t bytes) {
    if (last_end_ > place) last_end_ += bytes;
    if (watched_end_ > place) watched_end_ += bytes;
  }
  // Bytes behind `from` have left.
  void left(std::uint64_t from, Time now) {
    if (from < watched_end_) since_ = now;
  }
  // An acknowledgement came; `more` are due. Those that are still in the output have their time from when they leave.
  void answered(bool more, Time now) {
    waiting_ = more;
    watched_end_ = last_end_;
    since_ = now;
  }

  // The end of the packet that is waited for; the time of what has not left yet is not the broker's.
  std::uint64_t watched_end() const { return watched_end_; }
  std::optional<Time> deadline(Duration timeout) const {
    if (!waiting_ || timeout == Duration{}) return std::nullopt;
    return later(since_, timeout);
  }

 private:
  bool waiting_ = false;
  std::uint64_t last_end_ = 0;
  std::uint64_t watched_end_ = 0;
  Time since_{};
};

}  // namespace wasmqtt
