// DISCONNECT: the last packet, also before CONNACK, and what does not follow it.
#include "link.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("disconnect(): E0 00 is the last packet, then we close; arrivals and acks come too late [MQTT-3.14.1-1] [MQTT-3.14.4-1] [MQTT-3.14.4-2]") {
  ClientOptions options = Link::defaults(false);
  options.manual_acknowledgement = true;
  Link link(options);
  link.connect();
  link.receive(Publish{"b", {}, 8, Qos::at_least_once, false, false});
  link.client.disconnect(link.now);
  link.client.acknowledge(link.messages[0].token, link.now);
  link.client.handle_bytes(from_hex("3203000162"), link.now);
  const auto late = link.client.publish("a", {}, {.qos = Qos::at_least_once}, link.now);
  CHECK(late.has_value());  // queued for the next connection
  CHECK(link.client.publish("a", {}, {}, link.now).error() == local_error(Errc::not_connected));
  const TopicRequest request{"a", Qos::at_most_once};
  CHECK(link.client.subscribe({&request, 1}, link.now).error() == local_error(Errc::not_connected));
  link.client.probe(link.now);
  link.client.disconnect(link.now);
  CHECK_FALSE(link.client.should_close());
  link.drain();
  CHECK(to_hex(link.wire) == "e000");
  CHECK(link.closes == 1);
  CHECK(link.closed->cause == CloseRecord::Cause::disconnected);
}

TEST_CASE("disconnect() at rest does nothing; restore on an open connection is refused") {
  Link link;
  link.client.disconnect(link.now);
  link.client.abort(link.now);
  link.drain();
  CHECK_FALSE(link.closed);
  link.connect();
  CHECK(link.client.handle_restore({}, link.now) == local_error(Errc::already_connected));
}

TEST_CASE("a message whose record never became durable is not acknowledged before the close; it comes again [MQTT-4.8.0-2]") {
  ClientOptions options = Link::defaults(false);
  options.journal = true;
  options.acknowledgement_timeout = 60s;
  Link link(options);
  link.connect();
  link.durable = false;
  link.receive(Publish{"b", as_bytes("x"), 8, Qos::exactly_once, false, false});
  CHECK(link.quiet());  // no PUBREC before its record is durable
  link.receive_hex("36050001620001");
  REQUIRE(link.closed);
  link.durable = true;
  link.connect(true);
  link.receive(Publish{"b", as_bytes("x"), 8, Qos::exactly_once, false, true});
  CHECK(link.expect<Pubrec>().packet_id == 8);
  CHECK(link.messages.size() == 1);
}

TEST_CASE("the client stands on a transport that is ordered and lossless, and asks no extension of the broker [MQTT-7.1.2-1] [MQTT-7.0.0-2]") {
  // The whole conversation of a plain 3.1.1 broker, over the Transport interface, with default options.
  World world;
  REQUIRE(world.mqtt.subscribe("a", Qos::exactly_once, [](const Message&) {}));
  world.connect();
  const std::uint8_t granted[] = {2};
  world.broker.reply(Suback{world.broker.expect<Subscribe>().packet_id, granted});
  world.publish("a", "x", Qos::exactly_once);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  world.broker.reply(Pubrec{id});
  world.broker.expect<Pubrel>();
  world.broker.reply(Pubcomp{id});
  world.broker.reply(publish_of("a", "x", Qos::exactly_once, 1));
  world.broker.expect<Pubrec>();
  world.broker.reply(Pubrel{1});
  world.broker.expect<Pubcomp>();
  world.mqtt.disconnect();
  world.broker.expect<Disconnect>();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
}

TEST_CASE("disconnect() before CONNACK: CONNECT, DISCONNECT, close; CONNACK and all else come too late [MQTT-3.14.4-2]") {
  Link link(Link::defaults(false));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.publish("a", "x", Qos::at_least_once);
  const std::uint64_t token = link.client.journal_position();
  link.client.disconnect(link.now);
  const auto late = from_hex("20020000" "d000" "3003000161");
  link.client.handle_bytes(late, link.now);
  link.client.acknowledge(token, link.now);
  link.drain();
  link.expect<Connect>();
  link.expect<Disconnect>();
  CHECK(link.quiet());
  CHECK(link.closes == 1);
  CHECK(link.connected.empty());
  CHECK(link.messages.empty());
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::disconnected);
  CHECK(link.closed->phase == CloseRecord::Phase::disconnecting);
  CHECK(link.closed->connected_for == Duration{});
  CHECK(link.closed->last_sent == PacketType::disconnect);
}

TEST_CASE("disconnect() before CONNACK leaves in doubt whether the broker made a session [MQTT-3.2.2-2]") {
  Link link(Link::defaults(false));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.client.disconnect(link.now);
  link.drain();
  link.wire.clear();
  link.connect(true);
  CHECK(link.connected.back().session_in_doubt);
  link.reconnect(true);
  CHECK_FALSE(link.connected.back().session_in_doubt);
}
