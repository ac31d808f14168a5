// The run that every other run disturbs.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

TEST_CASE("undisturbed, in every weather and both versions, all promises hold") {
  for (const ProtocolVersion version : both_versions) {
    for (int weather = 0; weather < weathers; ++weather) {
      const Outcome outcome = run({.weather = weather, .version = version});
      CHECK_MESSAGE(outcome.failures.empty(), outcome.report);
      if (weather == 0) {
        REQUIRE(outcome.bytes.size() == 1);
        MESSAGE("one connection, " << outcome.bytes[0][0] << " bytes out, " << outcome.bytes[0][1] << " in");
        CHECK(outcome.bytes[0][0] > 300);
        CHECK(outcome.bytes[0][1] > 300);
      }
    }
  }
}
