// MQTT 5: what the broker sends, held against the limits that we have named.
#include "connection5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("mqtt 5: an incoming message is told with its properties as they came [MQTT5-3.3.2-4] [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] "
          "[MQTT5-3.3.2-17] [MQTT5-3.3.2-18] [MQTT5-3.3.2-20] [MQTT5-3.3.4-3]") {
  Connection link({});
  PropertyList list = list_of({{Id::payload_format_indicator, 1}, {Id::message_expiry_interval, 9}, {Id::subscription_identifier, 1},
                               {Id::subscription_identifier, 1}});
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::response_topic, "r")));
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::correlation_data, as_bytes("\x01"))));
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("b", "2")));
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("a", "1")));
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("b", "2")));
  link.receive(Publish{"a", as_bytes("x"), 0, Qos::at_most_once, false, false, list});
  REQUIRE(link.messages.size() == 1);
  CHECK(to_hex(link.messages[0].properties) == to_hex(list.view().wire()));
}

TEST_CASE("mqtt 5: topic aliases of the broker: set, used, changed; unknown, too large and unasked for end the connection "
          "[MQTT5-3.3.2-10] [MQTT5-3.1.2-26] [MQTT5-3.1.2-27] [MQTT5-3.3.2-7] [MQTT5-3.3.2-11]") {
  ClientOptions options = Link::mqtt5(false);
  options.topic_alias_maximum = 2;
  const auto publish = [](Link& link, std::string_view topic, std::uint32_t alias) {
    link.receive(Publish{topic, {}, 0, Qos::at_most_once, false, false, list_of({{Id::topic_alias, alias}})});
  };
  Connection link({}, options);
  CHECK(link.connect_packet.properties.number(Id::topic_alias_maximum, 0) == 2);
  publish(link, "one", 1);
  publish(link, "two", 2);
  publish(link, "", 1);
  publish(link, "", 2);
  publish(link, "three", 1);
  publish(link, "", 1);
  std::string heard;
  for (const Link::Heard& message : link.messages) heard += message.topic + " ";
  CHECK(heard == "one two one two three three ");
  link.reconnect();
  publish(link, "", 1);  // of the connection before
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::unknown_topic_alias));
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);

  Connection large({}, options);
  publish(large, "x", 3);
  REQUIRE(large.closed);
  CHECK(large.expect<Disconnect>().reason_code == ReasonCode::topic_alias_invalid);
  CHECK(large.messages.empty());
  for (int i = 0; i < 2; ++i) {
    Connection unasked({});
    publish(unasked, "x", 1);
    CHECK(unasked.expect<Disconnect>().reason_code == ReasonCode::topic_alias_invalid);
  }
  Connection zero({}, options);
  zero.receive_hex("300700016103230000");
  CHECK(zero.expect<Disconnect>().reason_code == ReasonCode::topic_alias_invalid);
}

TEST_CASE("mqtt 5: a broker that overruns our Receive Maximum is disconnected; QoS 2 counts until PUBCOMP [MQTT5-3.3.4-9]") {
  ClientOptions options = Link::mqtt5(false);
  options.receive_maximum = 2;
  Connection link({}, options);
  CHECK(link.connect_packet.properties.number(Id::receive_maximum, 0) == 2);
  for (int i = 0; i < 10; ++i) {
    link.receive(Publish{"a", {}, 1, Qos::exactly_once});
    link.receive(Publish{"a", {}, 2, Qos::at_least_once});
    link.expect<Pubrec>();
    link.expect<Puback>();
    link.receive(Pubrel{1});
    link.expect<Pubcomp>();
  }
  link.receive(Publish{"a", {}, 1, Qos::exactly_once});
  link.receive(Publish{"a", {}, 2, Qos::exactly_once});
  CHECK_FALSE(link.closed);
  link.wire.clear();
  link.receive(Publish{"a", {}, 3, Qos::exactly_once});
  REQUIRE(link.closed);
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::receive_maximum_exceeded);
  CHECK(link.messages.size() == 22);
  // The next connection counts anew, and the PUBRELs of this one end nothing there.
  link.connect(true);
  link.receive(Pubrel{1});
  link.receive(Publish{"a", {}, 4, Qos::exactly_once});
  link.receive(Publish{"a", {}, 5, Qos::exactly_once});
  CHECK_FALSE(link.closed);

  ClientOptions manual = options;
  manual.manual_acknowledgement = true;
  Connection waiting({}, manual);
  for (const PacketId id : {PacketId{1}, PacketId{2}}) waiting.receive(Publish{"a", {}, id, Qos::at_least_once});
  CHECK_FALSE(waiting.closed);
  waiting.receive(Publish{"a", {}, 3, Qos::at_least_once});
  CHECK(waiting.closed->error == peer_error(Errc::receive_maximum_exceeded));
}

TEST_CASE("mqtt 5: a packet above the size that we announced is refused from its header [MQTT5-3.1.2-24]") {
  ClientOptions options = Link::mqtt5(false);
  options.max_packet_bytes = 20;
  Connection link({}, options);
  CHECK(link.connect_packet.properties.number(Id::maximum_packet_size, 0) == 20);
  link.receive_hex("3012" "000161" "00" "7878787878787878787878787878");
  CHECK(link.messages.size() == 1);
  link.receive_hex("3013");
  REQUIRE(link.closed);
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::packet_too_large);
}
