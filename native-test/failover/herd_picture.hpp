// When the clients of a herd came back, as a picture.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace failover {

struct Herd {
  std::size_t clients = 0;
  bool jitter = true;
  double away = 0;     // seconds between the broker's end and its start
  double back_at = 0;  // when it answered
  // Seconds since the broker's end.
  std::vector<double> attempts{};
  std::vector<double> connections{};
  std::size_t connected = 0;
};

// The most of these times that are in one interval of this length, from `since` on; intervals begin at multiples of it.
std::size_t most_in(const std::vector<double>& times, double interval, double since);
// SVG: a panel for each, attempts and connections a second over time, on one scale.
std::string picture_of(const std::vector<Herd>& herds);

}  // namespace failover
