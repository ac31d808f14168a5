// Coroutines alone: their frames and their results.
#include "wasmqtt/native/task.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "alive.hpp"

using namespace wasmqtt;
using wasmqtt::test::Alive;

namespace {

Task<int> three(int& alive) {
  const Alive here(alive);
  co_return 3;
}
Task<std::unique_ptr<int>> twice(int& alive) {
  const Alive here(alive);
  const int one = co_await three(alive);
  Task<int> later = three(alive);
  co_return std::make_unique<int>(one + co_await std::move(later));
}
Task<> store(int& alive, int& result) {
  const Alive here(alive);
  result = *co_await twice(alive);
}
Task<> count_down(int& alive, int levels) {
  const Alive here(alive);
  if (levels != 0) co_await count_down(alive, levels - 1);
}

}  // namespace

TEST_CASE("task: begins when started, hands its result up, and is destroyed with whoever holds it") {
  int alive = 0;
  int result = 0;
  {
    Task<> task = store(alive, result);
    CHECK(alive == 0);
    CHECK_FALSE(task.done());
    task.start();
    CHECK(task.done());
    CHECK(result == 6);
    CHECK(alive == 0);
    const Task<> never_started = store(alive, result);
    Task<int> other = three(alive);
    other = three(alive);
    other.start();
    CHECK(other.result() == 3);
  }
  CHECK(alive == 0);
}

TEST_CASE("task: one that awaits another ten thousand deep leaves nothing behind") {
  int alive = 0;
  Task<> task = count_down(alive, 10'000);
  task.start();
  CHECK(task.done());
  CHECK(alive == 0);
}
