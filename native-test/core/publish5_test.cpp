// MQTT 5's messages on their way out: topic aliases and expiry.
#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

PropertyList list_of(Id id, std::uint32_t number) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(id, number)));
  return list;
}

ClientOptions with_aliases(std::uint16_t count) {
  ClientOptions options = Link::mqtt5(false);
  options.topic_aliases = count;
  return options;
}

struct Connection : Link {
  Connection(std::uint16_t ours, std::uint32_t theirs) : Link(with_aliases(ours)) {
    if (theirs != 0) connack_properties = list_of(Id::topic_alias_maximum, theirs);
    connect();
  }
  // "topic:alias"
  std::string sent() {
    std::string text;
    while (!quiet()) {
      const Publish packet = expect<Publish>();
      text += std::string(packet.topic) + ":" + std::to_string(packet.properties.number(Id::topic_alias, 0)) + " ";
    }
    return text;
  }
  std::string sent(std::string_view topic, Qos qos = Qos::at_most_once) {
    publish(topic, "x", qos);
    return sent();
  }
};

// What is left of a message's expiry on the wire.
std::uint32_t left(const Publish& packet) { return packet.properties.number(Id::message_expiry_interval, 0xffff'ffff); }

}  // namespace

TEST_CASE("aliases: a topic gets one with its first message, which carries both; later ones carry the alias alone") {
  Connection link(10, 10);
  CHECK(link.sent("a") == "a:1 ");
  CHECK(link.sent("b") == "b:2 ");
  CHECK(link.sent("a") == ":1 ");
  CHECK(link.sent("b", Qos::at_least_once) == ":2 ");
  CHECK(link.sent("a", Qos::exactly_once) == ":1 ");
}

TEST_CASE("aliases: never more than the broker takes, the least recently used one goes to a new topic [MQTT5-3.2.2-17] [MQTT5-3.3.2-9]") {
  Connection link(10, 2);
  CHECK(link.sent("a") == "a:1 ");
  CHECK(link.sent("b") == "b:2 ");
  CHECK(link.sent("a") == ":1 ");
  CHECK(link.sent("c") == "c:2 ");
  CHECK(link.sent("a") == ":1 ");
  CHECK(link.sent("b") == "b:2 ");
  CHECK(link.sent("c") == "c:1 ");
  Connection ours(1, 65'535);
  CHECK(ours.sent("a") == "a:1 ");
  CHECK(ours.sent("b") == "b:1 ");
}

TEST_CASE("aliases: none where either side wants none, and none in 3.1.1 [MQTT5-3.2.2-18]") {
  Connection none(10, 0);
  CHECK(none.sent("a") == "a:0 ");
  CHECK(none.sent("a") == "a:0 ");
  Connection off(0, 10);
  CHECK(off.sent("a") == "a:0 ");
  CHECK(off.sent("a") == "a:0 ");
}

TEST_CASE("aliases: they end with their connection, and a resend has the whole topic [MQTT5-3.3.2-7]") {
  Connection link(10, 10);
  CHECK(link.sent("a", Qos::at_least_once) == "a:1 ");
  CHECK(link.sent("a", Qos::at_least_once) == ":1 ");
  link.reconnect();
  CHECK(link.sent() == "a:0 a:0 ");
  for (const PacketId id : {PacketId{1}, PacketId{2}}) link.receive(Puback{id});
  CHECK(link.sent("a") == "a:1 ");
  CHECK(link.sent("a") == ":1 ");
  // What was queued meanwhile may use them, but only once they are known.
  link.cut();
  link.publish("a", "x", Qos::exactly_once);
  link.publish("a", "x", Qos::exactly_once);
  link.connect(true);
  CHECK(link.sent() == "a:1 :1 ");
}

TEST_CASE("aliases: a message that fits only without one goes without") {
  ClientOptions options = with_aliases(10);
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::topic_alias_maximum, 10)));
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::maximum_packet_size, 20)));
  link.connect();
  const std::string fits(20 - 2 - 3 - 1, 'x');
  link.publish("a", fits, Qos::at_most_once);
  CHECK(link.expect<Publish>().topic == "a");
  CHECK(link.current.size() == 20);
  link.publish("a", "x", Qos::at_most_once);
  CHECK(link.expect<Publish>().properties.number(Id::topic_alias, 0) == 1);
}

TEST_CASE("aliases: a message's own properties stay in front of the alias") {
  Connection link(10, 10);
  PropertyList list = list_of(Id::message_expiry_interval, 7);
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("k", "v")));
  link.publish("a", "x", PublishOptions{.properties = list});
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::topic_alias, 1)));
  CHECK(link.expect<Publish>().properties == Properties(list));
}

TEST_CASE("expiry: counts in our own queue, in either version; what is left is sent [MQTT5-3.3.2-6]") {
  const PropertyList expiry = list_of(Id::message_expiry_interval, 10);
  for (const Protocol protocol : {Protocol::mqtt_3_1_1, Protocol::mqtt_5}) {
    ClientOptions options = Link::mqtt5(false);
    options.protocol = protocol;
    Link link(options);
    const Delivery early = link.publish("a", "early", PublishOptions{.qos = Qos::at_least_once, .properties = expiry});
    link.advance(6s);
    const Delivery late = link.publish("a", "late", PublishOptions{.qos = Qos::at_least_once, .properties = expiry});
    link.advance(4500ms);
    link.connect();
    CHECK(link.fate(early) == "failed: expired before it could be sent");
    CHECK(link.fate(late) == "sent");
    CHECK(left(link.expect<Publish>()) == (protocol == Protocol::mqtt_5 ? 6 : 0xffff'ffff));
    CHECK(link.quiet());
  }
}

TEST_CASE("expiry: the shorter of it and time_to_live ends the waiting; the interval on the wire is its own") {
  Link link(Link::mqtt5(false));
  const PropertyList expiry = list_of(Id::message_expiry_interval, 10);
  const Delivery shorter =
      link.publish("a", "x", PublishOptions{.qos = Qos::at_least_once, .time_to_live = 2s, .properties = expiry});
  const Delivery longer =
      link.publish("a", "y", PublishOptions{.qos = Qos::at_least_once, .time_to_live = 1h, .properties = expiry});
  link.advance(3s);
  CHECK(link.fate(shorter) == "failed: expired before it could be sent");
  link.connect();
  CHECK(left(link.expect<Publish>()) == 7);
  CHECK(link.fate(longer) == "sent");
}

TEST_CASE("expiry: once sent, the exchange is finished, whatever the time [MQTT5-4.3.3-7] [MQTT5-4.4.0-1]") {
  Link link(Link::mqtt5(false));
  link.connect();
  const PropertyList expiry = list_of(Id::message_expiry_interval, 10);
  const Delivery delivery = link.publish("a", "x", PublishOptions{.qos = Qos::exactly_once, .properties = expiry});
  CHECK(left(link.expect<Publish>()) == 10);
  link.cut();
  link.advance(4s);
  link.connect(true);
  const Publish again = link.expect<Publish>();
  CHECK(again.dup);
  CHECK(left(again) == 6);
  link.cut();
  link.advance(30min);
  link.connect(true);
  link.expect<Pingreq>();  // two connections were cut: the message goes alone now
  link.receive(Pingresp{});
  CHECK(left(link.expect<Publish>()) == 0);
  link.receive(Pubrec{1});
  link.expect<Pubrel>();
  link.receive(Pubcomp{1});
  CHECK(link.fate(delivery) == "sent sent sent acknowledged");
}

TEST_CASE("expiry: the journal keeps it: after a restart what has run out is not sent, and the rest with what is left") {
  ClientOptions options = Link::mqtt5(false);
  options.journal = true;
  Link link(options);
  const PropertyList ten = list_of(Id::message_expiry_interval, 10);
  const PropertyList hundred = list_of(Id::message_expiry_interval, 100);
  link.publish("a", "1", PublishOptions{.qos = Qos::at_least_once, .properties = ten});
  link.publish("a", "2", PublishOptions{.qos = Qos::at_least_once, .properties = hundred});
  Link restarted(options);
  restarted.now = link.now + 30s;
  REQUIRE_FALSE(static_cast<bool>(restarted.client.handle_restore(link.journal, restarted.now)));
  restarted.connect();
  const Publish packet = restarted.expect<Publish>();
  CHECK(packet.payload[0] == '2');
  CHECK(left(packet) == 70);
  CHECK(restarted.quiet());
}

TEST_CASE("expiry: an interval of 0 is sent when it can be sent at once, and does not wait") {
  Link link(Link::mqtt5(false));
  const PropertyList none = list_of(Id::message_expiry_interval, 0);
  link.connect();
  link.publish("a", "x", PublishOptions{.qos = Qos::at_least_once, .properties = none});
  CHECK(left(link.expect<Publish>()) == 0);
  link.cut();
  const Delivery waits = link.publish("a", "y", PublishOptions{.qos = Qos::at_least_once, .properties = none});
  link.advance(1s);
  CHECK(link.fate(waits) == "failed: expired before it could be sent");
}

TEST_CASE("publish 5: a payload that says it is text has to be") {
  Link link(Link::mqtt5(false));
  link.connect();
  const PropertyList text = list_of(Id::payload_format_indicator, 1);
  const PublishOptions options{.properties = text};
  CHECK(link.client.publish("a", as_bytes("\xff"), options, link.now).error() == local_error(Errc::ill_formed_utf8));
  CHECK(link.client.publish("a", as_bytes(std::string_view("a\0\xc3\xa9", 4)), options, link.now));
  CHECK(link.client.publish("a", as_bytes("\xff"), {}, link.now));
}
