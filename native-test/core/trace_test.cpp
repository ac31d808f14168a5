#include "wasmqtt/trace.hpp"

#include <numeric>

#include "link.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

ClientOptions traced(TraceLimits limits = {100, 10'000, 1000}) {
  ClientOptions options = Link::defaults(false);
  options.trace = limits;
  return options;
}

}  // namespace

TEST_CASE("trace: every packet both ways, with time, bytes and fields, numbered from 1") {
  Link link(traced());
  link.connect();
  link.now += 5ms;
  link.publish("a", "x", Qos::at_least_once);
  link.now += 7ms;
  link.receive(Puback{link.expect<Publish>().packet_id});
  const PacketTrace& trace = link.client.trace();
  REQUIRE(trace.first() == 1);
  REQUIRE(trace.end() == 5);
  CHECK(trace[1].type == PacketType::connect);
  CHECK(trace[2].type == PacketType::connack);
  CHECK(trace[2].direction == Direction::inbound);
  CHECK(trace[3].qos == Qos::at_least_once);
  CHECK(trace[3].packet_id == 1);
  CHECK(to_hex(trace.bytes(trace[3])) == "3206000161000178");
  CHECK(trace[3].size == 8);
  CHECK(trace[4].partner == 3);
  CHECK(trace[3].partner == 4);
  CHECK(trace[4].round_trip == 7ms);
  CHECK(trace[3].round_trip == 7ms);
  CHECK(trace[2].partner == 1);
}

TEST_CASE("trace: each step of QoS 2, both ways, SUBSCRIBE, UNSUBSCRIBE and PING finds what it answers") {
  Link link(traced());
  link.connect();
  const auto partner = [&] { return link.client.trace()[link.client.trace().end() - 1].partner; };
  const auto last = [&] { return link.client.trace().end() - 1; };
  link.publish("a", "x", Qos::exactly_once);
  const auto publish = last();
  link.receive(Pubrec{1});  // answered with PUBREL at once
  const auto pubrel = last();
  CHECK(partner() == publish + 1);
  CHECK(link.client.trace()[publish].partner == publish + 1);
  link.receive(Pubcomp{1});
  CHECK(partner() == pubrel);
  link.receive(Publish{"b", {}, 1, Qos::exactly_once, false, false});  // the same id, theirs
  CHECK(partner() == last() - 1);
  link.receive(Pubrel{1});
  CHECK(partner() == last() - 1);
  const PacketId id = link.subscribe("a");
  const auto subscribe = last();
  const std::uint8_t granted[] = {0};
  link.receive(Suback{id, granted});
  CHECK(partner() == subscribe);
  link.client.probe(link.now);
  link.receive(Pingresp{});
  CHECK(partner() == last() - 1);
  link.receive(Pingresp{});
  CHECK(partner() == 0);
  link.receive(Puback{999});
  CHECK(partner() == 0);
  link.receive(Puback{static_cast<PacketId>(id)});  // of another kind
  CHECK(partner() == 0);
}

TEST_CASE("trace: a new connection links nothing to the old one") {
  Link link(traced());
  link.connect();
  link.client.probe(link.now);
  link.drain();
  link.reconnect();
  link.receive(Pingresp{});
  CHECK(link.client.trace()[link.client.trace().end() - 1].partner == 0);
}

TEST_CASE("trace: a password is masked before it gets in, whole or cut") {
  ClientOptions options = traced();
  options.user_name = "bob";
  options.password = std::vector<std::uint8_t>{'s', 'e', 'c', 'r', 'e', 't'};
  for (const std::size_t kept : {1000u, 30u, 20u}) {
    options.trace.max_packet_bytes = kept;
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    const auto text = std::string(as_text(link.client.trace().bytes(link.client.trace()[1])));
    CHECK(text.find('s', 20) == std::string::npos);
    CHECK(text.size() == std::min<std::size_t>(kept, link.wire.size()));
    if (kept == 1000) CHECK(text.ends_with("******"));
    CHECK(as_text(link.wire).ends_with("secret"));  // the broker gets the real one
  }
}

TEST_CASE("trace: bounded in packets and bytes; the oldest go first; numbers go on") {
  Link link(traced({16, 200, 50}));
  link.connect();
  for (int i = 0; i < 1000; ++i) {
    link.publish("a", std::string(static_cast<std::size_t>(i % 90), 'x'), Qos::at_most_once);
    const PacketTrace& trace = link.client.trace();
    std::size_t bytes = 0;
    CHECK(trace.end() - trace.first() <= 16);
    for (auto n = trace.first(); n != trace.end(); ++n) {
      bytes += trace[n].kept;
      CHECK(trace[n].kept <= 50);
      if (trace[n].direction == Direction::outbound && n > 1) CHECK(trace.bytes(trace[n])[0] == 0x30);
    }
    CHECK(bytes <= 200);
  }
  CHECK(link.client.trace().end() == 1003);
  link.client.trace().clear();
  CHECK(link.client.trace().first() == 1003);
  CHECK(link.client.trace().first() == link.client.trace().end());
}

TEST_CASE("trace: off by default, and then costs nothing; odd limits do no harm") {
  Link link;
  link.connect();
  CHECK(link.client.trace().first() == link.client.trace().end());
  Link tiny(traced({1, 0, 0}));
  tiny.connect();
  CHECK(tiny.client.trace().end() == 3);
  CHECK(tiny.client.trace()[2].kept <= 1);
}

TEST_CASE("trace: malformed packets are recorded as far as they can be read") {
  for (const char* hex : {"3203000161", "32020005", "400100", "f000", "36060001610001aa"}) {
    Link link(traced());
    link.connect();
    link.receive_hex(hex);
    const PacketTrace& trace = link.client.trace();
    CHECK(trace.end() >= 4);
  }
}

TEST_CASE("the trace can be switched on, changed and switched off at any time; its numbers go on") {
  PacketTrace trace;
  const std::uint8_t ping[] = {0xc0, 0};
  trace.record(Time{}, Direction::outbound, ping);
  CHECK(trace.end() == 1);
  trace.set_limits({.max_packets = 2, .max_bytes = 100, .max_packet_bytes = 1});
  for (int i = 0; i < 3; ++i) trace.record(Time{}, Direction::outbound, ping);
  CHECK(trace.first() == 2);
  CHECK(trace.end() == 4);
  CHECK(trace.bytes(trace[3]).size() == 1);
  trace.set_limits({.max_packets = 2});
  CHECK(trace.first() == 4);
  trace.record(Time{}, Direction::outbound, ping);
  CHECK(trace.bytes(trace[4]).size() == 2);
  trace.set_limits({});
  trace.record(Time{}, Direction::outbound, ping);
  CHECK(trace.first() == 5);
  CHECK(trace.end() == 5);
}

namespace {

struct AliasTrace {
  explicit AliasTrace(TraceLimits limits = {100, 10'000, 1000}) : trace(limits) {
    trace.start_connection(ProtocolVersion::mqtt_5);
  }
  // A PUBLISH with this topic and alias; what the trace knows of the topic behind it.
  std::string publish(std::string_view topic, std::uint32_t number, Direction direction = Direction::inbound,
                      Qos qos = Qos::at_most_once) {
    PropertyList properties;
    if (number != 0) REQUIRE_FALSE(static_cast<bool>(properties.add(PropertyId::topic_alias, number)));
    ByteBuffer bytes;
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : PacketId{1};
    REQUIRE_FALSE(static_cast<bool>(encode(Packet{Publish{topic, {}, id, qos, false, false, properties}}, bytes,
                                           ProtocolVersion::mqtt_5, direction)));
    trace.record({}, direction, bytes);
    const TraceEntry& entry = trace[trace.end() - 1];
    CHECK(to_hex(trace.bytes(entry)) == to_hex(bytes));
    return std::string(trace.alias_topic(entry));
  }
  PacketTrace trace;
};

}  // namespace

TEST_CASE("trace: the topic behind an alias is kept with each PUBLISH that leaves it out, each way by itself [MQTT5-3.3.2-7]") {
  AliasTrace it;
  CHECK(it.publish("one", 1) == "");
  CHECK(it.publish("", 1) == "one");
  CHECK(it.publish("", 1, Direction::outbound) == "");
  CHECK(it.publish("two", 1, Direction::outbound, Qos::at_least_once) == "");
  CHECK(it.publish("", 1, Direction::outbound, Qos::at_least_once) == "two");
  CHECK(it.publish("", 1) == "one");
  CHECK(it.publish("", 2) == "");
  CHECK(it.publish("three", 1) == "");  // it stands for another topic from now on
  CHECK(it.publish("", 1) == "three");
  CHECK(it.trace.alias_topic(it.trace[2]) == "one");
  it.trace.start_connection(ProtocolVersion::mqtt_5);
  CHECK(it.publish("", 1) == "");
  it.trace.start_connection(ProtocolVersion::mqtt_3_1_1);
  CHECK(it.trace[1].version == ProtocolVersion::mqtt_5);
}

TEST_CASE("trace: an alias that stays in use outlives the packet that named its topic; one that does not is forgotten") {
  AliasTrace it({4, 10'000, 1000});
  (void)it.publish("kept", 1);
  (void)it.publish("forgotten", 2);
  for (int i = 0; i < 20; ++i) CHECK(it.publish("", 1) == "kept");
  CHECK(it.publish("", 2) == "");
  CHECK(it.trace.end() - it.trace.first() == 4);
}

TEST_CASE("trace: topics behind aliases stay within the ring's bytes, however small it is") {
  for (std::size_t bytes = 1; bytes < 60; ++bytes) {
    PacketTrace trace({.max_packets = 8, .max_bytes = bytes, .max_packet_bytes = 1000});
    trace.start_connection(ProtocolVersion::mqtt_5);
    const ByteBuffer named = from_hex("300d 0007 6120746f706963 03230001"), again = from_hex("3006 0000 03230001");
    for (int i = 0; i < 12; ++i) {
      trace.record({}, Direction::inbound, i % 4 == 0 ? named : again);
      for (std::uint64_t n = trace.first(); n != trace.end(); ++n)
        CHECK(trace[n].offset % bytes + trace.bytes(trace[n]).size() + trace.alias_topic(trace[n]).size() <= bytes);
    }
  }
}

TEST_CASE("trace: a client's own aliases, and the broker's, are known from what it sends and receives") {
  ClientOptions options = traced();
  options.protocol = Protocol::mqtt_5;
  options.topic_aliases = options.topic_alias_maximum = 5;
  Link link(options);
  PropertyList aliases;
  REQUIRE_FALSE(static_cast<bool>(aliases.add(PropertyId::topic_alias_maximum, 5)));
  link.connack_properties = aliases;
  link.connect();
  const PacketTrace& trace = link.client.trace();
  for (int i = 0; i < 2; ++i) link.publish("a/long/topic", "x", Qos::at_most_once);
  CHECK(trace.alias_topic(trace[trace.end() - 1]) == "a/long/topic");
  CHECK(trace[trace.end() - 1].size < trace[trace.end() - 2].size);
  CHECK(trace[1].version == ProtocolVersion::mqtt_5);
}

TEST_CASE("trace: a remark stands between the packets, within the same bounds, and links to nothing") {
  PacketTrace off;
  off.note({}, "nobody reads this");
  CHECK(off.end() == 1);
  PacketTrace trace({.max_packets = 4, .max_bytes = 64, .max_packet_bytes = 32});
  trace.start_connection(ProtocolVersion::mqtt_5);
  const ByteBuffer ping = from_hex("c000"), pong = from_hex("d000");
  trace.record(Time{1ms}, Direction::outbound, ping);
  trace.note(Time{2ms}, "The connection was lost.");
  trace.record(Time{3ms}, Direction::inbound, pong);
  CHECK(trace[2].type == remark);
  CHECK(as_text(trace.bytes(trace[2])) == "The connection was lost.");
  CHECK(trace[2].partner == 0);
  CHECK(trace[3].partner == 1);
  trace.note(Time{4ms}, std::string(100, 'x'));
  CHECK(trace[4].size == 100);
  CHECK(trace[4].kept == 32);
  for (int i = 0; i < 10; ++i) trace.note(Time{5ms}, "again");
  CHECK(trace.end() - trace.first() == 4);
  trace.note(Time{6ms}, "");
  CHECK(trace.end() == 15);
}
