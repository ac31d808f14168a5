// pause() and resume() of incoming messages.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

struct Heard {
  explicit Heard(World& world) {
    world.mqtt.on_message = [this](const Message& message) {
      payloads.emplace_back(as_text(message.payload));
      if (then) then();
    };
  }
  std::vector<std::string> payloads;
  std::function<void()> then;
};

using Texts = std::vector<std::string>;

ByteBuffer bytes_of(std::initializer_list<Packet> packets) {
  ByteBuffer all, one;
  for (const Packet& packet : packets) {
    one.clear();
    REQUIRE_FALSE(static_cast<bool>(encode(packet, one)));
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace

TEST_CASE("messages that come in one piece with CONNACK wait while paused: not handed out, not acknowledged [MQTT-4.5.0-2]") {
  World world(client_options(false));
  Heard heard(world);
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (std::holds_alternative<Connected>(event)) world.mqtt.pause();
  };
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply_bytes(bytes_of({Connack{true}, publish_of("a", "1", Qos::at_least_once, 1),
                                     publish_of("a", "2", Qos::exactly_once, 2), publish_of("a", "3")}));
  world.loop.run_turns();
  CHECK(heard.payloads.empty());
  CHECK(world.broker.quiet());
  world.mqtt.resume();
  CHECK(heard.payloads.empty());  // not from inside the call
  world.loop.run_turns();
  CHECK(heard.payloads == Texts{"1", "2", "3"});
  world.broker.expect<Puback>();
  world.broker.expect<Pubrec>();
  CHECK(world.broker.quiet());
}

TEST_CASE("while paused all else goes on: acknowledgements, SUBACK, keep-alive for hours [MQTT-3.1.2-23]") {
  World world;
  Heard heard(world);
  world.connect();
  world.mqtt.pause();
  world.publish("b", "x", Qos::at_least_once);
  const PacketId packet_id = world.broker.expect<Publish>().packet_id;
  REQUIRE(world.mqtt.subscribe("a", Qos::at_most_once));
  world.loop.run_turns();
  const std::uint8_t granted[] = {0};
  world.broker.reply_bytes(bytes_of({publish_of("a", "1", Qos::at_least_once, 1), Puback{packet_id},
                                     Suback{world.broker.expect<Subscribe>().packet_id, granted}}));
  CHECK(world.states.back() == DeliveryState::acknowledged);
  CHECK(world.mqtt.counts().requests == 0);
  int pings = 0;
  for (int i = 0; i < 3 * 720; ++i) {
    world.loop.advance(5s);
    if (world.broker.quiet()) continue;
    world.broker.expect<Pingreq>();
    world.broker.reply(Pingresp{});
    ++pings;
  }
  CHECK(pings >= 180);
  CHECK(world.mqtt.connected());
  CHECK(heard.payloads.empty());
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads == Texts{"1"});
  CHECK(world.broker.expect<Puback>().packet_id == 1);
}

TEST_CASE("pause() inside a handler holds from the next message on; later ones stay behind those that wait") {
  World world;
  Heard heard(world);
  world.connect();
  heard.then = [&] { world.mqtt.pause(); };
  world.broker.reply_bytes(bytes_of({publish_of("a", "1", Qos::at_least_once, 1), publish_of("a", "2", Qos::at_least_once, 2),
                                     publish_of("a", "3", Qos::at_least_once, 3)}));
  CHECK(heard.payloads == Texts{"1"});
  CHECK(world.broker.expect<Puback>().packet_id == 1);
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads == Texts{"1", "2"});
  world.broker.reply(publish_of("a", "4", Qos::at_least_once, 4));
  heard.then = {};
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads == Texts{"1", "2", "3", "4"});
  for (const int packet_id : {2, 3, 4}) CHECK(world.broker.expect<Puback>().packet_id == packet_id);
}

TEST_CASE("what waits is bounded in bytes: at the limit it waits, above it the connection ends with the reason") {
  const ByteBuffer one = bytes_of({publish_of("a", std::string(95, 'x'))});
  REQUIRE(one.size() == 100);
  MqttOptions options = client_options();
  options.client.paused_bytes = 1000;
  World world(std::move(options));
  Heard heard(world);
  world.connect();
  world.mqtt.pause();
  for (int i = 0; i < 10; ++i) world.broker.reply_bytes(one);
  CHECK(world.mqtt.connected());
  world.broker.reply(publish_of("a", ""));
  CHECK_FALSE(world.mqtt.connected());
  CHECK(world.mqtt.close_record().error.code() == Errc::paused_too_long);
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads.empty());
}

TEST_CASE("many short messages wait in not much more memory than they have bytes, and come in order") {
  MqttOptions options = client_options();
  options.client.paused_bytes = 1 << 20;
  World world(std::move(options));
  Heard heard(world);
  world.connect();
  world.mqtt.pause();
  Texts expected;
  ByteBuffer piece;
  for (int i = 0; i < 60'000; ++i) {
    expected.push_back(std::to_string(i));
    const ByteBuffer one = bytes_of({publish_of("a", expected.back())});
    piece.insert(piece.end(), one.begin(), one.end());
    if (piece.size() < 5000 && i != 59'999) continue;
    world.broker.reply_bytes(piece);
    piece.clear();
  }
  REQUIRE(world.mqtt.connected());
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads == expected);
}

TEST_CASE("a message that had waited stays readable in its handler, although that ends the connection") {
  World world;
  std::string topic, payload;
  REQUIRE(world.mqtt.subscribe("a/#", Qos::at_most_once, [&](const Message& message) {
    world.mqtt.abort();
    topic = message.topic;
    payload = as_text(message.payload);
  }));
  world.connect();
  world.mqtt.pause();
  const std::string text(200, 'x');
  for (int i = 0; i < 3; ++i) world.broker.reply(publish_of("a/0123456789/0123456789/0123456789", text));
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(topic == "a/0123456789/0123456789/0123456789");
  CHECK(payload == text);
}

TEST_CASE("what waits when the connection ends is dropped, and the broker sends it again; paused holds on") {
  World world(client_options(false));
  Heard heard(world);
  world.connect();
  world.mqtt.pause();
  world.broker.reply(publish_of("a", "1", Qos::exactly_once, 1));
  world.reconnect(true);
  world.broker.reply(publish_of("a", "1", Qos::exactly_once, 1, false, true));
  CHECK(heard.payloads.empty());
  CHECK(world.broker.quiet());
  world.mqtt.resume();
  world.loop.run_turns();
  CHECK(heard.payloads == Texts{"1"});
  CHECK(world.broker.expect<Pubrec>().packet_id == 1);
}
