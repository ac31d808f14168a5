// Protocol::newest: MQTT 5, and 3.1.1 where the broker speaks no other; and following a broker to another server.
#include <map>
#include <string>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Id = PropertyId;

namespace {

MqttOptions newest() {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::newest;
  return options;
}

struct Newest : World {
  explicit Newest(MqttOptions options = newest()) : World(std::move(options)) {
    mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* fell = std::get_if<FellBack>(&event)) told += std::string(fell->url) + " ";
    };
  }
  // The attempt under way speaks this version.
  void expect(ProtocolVersion version) {
    broker.accept();
    broker.version = version;
    broker.expect<Connect>();
  }
  // Until the next attempt begins.
  void next_attempt() {
    if (mqtt.retry_at()) wait();
    loop.run_turns();
  }
  void accept() {
    broker.reply(Connack{false});
    REQUIRE(mqtt.connected());
  }
  std::string told;
};

constexpr ProtocolVersion old_version = ProtocolVersion::mqtt_3_1_1;
constexpr ProtocolVersion new_version = ProtocolVersion::mqtt_5;

}  // namespace

TEST_CASE("newest: MQTT 5 where the broker speaks it, and nothing is told") {
  Newest world;
  world.mqtt.connect();
  world.expect(new_version);
  world.accept();
  world.broker.cut();
  world.next_attempt();
  world.expect(new_version);
  CHECK(world.told == "");
}

TEST_CASE("newest: a broker that refuses version 5, in its own form or in that of 3.1.1, is asked in 3.1.1 at once and from then on "
          "[MQTT5-3.1.2-2]") {
  for (const bool own_form : {false, true}) {
    Newest world;
    world.mqtt.connect();
    world.expect(new_version);
    if (!own_form) world.broker.version = old_version;
    world.broker.reply(own_form ? Connack{false, {}, ReasonCode::unsupported_protocol_version}
                                : Connack{false, ConnectReturnCode::unacceptable_protocol_version});
    CHECK(world.mqtt.close_record().reason_code == ReasonCode::unsupported_protocol_version);
    REQUIRE(world.mqtt.retry_at());
    CHECK(*world.mqtt.retry_at() == world.loop.now());
    world.next_attempt();
    world.expect(old_version);
    CHECK(world.told == "ws://broker ");
    world.accept();
    world.broker.cut();
    world.next_attempt();
    world.expect(old_version);
    world.accept();
    CHECK(world.told == "ws://broker ");
  }
}

TEST_CASE("newest: a broker that just closes is tried in 3.1.1 once; only when that is accepted it was the version [MQTT5-3.1.4-2]") {
  Newest world;
  world.mqtt.connect();
  for (int i = 0; i < 2; ++i) {
    world.expect(new_version);
    world.broker.cut();
    world.next_attempt();
    world.expect(old_version);
    world.broker.cut();  // it is something else
    world.next_attempt();
  }
  CHECK(world.told == "");
  world.expect(new_version);
  world.broker.cut();
  world.next_attempt();
  world.expect(old_version);
  world.accept();
  CHECK(world.told == "ws://broker ");
  world.broker.cut();
  world.next_attempt();
  world.expect(old_version);
}

TEST_CASE("newest: a broker that has spoken MQTT 5, and closes without a word as one does that starts, is not taken for an old one") {
  Newest world;
  world.mqtt.connect();
  world.expect(new_version);
  world.accept();
  world.broker.cut();
  for (int i = 0; i < 3; ++i) {
    world.next_attempt();
    world.expect(new_version);
    world.broker.cut();
  }
  world.next_attempt();
  world.expect(new_version);
  world.accept();
  CHECK(world.told == "");
  world.broker.cut();
  world.next_attempt();
  world.expect(new_version);
  world.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});  // it has been replaced
  world.next_attempt();
  world.expect(old_version);
  CHECK(world.told == "ws://broker ");
}

TEST_CASE("newest: a refusal for another reason is no question of the version") {
  Newest world;
  world.mqtt.connect();
  world.expect(new_version);
  world.broker.reply(Connack{false, {}, ReasonCode::not_authorized});
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::refused);
}

TEST_CASE("newest: without reconnecting it falls back all the same, for that is one attempt; mqtt_5 never does") {
  MqttOptions options = newest();
  options.driver.reconnect = false;
  Newest world(options);
  world.mqtt.connect();
  world.expect(new_version);
  world.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});
  world.next_attempt();
  world.expect(old_version);
  world.accept();
  options.client.protocol = Protocol::mqtt_5;
  Newest only(options);
  only.mqtt.connect();
  only.expect(new_version);
  only.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});
  CHECK(only.mqtt.state() == ConnectionState::stopped);
}

TEST_CASE("newest: each address is remembered for itself, and is tried again before the next one") {
  MqttOptions options = newest();
  options.urls = {"ws://one?token=1", "ws://two"};
  Newest world(options);
  world.mqtt.connect();
  CHECK(world.broker.url() == "ws://one?token=1");
  world.expect(new_version);
  world.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version});
  world.next_attempt();
  CHECK(world.broker.url() == "ws://one?token=1");
  world.expect(old_version);
  world.broker.reply(Connack{false, ConnectReturnCode::server_unavailable});
  world.next_attempt();
  CHECK(world.broker.url() == "ws://two");
  world.expect(new_version);
  world.accept();
}

TEST_CASE("driver 5: another server is followed only if asked for, never to a lesser scheme, and not for ever") {
  const auto moved = [](World& world) {
    world.broker.accept();
    world.broker.version = new_version;
    world.broker.expect<Connect>();
    PropertyList list;
    REQUIRE_FALSE(static_cast<bool>(list.add(Id::server_reference, "other.example:1883")));
    world.broker.reply(Connack{false, {}, ReasonCode::use_another_server, list});
  };
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  World not_asked(options);
  not_asked.mqtt.connect();
  moved(not_asked);
  not_asked.wait();
  CHECK(not_asked.broker.url() == "ws://broker");

  std::string asked;
  options.driver.follow_server = [&](std::string_view reference, const CloseRecord& record) {
    asked = reference;
    CHECK(record.reason_code == ReasonCode::use_another_server);
    return "ws://" + std::string(reference);
  };
  World follows(options);
  follows.mqtt.connect();
  for (int i = 0; i < 3; ++i) {
    moved(follows);
    CHECK(asked == "other.example:1883");
    CHECK(*follows.mqtt.retry_at() == follows.loop.now());
    follows.wait();
    CHECK(follows.broker.url() == "ws://other.example:1883");
  }
  moved(follows);
  follows.wait();
  CHECK(follows.broker.url() == "ws://broker");

  // One that has served for a while begins the count anew.
  for (int i = 0; i < 5; ++i) {
    moved(follows);
    follows.wait();
    CHECK(follows.broker.url() == "ws://other.example:1883");
    follows.broker.accept();
    follows.broker.version = new_version;
    follows.broker.expect<Connect>();
    follows.broker.reply(Connack{false});
    REQUIRE(follows.mqtt.connected());
    follows.loop.advance(std::chrono::hours{1});
    follows.broker.cut();
    follows.wait();
  }

  for (const std::string url : {"wss://broker", "mqtts://broker", "ssl://broker", "tls://broker", "WSS://broker", "Tls://broker", "own://broker"}) {
    options.urls = {url};
    World secure(options);
    secure.mqtt.connect();
    moved(secure);
    secure.wait();
    CHECK(secure.broker.url() == url);
  }
  for (const auto& [from, to] : std::map<std::string, std::string>{
           {"tls://broker", "WSS://other"}, {"MQTT://broker", "mqtts://other"}, {"tcp://broker", "ws://other"}, {"own://broker", "own://other"}}) {
    options.urls = {from};
    options.driver.follow_server = [to = to](std::string_view, const CloseRecord&) { return to; };
    World other(options);
    other.mqtt.connect();
    moved(other);
    other.wait();
    CHECK(other.broker.url() == to);
  }
}
