// The driver's policy after an attempt or a connection has ended: what is tried again, and when.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("a lost connection is made again after a jittered wait, and every time CONNECT is first [MQTT-3.1.0-1]") {
  World world(client_options(false));
  world.connect();
  for (int i = 0; i < 20; ++i) {
    world.publish("a", "x", Qos::at_least_once);
    world.broker.cut();
    REQUIRE(world.mqtt.retry_at());
    CHECK(*world.mqtt.retry_at() - world.loop.now() <= 60s);
    CHECK(*world.mqtt.retry_at() > world.loop.now());
    world.wait();
    world.broker.accept();
    CHECK(world.broker.unread()[0] == 0x10);
    world.broker.expect<Connect>();
    CHECK(world.broker.quiet());  // messages wait for CONNACK
    world.broker.reply(Connack{true});
    world.loop.advance(11s);
  }
}

TEST_CASE("waits grow while the broker keeps dropping, and shrink only after a stable connection") {
  MqttOptions options = client_options();
  World world(std::move(options));
  world.mqtt.connect();
  Duration longest{};
  for (int i = 0; i < 40; ++i) {
    world.accept();
    world.loop.advance(9s);  // not yet stable
    world.broker.cut();
    longest = std::max<Duration>(longest, *world.mqtt.retry_at() - world.loop.now());
    world.wait();
  }
  CHECK(longest > 30s);
  world.accept();
  world.loop.advance(10s);
  world.broker.cut();
  CHECK(*world.mqtt.retry_at() - world.loop.now() <= 1s);
}

TEST_CASE("close right after PUBLISH: resends are spaced by the backoff, no fast loop; after five the message fails [MQTT-3.3.5-2]") {
  World world(client_options(false));
  world.connect();
  world.publish("forbidden", "x", Qos::at_least_once);
  const Time begin = world.loop.now();
  for (int i = 0; i < 5; ++i) {
    if (i >= 2) {  // on trial
      world.broker.expect<Pingreq>();
      world.broker.reply(Pingresp{});
    }
    world.broker.expect<Publish>();
    world.broker.cut({TransportFault::none, 0, {}, true});
    CHECK((world.states.back() == DeliveryState::failed) == (i == 4));
    world.loop.advance(*world.mqtt.retry_at() - world.loop.now());
    world.accept(true);
  }
  CHECK(world.reasons.back() == FailureReason::connection_closed_repeatedly);
  CHECK(world.broker.quiet());
  CHECK(world.loop.now() - begin > 2s);
}

TEST_CASE("CONNACK 3, server unavailable, is tried again later; 1, 2, 4 and 5 are not [MQTT-3.1.3-8]") {
  for (const int code : {1, 2, 3, 4, 5}) {
    CAPTURE(code);
    World world;
    world.mqtt.connect();
    world.broker.accept();
    world.broker.expect<Connect>();
    world.broker.reply(Connack{false, static_cast<ConnectReturnCode>(code)});
    CHECK(world.broker.closed_by_client() == 1);
    CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::refused);
    CHECK(world.mqtt.close_record().return_code == static_cast<ConnectReturnCode>(code));
    world.loop.advance(1s);
    CHECK(world.broker.opened() == (code == 3 ? 2 : 1));
    CHECK(world.mqtt.stop_reason() == (code == 3 ? StopReason::none : StopReason::refused));
    if (code == 3) continue;
    world.mqtt.connect();  // a person may try again
    CHECK(world.broker.opened() == 2);
  }
}

TEST_CASE("which refusals are tried again is an option") {
  for (const int code : {1, 2, 3, 4, 5}) {
    CAPTURE(code);
    MqttOptions options = client_options();
    options.driver.retry_refusal = [](ConnectReturnCode refusal) { return refusal == ConnectReturnCode::not_authorized; };
    World world(std::move(options));
    world.mqtt.connect();
    world.broker.accept();
    world.broker.reply(Connack{false, static_cast<ConnectReturnCode>(code)});
    CHECK(world.mqtt.state() == (code == 5 ? ConnectionState::waiting : ConnectionState::stopped));
    CHECK(world.mqtt.stop_reason() == (code == 5 ? StopReason::none : StopReason::refused));
  }
}

TEST_CASE("without jitter, and with the longest wait as the first, every wait is the same") {
  MqttOptions options = client_options();
  options.driver.backoff = {.first = 1s, .longest = 1s, .jitter = false};
  World world(std::move(options));
  world.mqtt.connect();
  for (int i = 0; i < 20; ++i) {
    world.broker.cut(nobody_there);
    CHECK(*world.mqtt.retry_at() - world.loop.now() == 1s);
    world.wait();
  }
}

TEST_CASE("without reconnect a connection or attempt that ended stops the client; the other addresses are tried first") {
  MqttOptions options = client_options();
  options.driver.reconnect = false;
  options.urls = {"ws://one", "ws://two"};
  World world(std::move(options));
  world.mqtt.connect();
  world.broker.cut(nobody_there);
  world.loop.advance(0s);
  CHECK(world.broker.url() == "ws://two");
  world.broker.cut(nobody_there);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::connection_lost);
  world.connect();
  world.broker.cut();
  CHECK(world.mqtt.stop_reason() == StopReason::connection_lost);
  world.loop.advance(1h);
  CHECK(world.broker.opened() == 3);
}

TEST_CASE("the second identical fault of a broker slows down, however long its connections last") {
  World world;
  world.mqtt.connect();
  Duration longest{};
  for (int i = 0; i < 20; ++i) {
    world.accept();
    world.loop.advance(1min);
    world.broker.reply_hex("90 02 00 00");  // SUBACK with packet id 0
    CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::protocol_error);
    longest = std::max<Duration>(longest, *world.mqtt.retry_at() - world.loop.now());
    if (i == 0) CHECK(longest <= 1s);
    world.wait();
  }
  CHECK(longest > 30s);
  world.accept();
  world.loop.advance(1min);
  world.broker.cut();  // another reason
  CHECK(*world.mqtt.retry_at() - world.loop.now() <= 1s);
}
