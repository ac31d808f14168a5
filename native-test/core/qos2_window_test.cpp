// The window for QoS 2 of its own, and what may pass a message that waits for it.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

ClientOptions windows(std::uint16_t all, std::uint16_t qos2) {
  ClientOptions options = Link::defaults(false);
  options.in_flight_window = all;
  options.qos2_window = qos2;
  return options;
}

}  // namespace

TEST_CASE("QoS 2: by default at most 20 messages are without PUBCOMP, released ones included, as Mosquitto's package asks") {
  Link link(Link::defaults(false));
  link.connect();
  for (int i = 0; i < 50; ++i) link.publish("a", std::to_string(i), Qos::exactly_once);
  std::vector<PacketId> ids;
  while (!link.quiet()) ids.push_back(link.expect<Publish>().packet_id);
  REQUIRE(ids.size() == 20);
  for (const PacketId id : ids) {
    link.receive(Pubrec{id});
    link.expect<Pubrel>();
    CHECK(link.quiet());  // released is not finished
  }
  for (std::size_t i = 0; i < 19; ++i) {
    link.receive(Pubcomp{ids[i]});
    CHECK(as_text(link.expect<Publish>().payload) == std::to_string(20 + i));
    CHECK(link.quiet());
  }
}

TEST_CASE("QoS 2: the window holds across a reconnect that keeps the session and one that loses it") {
  for (const bool kept : {true, false}) {
    CAPTURE(kept);
    Link link(windows(1000, 2));
    link.connect();
    for (int i = 0; i < 5; ++i) link.publish("a", std::to_string(i), Qos::exactly_once);
    link.reconnect(kept);
    std::vector<PacketId> ids;
    for (int i = 0; i < 2; ++i) {
      const Publish sent = link.expect<Publish>();
      CHECK(as_text(sent.payload) == std::to_string(i));
      CHECK(sent.dup == kept);
      ids.push_back(sent.packet_id);
    }
    CHECK(link.quiet());
    link.receive(Pubrec{ids[0]});
    link.expect<Pubrel>();
    CHECK(link.quiet());
    link.receive(Pubcomp{ids[0]});
    CHECK(as_text(link.expect<Publish>().payload) == "2");
    CHECK(link.quiet());
  }
}

TEST_CASE("a full QoS 2 window holds up no QoS 1 and no QoS 0, and order within topic and QoS stays") {
  ClientOptions options = windows(1000, 1);
  options.queue_qos0 = true;
  Link link(options);
  link.publish("a", "two 1", Qos::exactly_once);
  link.publish("a", "one 1", Qos::at_least_once);
  link.publish("a", "two 2", Qos::exactly_once);
  link.publish("a", "zero 1", Qos::at_most_once);
  link.publish("a", "one 2", Qos::at_least_once);
  CHECK(link.client.unfinished().size() == 5);
  link.connect();
  std::vector<std::string> sent;
  PacketId two = 0;
  while (!link.quiet()) {
    const Publish packet = link.expect<Publish>();
    sent.emplace_back(as_text(packet.payload));
    if (packet.qos == Qos::exactly_once) two = packet.packet_id;
  }
  CHECK(sent == std::vector<std::string>{"two 1", "one 1", "zero 1", "one 2"});
  link.publish("a", "one 3", Qos::at_least_once);
  CHECK(as_text(link.expect<Publish>().payload) == "one 3");
  link.receive(Pubrec{two});
  link.expect<Pubrel>();
  link.receive(Pubcomp{two});
  CHECK(as_text(link.expect<Publish>().payload) == "two 2");
}

TEST_CASE("a full in-flight window holds up QoS 1 and QoS 2, not QoS 0") {
  Link link(windows(1, 1));
  link.connect();
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::at_least_once);
  link.publish("a", "3", Qos::exactly_once);
  link.publish("a", "4", Qos::at_most_once);
  CHECK(as_text(link.expect<Publish>().payload) == "1");
  CHECK(as_text(link.expect<Publish>().payload) == "4");
  CHECK(link.quiet());
}

TEST_CASE("a queue that is full drops the message that was accepted first, whatever its QoS") {
  ClientOptions options = windows(1000, 20);
  options.queue_messages = 3;
  options.queue_qos0 = true;
  options.overflow = OverflowPolicy::drop_oldest;
  Link link(options);
  const Delivery first = link.publish("a", "1", Qos::exactly_once);
  const Delivery second = link.publish("a", "2", Qos::at_most_once);
  const Delivery third = link.publish("a", "3", Qos::at_least_once);
  link.publish("a", "4", Qos::exactly_once);
  link.publish("a", "5", Qos::at_least_once);
  CHECK(link.fate(first) == "failed: dropped for a newer message: the queue was full");
  CHECK(link.fate(second) == "failed: dropped for a newer message: the queue was full");
  CHECK(link.fate(third).empty());
  CHECK(link.client.counts().queued == 3);
}

TEST_CASE("a window of 0 is refused: it would never send anything") {
  for (const bool qos2 : {false, true}) {
    Link link(qos2 ? windows(1, 0) : windows(0, 1));
    CHECK(link.open() == local_error(Errc::no_window));
    CHECK(link.quiet());
  }
}

TEST_CASE("time to live: one that is too long to be counted is no limit, one at the border still is") {
  Link link(Link::defaults(false));
  const Delivery forever = link.publish("a", "x", PublishOptions{.qos = Qos::at_least_once, .time_to_live = Duration::max()});
  const Delivery long_one = link.publish(
      "a", "x", PublishOptions{.qos = Qos::at_least_once, .time_to_live = Time::max() - link.now - 1us});
  link.advance(24h * 365);
  CHECK(link.fate(forever).empty());
  CHECK(link.fate(long_one).empty());
  const Delivery brief = link.publish("a", "x", PublishOptions{.qos = Qos::at_least_once, .time_to_live = 1us});
  link.advance(1us);
  CHECK(link.fate(brief) == "failed: expired before it could be sent");
}
