// Every fault at every byte of the undisturbed run, in both directions, and second faults on the connections that follow.
// Bytes take turns in speaking 3.1.1 and 5; where two runs differ in their weather only, they are turned about.
#include <doctest/doctest.h>

#include <cstdio>

#include "tally.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

namespace {

constexpr Direction both_directions[] = {Direction::outbound, Direction::inbound};

std::size_t bytes_of(const Outcome& outcome, std::size_t connection, Direction direction) {
  if (connection >= outcome.bytes.size()) return 0;
  return outcome.bytes[connection][direction == Direction::outbound ? 0 : 1];
}

// One fault of this kind at each offset of the first connection.
void at_every_byte(Tally& tally, int weather, Fault::Kind kind, std::size_t stride = 1) {
  for (const ProtocolVersion version : both_versions) {
    const Outcome undisturbed = run({.weather = weather, .version = version});
    for (const Direction direction : both_directions) {
      const std::size_t bytes = bytes_of(undisturbed, 0, direction);
      for (std::size_t offset = 0; offset <= bytes; offset += stride) {
        if (version_of(offset / stride + static_cast<std::size_t>(weather)) != version) continue;
        tally.add(run({.weather = weather, .seed = offset + 1, .faults = {{kind, 0, direction, offset}}, .version = version}));
      }
    }
  }
}

std::size_t after_connack(ProtocolVersion version) { return version == ProtocolVersion::mqtt_5 ? 20 : 8; }

}  // namespace

TEST_CASE("one fault of each kind at every byte, both ways: all promises hold") {
  Tally tally("one fault at every byte");
  for (int kind = 0; kind < Fault::kinds; ++kind) {
    // At once durable, and durable later: what is between append and durable is what a crash loses.
    at_every_byte(tally, 0, static_cast<Fault::Kind>(kind));
    at_every_byte(tally, 1, static_cast<Fault::Kind>(kind));
  }
}

TEST_CASE("cut, forgotten and killed at every byte in every weather: all promises hold") {
  Tally tally("every weather");
  for (int weather = 2; weather < weathers; ++weather) {
    for (const Fault::Kind kind : {Fault::Kind::cut, Fault::Kind::forget, Fault::Kind::kill_half})
      at_every_byte(tally, weather, kind, Tally::stride(1, 2));
  }
}

// The first cut falls on every 9th byte, so that packets are cut at each of their parts; the second on every byte.
TEST_CASE("cut, and cut again during the replay at every byte: all promises hold") {
  Tally tally("cut during replay");
  const std::size_t stride = Tally::stride(9, 40);
  for (const ProtocolVersion version : both_versions) {
    const Outcome undisturbed = run({.version = version});
    for (const Direction first : both_directions) {
      const std::size_t bytes = bytes_of(undisturbed, 0, first);
      for (std::size_t offset = version == version_of(0) ? 0 : stride; offset <= bytes; offset += 2 * stride) {
        const Fault cut{Fault::Kind::cut, 0, first, offset};
        const Outcome once = run({.faults = {cut}, .version = version});
        for (const Direction second : both_directions) {
          // The replay and a little more: the rest is what the first test enumerates.
          const std::size_t replay = std::min<std::size_t>(bytes_of(once, 1, second), 200);
          for (std::size_t again = 0; again <= replay; ++again)
            tally.add(run({.faults = {cut, {Fault::Kind::cut, 1, second, again}}, .version = version}));
        }
      }
    }
  }
}

// CONNACK has four bytes, or some more; what follows it, the resends and SUBACKs, is cut twice more.
TEST_CASE("three cuts soon after CONNACK, with requests unanswered, are not taken for a takeover [MQTT-3.1.3-2]") {
  Tally tally("three cuts");
  for (std::size_t offset = 0; offset < 150; offset += Tally::stride(1, 10)) {
    Plan plan{.version = version_of(offset / Tally::stride(1, 10))};
    for (unsigned connection = 0; connection < 3; ++connection)
      plan.faults.push_back({Fault::Kind::cut, connection, Direction::inbound, connection == 0 ? offset : after_connack(plan.version)});
    const Outcome outcome = run(plan);
    tally.add(outcome);
    CHECK(outcome.takeovers == 0);
  }
}
