// How long to wait for what is unfinished: a time-out that begins anew with each progress.
//
// Progress is a message acknowledged or failed, a request answered, and bytes that left; but what is only sent again on
// another connection is none, so that a broker which never answers is not waited for without end.
#pragma once

#include <optional>

#include "wasmqtt/event.hpp"

namespace wasmqtt {

class ProgressDeadline {
 public:
  void start(Duration timeout, Time now) {
    timeout_ = timeout;
    sending_counts_ = true;
    deadline_ = later(now, timeout);
  }
  void cancel() { deadline_.reset(); }
  // None: not started, or cancelled.
  std::optional<Time> deadline() const { return deadline_; }

  void note(const Event& event, Time now);
  void sent(Time now) {
    if (deadline_ && sending_counts_) deadline_ = later(now, timeout_);
  }

 private:
  std::optional<Time> deadline_;
  Duration timeout_{};
  bool sending_counts_ = true;
};

}  // namespace wasmqtt
