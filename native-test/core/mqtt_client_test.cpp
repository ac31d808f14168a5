// The whole client, as an application uses it, against a scripted broker.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("a subscription made before connecting is asked for after CONNACK, and its handler called") {
  World world;
  std::vector<std::string> heard;
  auto made = world.mqtt.subscribe("a/+", Qos::at_least_once, [&](const Message& message) {
    heard.push_back(std::string(message.topic) + "=" + std::string(as_text(message.payload)));
  });
  REQUIRE(made);
  world.connect();
  const auto subscribe = world.broker.expect<Subscribe>();
  REQUIRE(subscribe.requests.size() == 1);
  CHECK(subscribe.requests[0].filter == "a/+");
  const std::uint8_t granted[] = {1};
  world.broker.reply(Suback{subscribe.packet_id, granted});
  world.broker.reply(Publish{"a/b", as_bytes("hello"), 7, Qos::at_least_once, false, false});
  CHECK(heard == std::vector<std::string>{"a/b=hello"});
  CHECK(world.broker.expect<Puback>().packet_id == 7);
}

TEST_CASE("subscriptions made before connecting are asked for before what was published then leaves, in any order of the calls") {
  World world;
  REQUIRE(world.mqtt.publish("a/1", "x", {.qos = Qos::at_least_once}));
  REQUIRE(world.mqtt.subscribe("a/+", Qos::at_most_once, [](const Message&) {}));
  REQUIRE(world.mqtt.publish("a/2", "y", {.qos = Qos::exactly_once}));
  world.connect();
  CHECK(world.broker.expect<Subscribe>().requests.at(0).filter == "a/+");
  CHECK(world.broker.expect<Publish>().topic == "a/1");
  CHECK(world.broker.expect<Publish>().topic == "a/2");
  CHECK(world.broker.quiet());
}

TEST_CASE("after a reconnect, too: renewed subscriptions, then what is sent again and what waited, in their order") {
  World world(client_options(false));
  REQUIRE(world.mqtt.subscribe("a/+", Qos::at_most_once, [](const Message&) {}));
  world.connect();
  world.broker.expect<Subscribe>();
  world.publish("a/1", "sent", Qos::at_least_once);
  world.broker.expect<Publish>();
  world.broker.cut();
  REQUIRE(world.mqtt.publish("a/2", "waits", {.qos = Qos::at_least_once}));
  world.wait();
  world.accept(false);
  CHECK(world.broker.expect<Subscribe>().requests.at(0).filter == "a/+");
  CHECK(world.broker.expect<Publish>().topic == "a/1");
  CHECK(world.broker.expect<Publish>().topic == "a/2");
  CHECK(world.broker.quiet());
}

TEST_CASE("what is published as soon as the connection is there goes after what waited, per QoS [MQTT-4.6.0-1]") {
  World world;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (!is_state(event, ConnectionState::connected)) return;
    REQUIRE(world.mqtt.publish("a/late", "y", {.qos = Qos::at_least_once}));
  };
  REQUIRE(world.mqtt.publish("a/early", "x", {.qos = Qos::at_least_once}));
  world.connect();
  CHECK(world.broker.expect<Publish>().topic == "a/early");
  CHECK(world.broker.expect<Publish>().topic == "a/late");
}

TEST_CASE("ended while Connected is being told: nothing that waited leaves, and all of it on the next connection") {
  World world;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (is_state(event, ConnectionState::connected)) world.mqtt.disconnect();
  };
  REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply(Connack{});
  world.broker.expect<Disconnect>();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  world.mqtt.on_event = {};
  world.connect();
  CHECK(world.broker.expect<Publish>().topic == "a");
}

TEST_CASE("what is published in one turn leaves in one write") {
  World world;
  world.connect();
  const std::size_t writes = world.broker.writes().size();
  for (int i = 0; i < 100; ++i) REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  CHECK(world.broker.writes().size() == writes);
  world.loop.run_turns();
  CHECK(world.broker.writes().size() == writes + 1);
  for (int i = 0; i < 100; ++i) world.broker.expect<Publish>();
}

TEST_CASE("QoS 1: cut after PUBLISH, sent again with DUP and the same id [MQTT-3.3.1-1] [MQTT-2.3.1-3] [MQTT-4.4.0-1]") {
  World world(client_options(false));
  world.connect();
  REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  world.loop.run_turns();
  const Publish first = world.broker.expect<Publish>();
  const PacketId packet_id = first.packet_id;
  CHECK_FALSE(first.dup);
  world.broker.cut();
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  world.loop.advance(2s);
  world.accept(true);
  const Publish again = world.broker.expect<Publish>();
  CHECK(again.dup);
  CHECK(again.packet_id == packet_id);
  world.broker.reply(Puback{packet_id});
  CHECK(world.states == std::vector{DeliveryState::sent, DeliveryState::sent, DeliveryState::acknowledged});
}

TEST_CASE("QoS 2: a repeated PUBLISH is answered, not delivered again [MQTT-4.3.3-2]") {
  World world(client_options(false));
  int delivered = 0;
  REQUIRE(world.mqtt.subscribe("#", Qos::exactly_once, [&](const Message&) { ++delivered; }));
  world.connect();
  world.broker.expect<Subscribe>();
  world.broker.reply(Publish{"a", as_bytes("x"), 9, Qos::exactly_once, false, false});
  CHECK(world.broker.expect<Pubrec>().packet_id == 9);
  world.broker.cut();
  world.loop.advance(2s);
  world.accept(true);
  world.broker.expect<Subscribe>();
  world.broker.reply(Publish{"a", as_bytes("x"), 9, Qos::exactly_once, false, true});
  CHECK(world.broker.expect<Pubrec>().packet_id == 9);
  CHECK(delivered == 1);
  world.broker.reply(Pubrel{9});
  CHECK(world.broker.expect<Pubcomp>().packet_id == 9);
  world.broker.reply(Publish{"a", as_bytes("y"), 9, Qos::exactly_once, false, false});
  CHECK(delivered == 2);
}

TEST_CASE("a refusal that can't heal stops the client and says why") {
  World world;
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply(Connack{false, ConnectReturnCode::bad_user_name_or_password});
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::refused);
  CHECK(world.mqtt.close_record().sentence() == "Bad user name or password.");
  world.loop.advance(1h);
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("a refusal that RabbitMQ puts into the end of the WebSocket stops the client, too: a wrong password is not tried again") {
  for (const std::string_view reason : {"unauthenticated", "Unauthenticated"}) {
    World world;
    world.mqtt.connect();
    world.broker.accept();
    world.broker.expect<Connect>();
    world.broker.cut({TransportFault::none, 1002, reason, true});
    const bool known = reason == "unauthenticated";
    CHECK((world.mqtt.stop_reason() == StopReason::refused) == known);
    CHECK((world.mqtt.close_record().sentence() == "Bad user name or password.") == known);
    world.loop.advance(1h);
    CHECK((world.broker.opened() == 1) == known);
  }
}

TEST_CASE("disconnect() sends DISCONNECT last and stops [MQTT-3.14.4-1] [MQTT-3.14.4-2]") {
  World world;
  world.connect();
  world.mqtt.disconnect();
  world.broker.expect<Disconnect>();
  CHECK(world.broker.quiet());
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
}

TEST_CASE("keep-alive: PINGREQ in time, and an unanswered one ends the connection [MQTT-3.1.2-23] [MQTT-3.12.4-1]") {
  World world;
  world.connect();
  world.loop.advance(59s);
  world.broker.expect<Pingreq>();
  world.broker.reply(Pingresp{});
  world.loop.advance(59s);
  world.broker.expect<Pingreq>();
  world.loop.advance(10s);
  CHECK(world.mqtt.state() != ConnectionState::connected);
  CHECK(world.mqtt.close_record().error.code() == Errc::no_pingresp);
}
