#include "keepalive.hpp"

#include <algorithm>

namespace wasmqtt {

void KeepAlive::start(Duration interval, Duration pingresp_timeout, Time sent, Time now) {
  *this = {};
  running_ = true;
  interval_ = interval;
  timeout_ = pingresp_timeout;
  last_sent_ = sent;
  last_received_ = now;
}

void KeepAlive::pinged(Time now) {
  first_ = !waiting();
  leaving_ = true;
  if (!first_) return;
  waiting_since_ = now;
  bytes_ = 0;
}

void KeepAlive::ping_moved(Time now, bool left) {
  if (first_ && waiting()) waiting_since_ = now;
  if (left) leaving_ = false;
}

// Ahead of the interval by a quarter or five seconds, so that a late timer and a slow link still keep the promise that
// no two packets are further apart than the keep-alive [MQTT-3.1.2-23]; also while an earlier PINGREQ is unanswered.
std::optional<Time> KeepAlive::ping_at() const {
  if (!running_ || interval_ == Duration{} || leaving_) return std::nullopt;
  const Duration ahead = std::min<Duration>(interval_ / 4, std::chrono::seconds{5});
  const Time quiet_since = waiting() ? last_sent_ : std::min(last_sent_, last_received_);
  return quiet_since + interval_ - ahead;
}

std::optional<Time> KeepAlive::dead_at() const {
  if (!running_ || !waiting_since_ || timeout_ == Duration{}) return std::nullopt;
  return later(*waiting_since_, timeout_);
}

KeepAlive::Due KeepAlive::due(Time now) const {
  if (!running_) return Due::nothing;
  if (const auto at = dead_at(); at && now >= *at) return Due::dead;
  if (const auto at = ping_at(); at && now >= *at) return Due::ping;
  return Due::nothing;
}

std::optional<Time> KeepAlive::next() const {
  if (!running_) return std::nullopt;
  const auto dead = dead_at();
  const auto ping = ping_at();
  return dead && ping ? std::min(*dead, *ping) : dead ? dead : ping;
}

}  // namespace wasmqtt
