#include "herd_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace failover {
namespace {

constexpr double interval = 0.25;  // seconds that a bar stands for
constexpr int width = 860;
constexpr int panel = 190;
constexpr int left = 64;
constexpr int top = 34;
constexpr int height = 120;        // of a panel's bars

std::vector<std::size_t> counts_of(const std::vector<double>& times, std::size_t bars) {
  std::vector<std::size_t> counts(bars);
  for (const double time : times)
    if (const auto bar = static_cast<std::size_t>(time / interval); bar < bars) ++counts[bar];
  return counts;
}

// A number of one digit that counts, not below this one.
double round_up(double value) {
  const double step = std::pow(10, std::floor(std::log10(std::max(value, 1.0))));
  return std::ceil(value / step) * step;
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

struct Scale {
  double seconds;
  double most;  // a second
  double x(double time) const { return left + time / seconds * (width - left - 16); }
  double bar(double count) const { return count / interval / most * height; }
};

std::string axes(const Scale& scale, double base) {
  std::string svg;
  for (int i = 0; i <= 2; ++i) {
    const double y = base - height * i / 2.0;
    svg += format("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' class='grid'/>\n", left, width - 16, y, y);
    svg += format("<text x='%d' y='%.1f' text-anchor='end'>%.0f</text>\n", left - 8, y + 4, scale.most * i / 2);
  }
  const double step = scale.seconds > 30 ? 10 : 5;
  for (double time = 0; time <= scale.seconds; time += step)
    svg += format("<text x='%.1f' y='%.1f' text-anchor='middle'>%.0f s</text>\n", scale.x(time), base + 18, time);
  return svg;
}

std::string panel_of(const Herd& herd, const Scale& scale, double y) {
  const double base = y + top + height;
  const auto bars = static_cast<std::size_t>(scale.seconds / interval) + 1;
  const auto attempts = counts_of(herd.attempts, bars);
  const auto connections = counts_of(herd.connections, bars);
  std::string svg = format("<text x='%d' y='%.1f' class='title'>%s jitter</text>\n", left, y + 20, herd.jitter ? "With" : "Without");
  svg += format("<rect x='%.1f' y='%.1f' width='%.1f' height='%d' class='away'/>\n", scale.x(0), y + top, scale.x(herd.back_at) - scale.x(0), height);
  svg += axes(scale, base);
  const double bar_width = scale.x(interval) - scale.x(0) - 0.5;
  for (std::size_t i = 0; i < bars; ++i) {
    const double x = scale.x(static_cast<double>(i) * interval);
    const auto add = [&](std::size_t count, const char* name) {
      if (count == 0) return;
      const double size = scale.bar(static_cast<double>(count));
      svg += format("<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' class='%s'/>\n", x, base - size, bar_width, size, name);
    };
    add(attempts[i], "attempts");
    add(connections[i], "connections");
  }
  return svg;
}

}  // namespace

std::size_t most_in(const std::vector<double>& times, double length, double since) {
  std::vector<long> intervals;
  for (const double time : times)
    if (time >= since) intervals.push_back(static_cast<long>(time / length));
  std::sort(intervals.begin(), intervals.end());
  std::size_t most = 0;
  for (auto at = intervals.begin(); at != intervals.end();) {
    const auto end = std::upper_bound(at, intervals.end(), *at);
    most = std::max(most, static_cast<std::size_t>(end - at));
    at = end;
  }
  return most;
}

std::string picture_of(const std::vector<Herd>& herds) {
  double seconds = 10;
  std::size_t most = 1;
  for (const Herd& herd : herds) {
    for (const double time : herd.connections) seconds = std::max(seconds, time + 1);
    most = std::max({most, most_in(herd.attempts, interval, 0), most_in(herd.connections, interval, 0)});
  }
  const Scale scale{std::ceil(seconds), round_up(static_cast<double>(most) / interval)};
  const int all = panel * static_cast<int>(herds.size()) + 34;
  std::string svg = format("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>\n", width, all);
  svg += "<style>text{fill:#333}.title{font-size:14px;font-weight:bold}.grid{stroke:#ccc}.away{fill:#f3e3e3}"
         ".attempts{fill:#e8a33d}.connections{fill:#2f7d5b}</style>\n";
  svg += format("<rect width='%d' height='%d' fill='#fff'/>\n", width, all);
  double y = 0;
  for (const Herd& herd : herds) {
    svg += panel_of(herd, scale, y);
    y += panel;
  }
  svg += format("<rect x='%d' y='%.1f' width='10' height='10' class='attempts'/><text x='%d' y='%.1f'>attempts a second</text>\n", left, y + 12, left + 16, y + 21);
  svg += format("<rect x='%d' y='%.1f' width='10' height='10' class='connections'/><text x='%d' y='%.1f'>of them accepted</text>\n", left + 150, y + 12, left + 166, y + 21);
  svg += format("<rect x='%d' y='%.1f' width='10' height='10' class='away'/><text x='%d' y='%.1f'>no broker</text>\n", left + 300, y + 12, left + 316, y + 21);
  return svg + "</svg>\n";
}

}  // namespace failover
