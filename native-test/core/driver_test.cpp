// The driver: stopping, waking up, frames.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

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

TEST_CASE("connect() when told of disconnecting: DISCONNECT goes out all the same, then another connection follows [MQTT-3.14.4-1]") {
  World world;
  world.connect();
  world.mqtt.on_event = [&](const MqttEvent& event) {
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed != nullptr && changed->state == ConnectionState::disconnecting) world.mqtt.connect();
  };
  world.mqtt.disconnect();
  (void)world.broker.expect<Disconnect>();
  CHECK(world.broker.closed_by_client() == 1);
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
