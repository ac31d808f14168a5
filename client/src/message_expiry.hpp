// MQTT 5's Message Expiry Interval, section 3.3.2.3.3: how long a message may wait here, and what is left of it when it goes out.
#pragma once

#include <algorithm>

#include "wasmqtt/client.hpp"
#include "wasmqtt/properties.hpp"

namespace wasmqtt {

// 0: for ever. One that expires at once is sent if it can be.
inline Duration lifetime_of(const PublishOptions& options) {
  if (!options.properties.has(PropertyId::message_expiry_interval)) return options.time_to_live;
  const std::uint32_t seconds = options.properties.number(PropertyId::message_expiry_interval, 0);
  const Duration expiry = std::chrono::seconds{std::max(seconds, std::uint32_t{1})};
  return options.time_to_live == Duration{} ? expiry : std::min(expiry, options.time_to_live);
}

// Takes from the interval in `properties` the time for which the message has waited.
inline void count_expiry(PropertyList& properties, Duration waited) {
  const auto past = static_cast<std::uint64_t>(std::max(std::chrono::floor<std::chrono::seconds>(waited).count(), std::chrono::seconds::rep{0}));
  const std::uint32_t interval = properties.view().number(PropertyId::message_expiry_interval, 0);
  properties.set(PropertyId::message_expiry_interval, past < interval ? interval - static_cast<std::uint32_t>(past) : 0);
}

// Since it was accepted: its number is that time.
inline Duration age_of(std::uint64_t number, Time now) {
  constexpr Duration ahead = std::chrono::milliseconds{100};  // numbers run a little ahead of the clock in a burst
  return now - Time{Duration{static_cast<Duration::rep>(number)}} + ahead;
}

}  // namespace wasmqtt
