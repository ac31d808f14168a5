#pragma once

namespace wasmqtt::test {

// Counts the frames of coroutines that are alive.
struct Alive {
  explicit Alive(int& count) : count_(count) { ++count_; }
  ~Alive() { --count_; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  int& count_;
};

}  // namespace wasmqtt::test
