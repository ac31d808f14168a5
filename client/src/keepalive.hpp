// When to send PINGREQ, and how long to wait for a sign of life after it: section 3.1.2.10, by elapsed time.
//
// A PINGREQ is due when nothing has left for a keep-alive, as the standard asks, and also when nothing has arrived for
// one: otherwise an application that publishes would never notice that its link is dead.
#pragma once

#include <cstddef>
#include <optional>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class KeepAlive {
 public:
  enum class Due : std::uint8_t { nothing, ping, dead };

  // A connection begins: CONNECT left at `sent`, CONNACK arrived at `now`. `interval` 0: no PINGREQ but those asked for.
  void start(Duration interval, Duration pingresp_timeout, Time sent, Time now);
  void stop() { running_ = false; }

  // Bytes of any packet have left the machine.
  void sent(Time now) { last_sent_ = now; }
  // A whole packet arrived: a sign of life, whatever it is.
  void received(Time now) {
    last_received_ = now;
    bytes_ = 0;
    if (waiting_since_) waiting_since_ = now;
  }
  // Bytes arrived. Enough of them are a sign of life too, for a large packet may take minutes; a dribble is none.
  void received_bytes(std::size_t count, Time now) {
    bytes_ += count;
    if (bytes_ >= sign_of_life_bytes) received(now);
  }
  // A PINGREQ is in the output. None is due again before it has left.
  void pinged(Time now);
  // Output before the PINGREQ moved, or it has left itself: the broker's time to answer begins now, if it is the first
  // unanswered one.
  void ping_moved(Time now, bool left);
  void answered() { waiting_since_.reset(); }
  bool waiting() const { return waiting_since_.has_value(); }

  Due due(Time now) const;
  std::optional<Time> next() const;
  // When the broker's time to answer ends.
  std::optional<Time> dead_at() const;
  // When PINGREQ is due if nothing is sent or received before; nullopt: none is, or one is still leaving.
  std::optional<Time> ping_at() const;

 private:
  // What Mosquitto asks of a client that sends a large packet: whoever can't move so much within the time to answer PINGREQ
  // is as good as gone.
  static constexpr std::size_t sign_of_life_bytes = 1000;

  bool running_ = false;
  Duration interval_{};
  Duration timeout_{};
  Time last_sent_{};
  Time last_received_{};
  std::size_t bytes_ = 0;  // received since the last sign of life
  std::optional<Time> waiting_since_;
  bool leaving_ = false;  // a PINGREQ is still in the output
  bool first_ = false;    // and no earlier one is unanswered
};

}  // namespace wasmqtt
