// What the client sends: QoS 0, 1 and 2, resends, order, packet ids.
#include <set>

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

ClientOptions window(std::uint16_t size) {
  ClientOptions options = Link::defaults(false);
  options.in_flight_window = options.qos2_window = size;
  return options;
}

}  // namespace

// ---- QoS 0 ----

TEST_CASE("QoS 0: sent once with DUP 0 and no packet id, never again after a cut [MQTT-4.3.1-1] [MQTT-2.3.1-5] [MQTT-3.3.1-2]") {
  Link link(Link::defaults(false));
  link.connect();
  CHECK(link.publish("a", std::string_view("\x00\x01\x02", 3), Qos::at_most_once).number == 0);
  const Publish sent = link.expect<Publish>();
  CHECK(to_hex(link.current) == "3006000161000102");
  CHECK_FALSE(sent.dup);
  link.reconnect();
  CHECK(link.quiet());
  CHECK(link.deliveries.empty());
}

TEST_CASE("QoS 0 without a connection: refused, or queued when asked to; dropped ones are told") {
  Link link;
  CHECK(link.client.publish("a", {}, {}, link.now).error() == local_error(Errc::not_connected));
  ClientOptions options = Link::defaults();
  options.queue_qos0 = true;
  Link queueing(options);
  const Delivery delivery = queueing.publish("a", "x", Qos::at_most_once);
  CHECK(delivery.number != 0);
  CHECK(queueing.client.delivery_state(delivery) == DeliveryState::queued);
  queueing.connect();
  CHECK(as_text(queueing.expect<Publish>().payload) == "x");
  CHECK(queueing.fate(delivery) == "sent");
  CHECK_FALSE(queueing.client.delivery_state(delivery));
}

TEST_CASE("QoS 0 behind a full output is queued, and fails when the connection ends first") {
  ClientOptions options = Link::defaults();
  options.output_bytes = 10;
  Link link(options);
  link.connect();
  REQUIRE(link.client.publish("a", as_bytes("0123456789"), {}, link.now));
  const auto waits = link.client.publish("a", as_bytes("late"), {}, link.now);
  REQUIRE(waits);
  CHECK(link.client.counts().queued == 1);
  link.client.handle_transport_closed({TransportFault::reset, 0, {}, false}, link.now);
  link.drain();
  CHECK(link.fate(*waits) == "failed: the connection was lost before it was sent");
}

// ---- QoS 1 ----

TEST_CASE("QoS 1: a new id, DUP 0, unacknowledged until PUBACK [MQTT-4.3.2-1] [MQTT-2.3.1-6]") {
  Link link(Link::defaults(false));
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  const Publish sent = link.expect<Publish>();
  CHECK(sent.packet_id != 0);
  CHECK_FALSE(sent.dup);
  CHECK(link.client.delivery_state(delivery) == DeliveryState::sent);
  link.receive(Puback{static_cast<PacketId>(sent.packet_id + 1)});  // another id completes nothing
  CHECK(link.client.counts().in_flight == 1);
  link.receive(Puback{sent.packet_id});
  CHECK(link.fate(delivery) == "sent acknowledged");
  CHECK_FALSE(link.client.delivery_state(delivery));
  link.receive(Puback{sent.packet_id});  // and a second one neither
  CHECK(link.fate(delivery) == "sent acknowledged");
  link.reconnect();
  CHECK(link.quiet());
}

TEST_CASE("QoS 1: the resend differs from the first by DUP alone [MQTT-3.3.1-1] [MQTT-2.3.1-3]") {
  Link link(Link::defaults(false));
  link.connect();
  link.publish("a/b", "payload", {.qos = Qos::at_least_once, .retain = true});
  link.expect<Publish>();
  std::vector<std::uint8_t> first = link.current;
  for (int i = 0; i < 3; ++i) {
    link.reconnect();
    if (i > 0) {  // two connections ended when it was sent: it is on trial
      link.expect<Pingreq>();
      link.receive(Pingresp{});
    }
    link.expect<Publish>();
    first[0] |= 8;
    CHECK(to_hex(link.current) == to_hex(first));
  }
}

TEST_CASE("no resend on a live connection, however long it takes [MQTT-4.4.0-1]") {
  ClientOptions options = Link::defaults(false);
  options.acknowledgement_timeout = 0us;
  options.keep_alive = 0s;
  Link link(options);
  link.connect();
  link.publish("a", "x", Qos::at_least_once);
  link.publish("a", "y", Qos::exactly_once);
  link.expect<Publish>();
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  link.expect<Pubrel>();
  link.advance(24h);
  CHECK(link.quiet());
  CHECK(link.client.connected());
}

TEST_CASE("resends keep the original order, each QoS and mixed [MQTT-4.6.0-1] [MQTT-4.4.0-1]") {
  Link link(Link::defaults(false));
  link.connect();
  std::vector<PacketId> ids;
  for (int i = 0; i < 10; ++i) {
    link.publish("a", std::to_string(i), i % 2 == 0 ? Qos::at_least_once : Qos::exactly_once);
    ids.push_back(link.expect<Publish>().packet_id);
  }
  link.receive(Puback{ids[4]});
  link.reconnect();
  for (int i = 0; i < 10; ++i) {
    if (i == 4) continue;
    const Publish again = link.expect<Publish>();
    CHECK(as_text(again.payload) == std::to_string(i));
    CHECK(again.packet_id == ids[static_cast<std::size_t>(i)]);
    CHECK(again.dup);
  }
  CHECK(link.quiet());
}

TEST_CASE("a message published while resends wait for room does not overtake them [MQTT-4.6.0-1]") {
  ClientOptions options = Link::defaults(false);
  options.output_bytes = 64;
  Link link(options);
  link.connect();
  for (int i = 0; i < 50; ++i) link.publish("a", std::to_string(i), Qos::at_least_once);
  link.cut();
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  const std::uint8_t connack[] = {0x20, 2, 1, 0};
  link.client.handle_bytes(connack, link.now);
  while (link.client.poll_event(link.now) != nullptr) {}
  REQUIRE(link.client.publish("a", as_bytes("50"), {.qos = Qos::at_least_once}, link.now));
  REQUIRE(link.client.publish("a", as_bytes("51"), {.qos = Qos::at_most_once}, link.now));
  link.drain();
  for (int i = 0; i < 52; ++i) CHECK(as_text(link.expect<Publish>().payload) == std::to_string(i));
}

// ---- QoS 2 ----

TEST_CASE("QoS 2: PUBLISH until PUBREC, PUBREL until PUBCOMP, whatever is cut [MQTT-4.3.3-1] [MQTT-2.3.1-3]") {
  Link link(Link::defaults(false));
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::exactly_once);
  const PacketId id = link.expect<Publish>().packet_id;
  link.reconnect();
  const Publish again = link.expect<Publish>();
  CHECK(again.dup);
  CHECK(again.packet_id == id);
  link.receive(Pubrec{id});
  CHECK(link.expect<Pubrel>().packet_id == id);
  CHECK(link.current[0] == 0x62);  // [MQTT-3.6.1-1]
  CHECK(link.client.counts().in_flight == 1);
  for (int i = 0; i < 3; ++i) {  // never PUBLISH again
    link.advance(11s);  // sooner it would go on trial, see trial.hpp
    link.reconnect();
    CHECK(link.expect<Pubrel>().packet_id == id);
    CHECK(link.quiet());
  }
  link.receive(Pubcomp{id});
  CHECK(link.fate(delivery) == "sent sent acknowledged");
  link.reconnect();
  CHECK(link.quiet());
}

TEST_CASE("PUBREL carries flags 0010, nothing else does but SUBSCRIBE and UNSUBSCRIBE [MQTT-3.6.1-1] [MQTT-2.2.2-1]") {
  Link link;
  link.connect();
  link.publish("a", "x", Qos::exactly_once);
  link.receive(Pubrec{link.expect<Publish>().packet_id});
  link.expect<Pubrel>();
  CHECK(link.current[0] == 0x62);
  link.receive(Publish{"a", {}, 3, Qos::at_least_once, false, false});
  link.expect<Puback>();
  CHECK(link.current[0] == 0x40);
  link.receive(Publish{"a", {}, 4, Qos::exactly_once, false, false});
  link.expect<Pubrec>();
  CHECK(link.current[0] == 0x50);
  link.receive(Pubrel{4});
  link.expect<Pubcomp>();
  CHECK(link.current[0] == 0x70);
}

TEST_CASE("QoS 2: a second PUBREC is answered with PUBREL again [MQTT-4.3.3-1]") {
  Link link(Link::defaults(false));
  link.connect();
  link.publish("a", "x", Qos::exactly_once);
  const PacketId id = link.expect<Publish>().packet_id;
  link.receive(Pubrec{id});
  link.receive(Pubrec{id});
  link.expect<Pubrel>();
  link.expect<Pubrel>();
  CHECK(link.quiet());
  link.receive(Pubrec{999});  // unknown: the broker can finish
  CHECK(link.expect<Pubrel>().packet_id == 999);
}

TEST_CASE("QoS 2: PUBREC alone does not free the id [MQTT-2.3.1-3]") {
  Link link(Link::defaults(false));
  link.connect();
  link.publish("a", "x", Qos::exactly_once);
  const PacketId id = link.expect<Publish>().packet_id;
  link.receive(Pubrec{id});
  link.expect<Pubrel>();
  for (int i = 0; i < 65'534; ++i) {
    link.publish("a", "", Qos::at_least_once);
    const PacketId other = link.expect<Publish>().packet_id;
    REQUIRE(other != id);
    link.receive(Puback{other});
  }
  link.receive(Pubcomp{id});
  link.publish("a", "", Qos::at_least_once);
  CHECK(link.expect<Publish>().packet_id == id);
}

TEST_CASE("PUBRELs leave in the order of the PUBRECs, also when sent again [MQTT-4.6.0-4]") {
  Link link(Link::defaults(false));
  link.connect();
  std::vector<PacketId> ids;
  for (int i = 0; i < 6; ++i) {
    link.publish("a", "x", Qos::exactly_once);
    ids.push_back(link.expect<Publish>().packet_id);
  }
  const std::vector<std::size_t> order{3, 0, 5, 1, 4, 2};
  for (const std::size_t i : order) link.receive(Pubrec{ids[i]});
  for (const std::size_t i : order) CHECK(link.expect<Pubrel>().packet_id == ids[i]);
  link.reconnect();
  for (const std::size_t i : order) CHECK(link.expect<Pubrel>().packet_id == ids[i]);
}

TEST_CASE("an acknowledgement of the wrong kind closes the connection, or is ignored when lenient [MQTT-4.3.2-1] [MQTT-4.3.3-1]") {
  struct Case {
    Qos qos;
    Packet wrong;
  };
  for (const bool strict : {true, false}) {
    for (const Case& one : {Case{Qos::at_least_once, Pubrec{1}}, Case{Qos::at_least_once, Pubcomp{1}},
                            Case{Qos::exactly_once, Puback{1}}, Case{Qos::exactly_once, Pubcomp{1}}}) {
      ClientOptions options = Link::defaults(false);
      options.strict_acknowledgements = strict;
      Link link(options);
      link.connect();
      link.publish("a", "x", one.qos);
      REQUIRE(link.expect<Publish>().packet_id == 1);
      link.receive(one.wrong);
      CHECK(link.closed.has_value() == strict);
      if (strict) CHECK(link.closed->error.code() == Errc::acknowledgement_of_wrong_kind);
      CHECK(link.client.counts().in_flight == 1);
    }
  }
}

TEST_CASE("puback_ends_qos2: a broker that lowers QoS 2 to 1 ends the message by PUBACK; else it never would") {
  ClientOptions options = Link::defaults(false);
  options.puback_ends_qos2 = true;
  options.in_flight_window = 1;
  Link link(options);
  link.connect();
  const Delivery first = link.publish("a", "1", Qos::exactly_once);
  link.publish("a", "2", Qos::exactly_once);
  const PacketId id = link.expect<Publish>().packet_id;
  link.reconnect();
  CHECK(link.expect<Publish>().dup);
  link.receive(Puback{id});
  CHECK(link.fate(first) == "sent sent acknowledged");
  const Publish second = link.expect<Publish>();  // the window is free again
  link.receive(Pubrec{second.packet_id});         // and a broker that does know QoS 2 is answered as ever
  link.expect<Pubrel>();
  link.receive(Puback{second.packet_id});
  REQUIRE(link.closed);
  CHECK(link.closed->error.code() == Errc::acknowledgement_of_wrong_kind);
}

// ---- packet ids ----

TEST_CASE("packet ids: never 0 and never one in use, over 70,000 publishes with acks held back [MQTT-2.3.1-1] [MQTT-2.3.1-2]") {
  Link link(window(200));
  link.connect();
  std::vector<PacketId> held;
  std::set<PacketId> in_use;
  for (int i = 0; i < 70'000; ++i) {
    link.publish("a", "", i % 3 == 0 ? Qos::exactly_once : Qos::at_least_once);
    const Publish sent = link.expect<Publish>();
    REQUIRE(sent.packet_id != 0);
    REQUIRE(in_use.insert(sent.packet_id).second);
    if (i < 100) {
      held.push_back(sent.packet_id);  // unanswered for good
      continue;
    }
    if (sent.qos == Qos::exactly_once) {
      link.receive(Pubrec{sent.packet_id});
      link.expect<Pubrel>();
      link.receive(Pubcomp{sent.packet_id});
    } else {
      link.receive(Puback{sent.packet_id});
    }
    in_use.erase(sent.packet_id);
  }
  CHECK(held.size() == 100);
}

TEST_CASE("packet ids: SUBSCRIBE and UNSUBSCRIBE share the pool with PUBLISH [MQTT-2.3.1-2] [MQTT-2.3.1-1]") {
  Link link;
  link.connect();
  std::set<PacketId> ids;
  for (int i = 0; i < 10; ++i) {
    link.publish("a", "", Qos::at_least_once);
    ids.insert(link.expect<Publish>().packet_id);
    ids.insert(link.subscribe("a"));
    link.expect<Subscribe>();
    const std::string_view filter = "a";
    ids.insert(*link.client.unsubscribe({&filter, 1}, link.now));
    link.drain();
    link.expect<Unsubscribe>();
  }
  CHECK(ids.size() == 30);
  CHECK_FALSE(ids.contains(0));
}

TEST_CASE("acknowledgements carry the id of what they answer: 1, 256, 65535 [MQTT-2.3.1-6]") {
  Link link;
  link.connect();
  for (const int n : {1, 256, 65'535}) {
    const auto id = static_cast<PacketId>(n);
    link.receive(Publish{"a", {}, id, Qos::at_least_once, false, false});
    CHECK(link.expect<Puback>().packet_id == id);
    link.receive(Publish{"a", {}, id, Qos::exactly_once, false, false});
    CHECK(link.expect<Pubrec>().packet_id == id);
    link.receive(Pubrel{id});
    CHECK(link.expect<Pubcomp>().packet_id == id);
  }
}

// ---- what may not be sent ----

TEST_CASE("publish: what is not legal is refused and nothing changes [MQTT-3.3.2-1] [MQTT-3.3.2-2] [MQTT-3.3.1-4] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3]") {
  Link link;
  link.connect();
  const auto refused = [&](std::string_view topic, Qos qos = Qos::at_least_once) {
    const Error error = link.client.publish(topic, {}, {.qos = qos}, link.now).error();
    link.drain();
    CHECK(link.quiet());
    CHECK(link.client.counts().queued == 0);
    CHECK(error.side() == Side::local);
    return error.code();
  };
  CHECK(refused("") == Errc::empty_topic);
  for (const char* topic : {"#", "+", "a/#", "a/+/b", "a+", "#a"}) CHECK(refused(topic) == Errc::wildcard_in_topic_name);
  CHECK(refused("\xed\xa0\x80") == Errc::ill_formed_utf8);
  CHECK(refused(std::string_view("a\0b", 3)) == Errc::nul_in_string);
  CHECK(refused("a", static_cast<Qos>(3)) == Errc::invalid_qos);
  CHECK(refused(std::string(65'536, 'a')) == Errc::string_too_long);
  REQUIRE(link.client.publish(std::string(65'535, 'a'), {}, {}, link.now));
}

TEST_CASE("publish: a zero-byte retained message can be sent [MQTT-3.3.1-10] [MQTT-3.3.1-8]") {
  Link link;
  link.connect();
  link.publish("a", "", {.retain = true});
  link.expect<Publish>();
  CHECK(to_hex(link.current) == "3103000161");
}

TEST_CASE("publish: U+FEFF is kept, in topics both ways [MQTT-1.5.3-3]") {
  Link link;
  link.connect();
  link.publish("\xef\xbb\xbfx", "", Qos::at_most_once);
  link.expect<Publish>();
  CHECK(to_hex(link.current) == "30060004efbbbf78");
  link.receive_hex("30060004efbbbf78");
  CHECK(link.messages.at(0).topic == "\xef\xbb\xbfx");
}

TEST_CASE("strict_text: discouraged characters are refused in topics and filters") {
  ClientOptions options = Link::defaults();
  options.strict_text = true;
  Link link(options);
  link.connect();
  CHECK(link.client.publish("a\x01", {}, {}, link.now).error() == local_error(Errc::discouraged_character));
  const TopicRequest request{"a\x7f", Qos::at_most_once};
  CHECK(link.client.subscribe({&request, 1}, link.now).error() == local_error(Errc::discouraged_character));
}
