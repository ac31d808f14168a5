// MQTT 5: the limits that CONNACK names are kept to, and messages keep their properties.
#include "connection5.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

TEST_CASE("mqtt 5: at most Receive Maximum QoS 1 and 2 messages are unfinished, counted together [MQTT5-3.3.4-7] [MQTT5-4.9.0-1] "
          "[MQTT5-4.9.0-2]") {
  Connection link({{Id::receive_maximum, 2}});
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::exactly_once);
  link.publish("a", "3", Qos::at_least_once);
  link.publish("a", "4", Qos::exactly_once);
  CHECK(link.sent() == 2);
  link.receive(Pubrec{2});  // not finished yet
  CHECK(link.expect<Pubrel>().packet_id == 2);
  CHECK(link.quiet());
  link.receive(Puback{1});
  CHECK(link.expect<Publish>().payload[0] == '3');
  CHECK(link.quiet());
  link.receive(Pubcomp{2});
  CHECK(link.expect<Publish>().payload[0] == '4');
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: a refusing PUBREC gives its slot back [MQTT5-4.4.0-2] [MQTT5-4.9.0-1]") {
  Connection link({{Id::receive_maximum, 1}});
  const Delivery refused = link.publish("a", "1", Qos::exactly_once);
  link.publish("a", "2", Qos::exactly_once);
  CHECK(link.sent() == 1);
  link.receive(Pubrec{1, ReasonCode::quota_exceeded});
  CHECK(link.fate(refused) == "sent failed: refused by the broker");
  CHECK(link.expect<Publish>().payload[0] == '2');
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: at quota 0 all else goes on: QoS 0, SUBSCRIBE, PINGREQ, acknowledgements [MQTT5-3.3.4-8] [MQTT5-4.9.0-3]") {
  Connection link({{Id::receive_maximum, 1}});
  link.publish("a", "1", Qos::at_least_once);
  link.publish("a", "2", Qos::at_least_once);
  CHECK(link.sent() == 1);
  link.publish("a", "0", Qos::at_most_once);
  CHECK(link.expect<Publish>().qos == Qos::at_most_once);
  link.subscribe("a");
  link.expect<Subscribe>();
  link.receive(Publish{"b", {}, 9, Qos::at_least_once});
  link.expect<Puback>();
  link.client.probe(link.now);
  link.drain();
  link.expect<Pingreq>();
  CHECK(link.quiet());
}

TEST_CASE("mqtt 5: resends keep to the new connection's quota, and QoS 0 does not wait for them [MQTT5-4.9.0-2] [MQTT5-4.6.0-1]") {
  Connection link({});
  for (const char* payload : {"1", "2", "3"}) link.publish("a", payload, Qos::at_least_once);
  CHECK(link.sent() == 3);
  link.cut();
  link.connack_properties = list_of({{Id::receive_maximum, 1}});
  link.connect(true);
  CHECK(link.expect<Publish>().dup);
  CHECK(link.quiet());
  link.publish("a", "0", Qos::at_most_once);
  CHECK(link.expect<Publish>().payload[0] == '0');
  link.publish("a", "4", Qos::exactly_once);
  CHECK(link.quiet());
  for (const PacketId id : {PacketId{1}, PacketId{2}, PacketId{3}}) {
    link.receive(Puback{id});
    CHECK(link.expect<Publish>().payload[0] == "0234"[id]);
    CHECK(link.quiet());
  }
}

TEST_CASE("mqtt 5: PUBCOMPs for PUBRELs of an earlier connection give back nothing that this one took [MQTT5-4.9.0-1]") {
  Connection link({});
  link.publish("a", "1", Qos::exactly_once);
  link.publish("a", "2", Qos::exactly_once);
  CHECK(link.sent() == 2);
  for (const PacketId id : {PacketId{1}, PacketId{2}}) link.receive(Pubrec{id});
  link.cut();
  link.connack_properties = list_of({{Id::receive_maximum, 1}});
  link.connect(true);
  link.expect<Pubrel>();
  link.expect<Pubrel>();
  link.publish("a", "3", Qos::at_least_once);
  link.publish("a", "4", Qos::at_least_once);
  CHECK(link.sent() == 1);
  for (const PacketId id : {PacketId{1}, PacketId{2}}) link.receive(Pubcomp{id});
  CHECK(link.quiet());
  link.receive(Puback{3});
  CHECK(link.sent() == 1);
}

TEST_CASE("mqtt 5: no packet above the server's maximum, checked before an id is taken [MQTT5-3.2.2-15]") {
  Connection link({{Id::maximum_packet_size, 40}});
  const PublishOptions qos1{.qos = Qos::at_least_once};
  const std::string fits(40 - 2 - 3 - 2 - 1, 'x');
  CHECK(link.refusal("a", fits, qos1) == Error{});
  link.expect<Publish>();
  CHECK(link.current.size() == 40);
  CHECK(link.refusal("a", fits + "x", qos1) == local_error(Errc::above_server_limit));
  CHECK(link.refusal("a", fits + "xxx", {}) == local_error(Errc::above_server_limit));
  CHECK(link.refusal(TopicRequest{std::string(40, 'f'), Qos::at_most_once}) == local_error(Errc::above_server_limit));
  const std::string filter(40, 'f');
  const std::string_view filters[] = {filter};
  CHECK(link.client.unsubscribe(filters, link.now).error() == local_error(Errc::above_server_limit));
  CHECK(link.quiet());
  CHECK(link.client.counts().in_flight == 1);
  CHECK(link.client.counts().requests == 0);
  CHECK(link.subscribe("a") == 2);
}

TEST_CASE("mqtt 5: what waits, queued or unfinished, fails one by one when a later connection takes less [MQTT5-3.2.2-15] "
          "[MQTT5-3.2.2-11] [MQTT5-3.2.2-14]") {
  Connection link({});
  const std::string large(100, 'x');
  const Delivery too_large = link.publish("a", large, Qos::at_least_once);
  const Delivery small = link.publish("a", "s", Qos::at_least_once);
  CHECK(link.sent() == 2);
  link.cut();
  const Delivery queued = link.publish("a", large, Qos::at_least_once);
  const Delivery retained = link.publish("a", "r", PublishOptions{.qos = Qos::at_least_once, .retain = true});
  const Delivery qos2 = link.publish("a", "2", Qos::exactly_once);
  link.connack_properties = list_of({{Id::maximum_packet_size, 50}, {Id::retain_available, 0}, {Id::maximum_qos, 1}});
  link.connect(true);
  CHECK(link.expect<Publish>().payload[0] == 's');
  CHECK(link.quiet());
  CHECK_FALSE(link.closed);
  CHECK(link.fate(too_large) == "sent failed: the broker does not take messages like this one");
  CHECK(link.fate(queued) == "failed: the broker does not take messages like this one");
  CHECK(link.fate(small) == "sent sent");
  CHECK(link.fate(retained) == link.fate(queued));
  CHECK(link.fate(qos2) == link.fate(queued));
  CHECK(link.deliveries.back().reason_code == ReasonCode::qos_not_supported);
  CHECK(link.client.counts().in_flight == 1);
}

TEST_CASE("mqtt 5: QoS and RETAIN that the server does not take are refused at the call; subscribing with QoS 2 is not "
          "[MQTT5-3.2.2-10] [MQTT5-3.2.2-11] [MQTT5-3.2.2-14]") {
  Connection link({{Id::maximum_qos, 0}, {Id::retain_available, 0}});
  CHECK(link.refusal("a", "x", {.qos = Qos::at_least_once}) == local_error(Errc::qos_not_supported));
  CHECK(link.refusal("a", "x", {.retain = true}) == local_error(Errc::retain_not_supported));
  CHECK(link.quiet());
  CHECK(link.refusal("a", "x", {}) == Error{});
  link.expect<Publish>();
  CHECK(link.refusal(TopicRequest{"a", Qos::exactly_once}) == Error{});
  CHECK(link.client.server().maximum_qos == Qos::at_most_once);
}

TEST_CASE("mqtt 5: subscriptions that the server does not offer are refused at the call, and what it offers is not") {
  Connection link({{Id::wildcard_subscription_available, 0},
                   {Id::shared_subscription_available, 0},
                   {Id::subscription_identifiers_available, 0}});
  CHECK(link.refusal(TopicRequest{"a/#"}) == local_error(Errc::wildcards_not_supported));
  CHECK(link.refusal(TopicRequest{"$share/g/t"}) == local_error(Errc::shared_not_supported));
  CHECK(link.refusal(TopicRequest{"a"}, list_of({{Id::subscription_identifier, 1}})) ==
        local_error(Errc::identifiers_not_supported));
  CHECK(link.quiet());
  Connection all({});
  CHECK(all.refusal(TopicRequest{"$share/g/#"}, list_of({{Id::subscription_identifier, 1}})) == Error{});
  CHECK(all.expect<Subscribe>().properties.number(Id::subscription_identifier, 0) == 1);
}

TEST_CASE("mqtt 5: limits end with their connection, and 3.1.1 has none") {
  Connection link({{Id::maximum_qos, 0}, {Id::topic_alias_maximum, 3}});
  CHECK(link.client.server_properties().number(Id::topic_alias_maximum, 0) == 3);
  link.connack_properties.clear();
  link.reconnect();
  CHECK(link.client.server().maximum_qos == Qos::exactly_once);
  CHECK(link.client.server().topic_alias_maximum == 0);
  CHECK(link.client.server_properties().empty());
  Link old;
  old.connect();
  CHECK(old.client.version() == ProtocolVersion::mqtt_3_1_1);
  CHECK_FALSE(old.client.server().subscription_identifiers_available);
}

TEST_CASE("mqtt 5: a message keeps its properties, in their order, over a queue, a cut and a restart [MQTT5-3.3.2-15]") {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("a", "1")));
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::content_type, "t")));
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("a", "1")));
  ClientOptions options = Link::mqtt5(false);
  options.journal = true;
  Link link(options);
  link.publish("topic", "payload", PublishOptions{.qos = Qos::at_least_once, .properties = list});
  link.connect();
  CHECK(link.expect<Publish>().properties == Properties(list));
  link.reconnect();
  const Publish again = link.expect<Publish>();
  CHECK(again.dup);
  CHECK(again.properties == Properties(list));
  const auto compacted = compact(link.journal);
  REQUIRE(compacted);
  for (const Bytes records : {Bytes(link.journal), Bytes(*compacted)}) {
    Link restarted(options);
    REQUIRE_FALSE(static_cast<bool>(restarted.client.handle_restore(records, restarted.now)));
    restarted.connect(true);
    const Publish packet = restarted.expect<Publish>();
    CHECK(packet.properties == Properties(list));
    CHECK(packet.topic == "topic");
    CHECK(as_text(packet.payload) == "payload");
  }
  // 3.1.1 has no place for them.
  options.protocol = Protocol::mqtt_3_1_1;
  Link old(options);
  REQUIRE_FALSE(static_cast<bool>(old.client.handle_restore(link.journal, old.now)));
  old.connect(true);
  CHECK(old.expect<Publish>().properties.empty());
}

TEST_CASE("mqtt 5: properties that a PUBLISH of ours can't have are refused [MQTT5-3.3.4-6] [MQTT5-3.3.2-14]") {
  Connection link({});
  for (const Value& value : {Value{Id::subscription_identifier, 1}, Value{Id::topic_alias, 1}, Value{Id::receive_maximum, 1}}) {
    const PropertyList list = list_of({value});
    CHECK(link.refusal("a", "x", {.properties = list}) == local_error(Errc::property_not_allowed));
  }
  PropertyList twice = list_of({{Id::message_expiry_interval, 1}, {Id::message_expiry_interval, 1}});
  CHECK(link.refusal("a", "x", {.properties = twice}) == local_error(Errc::repeated_property));
  CHECK(link.quiet());
}
