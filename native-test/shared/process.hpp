// One tab's process in the simulated world: it can be killed, and frozen in the middle of anything. What would have been called meanwhile
// is called when it thaws, as a browser does it.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "chaos/simulation.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::test {

class Process {
 public:
  void run(std::function<void()> call) {
    if (dead_) return;
    if (frozen_) deferred_.push_back(std::move(call));
    else call();
  }
  void kill() {
    dead_ = true;
    deferred_.clear();
  }
  void freeze() { frozen_ = true; }
  void thaw() {
    frozen_ = false;
    for (auto& call : std::exchange(deferred_, {})) run(std::move(call));
  }
  bool dead() const { return dead_; }
  bool runs() const { return !dead_ && !frozen_; }

 private:
  bool dead_ = false;
  bool frozen_ = false;
  std::vector<std::function<void()>> deferred_;
};

// An event loop in a process. Calls that are still to come when it ends find nothing.
class ProcessLoop final : public EventLoop {
 public:
  // `turn_after`: which of a process's loops comes first, nobody can rely on.
  ProcessLoop(chaos::Simulation& simulation, std::shared_ptr<Process> process, std::uint64_t seed, Duration turn_after = {})
      : simulation_(simulation), process_(std::move(process)), random_(seed), turn_after_(turn_after) {}
  ~ProcessLoop() override { attach({}, {}); }

  Time now() const override { return simulation_.now(); }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    state_->on_timer = std::move(on_timer);
    state_->on_turn = std::move(on_turn);
  }
  void set_timer(std::optional<Time> when) override {
    const unsigned set = ++state_->timer;
    if (!when) return;
    simulation_.at(*when, [state = state_, process = process_, set] {
      process->run([state, set] {
        if (set == state->timer && state->on_timer) state->on_timer();
      });
    });
  }
  void request_turn() override {
    if (std::exchange(state_->turn, true)) return;
    simulation_.after(turn_after_, [state = state_, process = process_] {
      process->run([state] {
        state->turn = false;
        if (state->on_turn) state->on_turn();
      });
    });
  }
  std::uint64_t random() override { return random_.next(); }

 private:
  struct State {
    std::function<void()> on_timer;
    std::function<void()> on_turn;
    unsigned timer = 0;
    bool turn = false;
  };
  chaos::Simulation& simulation_;
  std::shared_ptr<Process> process_;
  chaos::Random random_;
  Duration turn_after_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// A transport whose callbacks wait while the process is frozen. The socket itself is the operating system's, and goes on.
class ProcessTransport final : public Transport, private TransportObserver {
 public:
  ProcessTransport(Transport& under, std::shared_ptr<Process> process) : under_(under), process_(std::move(process)) {}
  ~ProcessTransport() override { *state_ = nullptr; }

  void open(const std::string& url, TransportObserver& observer) override {
    *state_ = &observer;
    generation_ = std::make_shared<bool>(true);
    under_.open(url, *this);
  }
  std::size_t write(Bytes bytes) override { return under_.write(bytes); }
  void close() override {
    *state_ = nullptr;
    generation_.reset();
    under_.close();
  }

 private:
  template <class Call>
  void call(Call call) {
    process_->run([state = state_, generation = std::weak_ptr<bool>(generation_), call = std::move(call)] {
      if (*state != nullptr && !generation.expired()) call(**state);
    });
  }
  void on_transport_open() override {
    call([](TransportObserver& to) { to.on_transport_open(); });
  }
  void on_transport_bytes(Bytes bytes) override {
    call([copy = std::vector<std::uint8_t>(bytes.begin(), bytes.end())](TransportObserver& to) { to.on_transport_bytes(copy); });
  }
  void on_transport_writable() override {
    call([](TransportObserver& to) { to.on_transport_writable(); });
  }
  void on_transport_closed(const TransportClose& close) override {
    call([fault = close.fault, clean = close.clean](TransportObserver& to) { to.on_transport_closed({fault, 0, {}, clean}); });
  }

  Transport& under_;
  std::shared_ptr<Process> process_;
  std::shared_ptr<TransportObserver*> state_ = std::make_shared<TransportObserver*>(nullptr);
  std::shared_ptr<bool> generation_;
};

}  // namespace wasmqtt::test
