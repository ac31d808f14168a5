#include "wasmqtt/dedupe.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace wasmqtt;

TEST_CASE("dedupe: the latest ids are known, older ones leave in order, whatever their number") {
  DedupeWindow window(100, 42);
  CHECK(window.capacity() == 100);
  for (int i = 0; i < 10'000; ++i) {
    REQUIRE(window.first_time("id-" + std::to_string(i)));
    REQUIRE_FALSE(window.first_time("id-" + std::to_string(i)));
    for (const int back : {1, 50, 99}) {
      if (i >= back) REQUIRE(window.contains("id-" + std::to_string(i - back)));
    }
    if (i >= 100) REQUIRE_FALSE(window.contains("id-" + std::to_string(i - 100)));
  }
  CHECK(window.size() == 100);
}

TEST_CASE("dedupe: a window of none holds one; the empty id is an id; the seed changes nothing to see") {
  DedupeWindow window(0, 7);
  CHECK(window.capacity() == 1);
  CHECK(window.first_time(""));
  CHECK_FALSE(window.first_time(""));
  CHECK(window.first_time("a"));
  CHECK_FALSE(window.contains(""));
  DedupeWindow other(0);
  CHECK(other.size() == 0);
  CHECK(other.first_time("a"));
}
