// The driver's policy: attempts, brokers, waiting, stopping.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

constexpr TransportClose nobody_there{TransportFault::refused, 0, {}, false};

}  // namespace

// ---- stopping ----

TEST_CASE("disconnect() from a delivery handler, while a lost connection is cleaned up, stays stopped") {
  MqttOptions options = client_options();
  options.client.in_flight_window = 1;
  World world(std::move(options));
  world.connect();
  world.publish("a", "1", Qos::at_least_once);
  world.publish("a", "2", Qos::at_most_once);  // straight out
  world.broker.limit_writes(0);
  REQUIRE(world.mqtt.subscribe("x", Qos::at_most_once, [](const Message&) {}));
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (std::holds_alternative<Closed>(event)) world.mqtt.disconnect();
  };
  world.broker.cut();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
  world.loop.advance(10min);
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("disconnect() at rest stops at once: before connect(), while waiting, while preparing") {
  World world;
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  world.mqtt.connect();
  world.broker.cut(nobody_there);
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  REQUIRE(world.mqtt.retry_at());
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
  CHECK_FALSE(world.mqtt.retry_at());
  world.loop.advance(10min);
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("disconnect() while the transport opens closes at once; before CONNACK it says DISCONNECT first [MQTT-3.14.4-2]") {
  World world;
  world.mqtt.connect();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.broker.closed_by_client() == 1);
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  world.broker.expect<Disconnect>();
  CHECK(world.broker.quiet());
  CHECK(world.broker.closed_by_client() == 2);
}

TEST_CASE("disconnect() before CONNACK finishes in time although the transport takes nothing") {
  World world;
  world.broker.limit_writes(0);
  world.mqtt.connect();
  world.broker.accept();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::disconnecting);
  world.loop.advance(2s);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
  CHECK(world.broker.closed_by_client() == 1);
}

TEST_CASE("disconnect() finishes in time although the transport takes nothing [MQTT-3.14.4-1]") {
  World world;
  world.connect();
  world.broker.limit_writes(0);
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::disconnecting);
  world.mqtt.disconnect();
  world.loop.advance(2s);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::asked);
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.broker.quiet());
}

TEST_CASE("disconnect() waits for DISCONNECT to leave a slow transport [MQTT-3.14.4-2]") {
  World world;
  world.connect();
  world.broker.limit_writes(1);
  world.mqtt.disconnect();
  CHECK(world.broker.is_open());
  world.broker.unlimit_writes();
  CHECK(to_hex(world.broker.unread()) == "e000");
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.broker.closed_by_client() == 1);
}

TEST_CASE("disconnect(): the broker may close first") {
  World world;
  world.connect();
  world.broker.limit_writes(0);
  world.mqtt.disconnect();
  world.broker.cut();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::disconnected);
  CHECK(world.mqtt.close_record().sentence() == "Disconnected.");
}

TEST_CASE("abort() closes without DISCONNECT, so that the broker publishes the will") {
  World world;
  world.connect();
  world.mqtt.abort();
  CHECK(world.broker.quiet());
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.close_record().cause == CloseRecord::Cause::aborted);
  world.mqtt.abort();
  CHECK(world.broker.closed_by_client() == 1);
}

TEST_CASE("connect() while disconnecting connects again afterwards") {
  World world;
  world.connect();
  world.broker.limit_writes(0);
  world.mqtt.disconnect();
  world.mqtt.connect();
  world.broker.unlimit_writes();
  world.loop.advance(2s);
  CHECK(world.broker.is_opening());
}

TEST_CASE("connect() twice makes one attempt and one CONNECT [MQTT-3.1.0-2]") {
  World world;
  world.mqtt.connect();
  world.mqtt.connect();
  CHECK(world.broker.opened() == 1);
  world.accept();
  world.mqtt.connect();
  world.loop.run_turns();
  CHECK(world.broker.opened() == 1);
  CHECK(world.broker.quiet());
}

TEST_CASE("an MqttClient that is destroyed closes its transport and hears nothing more") {
  VirtualLoop loop;
  ScriptedTransport broker;
  {
    MqttClient mqtt(loop, broker, client_options());
    mqtt.connect();
    broker.accept();
  }
  CHECK(broker.closed_by_client() == 1);
  CHECK_FALSE(loop.timer());
  loop.advance(1h);
  CHECK(broker.opened() == 1);
}

// ---- waiting and trying again ----

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

// ---- takeover ----

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

// ---- waking up ----

TEST_CASE("wake(): tries at once when waiting; probes when connected; else does nothing") {
  World world;
  world.mqtt.wake();
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  world.mqtt.wake();
  CHECK(world.broker.opened() == 1);
  world.broker.cut(nobody_there);
  world.mqtt.wake();
  CHECK(world.broker.opened() == 2);
  world.accept();
  world.mqtt.wake();
  world.broker.expect<Pingreq>();
}

TEST_CASE("wake() after a sleep notices late timers: a silent broker is disconnected within the PINGRESP time-out") {
  World world;
  world.connect();
  world.loop.sleep(8h);
  world.mqtt.wake();
  world.broker.expect<Pingreq>();
  CHECK(world.mqtt.connected());
  world.loop.advance(10s);
  CHECK_FALSE(world.mqtt.connected());
  CHECK(world.mqtt.close_record().error.code() == Errc::no_pingresp);
}

TEST_CASE("offline(): ends the connection and waits; does nothing at rest or while disconnecting") {
  World world;
  world.mqtt.offline();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  world.connect();
  world.mqtt.offline();
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  world.mqtt.wake();
  world.accept();
  world.broker.limit_writes(0);
  world.mqtt.disconnect();
  world.mqtt.offline();
  CHECK(world.mqtt.state() == ConnectionState::disconnecting);
}

TEST_CASE("a clock that steps backwards is treated as standing still") {
  Client client({.client_id = "alice"});
  const Time later{10s};
  REQUIRE_FALSE(static_cast<bool>(client.handle_transport_open(later)));
  client.handle_timeout(Time{1s});
  CHECK(client.next_timeout() == later + 15s);
}

// ---- frames ----

TEST_CASE("in a long burst what fills a frame leaves at once, the rest with the turn") {
  World world;
  world.connect();
  const std::size_t before = world.broker.writes().size();
  const std::string payload(10'000, 'x');
  for (int i = 0; i < 20; ++i) REQUIRE(world.mqtt.publish("a", as_bytes(payload), {}));
  const std::vector<std::size_t>& writes = world.broker.writes();
  REQUIRE(writes.size() == before + 3);
  CHECK(std::all_of(writes.begin() + static_cast<std::ptrdiff_t>(before), writes.end(),
                    [](std::size_t bytes) { return bytes == 64 * 1024; }));
  world.loop.run_turns();
  CHECK(writes.size() == before + 4);
  for (int i = 0; i < 20; ++i) world.broker.expect<Publish>();
}

TEST_CASE("disconnect() while tens of megabytes wait: it lasts as long as bytes leave, and ends soon when they do not") {
  World world;
  world.connect();
  const std::vector<std::uint8_t> payload(100'000);
  world.broker.limit_writes(0);
  for (int i = 0; i < 200; ++i) REQUIRE(world.mqtt.publish("a", payload, {.qos = Qos::at_most_once}));
  world.loop.run_turns();
  world.mqtt.disconnect();
  std::size_t arrived = 0;
  SUBCASE("slowly") {
    while (world.mqtt.state() != ConnectionState::stopped && arrived < 300) {
      world.loop.advance(1900ms);
      world.broker.limit_writes(100'009);
      world.broker.allow_writes();
      while (world.broker.has_packet()) {
        const Packet packet = world.broker.next();
        if (std::holds_alternative<Disconnect>(packet)) break;
        ++arrived;
      }
    }
    CHECK(arrived == 200);
  }
  SUBCASE("not at all") {
    world.loop.advance(2s);
    CHECK(arrived == 0);
  }
  CHECK(world.mqtt.state() == ConnectionState::stopped);
}
