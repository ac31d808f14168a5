// Virtual time for a whole world: events happen in the order of their time, then of their scheduling; the same every run.
//
//   Simulation simulation;
//   simulation.after(10ms, [&] { ... });
//   while (simulation.step()) {}
#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "wasmqtt/event_loop.hpp"

namespace wasmqtt::chaos {

class Simulation {
 public:
  Time now() const { return now_; }
  void at(Time when, std::function<void()> happen) {
    events_.push({std::max(when, now_), ++sequence_, std::move(happen)});
  }
  void after(Duration delay, std::function<void()> happen) { at(now_ + delay, std::move(happen)); }

  // The next event; false when none is left.
  bool step() {
    if (events_.empty()) return false;
    // top() is const only to protect the order, which the move leaves alone.
    Event event = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = event.when;
    event.happen();
    ++steps_;
    return true;
  }
  // Everything until then, and then it is then.
  void pass_until(Time when) {
    while (!events_.empty() && events_.top().when <= when) step();
    now_ = std::max(now_, when);
  }
  std::uint64_t steps() const { return steps_; }

 private:
  struct Event {
    Time when;
    std::uint64_t sequence;
    std::function<void()> happen;
    friend bool operator<(const Event& a, const Event& b) {
      return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
  };

  Time now_{std::chrono::seconds{1'700'000'000}};
  std::priority_queue<Event> events_;
  std::uint64_t sequence_ = 0;
  std::uint64_t steps_ = 0;
};

// xorshift64*: the same bits for the same seed on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e37'79b9'7f4a'7c15 + 0x1234'5678'9abc'def1) {
    if (state_ == 0) state_ = 1;
    next();
  }
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545'f491'4f6c'dd1d;
  }
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>((next() >> 11) % limit); }

 private:
  std::uint64_t state_;
};

class WorldLoop : public EventLoop {
 public:
  virtual bool turn_requested() const = 0;
};

// The client's event loop in that world. Outlives the clients that are killed.
class SimulatedLoop final : public WorldLoop {
 public:
  SimulatedLoop(Simulation& simulation, std::uint64_t seed) : simulation_(simulation), random_(seed) {}

  Time now() const override { return simulation_.now(); }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    on_timer_ = std::move(on_timer);
    on_turn_ = std::move(on_turn);
  }
  void set_timer(std::optional<Time> when) override {
    timer_ = when;
    schedule();
  }
  void request_turn() override {
    if (std::exchange(turn_, true)) return;
    simulation_.after({}, [this] {
      turn_ = false;
      if (on_turn_) on_turn_();
    });
  }
  std::uint64_t random() override { return random_.next(); }
  bool turn_requested() const override { return turn_; }

 private:
  // One event waits for the earliest wish; later wishes need none of their own.
  void schedule() {
    if (!timer_ || (scheduled_ && *scheduled_ <= *timer_)) return;
    scheduled_ = *timer_;
    simulation_.at(*timer_, [this, when = *timer_] {
      if (scheduled_ != when) return;
      scheduled_.reset();
      if (timer_ && *timer_ <= simulation_.now()) {
        timer_.reset();
        if (on_timer_) on_timer_();
      }
      schedule();
    });
  }

  Simulation& simulation_;
  Random random_;
  std::optional<Time> timer_;
  std::optional<Time> scheduled_;
  bool turn_ = false;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
};

}  // namespace wasmqtt::chaos
