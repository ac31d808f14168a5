// Coming, being refused, staying, being cut off, being replaced.
#include <algorithm>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

// What became of the first attempt, which has to fail.
CloseRecord fail_to_connect(Scene& scene, Guest& guest) {
  guest.mqtt.connect();
  REQUIRE(scene.world.run_until([&] {
    return guest.mqtt.state() == ConnectionState::waiting || guest.mqtt.state() == ConnectionState::stopped;
  }));
  return guest.mqtt.close_record();
}

MqttOptions idle_options(Scene& scene) {
  auto options = scene.options("idle");
  options.client.keep_alive = std::chrono::seconds{1};
  return options;
}

}  // namespace

EVERYWHERE(connects, "connect, and an orderly end [MQTT-3.1.0-1] [MQTT-3.14.4-1]") {
  Guest guest(scene, "guest");
  for (int times = 0; times < 2; ++times) {
    REQUIRE(guest.connect());
    CHECK(!guest.session_present());
    REQUIRE(guest.disconnect());
    CHECK(guest.mqtt.close_record().cause == CloseRecord::Cause::disconnected);
  }
  CHECK(guest.sent(PacketType::disconnect) == 2);
}

EVERYWHERE(refuses, "a wrong password and none are refused, in words, and not tried again [MQTT-3.2.2-5]") {
  auto wrong = scene.options("guest"), none = wrong;
  wrong.client.password = {'n', 'o'};
  none.client.user_name.reset();
  none.client.password.reset();
  for (const auto& options : {wrong, none}) {
    Guest guest(scene, options);
    auto record = fail_to_connect(scene, guest);
    CAPTURE(record.sentence());
    if (!scene.ways.refuses_by_connack) {
      scene.note("a wrong password is answered by closing the WebSocket, without CONNACK: checked that the client takes code 1002 and "
                 "its reason for the refusal that it is");
      CHECK(record.code == 1002);
      CHECK(record.reason == "unauthenticated");
    }
    CHECK(record.cause == CloseRecord::Cause::refused);
    CHECK(record.reason_code == (scene.ways.refuses_by_connack ? scene.ways.refusal : ReasonCode::bad_user_name_or_password));
    CHECK(guest.mqtt.stop_reason() == StopReason::refused);
    CHECK(!record.sentence().empty());
  }
  Guest guest(scene, "guest");
  CHECK(guest.connect());
}

EVERYWHERE(will,
           "a will is published after a cut, and not after an orderly end [MQTT-3.1.2-8] [MQTT-3.1.2-10]") {
  Guest listener(scene, "listener");
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe(scene.topic("wills/#"), Qos::at_least_once));
  auto options = scene.options("mortal");
  options.client.will = WillOptions{
      .topic = scene.topic("wills/mortal"), .message = {'g', 'o', 'n', 'e', 0}, .qos = Qos::at_least_once};
  Guest mortal(scene, options);
  REQUIRE(mortal.connect());
  mortal.cut();
  REQUIRE(listener.await_messages(1));
  CHECK(listener.received[0].topic == scene.topic("wills/mortal"));
  CHECK(listener.received[0].payload == std::string("gone\0", 5));
  CHECK(listener.received[0].qos == Qos::at_least_once);
  REQUIRE(mortal.connect());
  REQUIRE(mortal.disconnect());
  CHECK(mortal.sent(PacketType::disconnect) == 1);
  if (scene.ways.will_after_disconnect) {
    scene.note("a will is published over WebSocket even after DISCONNECT: checked that it comes, and that DISCONNECT was "
               "sent");
    REQUIRE(listener.await_messages(2));
    return;
  }
  listener.await_silence();
  CHECK(listener.received.size() == 1);
}

EVERYWHERE(retained_will, "a will that is retained is there for who comes later [MQTT-3.1.2-17]") {
  auto options = scene.options("mortal");
  options.client.will =
      WillOptions{.topic = scene.topic("status"), .message = {'o', 'f', 'f'}, .qos = Qos::at_least_once, .retain = true};
  Guest mortal(scene, options);
  Guest witness(scene, "witness");
  REQUIRE(witness.connect());
  REQUIRE(witness.subscribe(scene.topic("status"), Qos::at_least_once));
  REQUIRE(mortal.connect());
  mortal.cut();
  REQUIRE(witness.await_messages(1));
  Guest late(scene, "late");
  REQUIRE(late.connect());
  REQUIRE(late.subscribe(scene.topic("status"), Qos::at_least_once));
  REQUIRE(late.await_messages(1));
  CHECK(late.received[0].payload == "off");
  CHECK(late.received[0].retain);
  late.say(scene.topic("status"), "", Qos::at_least_once, true);
}

EVERYWHERE(takeover,
           "a second client with the same id takes over, and the first one does not fight [MQTT-3.1.4-2]") {
  auto options = scene.options("same");
  options.driver.takeover = {.policy = TakeoverPolicy::stop, .connections = 1};
  Guest first(scene, options), second(scene, options);
  REQUIRE(first.connect());
  REQUIRE(second.connect());
  REQUIRE(scene.world.run_until([&] { return first.mqtt.state() == ConnectionState::stopped; }));
  CHECK(first.mqtt.stop_reason() == StopReason::taken_over);
  if (scene.speaks_5()) {
    if (!scene.ways.tells_takeover)
      scene.note("a takeover is a bare close, without DISCONNECT (2.0.11): checked that the client suspects one");
    CHECK((first.mqtt.close_record().reason_code == ReasonCode::session_taken_over) == scene.ways.tells_takeover);
    CHECK(first.came(PacketType::disconnect) == (scene.ways.tells_takeover ? 1u : 0u));
  }
  REQUIRE(second.subscribe(scene.topic("mine"), Qos::at_least_once));
  second.await_silence();
  CHECK(second.mqtt.connected());
  CHECK(second.came(PacketType::connack) == 1);
}

// The one case in which time passes, everywhere at once. Nothing but the keep-alive is sent; a broker ends a connection
// that has been silent for one and a half times that long [MQTT-3.1.2-24].
TEST_CASE("a keep-alive of 1 s holds idle connections to all brokers by PINGREQ and PINGRESP [MQTT-3.1.2-23]") {
  test::World world;
  struct Idle {
    Scene scene;
    Guest guest;
    Idle(const test::Place& place, test::World& around) : scene(place, around), guest(scene, idle_options(scene)) {}
  };
  std::vector<std::unique_ptr<Idle>> all;
  for (const auto* place : test::every_place()) {
    all.push_back(std::make_unique<Idle>(*place, world));
    all.back()->guest.mqtt.connect();
  }
  auto before = all[0]->guest.loop.now();
  REQUIRE(world.run_until([&] {
    return std::all_of(all.begin(), all.end(),
                       [](const auto& one) { return one->guest.came(PacketType::pingresp) >= 3; });
  }));
  CHECK(all[0]->guest.loop.now() - before > std::chrono::seconds{2});
  for (const auto& one : all) {
    CAPTURE(one->scene.place.url);
    CHECK(one->guest.mqtt.connected());
    CHECK(one->guest.came(PacketType::connack) == 1);
  }
}
