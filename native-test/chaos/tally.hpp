// Counts runs, prints how many there were, and fails the test at the first one that breaks a promise.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "world.hpp"

namespace wasmqtt::chaos {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool is_sanitized = false;
#endif

class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally() {
    std::printf("chaos: %s: %zu runs, %zu faults, %zu reconnects, %zu takeovers, %.1f hours of virtual time\n",
                name_.c_str(), runs_, faults_, reconnects_, takeovers_, static_cast<double>(virtual_time_.count()) / 3.6e9);
  }

  void add(const Outcome& outcome) {
    ++runs_;
    faults_ += outcome.faults_fired;
    reconnects_ += outcome.bytes.empty() ? 0 : outcome.bytes.size() - 1;
    takeovers_ += outcome.takeovers;
    virtual_time_ += outcome.lasted;
    REQUIRE_MESSAGE(outcome.failures.empty(), outcome.report);
  }

  // Sanitizers make a run about ten times as slow: there, take fewer.
  static constexpr std::size_t stride(std::size_t usual, std::size_t sanitized) {
    return is_sanitized ? sanitized : usual;
  }

 private:
  std::string name_;
  std::size_t runs_ = 0;
  std::size_t faults_ = 0;
  std::size_t reconnects_ = 0;
  std::size_t takeovers_ = 0;
  Duration virtual_time_{};
};

}  // namespace wasmqtt::chaos
