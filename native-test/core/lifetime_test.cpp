#include "wasmqtt/lifetime.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>

namespace wasmqtt {

TEST_CASE("Lifetime: a callback that comes late finds out that its object is gone") {
  auto lifetime = std::make_unique<Lifetime>();
  int calls = 0;
  const std::function<void()> callback = [&calls, alive = lifetime->watch()] {
    if (alive) ++calls;
  };
  std::function<void()> copy = callback;
  copy();
  CHECK(calls == 1);
  lifetime.reset();
  callback();
  std::function<void()> moved = std::move(copy);
  moved();
  CHECK(calls == 1);
}

TEST_CASE("Lifetime: ends before the object does, when told") {
  Lifetime lifetime;
  Lifetime::Watch watch = lifetime.watch();
  const Lifetime other;
  Lifetime::Watch second = other.watch();
  CHECK(static_cast<bool>(watch));
  lifetime.end();
  lifetime.end();
  CHECK_FALSE(static_cast<bool>(watch));
  CHECK_FALSE(static_cast<bool>(lifetime.watch()));
  watch = second;
  CHECK(static_cast<bool>(watch));
}

}  // namespace wasmqtt
