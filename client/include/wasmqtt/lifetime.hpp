// For callbacks that may outlive the object they belong to: whoever calls late finds out that it is gone.
//
//   Lifetime lifetime_;                                           // a member
//   store.load([this, alive = lifetime_.watch()] { if (alive) ...; });
//
// For one thread, as everything here. (std::weak_ptr does the same, and brings run-time type information into WebAssembly.)
#pragma once

#include <utility>

namespace wasmqtt {

class Lifetime {
  struct State {
    unsigned holders = 1;
    bool alive = true;
  };

 public:
  class Watch {
   public:
    explicit Watch(State* state) : state_(state) { ++state_->holders; }
    Watch(const Watch& other) : Watch(other.state_) {}
    Watch(Watch&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    Watch& operator=(Watch other) noexcept {
      std::swap(state_, other.state_);
      return *this;
    }
    ~Watch() {
      if (state_ != nullptr) let_go(state_);
    }
    explicit operator bool() const { return state_->alive; }

   private:
    State* state_;
  };

  Lifetime() = default;
  ~Lifetime() {
    end();
    let_go(state_);
  }
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  Watch watch() const { return Watch(state_); }
  // From now on each watch is false; also called by the destructor. A second call: no-op.
  void end() { state_->alive = false; }

 private:
  static void let_go(State* state) {
    if (--state->holders == 0) delete state;
  }

  State* state_ = new State;
};

}  // namespace wasmqtt
