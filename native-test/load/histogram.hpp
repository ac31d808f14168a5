// Latencies, kept in buckets whose width is at most 1/64 of their value: percentiles of any number of them in a fixed room.
#pragma once

#include <array>
#include <cstdint>

#include "wasmqtt/types.hpp"

namespace wasmqtt::load {

class Histogram {
 public:
  void add(Duration latency);
  // The least value that at least `percent` of all are not above; the upper end of its bucket, or the largest value. 0: none.
  Duration percentile(double percent) const;
  Duration largest() const { return Duration{static_cast<Duration::rep>(largest_)}; }
  std::uint64_t count() const { return count_; }
  void clear() { *this = {}; }

 private:
  // Up to 127 each value has its own bucket; from there on each octave has 64.
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t bucket);

  static constexpr unsigned detail_bits = 6;
  static constexpr unsigned octaves = 40;  // microseconds: two weeks
  std::array<std::uint64_t, std::size_t{octaves} << detail_bits> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace wasmqtt::load
