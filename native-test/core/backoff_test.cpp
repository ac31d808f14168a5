#include "wasmqtt/backoff.hpp"

#include <doctest/doctest.h>

using namespace wasmqtt;
using namespace std::chrono_literals;

TEST_CASE("backoff: each wait is within (0, ceiling], and the ceiling doubles up to the longest") {
  Backoff backoff({1s, 60s, 10s});
  const Duration ceilings[] = {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s};
  for (const Duration ceiling : ceilings) {
    Backoff lowest = backoff;
    CHECK(lowest.next(0) == 1us);
    Backoff highest = backoff;
    CHECK(highest.next(static_cast<std::uint64_t>(ceiling.count()) - 1) == ceiling);
    CHECK(backoff.next(~0ull) <= ceiling);
  }
  for (int i = 0; i < 1000; ++i) CHECK(backoff.next(~0ull) <= 60s);
}

TEST_CASE("backoff: the whole range is used, evenly (full jitter)") {
  Backoff backoff({8s, 8s, 10s});
  std::uint64_t random = 1;
  int low = 0;
  for (int i = 0; i < 10'000; ++i) {
    random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    if (backoff.next(random >> 11) <= 4s) ++low;
  }
  CHECK(low > 4700);
  CHECK(low < 5300);
}

TEST_CASE("backoff: failures are forgotten after a stable connection only, or on reset()") {
  Backoff backoff({1s, 60s, 10s});
  for (int i = 0; i < 5; ++i) backoff.next(0);
  backoff.connection_lasted(10s - 1us);
  CHECK(backoff.failures() == 5);
  backoff.connection_lasted(10s);
  CHECK(backoff.failures() == 0);
  backoff.next(0);
  backoff.reset();
  CHECK(backoff.failures() == 0);
}

TEST_CASE("backoff: odd options give short waits, never none") {
  Backoff zero({0s, 0s, 0s});
  CHECK(zero.next(~0ull) == 1us);
  Backoff upside({60s, 1s, 0s});
  CHECK(upside.next(~0ull) <= 1s);
}
