// One client's history: a line for each act, in the file before the act it tells of, and another line for its outcome.
//
//   12345.678 publish c1-1-7 h/2 1        it is about to publish
//   12345.701 acknowledged c1-1-7         the broker has answered
//
// The time is CLOCK_MONOTONIC's in milliseconds, which all processes of a machine share. A line is one write() to a file opened for
// appending: whoever is killed has written it whole or not at all.
#pragma once

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace histories {

class History {
 public:
  explicit History(const std::string& path) {
    read(path);
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file_ < 0) {
      std::perror(path.c_str());
      std::exit(1);
    }
    write("run", std::to_string(run_));
  }
  ~History() { ::close(file_); }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // How often this client has been started, this time included.
  int run() const { return run_; }
  // What the runs before have subscribed to and not unsubscribed from, with its QoS.
  const std::map<std::string, int>& filters() const { return filters_; }
  // The messages that they have had accepted, by the numbers of their deliveries, which outlive a run.
  const std::map<std::uint64_t, std::string>& accepted() const { return accepted_; }

  template <typename... Words>
  void write(std::string_view act, const Words&... words) {
    char time[32];
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    std::snprintf(time, sizeof time, "%lld.%03ld", static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000,
                  now.tv_nsec / 1000 % 1000);
    std::string line = std::string(time) + ' ' + std::string(act);
    ((line += ' ', line += words), ...);
    line += '\n';
    if (::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return;
    std::perror("The history can't be written");
    std::exit(1);
  }

 private:
  void read(const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string time, act, name;
      std::uint64_t number = 0;
      words >> time >> act >> name >> number;
      if (act == "run") ++run_;
      if (act == "subscribe") filters_[name] = static_cast<int>(number);
      if (act == "unsubscribe") filters_.erase(name);
      if (act == "accepted") accepted_[number] = name;
    }
  }

  int run_ = 1;
  int file_ = -1;
  std::map<std::string, int> filters_;
  std::map<std::uint64_t, std::string> accepted_;
};

}  // namespace histories
