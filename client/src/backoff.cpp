#include "wasmqtt/backoff.hpp"

#include <algorithm>

namespace wasmqtt {

Duration Backoff::next(std::uint64_t random) {
  Duration ceiling = options_.first;
  for (unsigned i = 0; i < failures_ && ceiling < options_.longest; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options_.longest);
  if (failures_ < 63) ++failures_;
  if (!options_.jitter) return ceiling;
  const auto range = static_cast<std::uint64_t>(std::max<Duration::rep>(ceiling.count(), 1));
  return Duration{static_cast<Duration::rep>(random % range) + 1};
}

void Backoff::connection_lasted(Duration duration) {
  if (duration >= options_.stable_after) reset();
}

}  // namespace wasmqtt
