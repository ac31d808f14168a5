// How often somebody may do something: so many at once, then evenly so many a minute.
//
//   RateLimit limit(60);
//   if (!limit.take(user, now)) refuse();
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "wasmqtt/types.hpp"

namespace chat {

class RateLimit {
 public:
  explicit RateLimit(std::size_t per_minute) : most_(static_cast<double>(per_minute)) {}

  // One of `who`'s; false when there is none left.
  bool take(const std::string& who, wasmqtt::Time now) {
    if (buckets_.size() > max_buckets) forget_full(now);
    Bucket& bucket = buckets_.try_emplace(who, Bucket{most_, now}).first->second;
    bucket = {left(bucket, now), now};
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

 private:
  struct Bucket {
    double left;
    wasmqtt::Time at;
  };
  static constexpr std::size_t max_buckets = 10'000;

  double left(const Bucket& bucket, wasmqtt::Time now) const {
    const double minutes = std::chrono::duration<double, std::ratio<60>>(now - bucket.at).count();
    return std::min(most_, bucket.left + std::max(minutes, 0.0) * most_);
  }
  void forget_full(wasmqtt::Time now) {
    std::erase_if(buckets_, [&](const auto& entry) { return left(entry.second, now) >= most_; });
  }

  const double most_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace chat
