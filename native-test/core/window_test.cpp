// What bounds the messages under way: the in-flight window, and time.
#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

ClientOptions window(std::uint16_t size) {
  ClientOptions options = Link::defaults(false);
  options.in_flight_window = size;
  return options;
}

}  // namespace

TEST_CASE("the in-flight window bounds what is unacknowledged; the rest follows, in order") {
  Link link(window(3));
  link.connect();
  for (int i = 0; i < 10; ++i) link.publish("a", std::to_string(i), Qos::exactly_once);
  CHECK(link.client.counts().in_flight == 3);
  CHECK(link.client.counts().queued == 7);
  for (int i = 0; i < 10; ++i) {
    const Publish sent = link.expect<Publish>();
    CHECK(as_text(sent.payload) == std::to_string(i));
    const PacketId id = sent.packet_id;
    link.receive(Pubrec{id});
    CHECK(link.client.counts().in_flight <= 3);
    // Pubrel may come behind PUBLISHes that were waiting already.
    link.receive(Pubcomp{id});
    std::vector<std::uint8_t> rest;
    for (std::size_t at = 0; at < link.wire.size();) {
      const std::size_t size = 2u + link.wire[at + 1];
      if (link.wire[at] != 0x62) rest.insert(rest.end(), link.wire.begin() + static_cast<std::ptrdiff_t>(at), link.wire.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
    }
    link.wire = rest;
  }
  CHECK(link.client.counts().in_flight == 0);
}

TEST_CASE("a silent broker: acknowledgements due for too long end the connection, and nothing is lost") {
  ClientOptions options = Link::defaults(false);
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  link.advance(59s);
  REQUIRE_FALSE(link.closed);
  link.advance(1s);
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::no_acknowledgement);
  CHECK(link.client.delivery_state(delivery) == DeliveryState::sent);
  link.wire.clear();
  link.connect(true);
  CHECK(link.expect<Publish>().dup);
}

TEST_CASE("a SUBSCRIBE that is never answered ends the connection and is told as failed") {
  ClientOptions options = Link::defaults();
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  link.advance(1h);
  const PacketId id = link.subscribe("a");
  link.advance(59s);
  CHECK(link.subscribed.empty());
  link.advance(1s);
  REQUIRE(link.subscribed.size() == 1);
  CHECK(link.subscribed[0].packet_id == id);
  CHECK(link.subscribed[0].error == local_error(Errc::not_connected));
  CHECK(link.closed->error.code() == Errc::no_acknowledgement);
}

TEST_CASE("a silent broker: what is published meanwhile does not put off the acknowledgement time-out") {
  ClientOptions options = Link::defaults(false);
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  for (int i = 0; i < 2; ++i) {
    link.publish("a", "x", Qos::at_least_once);
    link.advance(30s);
  }
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::no_acknowledgement);
}

TEST_CASE("a broker that acknowledges slowly and steadily has its time anew with each acknowledgement") {
  ClientOptions options = Link::defaults(false);
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  for (int i = 0; i < 5; ++i) link.publish("a", "x", Qos::at_least_once);
  for (int i = 0; i < 5; ++i) {
    link.advance(59s);
    REQUIRE_FALSE(link.closed);
    link.receive(Puback{link.expect<Publish>().packet_id});
  }
  link.advance(1h);
  CHECK(link.client.connected());  // nothing is due any more
}
