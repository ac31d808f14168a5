// A message that makes the broker close the connection fails and holds up no other; an outage, however long, fails none.
#include <doctest/doctest.h>

#include "simulation.hpp"
#include "tally.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

TEST_CASE("a broker that closes the connection for one topic: its messages fail, all others keep their promises") {
  Tally tally("a refused topic");
  for (const char* topic : {"out/b", "out/state"}) {
    for (int weather = 0; weather < weathers; ++weather) {
      for (const ProtocolVersion version : both_versions)
        tally.add(run({.weather = weather, .refused_topic = topic, .version = version}));
    }
  }
}

TEST_CASE("a refused topic and a fault at every 5th byte of the first connection: its messages fail, no other does") {
  Tally tally("a refused topic and a fault");
  for (const auto kind : {Fault::Kind::cut, Fault::Kind::forget, Fault::Kind::kill_half}) {
    for (const auto direction : {Direction::outbound, Direction::inbound}) {
      for (std::size_t offset = 0; offset < 250; offset += Tally::stride(5, 50))
        tally.add(run({.weather = static_cast<int>(offset / 10 % 2), .seed = offset + 1,
                       .faults = {{kind, 0, direction, offset}}, .refused_topic = "out/b",
                       .version = version_of(offset / 5)}));
    }
  }
}

TEST_CASE("twenty connections in a row that are cut anywhere: nothing fails") {
  Tally tally("a long outage");
  for (std::uint64_t seed = 1; seed <= 2'000 / Tally::stride(1, 10); ++seed) {
    Random random(seed);
    Plan plan{.weather = static_cast<int>(random.below(weathers)), .seed = seed, .version = version_of(seed)};
    for (unsigned connection = 0; connection < 20; ++connection) {
      const Direction direction = random.below(2) == 0 ? Direction::outbound : Direction::inbound;
      plan.faults.push_back({Fault::Kind::cut, connection, direction, random.below(300)});
    }
    tally.add(run(plan));
  }
}
