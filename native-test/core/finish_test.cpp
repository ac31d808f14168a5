// disconnect_when_done(): DISCONNECT after all acknowledgements.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("disconnect_when_done() with nothing unfinished disconnects with this turn [MQTT-3.14.4-1]") {
  World world;
  world.connect();
  world.mqtt.disconnect_when_done(10s);
  CHECK(world.mqtt.connected());
  world.loop.run_turns();
  world.broker.expect<Disconnect>();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
}

TEST_CASE("disconnect_when_done() waits for every acknowledgement, however long all of them take together") {
  MqttOptions options = client_options();
  options.client.in_flight_window = 10;
  options.client.keep_alive = 0s;
  World world(std::move(options));
  world.connect();
  for (int i = 0; i < 100; ++i) REQUIRE(world.mqtt.publish("a", "x", {.qos = Qos::at_least_once}));
  world.mqtt.disconnect_when_done(10s);
  for (int i = 0; i < 100; ++i) {
    world.loop.advance(10s - 1us);
    REQUIRE(world.mqtt.connected());
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  }
  world.loop.run_turns();
  world.broker.expect<Disconnect>();
  CHECK(world.states.back() == DeliveryState::acknowledged);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
}

TEST_CASE("disconnect_when_done() ends when nothing has progressed for as long as was said") {
  World world;
  world.connect();
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
  world.mqtt.disconnect_when_done(10s);
  world.loop.advance(10s - 1us);
  CHECK(world.mqtt.connected());
  world.loop.advance(1us);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.counts().in_flight == 1);  // the next connect() sends it again
}

TEST_CASE("times that are never up: Duration::max() is one") {
  MqttOptions options = client_options(true);
  options.client.connack_timeout = options.client.connect_timeout = options.client.pingresp_timeout = Duration::max();
  options.client.acknowledgement_timeout = Duration::max();
  options.driver.open_timeout = options.driver.disconnect_timeout = options.driver.return_after = Duration::max();
  World world(options);
  world.mqtt.connect();
  world.loop.advance(24h);
  world.broker.accept();
  world.loop.advance(24h);
  world.broker.expect<Connect>();
  world.broker.reply(Connack{});
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
  world.mqtt.disconnect_when_done(Duration::max());
  world.loop.advance(24h);
  CHECK(world.mqtt.connected());
}

TEST_CASE("disconnect_when_done() while offline reconnects for it; sending is progress once, sending again is not") {
  World world(client_options(false));
  world.connect();
  world.publish("a", "x", Qos::at_least_once);
  world.broker.cut();
  world.mqtt.disconnect_when_done(10s);
  const Time begin = world.loop.now();
  while (world.mqtt.state() != ConnectionState::stopped) {
    REQUIRE(world.loop.now() - begin < 15s);
    if (world.broker.is_opening()) {
      world.broker.accept();
      world.broker.reply(Connack{true});
    }
    if (world.broker.is_open()) world.broker.cut();
    world.loop.advance(100ms);
  }
  CHECK(world.loop.now() - begin >= 10s);
  world.connect(true);
  world.mqtt.disconnect_when_done(10s);
  world.broker.expect<Pingreq>();  // two connections ended when it was sent: it is on trial
  world.broker.reply(Pingresp{});
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.broker.expect<Disconnect>();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
}

TEST_CASE("disconnect_when_done() while waiting for the next attempt, with nothing unfinished, stops; connect() cancels it") {
  World world;
  world.connect();
  world.broker.cut();
  world.mqtt.disconnect_when_done(10s);
  world.mqtt.connect();
  world.loop.run_turns();
  world.accept();
  world.loop.advance(1min);
  CHECK(world.mqtt.connected());
  world.broker.cut();
  world.mqtt.disconnect_when_done(10s);
  world.loop.run_turns();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
}

TEST_CASE("disconnect_when_done() waits for the answer to a SUBSCRIBE and for a slow transport") {
  World world;
  world.connect();
  REQUIRE(world.mqtt.subscribe("a", Qos::at_most_once));
  world.mqtt.disconnect_when_done(10s);
  world.loop.run_turns();
  const std::uint8_t granted[] = {0};
  const PacketId packet_id = world.broker.expect<Subscribe>().packet_id;
  world.broker.limit_writes(3);
  REQUIRE(world.mqtt.publish("a", "x", {}));
  world.loop.run_turns();
  world.broker.reply(Suback{packet_id, granted});
  CHECK(world.mqtt.connected());
  world.broker.unlimit_writes();
  world.broker.expect<Publish>();
  world.broker.expect<Disconnect>();
}
