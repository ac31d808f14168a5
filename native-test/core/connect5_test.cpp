// MQTT 5: what CONNECT says, and what CONNACK says is obeyed.
#include "link.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

struct Value {
  Id id;
  std::uint32_t number;
};

PropertyList list_of(std::initializer_list<Value> values) {
  PropertyList list;
  for (const Value& value : values) REQUIRE_FALSE(static_cast<bool>(list.add(value.id, value.number)));
  return list;
}

// A connection whose CONNACK says this.
struct Connection : Link {
  explicit Connection(std::initializer_list<Value> values, ClientOptions options = mqtt5(false)) : Link(std::move(options)) {
    connack_properties = list_of(values);
    connect();
  }
  Error refusal(std::string_view topic, std::string_view payload, const PublishOptions& options) {
    const auto result = client.publish(topic, as_bytes(payload), options, now);
    drain();
    return result ? Error{} : result.error();
  }
  Error refusal(const TopicRequest& request, Properties properties = {}) {
    const auto result = client.subscribe({&request, 1}, now, properties);
    drain();
    return result ? Error{} : result.error();
  }
  std::size_t sent() {
    std::size_t count = 0;
    for (; !quiet(); ++count) expect<Publish>();
    return count;
  }
};

}  // namespace

TEST_CASE("mqtt 5: CONNECT is version 5 with property lengths, and says nothing that was not asked for [MQTT5-3.1.0-1] "
          "[MQTT5-3.1.2-1] [MQTT5-3.1.2-2] [MQTT5-2.2.2-1]") {
  Link link(Link::mqtt5());
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  CHECK(to_hex(link.wire) == "101200044d5154540502003c00" "0005616c696365");
  CHECK(link.client.version() == ProtocolVersion::mqtt_5);
}

TEST_CASE("mqtt 5: CONNECT carries expiry, limits, the application's own properties and those of the will [MQTT5-3.1.2-9] "
          "[MQTT5-3.1.3-1]") {
  ClientOptions options = Link::mqtt5(false);
  options.session_expiry = never_expires;
  options.receive_maximum = 10;
  options.max_packet_bytes = 1000;
  options.topic_alias_maximum = 5;
  REQUIRE_FALSE(static_cast<bool>(options.properties.add_user_property("k", "v")));
  options.will = WillOptions{"w", {}, Qos::at_least_once, true, list_of({{Id::will_delay_interval, 30}})};
  options.password = std::vector<std::uint8_t>{1};  // without a user name
  Link link(options);
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  const Connect packet = link.expect<Connect>();
  CHECK(describe(packet) == "CONNECT client_id=alice keep_alive=60 will=w qos=1 will_delay_interval=30 password=(masked) "
                            "session_expiry_interval=4294967295 receive_maximum=10 maximum_packet_size=1000 "
                            "topic_alias_maximum=5 user_property=k:v");
}

TEST_CASE("mqtt 5: options that can't be sent are refused before anything is: no window, a property twice or at the wrong place") {
  for (const auto& spoil : {+[](ClientOptions& o) { o.receive_maximum = 0; },
                            +[](ClientOptions& o) { o.properties = list_of({{Id::session_expiry_interval, 1}}); },
                            +[](ClientOptions& o) { o.properties = list_of({{Id::topic_alias, 1}}); },
                            +[](ClientOptions& o) { o.will = WillOptions{"w", {}, {}, false, list_of({{Id::topic_alias, 1}})}; }}) {
    ClientOptions options = Link::mqtt5(false);
    spoil(options);
    Link link(options);
    CHECK(link.open().side() == Side::local);
    CHECK(static_cast<bool>(link.open()));
    CHECK(link.quiet());
    // None of it matters to 3.1.1.
    options.protocol = Protocol::mqtt_3_1_1;
    Link old(options);
    CHECK_FALSE(static_cast<bool>(old.open()));
    CHECK(old.expect<Connect>().properties.empty());
  }
}

TEST_CASE("mqtt 5: a refusal is told with its code, its words and where the broker has gone [MQTT5-3.2.2-7] [MQTT5-3.1.3-8]") {
  Link link(Link::mqtt5());
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::reason_string, "not \x1b here")));
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::server_reference, "b.example")));
  link.receive(Connack{false, {}, ReasonCode::server_moved, list});
  REQUIRE(link.closed);
  CHECK(link.closed->cause == CloseRecord::Cause::refused);
  CHECK(link.closed->reason_code == ReasonCode::server_moved);
  CHECK(link.closed->return_code == ConnectReturnCode::server_unavailable);
  CHECK(link.closed->server_reference == "b.example");
  CHECK(link.closed->sentence() ==
        "The broker refused the connection: Server moved (code 157: not \\u001b here). It names another address: b.example.");
}

TEST_CASE("mqtt 5: an assigned client id is adopted for every later attempt; one's own is kept [MQTT5-3.1.3-7] [MQTT5-3.2.2-16]") {
  for (const bool own : {false, true}) {
    ClientOptions options = Link::mqtt5(false);
    options.client_id = own ? "mine" : "";
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::assigned_client_identifier, "given")));
    link.connect();
    CHECK(link.client.options().client_id == (own ? "mine" : "given"));
    link.cut();
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    CHECK(link.expect<Connect>().client_id == (own ? "mine" : "given"));
  }
}

TEST_CASE("mqtt 5: the server's keep-alive replaces ours for this connection, 0 turns it off [MQTT5-3.1.2-21] [MQTT5-3.2.2-21] "
          "[MQTT5-3.1.2-20]") {
  Connection shorter({{Id::server_keep_alive, 5}});
  shorter.advance(6s);
  shorter.expect<Pingreq>();
  Connection longer({{Id::server_keep_alive, 100}});
  longer.advance(70s);
  CHECK(longer.quiet());
  longer.advance(35s);
  longer.expect<Pingreq>();
  Connection none({{Id::server_keep_alive, 0}});
  none.advance(1h);
  CHECK(none.quiet());
  // The next CONNECT asks for our own again.
  shorter.cut();
  REQUIRE_FALSE(static_cast<bool>(shorter.open()));
  CHECK(shorter.expect<Connect>().keep_alive == 60);
}

TEST_CASE("mqtt 5: Session Present after a clean start ends the connection, for its session can't be ours [MQTT5-3.2.2-2] [MQTT5-3.2.2-4]") {
  Link link(Link::mqtt5(true));
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  link.expect<Connect>();
  link.receive(Connack{true});
  REQUIRE(link.closed);
  CHECK(link.closed->error == peer_error(Errc::unexpected_session_present));
  CHECK(link.closed->sentence().find("[MQTT-3.2.2-4]") != std::string::npos);
  CHECK(link.expect<Disconnect>().reason_code == ReasonCode::protocol_error);
}

TEST_CASE("mqtt 5: a state that has run out is not resumed: the next CONNECT asks for a clean start [MQTT5-3.1.2-23] [MQTT5-3.2.2-4]") {
  const auto next_is_clean = [](std::uint32_t ours, std::optional<std::uint32_t> theirs, Duration gap) {
    ClientOptions options = Link::mqtt5(false);
    options.session_expiry = ours;
    Link link(options);
    if (theirs) link.connack_properties = list_of({{Id::session_expiry_interval, *theirs}});
    link.connect();
    link.cut();
    link.advance(gap);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    return link.expect<Connect>().clean_session;
  };
  CHECK_FALSE(next_is_clean(100, {}, 99s));
  CHECK(next_is_clean(100, {}, 100s));
  CHECK(next_is_clean(100, 10, 11s));
  CHECK_FALSE(next_is_clean(10, 100, 11s));
  CHECK_FALSE(next_is_clean(never_expires, {}, 24h * 1000));
  CHECK(next_is_clean(0, {}, 0s));
}

TEST_CASE("mqtt 5: when the state has run out, what is unfinished goes out as new messages [MQTT5-3.2.2-5] [MQTT5-3.1.2-4]") {
  ClientOptions options = Link::mqtt5(false);
  options.session_expiry = 10;
  Link link(options);
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  link.expect<Publish>();
  link.cut();
  link.advance(1min);
  link.connect(false);
  CHECK_FALSE(link.expect<Publish>().dup);
  CHECK(link.lost.size() == 1);
  CHECK(link.fate(delivery) == "sent sent");
}

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

TEST_CASE("mqtt 5: an authentication method that was not asked for, or is another one, ends the connection [MQTT5-4.12.0-5] "
          "[MQTT5-4.12.0-6]") {
  const auto outcome = [](const char* ours, const char* theirs) {
    ClientOptions options = Link::mqtt5(false);
    if (ours != nullptr) REQUIRE_FALSE(static_cast<bool>(options.properties.add(Id::authentication_method, ours)));
    Link link(options);
    REQUIRE_FALSE(static_cast<bool>(link.open()));
    link.expect<Connect>();
    PropertyList list;
    if (theirs != nullptr) REQUIRE_FALSE(static_cast<bool>(list.add(Id::authentication_method, theirs)));
    link.receive(Connack{false, {}, {}, list});
    return link.closed ? link.closed->error.code() : Errc::ok;
  };
  CHECK(outcome(nullptr, nullptr) == Errc::ok);
  CHECK(outcome("M", "M") == Errc::ok);
  CHECK(outcome("M", nullptr) == Errc::wrong_authentication_method);
  CHECK(outcome("M", "N") == Errc::wrong_authentication_method);
  CHECK(outcome(nullptr, "M") == Errc::unexpected_authentication);
}
