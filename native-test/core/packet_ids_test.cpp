#include "packet_ids.hpp"

#include <memory>

#include <doctest/doctest.h>

#include "received_ids.hpp"

using namespace wasmqtt;

TEST_CASE("packet ids: 1 to 65535 in turn, then around; never 0 [MQTT-2.3.1-1]") {
  const auto ids = std::make_unique<PacketIds>();
  for (unsigned round = 0; round < 3; ++round) {
    for (unsigned id = 1; id <= 65'535; ++id) {
      const PacketId taken = ids->take();
      if (taken != id) FAIL("expected " << id << ", got " << taken);
      ids->release(taken);
    }
  }
  CHECK(ids->count() == 0);
}

TEST_CASE("packet ids: with all 65535 in use there is none; one released is found, wherever it is [MQTT-2.3.1-2]") {
  const auto ids = std::make_unique<PacketIds>();
  for (unsigned i = 0; i < 65'535; ++i) REQUIRE(ids->take() != 0);
  CHECK(ids->count() == 65'535);
  for (const PacketId id : {PacketId{1}, PacketId{63}, PacketId{64}, PacketId{65'535}, PacketId{30'000}}) {
    CHECK(ids->take() == 0);
    ids->release(id);
    CHECK_FALSE(ids->in_use(id));
    CHECK(ids->take() == id);
  }
}

TEST_CASE("packet ids: claimed ones are passed over; 0 and free ones can be released without harm") {
  PacketIds ids;
  CHECK(ids.claim(1));
  CHECK(ids.claim(2));
  CHECK_FALSE(ids.claim(2));
  CHECK_FALSE(ids.claim(0));
  CHECK(ids.take() == 3);
  ids.release(0);
  ids.release(77);
  CHECK(ids.count() == 3);
  CHECK(ids.in_use(0));
}

TEST_CASE("received ids: held once, freed once, cleared at once [MQTT-4.3.3-2]") {
  ReceivedIds ids;
  for (const PacketId id : {PacketId{1}, PacketId{64}, PacketId{65'535}}) {
    CHECK(ids.insert(id));
    CHECK_FALSE(ids.insert(id));
    CHECK(ids.contains(id));
  }
  CHECK(ids.count() == 3);
  CHECK(ids.erase(64));
  CHECK_FALSE(ids.erase(64));
  CHECK(ids.count() == 2);
  ids.clear();
  CHECK(ids.count() == 0);
  CHECK_FALSE(ids.contains(1));
}
