// MQTT 5: what the application has DISCONNECT say.
#include "link.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;
using Id = PropertyId;

namespace {

PropertyList words(std::size_t length = 3) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::reason_string, std::string(length, 'x'))));
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("k", "v")));
  return list;
}

bool next_starts_clean(Link& link) {
  REQUIRE_FALSE(static_cast<bool>(link.open()));
  return link.expect<Connect>().clean_session;
}

struct World5 : World {
  explicit World5(MqttOptions options) : World(std::move(options)) { broker.version = ProtocolVersion::mqtt_5; }
};

MqttOptions options5() {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  options.client.session_expiry = 3600;
  return options;
}

constexpr DisconnectOptions with_will{.reason_code = ReasonCode::disconnect_with_will_message};

}  // namespace

TEST_CASE("mqtt 5: DISCONNECT has the reason, the expiry and the words of the application, once; in 3.1.1 it can't [MQTT5-3.14.4-3] "
          "[MQTT5-3.14.2-1]") {
  Link link(Link::mqtt5(false));
  link.connect();
  CHECK_FALSE(static_cast<bool>(link.client.disconnect(
      link.now, {.reason_code = ReasonCode::disconnect_with_will_message, .session_expiry = 5, .properties = words()})));
  // Too late to say something else.
  CHECK_FALSE(static_cast<bool>(link.client.disconnect(link.now, {.reason_code = ReasonCode::unspecified_error})));
  link.drain();
  CHECK(describe(link.expect<Disconnect>()) ==
        "DISCONNECT reason_code=4 (Disconnected with the will message) session_expiry_interval=5 reason_string=xxx user_property=k:v");
  CHECK(link.closed->cause == CloseRecord::Cause::disconnected);
  link.wire.clear();
  link.connect(true);
  link.client.disconnect(link.now);
  link.drain();
  CHECK(to_hex(link.wire) == "e000");

  Link old;
  old.connect();
  for (const DisconnectOptions& options : {with_will, DisconnectOptions{.session_expiry = 0}, DisconnectOptions{.properties = words()}})
    CHECK(old.client.disconnect(old.now, options) == local_error(Errc::not_in_this_version));
  CHECK_FALSE(static_cast<bool>(old.client.disconnect(old.now, DisconnectOptions{})));
  old.drain();
  CHECK(to_hex(old.wire) == "e000");
}

TEST_CASE("mqtt 5: a DISCONNECT that may not be sent is refused, and the connection stays [MQTT5-3.14.2-1]") {
  Link link(Link::mqtt5(false));
  link.connect();
  PropertyList expiry;
  REQUIRE_FALSE(static_cast<bool>(expiry.add(Id::session_expiry_interval, 1)));
  PropertyList alias;
  REQUIRE_FALSE(static_cast<bool>(alias.add(Id::topic_alias, 1)));
  CHECK(link.client.disconnect(link.now, {.reason_code = ReasonCode::session_taken_over}) ==
        local_error(Errc::reserved_reason_code));
  CHECK(link.client.disconnect(link.now, {.properties = alias}) == local_error(Errc::property_not_allowed));
  CHECK(link.client.disconnect(link.now, {.properties = expiry}) == local_error(Errc::property_not_allowed));
  link.drain();
  CHECK(link.client.connected());
  CHECK(link.quiet());

  Link ending(Link::mqtt5(true));
  ending.connect();
  CHECK(ending.client.disconnect(ending.now, {.session_expiry = 5}) == local_error(Errc::expiry_after_none));
  CHECK(ending.client.disconnect(ending.now, {.session_expiry = never_expires}) == local_error(Errc::expiry_after_none));
  CHECK(ending.client.connected());
  CHECK_FALSE(static_cast<bool>(ending.client.disconnect(ending.now, {.session_expiry = 0})));
  ending.drain();
  CHECK(to_hex(ending.wire) == "e007000511" "00000000");
}

TEST_CASE("mqtt 5: the expiry in DISCONNECT counts for our own state too, from the end of the connection [MQTT5-3.1.2-23] "
          "[MQTT5-3.2.2-4]") {
  for (const bool sent : {true, false}) {
    Link link(Link::mqtt5(false));
    link.connect();
    CHECK_FALSE(static_cast<bool>(link.client.disconnect(link.now, {.session_expiry = 5})));
    if (sent) link.drain();
    if (sent) link.expect<Disconnect>();
    link.cut();
    link.advance(5s);
    CHECK(next_starts_clean(link));
  }
  Link in_time(Link::mqtt5(false));
  in_time.connect();
  CHECK_FALSE(static_cast<bool>(in_time.client.disconnect(in_time.now, {.session_expiry = 5})));
  in_time.drain();
  in_time.expect<Disconnect>();
  in_time.advance(5s - 1us);
  CHECK_FALSE(next_starts_clean(in_time));
  Link longer(Link::mqtt5(false));
  longer.connect();
  CHECK_FALSE(static_cast<bool>(longer.client.disconnect(longer.now, {.session_expiry = never_expires})));
  longer.drain();
  longer.expect<Disconnect>();
  longer.advance(24h);
  CHECK_FALSE(next_starts_clean(longer));
}

TEST_CASE("mqtt 5: a session that DISCONNECT ends leaves nothing: what is unfinished goes out as new, and is told as lost") {
  Link link(Link::mqtt5(false));
  link.connect();
  const Delivery delivery = link.publish("a", "x", Qos::at_least_once);
  link.expect<Publish>();
  CHECK_FALSE(static_cast<bool>(link.client.disconnect(link.now, {.session_expiry = 0})));
  link.drain();
  link.expect<Disconnect>();
  link.connect(false);
  CHECK(link.connect_packet.clean_session);
  CHECK_FALSE(link.expect<Publish>().dup);
  CHECK(link.lost.size() == 1);
  CHECK(link.fate(delivery) == "sent sent");
}

TEST_CASE("mqtt 5: DISCONNECT that is too large for the broker loses its words, not its expiry [MQTT5-3.14.2-3] [MQTT5-3.14.2-4]") {
  Link link(Link::mqtt5(false));
  REQUIRE_FALSE(static_cast<bool>(link.connack_properties.add(Id::maximum_packet_size, 30)));
  link.connect();
  CHECK_FALSE(static_cast<bool>(link.client.disconnect(link.now, {.session_expiry = 7, .properties = words(30)})));
  link.drain();
  CHECK(describe(link.expect<Disconnect>()) == "DISCONNECT session_expiry_interval=7");
}

TEST_CASE("MqttClient 5: disconnect() with something to say, at once and when all is done") {
  World5 world(options5());
  world.connect();
  CHECK(world.mqtt.disconnect({.reason_code = ReasonCode::server_busy}) == local_error(Errc::reserved_reason_code));
  CHECK(world.mqtt.connected());
  CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect({.reason_code = ReasonCode::disconnect_with_will_message, .session_expiry = 9})));
  const Disconnect packet = world.broker.expect<Disconnect>();
  CHECK(packet.reason_code == ReasonCode::disconnect_with_will_message);
  CHECK(packet.properties.number(Id::session_expiry_interval, 0) == 9);
  CHECK(world.mqtt.state() == ConnectionState::stopped);

  world.connect(true);
  world.publish("a", "x", Qos::at_least_once);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  CHECK(world.mqtt.disconnect_when_done(10s, {.reason_code = ReasonCode::server_busy}) == local_error(Errc::reserved_reason_code));
  world.loop.advance(11s);
  CHECK(world.mqtt.connected());
  CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect_when_done(10s, with_will)));
  world.broker.reply(Puback{id});
  CHECK(world.broker.expect<Disconnect>().reason_code == ReasonCode::disconnect_with_will_message);
}

TEST_CASE("MqttClient 5: what disconnect_when_done() is to say waits for the connection that finishes, and connect() takes it back") {
  World5 world(options5());
  world.connect();
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
  CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect_when_done(1min, with_will)));
  world.reconnect();
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  CHECK(world.broker.expect<Disconnect>().reason_code == ReasonCode::disconnect_with_will_message);

  world.connect(true);
  world.publish("a", "x", Qos::at_least_once);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect_when_done(1min, with_will)));
  world.mqtt.connect();
  world.broker.reply(Puback{id});
  CHECK(world.mqtt.connected());
  world.mqtt.disconnect();
  CHECK(world.broker.expect<Disconnect>().reason_code == ReasonCode::success);
}

TEST_CASE("MqttClient 5: what there was no connection to say on is not said on a later one") {
  MqttOptions options = options5();
  options.urls = {"ws://one", "ws://two"};
  options.client.keep_alive = 0s;
  options.driver.stay = true;
  options.driver.return_after = 5min;
  World5 world(options);
  const auto find_nobody = [&] {
    world.broker.cut(nobody_there);
    world.loop.run_turns();
  };
  world.mqtt.connect();
  find_nobody();
  find_nobody();
  REQUIRE(world.mqtt.state() == ConnectionState::waiting);
  const DisconnectOptions ends{.reason_code = ReasonCode::disconnect_with_will_message, .session_expiry = 0};
  SUBCASE("at once") { CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect(ends))); }
  SUBCASE("when all is done, which it is") {
    world.mqtt.disconnect();
    CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect_when_done(1min, ends)));
  }
  REQUIRE(world.mqtt.state() == ConnectionState::stopped);
  world.mqtt.connect();
  if (world.broker.url() == "ws://one") {
    find_nobody();
  }
  world.accept();
  REQUIRE(world.broker.url() == "ws://two");
  std::vector<std::uint8_t> last_bytes;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (std::holds_alternative<Closed>(event)) last_bytes.assign(world.broker.unread().begin(), world.broker.unread().end());
  };
  world.loop.advance(5min);  // it goes back to the first broker, and says goodbye to this one
  CHECK(last_bytes == std::vector<std::uint8_t>{0xe0, 0});
}

TEST_CASE("MqttClient 5: what a later connection has no place for is left out there, and 3.1.1 alone refuses it at once") {
  MqttOptions options = options5();
  options.client.protocol = Protocol::newest;
  World world(options);
  REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  world.mqtt.connect();
  CHECK_FALSE(static_cast<bool>(world.mqtt.disconnect_when_done(1min, {.session_expiry = 9, .properties = words()})));
  world.broker.accept();
  world.broker.version = ProtocolVersion::mqtt_5;
  world.broker.expect<Connect>();
  world.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});
  world.wait();
  world.broker.version = ProtocolVersion::mqtt_3_1_1;
  world.accept();
  CHECK(world.mqtt.disconnect(with_will) == local_error(Errc::not_in_this_version));
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.broker.expect<Disconnect>();
  CHECK(to_hex(world.broker.current()) == "e000");

  World old(client_options());
  CHECK(old.mqtt.disconnect(with_will) == local_error(Errc::not_in_this_version));
  CHECK(old.mqtt.disconnect_when_done(1s, with_will) == local_error(Errc::not_in_this_version));
}
