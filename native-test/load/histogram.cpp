#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wasmqtt::load {
std::size_t Histogram::bucket_of(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = bits > detail_bits + 1 ? bits - detail_bits - 1 : 0;
  return (std::size_t{shift} << detail_bits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::end_of(std::size_t bucket) {
  const std::size_t octave = bucket >> detail_bits;
  const std::size_t shift = octave == 0 ? 0 : octave - 1;
  return ((bucket - (shift << detail_bits) + 1) << shift) - 1;
}

void Histogram::add(Duration latency) {
  const auto value = static_cast<std::uint64_t>(std::max<Duration::rep>(latency.count(), 0));
  ++buckets_[std::min(bucket_of(value), buckets_.size() - 1)];
  ++count_;
  largest_ = std::max(largest_, value);
}

Duration Histogram::percentile(double percent) const {
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted) return Duration{static_cast<Duration::rep>(std::min(end_of(bucket), largest_))};
  }
  return Duration{};
}

}  // namespace wasmqtt::load
