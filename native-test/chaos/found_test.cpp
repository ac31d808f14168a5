// What these runs have found in the core, kept as the plans that found it.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::chaos;

namespace {

void holds(const Plan& plan) {
  const Outcome outcome = run(plan);
  CHECK_MESSAGE(outcome.failures.empty(), outcome.report);
}

}  // namespace

TEST_CASE("a session that was made while its CONNACK got lost is told the subscriptions again [MQTT-3.2.2-2]") {
  holds({.weather = 7, .faults = {{Fault::Kind::forget, 0, Direction::outbound, 382}, {Fault::Kind::cut, 1, Direction::inbound, 3}}});
  holds({.weather = 8, .faults = {{Fault::Kind::forget, 0, Direction::inbound, 293}, {Fault::Kind::stall, 1, Direction::inbound, 3}}});
  holds({.weather = 6,
         .faults = {{Fault::Kind::forget, 0, Direction::outbound, 358}, {Fault::Kind::kill_lost, 1, Direction::inbound, 2}}});
}

TEST_CASE("a process that dies between CONNACK and the record that its session is new goes on in doubt [MQTT-3.2.2-2]") {
  holds({.weather = 13,
         .seed = 255'919,
         .faults = {{Fault::Kind::stall_one_way, 0, Direction::outbound, 266},
                    {Fault::Kind::forget, 0, Direction::inbound, 115},
                    {Fault::Kind::kill_lost, 1, Direction::inbound, 4}}});
  for (std::size_t offset = 0; offset < 358; offset += 2) {
    for (const int weather : {1, 5, 13})
      holds({.weather = weather, .faults = {{Fault::Kind::forget, 0, Direction::inbound, offset}, {Fault::Kind::kill_lost, 1, Direction::inbound, 4}}});
  }
}

TEST_CASE("forgotten at every byte, and the CONNACK that tells it lost: all promises hold") {
  for (std::size_t offset = 0; offset < 358; ++offset) {
    holds({.weather = 1,
           .faults = {{Fault::Kind::forget, 0, Direction::inbound, offset}, {Fault::Kind::cut, 1, Direction::inbound, 2}}});
  }
}

TEST_CASE("a QoS 2 message that a later connection has no room for keeps its packet id, also over a restart [MQTT-4.3.3-2]") {
  holds({.weather = 11, .version = ProtocolVersion::mqtt_5});
  holds({.weather = 11, .faults = {{Fault::Kind::cut, 0, Direction::outbound, 230}}, .version = ProtocolVersion::mqtt_5});
}
