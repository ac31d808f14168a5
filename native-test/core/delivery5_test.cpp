// MQTT 5's exchanges, both ways: what it asks as 3.1.1 does, by its own numbers and on its own wire.
#include <algorithm>

#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

struct Connection : Link {
  explicit Connection(ClientOptions options = mqtt5(false)) : Link(std::move(options)) { connect(); }
  Error refused(const TopicRequest& request) { return client.subscribe({&request, 1}, now).error(); }
  void incoming(Qos qos, PacketId id, bool dup = false) {
    receive(Publish{"a", as_bytes("x"), id, qos, false, dup});
  }
  // The ids of the packets of this type that were sent, "1 2 3"; others are an error.
  template <class Expected>
  std::string ids() {
    std::string text;
    while (!quiet()) text += std::to_string(expect<Expected>().packet_id) + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("mqtt 5: QoS 0 goes once, without id and DUP, and is not sent again [MQTT5-4.3.1-1] [MQTT5-2.2.1-2] [MQTT5-3.3.1-2]") {
  Connection link;
  link.publish("a", "x", Qos::at_most_once);
  CHECK(to_hex(link.wire) == "3005000161" "00" "78");
  link.reconnect();
  CHECK(link.quiet());
  link.receive_hex("3805000161" "00" "78");
  CHECK(link.closed->error == peer_error(Errc::dup_on_qos0));
}

TEST_CASE("mqtt 5: QoS 1: a free id, DUP 0 first and 1 when sent again, unacknowledged until PUBACK [MQTT5-4.3.2-1] [MQTT5-4.3.2-2] "
          "[MQTT5-4.3.2-3] [MQTT5-3.3.1-1] [MQTT5-2.2.1-3] [MQTT5-3.1.2-5]") {
  Connection link;
  const Delivery one = link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::at_least_once);
  CHECK_FALSE(link.expect<Publish>().dup);
  CHECK(link.expect<Publish>().packet_id == 2);
  CHECK(link.subscribe("a") == 3);  // all from one pool
  link.wire.clear();
  link.receive(Puback{2});
  link.reconnect();
  const Publish again = link.expect<Publish>();
  CHECK(again.dup);
  CHECK(again.packet_id == 1);
  CHECK(link.quiet());
  link.receive(Puback{1});
  CHECK(link.fate(one) == "sent sent acknowledged");
  link.reconnect();
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: QoS 2: PUBLISH until PUBREC, then PUBREL and never PUBLISH until PUBCOMP [MQTT5-4.3.3-1] [MQTT5-4.3.3-2] "
          "[MQTT5-4.3.3-3] [MQTT5-4.3.3-5] [MQTT5-4.3.3-6] [MQTT5-3.6.1-1]") {
  Connection link;
  const Delivery delivery = link.publish("a", "x", Qos::exactly_once);
  CHECK_FALSE(link.expect<Publish>().dup);
  link.reconnect();
  CHECK(link.expect<Publish>().dup);
  link.receive(Pubrec{1});
  CHECK(to_hex(link.wire) == "62020001");
  link.reconnect();
  CHECK(to_hex(link.wire) == "62020001");
  link.wire.clear();
  link.receive(Pubcomp{1});
  CHECK(link.fate(delivery) == "sent sent acknowledged");
  link.reconnect();
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: unfinished messages go again in their order, QoS 1 and 2 together; PUBRELs in that of the PUBRECs [MQTT5-4.6.0-1] "
          "[MQTT5-4.6.0-4] [MQTT5-4.4.0-1]") {
  Connection link;
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once, Qos::at_least_once, Qos::exactly_once, Qos::exactly_once})
    link.publish("a", "x", qos);
  link.advance(30s);
  link.wire.clear();
  for (const PacketId id : {PacketId{5}, PacketId{2}}) link.receive(Pubrec{id});
  CHECK(link.ids<Pubrel>() == "5 2 ");
  link.cut();
  link.connect(true);
  CHECK(link.expect<Pubrel>().packet_id == 5);
  CHECK(link.expect<Pubrel>().packet_id == 2);
  CHECK(link.ids<Publish>() == "1 3 4 ");
}

TEST_CASE("mqtt 5: incoming QoS 1 is acknowledged once accepted, in order, wanted or not; then its id is a new message [MQTT5-4.3.2-4] "
          "[MQTT5-4.3.2-5] [MQTT5-4.6.0-2] [MQTT5-4.5.0-2]") {
  Connection link;
  for (PacketId id = 1; id <= 20; ++id) link.incoming(Qos::at_least_once, id);
  std::string expected;
  for (int id = 1; id <= 20; ++id) expected += std::to_string(id) + " ";
  CHECK(link.ids<Puback>() == expected);
  link.incoming(Qos::at_least_once, 1, true);
  CHECK(link.ids<Puback>() == "1 ");
  CHECK(link.messages.size() == 21);
}

TEST_CASE("mqtt 5: incoming QoS 2 is delivered once until PUBREL, also over a reconnect; after PUBCOMP its id is a new message "
          "[MQTT5-4.3.3-8] [MQTT5-4.3.3-10] [MQTT5-4.3.3-12] [MQTT5-4.3.3-13] [MQTT5-4.6.0-3] [MQTT5-4.1.0-1]") {
  Connection link;
  PropertyList expiry;
  REQUIRE_FALSE(static_cast<bool>(expiry.add(PropertyId::message_expiry_interval, 1)));
  link.receive(Publish{"a", {}, 1, Qos::exactly_once, false, false, expiry});
  link.incoming(Qos::exactly_once, 2);
  CHECK(link.ids<Pubrec>() == "1 2 ");
  link.advance(10s);
  link.incoming(Qos::exactly_once, 1, true);
  CHECK(link.ids<Pubrec>() == "1 ");
  link.reconnect();
  link.incoming(Qos::exactly_once, 1, true);
  CHECK(link.ids<Pubrec>() == "1 ");
  CHECK(link.messages.size() == 2);
  link.receive(Pubrel{1});
  CHECK(link.ids<Pubcomp>() == "1 ");
  link.incoming(Qos::exactly_once, 1);
  CHECK(link.messages.size() == 3);
}

TEST_CASE("mqtt 5: an incoming PUBLISH with id 0, both QoS bits or a wildcard ends the connection [MQTT5-2.2.1-4] [MQTT5-3.3.1-4] "
          "[MQTT5-3.3.2-2] [MQTT5-4.7.0-1] [MQTT5-3.3.2-13] [MQTT5-3.3.2-19] [MQTT5-3.3.2-1]") {
  for (const char* hex : {"32070001610000" "0078", "34070001610000" "0078", "36070001610001" "0078", "3006" "0003612f23" "00",
                          "3009" "000161" "05" "080002c378",
                          "3009" "000161" "05" "030002c378", "3004" "0001ff" "00"}) {
    CAPTURE(hex);
    Connection link;
    link.receive_hex(hex);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
    CHECK(link.messages.empty());
    link.expect<Disconnect>();
  }
}

TEST_CASE("mqtt 5: text that begins with U+FEFF stays as it is, in topics and properties [MQTT5-1.5.4-3] [MQTT5-1.5.7-1]") {
  Connection link;
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("\xef\xbb\xbfn", "\xef\xbb\xbfv")));
  link.receive(Publish{"\xef\xbb\xbf" "a", {}, 0, Qos::at_most_once, false, false, list});
  REQUIRE(link.messages.size() == 1);
  CHECK(link.messages[0].topic == "\xef\xbb\xbf" "a");
  CHECK(to_hex(link.messages[0].properties) == to_hex(list.view().wire()));
}

TEST_CASE("mqtt 5: topics and filters that may not be sent are refused at the call [MQTT5-3.8.3-1] [MQTT5-3.8.3-2] [MQTT5-3.10.3-1] "
          "[MQTT5-3.10.3-2] [MQTT5-4.7.1-1] [MQTT5-4.7.1-2] [MQTT5-4.7.3-1] [MQTT5-4.7.3-2] [MQTT5-4.7.3-3]") {
  Connection link;
  const std::string large(65'536, 'x');
  for (const std::string& filter : {std::string("a#"), std::string("a/#/b"), std::string("##"), std::string("a+"), std::string("+a"),
                                    std::string(), std::string("a\0b", 3), std::string("\xff"), large}) {
    CHECK(static_cast<bool>(link.refused({filter})));
    const std::string_view filters[] = {filter};
    CHECK(static_cast<bool>(link.client.unsubscribe(filters, link.now).error()));
    CHECK(static_cast<bool>(link.client.publish(filter, {}, {}, link.now).error()));
  }
  CHECK(link.client.subscribe({}, link.now).error() == local_error(Errc::no_topic_filter));
  CHECK(link.client.unsubscribe({}, link.now).error() == local_error(Errc::no_topic_filter));
  CHECK(link.client.publish("a", {}, {.qos = static_cast<Qos>(3)}, link.now).error() == local_error(Errc::invalid_qos));
  link.drain();
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: SUBSCRIBE and UNSUBSCRIBE: their flags, many filters in one, each answered by its id [MQTT5-3.8.1-1] [MQTT5-3.10.1-1] "
          "[MQTT5-3.8.4-1] [MQTT5-3.8.4-2] [MQTT5-3.8.4-5] [MQTT5-3.10.4-1] [MQTT5-3.10.4-4] [MQTT5-2.2.1-6]") {
  Connection link;
  const TopicRequest requests[] = {{"$share/g/a", Qos::at_least_once}, {"b", Qos::exactly_once}};
  const std::string_view filters[] = {"$share/g/a", "b"};
  REQUIRE(link.client.subscribe(requests, link.now));
  REQUIRE(link.client.unsubscribe(filters, link.now));
  link.drain();
  CHECK(link.expect<Subscribe>().requests.size() == 2);
  CHECK(link.current[0] == 0x82);
  CHECK(link.expect<Unsubscribe>().filters[0] == "$share/g/a");
  CHECK(link.current[0] == 0xa2);
  const std::uint8_t codes[] = {0, 0};
  link.receive(Suback{77, codes});  // nobody's
  CHECK(link.subscribed.empty());
  CHECK(link.client.counts().requests == 2);
  link.receive(Unsuback{2, codes});
  link.receive(Suback{1, codes});
  CHECK(link.client.counts().requests == 0);
  link.subscribe("c");
  link.wire.clear();
  link.advance(2min);  // and one that is not answered ends the connection
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::timed_out);
}

TEST_CASE("mqtt 5: UNSUBACK does not end deliveries under way [MQTT5-3.10.4-3]") {
  Connection link;
  link.incoming(Qos::exactly_once, 5);
  const std::string_view filters[] = {"a"};
  REQUIRE(link.client.unsubscribe(filters, link.now));
  link.drain();
  const std::uint8_t codes[] = {0};
  link.receive(Unsuback{1, codes});
  link.wire.clear();
  link.receive(Pubrel{5});
  CHECK(link.ids<Pubcomp>() == "5 ");
}

TEST_CASE("mqtt 5: PINGREQ that is not answered ends the connection [MQTT5-3.12.4-1] [MQTT5-3.2.2-22]") {
  Connection link;
  link.advance(61s);
  link.expect<Pingreq>();
  link.receive(Pingresp{});
  link.advance(61s);
  link.expect<Pingreq>();
  link.advance(11s);
  REQUIRE(link.closed);
  CHECK(link.closed->error == local_error(Errc::no_pingresp));
}

TEST_CASE("mqtt 5: CONNECT's flags say what is there, and nothing else [MQTT5-3.1.2-3] [MQTT5-3.1.2-11] [MQTT5-3.1.2-12] [MQTT5-3.1.2-13] "
          "[MQTT5-3.1.2-16] [MQTT5-3.1.2-17] [MQTT5-3.1.2-18] [MQTT5-3.1.3-2]") {
  for (unsigned choice = 0; choice < 16; ++choice) {
    ClientOptions options = Link::mqtt5((choice & 1) != 0);
    if ((choice & 2) != 0) options.will = WillOptions{"w", {}, Qos::exactly_once, true, {}};
    if ((choice & 4) != 0) options.user_name = "";
    if ((choice & 8) != 0) options.password = std::vector<std::uint8_t>{};
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    const unsigned flags = ((choice & 1) != 0 ? 0x02u : 0u) | ((choice & 2) != 0 ? 0x34u : 0u) |
                           ((choice & 4) != 0 ? 0x80u : 0u) | ((choice & 8) != 0 ? 0x40u : 0u);
    CHECK(link.wire[9] == flags);
  }
  ClientOptions options = Link::mqtt5();
  options.will = WillOptions{"w", {}, static_cast<Qos>(3), false, {}};
  CHECK(Link(options).open() == local_error(Errc::invalid_qos));
}

TEST_CASE("mqtt 5: client id, user name and will topic have to be text [MQTT5-3.1.3-4] [MQTT5-3.1.3-11] [MQTT5-3.1.3-12]") {
  for (int which = 0; which < 3; ++which) {
    ClientOptions options = Link::mqtt5();
    if (which == 0) options.client_id = "\xff";
    if (which == 1) options.user_name = "\xff";
    if (which == 2) options.will = WillOptions{"\xff", {}, Qos::at_most_once, false, {}};
    Link link(options);
    CHECK(link.open() == local_error(Errc::ill_formed_utf8));
    CHECK(link.quiet());
  }
}

TEST_CASE("mqtt 5: CONNACK's flags: reserved bits and a session beside a refusal are faults; Session Present decides [MQTT5-3.2.2-1] "
          "[MQTT5-3.2.2-3] [MQTT5-3.2.2-6]") {
  for (const char* hex : {"2003020000", "2003800000", "2003018700"}) {
    Link link(Link::mqtt5(false));
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    link.expect<Connect>();
    link.receive_hex(hex);
    REQUIRE(link.closed);
    CHECK(link.closed->cause == CloseRecord::Cause::protocol_error);
  }
  for (const bool present : {false, true}) {
    Connection link;
    link.publish("a", "x", Qos::at_least_once);
    link.cut();
    link.connect(present);
    CHECK(link.expect<Publish>().dup == present);
    CHECK(link.lost.size() == (present ? 0u : 1u));
  }
}

TEST_CASE("mqtt 5: only one CONNECT for each connection, and nothing else before CONNACK [MQTT5-3.1.0-2] [MQTT5-3.1.2-30] [MQTT5-3.1.4-6]") {
  ClientOptions options = Link::mqtt5(false);
  REQUIRE_FALSE(static_cast<bool>(options.properties.add(PropertyId::authentication_method, "M")));
  Link link(options);
  link.publish("a", "x", Qos::at_least_once);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  CHECK_FALSE(static_cast<bool>(link.open()));
  link.publish("a", "y", Qos::at_least_once);
  link.client.probe(link.now);
  link.advance(5s);
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: acknowledgements carry a code at most, so that they fit every broker [MQTT5-3.4.2-2] [MQTT5-3.4.2-3] [MQTT5-3.5.2-2] "
          "[MQTT5-3.5.2-3] [MQTT5-3.6.2-2] [MQTT5-3.6.2-3] [MQTT5-3.7.2-2] [MQTT5-3.7.2-3] [MQTT5-4.3.3-9] [MQTT5-4.8.2-6]") {
  Connection link;
  link.incoming(Qos::at_least_once, 1);
  link.incoming(Qos::exactly_once, 2);
  link.receive(Pubrel{2});
  link.receive(Pubrel{3});
  link.receive(Pubrec{4});
  CHECK(to_hex(link.wire) == "40020001" "50020002" "70020002" "7003000392" "6203000492");
}

TEST_CASE("mqtt 5: DUP of an incoming message says nothing about what we send, and Response Information that we did not ask for is only "
          "shown [MQTT5-3.3.1-3] [MQTT5-3.1.2-28]") {
  Link link(Link::mqtt5(false));
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(PropertyId::response_information, "r")));
  link.connect();
  CHECK(link.client.server_properties().text(PropertyId::response_information) == "r");
  link.receive(Publish{"a", {}, 1, Qos::at_least_once, false, true});
  REQUIRE(link.messages.size() == 1);
  CHECK(link.messages[0].dup);
  link.expect<Puback>();
  link.publish("a", "x", Qos::at_least_once);
  CHECK_FALSE(link.expect<Publish>().dup);
}

// The broker may have had it: with its id a new message would be taken for a repetition, answered, and lost.
TEST_CASE("mqtt 5: a QoS 2 message that a later connection has no room for fails, and its packet id stays taken until the session is "
          "lost, also over a restart [MQTT5-4.3.3-10] [MQTT5-3.2.2-15]") {
  ClientOptions options = Link::mqtt5(false);
  options.journal = true;
  Connection link(options);
  const Delivery large = link.publish("a", std::string(100, 'x'), Qos::exactly_once);
  CHECK(link.expect<Publish>().packet_id == 1);
  link.cut();
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(PropertyId::maximum_packet_size, 50)));
  link.connect(true);
  CHECK(link.fate(large) == "sent failed: the broker does not take messages like this one");

  const auto compacted = compact(link.journal);
  REQUIRE(compacted);
  for (const auto& journal : {link.journal, *compacted}) {
    for (const bool session_present : {true, false}) {
      Link restarted(options);
      REQUIRE_FALSE(static_cast<bool>(restarted.client.handle_restore(journal, link.now)));
      restarted.connect(session_present);
      restarted.publish("a", "x", Qos::exactly_once);
      CHECK(restarted.expect<Publish>().packet_id == (session_present ? 2 : 1));
      Link again(options);  // and what the new process has written says the same
      std::vector<std::uint8_t> all = journal;
      all.insert(all.end(), restarted.journal.begin(), restarted.journal.end());
      REQUIRE_FALSE(static_cast<bool>(again.client.handle_restore(all, link.now)));
      again.connect(session_present);
      CHECK(again.expect<Publish>().packet_id == (session_present ? 2 : 1));
    }
  }
}
