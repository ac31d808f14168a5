// Does another client use our client id?
//
// A broker ends the older connection of two with one client id [MQTT-3.1.4-2]. In MQTT 5 it may say so, by DISCONNECT with
// session_taken_over. In 3.1.1 it looks like any other end of a connection, so it is never certain; TakeoverSuspected says
// what speaks for it.
#pragma once

#include <cstdint>
#include <optional>

#include "wasmqtt/event.hpp"

namespace wasmqtt {

enum class TakeoverPolicy : std::uint8_t {
  report,  // TakeoverSuspected only; reconnecting continues. For an unattended program
  stop,    // then StopReason::taken_over, instead of fighting. For a page where somebody can say "use it here"
};

struct TakeoverOptions {
  TakeoverPolicy policy = TakeoverPolicy::report;
  unsigned connections = 3;  // in a row, until it is suspected; 0 turns it off
  Duration within = std::chrono::seconds{5};  // of CONNACK
};

// This many connections in a row were ended by the broker soon after CONNACK, without a failed attempt between them, without
// a close code that names another reason, and while nothing that we had sent could be the reason: no request and no
// message was unanswered, and no QoS 0 message had left within the last second.
struct TakeoverSuspected {
  enum class Likelihood : std::uint8_t {
    possible,  // as many as TakeoverOptions::connections; rolling restarts and changed rights can look like it
    likely,    // twice as many
    certain,   // the broker said so (MQTT 5)
  };
  Likelihood likelihood = Likelihood::possible;
  unsigned connections = 0;
};

// Watches the client's events for one Driver.
class TakeoverWatch {
 public:
  explicit TakeoverWatch(const TakeoverOptions& options) : options_(options) {}

  void reset() {
    connections_ = 0;
    request_cut_ = false;
  }
  void qos0_published(Time now) { qos0_published_at_ = now; }
  void note(const Event& event);
  // An attempt ended, `connected` or before CONNACK, with `in_flight` messages unacknowledged.
  std::optional<TakeoverSuspected> ended(const CloseRecord& record, bool connected, std::size_t in_flight, Time now);

 private:
  TakeoverOptions options_;
  unsigned connections_ = 0;   // in a row that look taken over
  bool request_cut_ = false;   // a SUBSCRIBE or UNSUBSCRIBE was unanswered at the end
  Time qos0_published_at_{};
};

}  // namespace wasmqtt
