// Handlers may call anything.
#include <algorithm>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t granted_1[] = {1};

}  // namespace

TEST_CASE("subscribing when told of the connection sends one SUBSCRIBE, not two") {
  World world;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (is_state(event, ConnectionState::connected))
      REQUIRE(world.mqtt.subscribe("a", Qos::at_least_once, [](const Message&) {}));
  };
  world.connect();
  world.loop.run_turns();
  world.broker.expect<Subscribe>();
  CHECK(world.broker.quiet());
}

TEST_CASE("a message handler may publish, subscribe, unsubscribe itself and others") {
  World world;
  int heard = 0;
  Subscription mine;
  auto made = world.mqtt.subscribe("a", Qos::at_least_once, [&](const Message& message) {
    ++heard;
    REQUIRE(world.mqtt.publish("echo", message.payload, {.qos = Qos::at_least_once}));
    world.mqtt.unsubscribe(mine);
    REQUIRE(world.mqtt.subscribe("b", Qos::at_most_once, [](const Message&) {}));
  });
  REQUIRE(made);
  mine = *made;
  world.connect();
  world.broker.reply(Suback{world.broker.expect<Subscribe>().packet_id, granted_1});
  world.broker.reply(publish_of("a", "x", Qos::at_least_once, 1));
  world.loop.run_turns();
  CHECK(as_text(world.broker.expect<Publish>().payload) == "x");
  CHECK(world.broker.expect<Unsubscribe>().filters.front() == "a");
  CHECK(world.broker.expect<Subscribe>().requests.front().filter == "b");
  world.broker.expect<Puback>();
  world.broker.reply(publish_of("a", "y", Qos::at_least_once, 2));
  CHECK(heard == 1);
  CHECK(world.broker.expect<Puback>().packet_id == 2);  // acknowledged although nobody hears it [MQTT-4.5.0-2]
}

TEST_CASE("disconnect() in a message handler: the message is acknowledged, and DISCONNECT is the last packet [MQTT-3.14.4-2]") {
  World world;
  int heard = 0;
  REQUIRE(world.mqtt.subscribe("#", Qos::exactly_once, [&](const Message&) {
    ++heard;
    world.mqtt.disconnect();
    CHECK_FALSE(world.mqtt.publish("a", "late", {}));
  }));
  world.connect();
  world.broker.expect<Subscribe>();
  ByteBuffer both;
  REQUIRE_FALSE(static_cast<bool>(encode(publish_of("a", "1", Qos::at_least_once, 1), both)));
  REQUIRE_FALSE(static_cast<bool>(encode(publish_of("a", "2", Qos::exactly_once, 2), both)));
  world.broker.reply_bytes(both);
  CHECK(heard == 1);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.broker.expect<Puback>().packet_id == 1);
  world.broker.expect<Disconnect>();
  CHECK(world.broker.quiet());
}

TEST_CASE("abort() and connect() in a message handler make a new connection") {
  World world;
  REQUIRE(world.mqtt.subscribe("#", Qos::at_most_once, [&](const Message&) {
    world.mqtt.abort();
    world.mqtt.connect();
  }));
  world.connect();
  world.broker.expect<Subscribe>();
  world.broker.reply(publish_of("a", "x"));
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  world.wait();
  world.accept();
}

TEST_CASE("connect() from the state handler when it stops begins again at once") {
  World world;
  int restarts = 0;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (is_state(event, ConnectionState::stopped) && restarts++ == 0) world.mqtt.connect();
  };
  world.connect();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::connecting);
  CHECK(world.broker.is_opening());
}

TEST_CASE("disconnect() from the state handler, at every state, ends stopped") {
  for (const auto when : {ConnectionState::connecting, ConnectionState::connected, ConnectionState::waiting}) {
    World world;
    world.mqtt.on_event = [&](const MqttEvent& event) {
      if (is_state(event, when)) world.mqtt.disconnect();
    };
    world.mqtt.connect();
    if (world.broker.is_opening()) world.broker.accept();
    if (world.broker.is_open()) world.broker.reply(Connack{});
    if (world.broker.is_open()) world.broker.cut();
    CHECK(world.mqtt.state() == ConnectionState::stopped);
    CHECK(world.mqtt.stop_reason() == StopReason::asked);
    world.loop.advance(10min);
    CHECK(world.broker.opened() <= 1);
  }
}

TEST_CASE("a delivery handler may publish the next message: all of a chain arrive") {
  World world;
  int acknowledged = 0;
  world.mqtt.on_delivery = [&](Delivery, DeliveryState state, FailureReason) {
    if (state != DeliveryState::acknowledged || ++acknowledged == 100) return;
    REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  };
  world.connect();
  world.publish("a", "x", Qos::at_least_once);
  for (int i = 0; i < 100; ++i) {
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
    world.loop.run_turns();
  }
  CHECK(acknowledged == 100);
}

TEST_CASE("cancel() from a delivery handler ends another message with one report") {
  MqttOptions options = client_options();
  options.client.in_flight_window = 1;
  World world(std::move(options));
  world.connect();
  world.publish("a", "1", Qos::at_least_once);
  const Delivery second = world.publish("a", "2", Qos::at_least_once);
  const Delivery third = world.publish("a", "3", Qos::at_least_once);
  int cancelled = 0;
  world.mqtt.on_delivery = [&](Delivery which, DeliveryState state, FailureReason reason) {
    if (state == DeliveryState::acknowledged) CHECK_FALSE(static_cast<bool>(world.mqtt.cancel(third)));
    if (reason == FailureReason::cancelled) {
      ++cancelled;
      CHECK(which == third);
    }
  };
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.loop.run_turns();
  CHECK(as_text(world.broker.expect<Publish>().payload) == "2");
  CHECK(cancelled == 1);
  CHECK(world.mqtt.delivery_state(second) == DeliveryState::sent);
  CHECK_FALSE(world.mqtt.delivery_state(third));
}

TEST_CASE("a message that nobody subscribed to is handed to on_unhandled and acknowledged [MQTT-4.5.0-2]") {
  World world;
  world.connect();
  world.broker.reply(publish_of("a", "nobody listens", Qos::at_least_once, 5));
  CHECK(world.broker.expect<Puback>().packet_id == 5);
  std::string heard;
  world.mqtt.on_unhandled = [&](const Message& message) { heard = as_text(message.payload); };
  world.broker.reply(publish_of("a", "x", Qos::exactly_once, 6));
  CHECK(heard == "x");
  CHECK(world.broker.expect<Pubrec>().packet_id == 6);
}

TEST_CASE("overlapping subscriptions: each handler is called once for one message [MQTT-3.3.5-1]") {
  World world;
  std::vector<std::string> called;
  for (const char* filter : {"a/b", "a/+", "#", "a/b", "other"}) {
    REQUIRE(world.mqtt.subscribe(filter, Qos::at_most_once,
                                 [&called, filter](const Message&) { called.push_back(filter); }));
  }
  world.connect();
  world.broker.reply(publish_of("a/b", "x"));
  std::sort(called.begin(), called.end());
  CHECK(called == std::vector<std::string>{"#", "a/+", "a/b", "a/b"});
}
