// Write ahead, and the session after a crash.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

ClientOptions journaling() {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  return options;
}

}  // namespace

TEST_CASE("write ahead: no QoS 1 or 2 PUBLISH before its record is durable; then it goes at once") {
  Link link(journaling());
  link.connect();
  link.durable = false;
  link.publish("a", "x", Qos::at_least_once);
  CHECK(link.quiet());
  const std::uint64_t position = link.client.journal_position();
  link.publish("a", "y", Qos::at_least_once);
  link.client.handle_journal_durable(position);
  link.drain();
  CHECK(as_text(link.expect<Publish>().payload) == "x");
  CHECK(link.quiet());
  link.client.handle_journal_durable(link.client.journal_position());
  link.client.handle_journal_durable(1);  // late answers change nothing
  link.drain();
  CHECK(as_text(link.expect<Publish>().payload) == "y");
}

TEST_CASE("write ahead: CONNECT waits for all records before it, and its time to be answered begins then [MQTT-3.2.2-6]") {
  Link link(journaling());
  link.durable = false;
  link.publish("a", "x", Qos::at_least_once);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.advance(1h);
  CHECK(link.quiet());
  link.client.handle_journal_durable(link.client.journal_position());
  link.drain();
  link.expect<Connect>();
  link.advance(14s);
  CHECK_FALSE(link.closed);
  link.advance(1s);
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::no_connack);
}

TEST_CASE("write ahead: PUBREC, PUBREL and PUBCOMP wait for their records too, PUBACK for what was stored before [MQTT-4.3.3-2]") {
  Link link(journaling());
  link.connect();
  const PacketId mine = (link.publish("a", "x", Qos::exactly_once), link.expect<Publish>().packet_id);
  const auto waits = [&](const Packet& packet) {
    link.durable = false;
    link.receive(packet);
    const bool quiet = link.quiet();
    link.durable = true;
    link.drain();
    return quiet && !link.quiet();
  };
  CHECK(waits(Pubrec{mine}));
  link.expect<Pubrel>();
  CHECK(waits(Publish{"b", {}, 1, Qos::at_least_once, false, false}));
  link.expect<Puback>();
  CHECK(waits(Publish{"b", {}, 2, Qos::exactly_once, false, false}));
  link.expect<Pubrec>();
  CHECK(waits(Pubrel{2}));
  link.expect<Pubcomp>();
}

TEST_CASE("after a crash the session goes on from its journal: PUBREL, PUBLISH with DUP, queued, received ids [MQTT-4.1.0-1] [MQTT-4.4.0-1]") {
  ClientOptions options = journaling();
  options.in_flight_window = 3;
  std::vector<std::uint8_t> journal;
  std::vector<PacketId> ids;
  Delivery queued;
  {
    Link link(options);
    link.connect();
    for (const char* text : {"1", "2", "3"}) {
      link.publish("a", text, {.qos = text[0] == '2' ? Qos::exactly_once : Qos::at_least_once, .retain = text[0] == '3'});
      ids.push_back(link.expect<Publish>().packet_id);
    }
    queued = link.publish("a", "4", Qos::at_least_once);
    link.receive(Pubrec{ids[1]});
    link.receive(Publish{"b", {}, 9, Qos::exactly_once, false, false});
    journal = link.journal;
  }
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(journal, link.now)));
  CHECK(link.client.unfinished().size() == 4);
  CHECK(link.client.delivery_state(queued) == DeliveryState::queued);
  CHECK(as_text(link.client.outgoing(queued)->payload) == "4");
  CHECK_FALSE(link.client.outgoing(Delivery{12345}));
  link.connect(true);
  CHECK(link.expect<Pubrel>().packet_id == ids[1]);
  for (const std::size_t i : {0u, 2u}) {
    const Publish again = link.expect<Publish>();
    CHECK(again.packet_id == ids[i]);
    CHECK(again.dup);
    CHECK(again.retain == (i == 2));
  }
  CHECK(link.quiet());
  link.receive(Publish{"b", {}, 9, Qos::exactly_once, false, true});
  CHECK(link.messages.empty());
  link.expect<Pubrec>();
  link.receive(Puback{ids[0]});
  const Publish fourth = link.expect<Publish>();
  CHECK(as_text(fourth.payload) == "4");
  CHECK_FALSE(fourth.dup);
  link.receive(Puback{fourth.packet_id});
  CHECK(link.fate(queued) == "sent acknowledged");
}

TEST_CASE("after a crash, a broker without the session: told as lost, published anew with DUP 0 [MQTT-3.2.2-2]") {
  Link before(journaling());
  before.connect();
  before.publish("a", "x", Qos::exactly_once);
  Link link(journaling());
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.connect(false);
  CHECK(link.lost.size() == 1);
  CHECK_FALSE(link.expect<Publish>().dup);
}

TEST_CASE("what was published while the session was loading comes after it, and its handles stay good") {
  Link before(journaling());
  before.publish("old", "1", Qos::at_least_once);
  Link link(journaling());
  link.now += 1s;
  const Delivery mine = link.publish("new", "2", Qos::at_least_once);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  CHECK(link.client.delivery_state(mine) == DeliveryState::queued);
  link.connect();
  CHECK(link.expect<Publish>().topic == "old");
  CHECK(link.expect<Publish>().topic == "new");
  CHECK(link.fate(mine) == "sent");
}

TEST_CASE("latest per topic reaches over a restart: what is loaded is superseded by what was published meanwhile") {
  const std::string large(5000, 'x');  // in a block of its own, so that a sanitizer sees it go
  const PublishOptions latest{.qos = Qos::at_least_once, .latest_per_topic = true};
  Link before(journaling());
  before.publish("t", large + "old", latest);
  Link link(journaling());
  link.now += 1s;
  link.publish("t", large + "new", latest);
  REQUIRE_FALSE(static_cast<bool>(link.client.handle_restore(before.journal, link.now)));
  link.drain();
  REQUIRE(link.deliveries.size() == 1);
  CHECK(link.deliveries[0].reason == FailureReason::superseded);
  link.publish("t", large + "newest", latest);
  link.connect();
  CHECK(as_text(link.expect<Publish>().payload).ends_with("newest"));
  CHECK(link.quiet());
}
