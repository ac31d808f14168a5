// When the driver suspects that another client has taken over the client id.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

MqttOptions yielding() {
  MqttOptions options = client_options(false);
  options.driver.takeover.policy = TakeoverPolicy::stop;
  return options;
}

struct Suspicions {
  explicit Suspicions(World& world) {
    world.mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* suspected = std::get_if<TakeoverSuspected>(&event)) all.push_back(*suspected);
    };
  }
  std::vector<TakeoverSuspected> all;
};

constexpr TransportClose closed_in_order{TransportFault::none, 0, {}, true};

}  // namespace

TEST_CASE("taken over: idle and cut soon after CONNACK three times in a row stops a client that yields [MQTT-3.1.3-2]") {
  World world(yielding());
  Suspicions suspicions(world);
  world.mqtt.connect();
  for (int i = 0; i < 3; ++i) {
    CHECK(world.mqtt.state() == ConnectionState::connecting);
    world.accept();
    world.loop.advance(i == 1 ? 5s - 1us : Duration{1s});
    world.broker.cut(closed_in_order);
    if (i < 2) world.wait();
  }
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::taken_over);
  REQUIRE(suspicions.all.size() == 1);
  CHECK(suspicions.all[0].connections == 3);
  CHECK(suspicions.all[0].likelihood == TakeoverSuspected::Likelihood::possible);
  world.mqtt.connect();
  world.accept();
  world.broker.cut();
  CHECK(world.mqtt.state() == ConnectionState::waiting);  // counted from the beginning
}

TEST_CASE("taken over: by default it is reported, with its likelihood, and the client keeps reconnecting") {
  World world;
  Suspicions suspicions(world);
  world.mqtt.connect();
  for (int i = 0; i < 50; ++i) {
    world.accept();
    world.loop.advance(1s);
    world.broker.cut(closed_in_order);
    world.wait();
  }
  REQUIRE(suspicions.all.size() == 48);
  CHECK(suspicions.all[2].likelihood == TakeoverSuspected::Likelihood::possible);
  CHECK(suspicions.all[3].connections == 6);
  CHECK(suspicions.all[3].likelihood == TakeoverSuspected::Likelihood::likely);
  CHECK(world.mqtt.state() == ConnectionState::connecting);
}

TEST_CASE("taken over: one connection that lasts, or that we end, breaks the series") {
  World world(yielding());
  world.mqtt.connect();
  for (int i = 0; i < 9; ++i) {
    world.accept();
    world.loop.advance(i % 2 == 0 ? 1s : 5s);
    world.broker.cut();
    world.wait();
  }
  CHECK(world.mqtt.state() == ConnectionState::connecting);
}

TEST_CASE("taken over: rolling restarts do not count, for an attempt fails between, or the close code says so") {
  for (const int code : {0, 1001, 1012, 1013}) {
    CAPTURE(code);
    World world(yielding());
    Suspicions suspicions(world);
    world.mqtt.connect();
    for (int i = 0; i < 9; ++i) {
      world.accept();
      world.loop.advance(1s);
      world.broker.cut({TransportFault::none, code, {}, true});
      world.wait();
      if (code != 0) continue;
      world.broker.cut(nobody_there);
      world.wait();
    }
    CHECK(suspicions.all.empty());
    CHECK(world.mqtt.state() == ConnectionState::connecting);
  }
}

TEST_CASE("taken over: a broker that closes on a forbidden publish does not count, whatever its QoS") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    World world(yielding());
    Suspicions suspicions(world);
    world.mqtt.connect();
    for (int i = 0; i < 9; ++i) {
      world.accept(i != 0);
      world.loop.advance(2s);
      world.publish("forbidden", "x", qos);
      if (const Bytes unread = world.broker.unread(); !unread.empty() && unread[0] == 0xc0) {  // a message on trial
        world.broker.expect<Pingreq>();
        world.broker.reply(Pingresp{});
      }
      world.broker.expect<Publish>();
      world.loop.advance(50ms);
      world.broker.cut(closed_in_order);
      world.wait();
    }
    CHECK(suspicions.all.empty());
    CHECK(world.mqtt.state() == ConnectionState::connecting);
  }
}

TEST_CASE("taken over: a broker that closes on a SUBSCRIBE does not count") {
  World world(yielding());
  Suspicions suspicions(world);
  REQUIRE(world.mqtt.subscribe("forbidden", Qos::at_most_once));
  world.mqtt.connect();
  for (int i = 0; i < 9; ++i) {
    world.accept(i != 0);
    world.broker.expect<Subscribe>();
    world.broker.cut(closed_in_order);
    world.wait();
  }
  CHECK(suspicions.all.empty());
}

TEST_CASE("reconnect_at_once: the first attempt after an accepted connection waits for nothing, the next ones back off, and "
          "forgive_endings() begins anew") {
  MqttOptions options = client_options();
  options.driver.reconnect_at_once = true;
  options.driver.takeover.policy = TakeoverPolicy::stop;
  World world(std::move(options));
  world.mqtt.connect();
  world.broker.cut(nobody_there);
  CHECK(world.mqtt.retry_at() > world.loop.now());  // no connection was ever accepted
  world.wait();
  world.accept();
  world.loop.advance(11s);
  for (int i = 0; i < 10; ++i) {
    world.broker.cut();
    CHECK(world.mqtt.retry_at() == world.loop.now());
    world.wait();
    world.accept();
    world.mqtt.forgive_endings();
  }
  world.broker.cut();
  world.wait();
  world.accept();
  world.broker.cut();
  CHECK(world.mqtt.retry_at() > world.loop.now());
  world.wait();
  world.accept();
  world.broker.cut();
  CHECK(world.mqtt.stop_reason() == StopReason::taken_over);
}
