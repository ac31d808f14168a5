// An event loop with a virtual clock: minutes pass in no time, and always in the same order.
#pragma once

#include <optional>
#include <utility>

#include "wasmqtt/event_loop.hpp"

namespace wasmqtt::test {

class VirtualLoop final : public EventLoop {
 public:
  Time now() const override { return now_; }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    on_timer_ = std::move(on_timer);
    on_turn_ = std::move(on_turn);
  }
  void set_timer(std::optional<Time> when) override { timer_ = when; }
  void request_turn() override { turn_ = true; }
  // xorshift64*: the same bits for the same seed.
  std::uint64_t random() override {
    seed_ ^= seed_ >> 12;
    seed_ ^= seed_ << 25;
    seed_ ^= seed_ >> 27;
    return seed_ * 0x2545'f491'4f6c'dd1d;
  }

  // Runs requested turns; then, in order, every timer due within `duration`.
  void advance(Duration duration) {
    const Time end = now_ + duration;
    run_turns();
    while (timer_ && *timer_ <= end) {
      now_ = std::max(now_, *timer_);
      timer_.reset();
      if (on_timer_) on_timer_();
      run_turns();
    }
    now_ = end;
  }
  void run_turns() {
    while (std::exchange(turn_, false)) {
      if (on_turn_) on_turn_();
    }
  }
  // The clock goes on without timers: the machine slept.
  void sleep(Duration duration) { now_ += duration; }
  std::optional<Time> timer() const { return timer_; }

 private:
  Time now_{std::chrono::seconds{1'700'000'000}};
  std::optional<Time> timer_;
  bool turn_ = false;
  std::uint64_t seed_ = 0x9e37'79b9'7f4a'7c15;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
};

}  // namespace wasmqtt::test
