#include "acknowledgements.hpp"

#include <doctest/doctest.h>

using namespace wasmqtt;

namespace {

std::vector<int> ready(Acknowledgements& acks) {
  std::vector<int> ids;
  while (const auto entry = acks.take_ready()) ids.push_back(entry->packet_id);
  return ids;
}

}  // namespace

TEST_CASE("acknowledgements: in order of arrival, whatever the order of the application [MQTT-4.6.0-2] [MQTT-4.6.0-3]") {
  Acknowledgements acks;
  std::vector<std::uint64_t> tokens;
  for (PacketId id = 10; id < 15; ++id)
    tokens.push_back(acks.add(id, id % 2 == 0 ? Qos::exactly_once : Qos::at_least_once, true, false));
  CHECK(tokens[0] != 0);
  CHECK(acks.make_ready(tokens[4]) == 14);  // QoS 2: to be recorded
  CHECK(acks.make_ready(tokens[4]) == 0);   // once
  CHECK(acks.make_ready(tokens[1]) == 0);   // QoS 1: nothing to record
  CHECK(ready(acks).empty());
  acks.make_ready(tokens[0]);
  CHECK(ready(acks) == std::vector{10, 11});
  acks.make_ready(tokens[3]);
  acks.make_ready(tokens[2]);
  CHECK(ready(acks) == std::vector{12, 13, 14});
  CHECK(acks.count() == 0);
  CHECK(acks.make_ready(tokens[2]) == 0);
  CHECK(acks.make_ready(0) == 0);
  CHECK(acks.make_ready(1'000'000) == 0);
}

TEST_CASE("acknowledgements: 100,000 go through a small ring while one is always open") {
  Acknowledgements acks;
  std::uint64_t previous = acks.add(1, Qos::at_least_once, true, false);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t next = acks.add(static_cast<PacketId>(i % 65'535 + 1), Qos::at_least_once, true, false);
    acks.make_ready(previous);
    CHECK(ready(acks).size() == 1);
    previous = next;
  }
  CHECK(acks.count() == 1);
}

TEST_CASE("acknowledgements: tokens of a lost QoS 1 message do nothing later [MQTT-4.3.2-2]") {
  Acknowledgements acks;
  const auto old = acks.add(5, Qos::at_least_once, true, false);
  acks.connection_lost();
  acks.add(6, Qos::at_least_once, true, false);
  CHECK(acks.make_ready(old) == 0);
  CHECK(ready(acks).empty());
  CHECK_FALSE(acks.undecided(5));
}

TEST_CASE("acknowledgements: an unacknowledged QoS 2 message keeps its token over several connections [MQTT-4.3.3-2]") {
  Acknowledgements acks;
  const auto token = acks.add(5, Qos::exactly_once, true, false);
  for (int i = 0; i < 3; ++i) {
    acks.connection_lost();
    CHECK(acks.undecided(5));
    CHECK(acks.add_repetition(5));
    CHECK(ready(acks).empty());
  }
  CHECK(acks.make_ready(token) == 5);
  CHECK(ready(acks) == std::vector{5});
  CHECK_FALSE(acks.undecided(5));
  CHECK_FALSE(acks.add_repetition(5));
}

TEST_CASE("acknowledgements: an unacknowledged QoS 2 message that comes again twice on one connection holds up nothing [MQTT-4.3.3-2]") {
  Acknowledgements acks;
  const auto token = acks.add(5, Qos::exactly_once, true, false);
  acks.connection_lost();
  CHECK(acks.add_repetition(5));
  CHECK_FALSE(acks.add_repetition(5));  // answered as any repetition is, in its turn
  acks.add(5, Qos::exactly_once, false, true);
  acks.make_ready(acks.add(6, Qos::at_least_once, true, false));
  CHECK(ready(acks).empty());
  CHECK(acks.make_ready(token) == 5);
  CHECK(ready(acks) == std::vector{5, 5, 6});
}

TEST_CASE("acknowledgements: tens of thousands are undecided, and each is found") {
  Acknowledgements acks;
  std::vector<std::uint64_t> tokens;
  for (PacketId id = 1; id < 60'000; ++id) tokens.push_back(acks.add(id, Qos::exactly_once, true, false));
  acks.connection_lost();
  for (PacketId id = 1; id < 60'000; id += 2) acks.forget(id);
  for (PacketId id = 59'999; id > 0; --id) CHECK(acks.add_repetition(id) == (id % 2 == 0));
  for (PacketId id = 1; id < 60'000; ++id) CHECK(acks.make_ready(tokens[id - 1u]) == (id % 2 == 0 ? id : 0));
  CHECK(ready(acks).size() == 29'999);
}

TEST_CASE("acknowledgements: decided between two connections, the repetition is ready as it comes [MQTT-4.3.3-2]") {
  Acknowledgements acks;
  const auto token = acks.add(5, Qos::exactly_once, true, false);
  acks.connection_lost();
  CHECK(acks.make_ready(token) == 5);
  CHECK(acks.make_ready(token) == 0);
  CHECK(acks.add_repetition(5));
  CHECK(ready(acks) == std::vector{5});
}

TEST_CASE("acknowledgements: a lost session forgets what is undecided [MQTT-3.1.2-6]") {
  Acknowledgements acks;
  const auto token = acks.add(5, Qos::exactly_once, true, false);
  acks.clear();
  CHECK_FALSE(acks.undecided(5));
  CHECK(acks.make_ready(token) == 0);
  CHECK(acks.count() == 0);
}
