// Trouble between the real client and a scripted broker, on virtual time.
#include <doctest/doctest.h>

#include "chat/trouble_transport.hpp"
#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"
#include "wasmqtt/mqtt_client.hpp"

using namespace chat;
using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

MqttOptions options() {
  MqttOptions options;
  options.urls = {"ws://broker"};
  options.client.client_id = "a";
  options.client.clean_session = false;
  return options;
}

struct TroubleWorld {
  TroubleWorld() {
    mqtt.on_message = [this](const Message& message) { heard += std::string(as_text(message.payload)) + " "; };
    mqtt.connect();
    accept(false);
  }
  void accept(bool session_present) {
    loop.advance(0s);
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{session_present});
    loop.advance(0s);
  }
  void come_back() {
    loop.advance(61s);
    accept(true);
  }
  Delivery publish(Qos qos, std::string_view payload = "x") {
    const auto made = mqtt.publish("t", payload, {.qos = qos});
    REQUIRE(made);
    loop.run_turns();
    return *made;
  }

  VirtualLoop loop;
  ScriptedTransport broker;
  TroubleTransport trouble{broker, loop};
  MqttClient mqtt{trouble.loop(), trouble, options()};
  std::string heard;
};

}  // namespace

TEST_CASE("without trouble, bytes pass at once in both directions") {
  TroubleWorld world;
  world.publish(Qos::at_least_once);
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  CHECK(world.mqtt.unfinished().empty());
  CHECK(world.trouble.buffered() == 0);
}

TEST_CASE("a pulled plug ends the connection for both sides, and the client comes back") {
  TroubleWorld world;
  world.trouble.pull_plug();
  CHECK(world.mqtt.connected());  // not from inside the call
  world.loop.run_turns();
  CHECK_FALSE(world.mqtt.connected());
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(world.mqtt.close_record().code == 1006);
  world.come_back();
  CHECK(world.mqtt.connected());
}

TEST_CASE("a lost PUBACK: the message is sent again with DUP, and settled then [MQTT-3.3.1-1]") {
  TroubleWorld world;
  world.trouble.lose_next_acknowledgement();
  world.publish(Qos::at_least_once);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  // Other packets pass until then, in the same piece, too.
  ByteBuffer both;
  REQUIRE_FALSE(static_cast<bool>(encode(Publish{"t", as_bytes("before"), 0, Qos::at_most_once, false, false}, both)));
  REQUIRE_FALSE(static_cast<bool>(encode(Packet(Puback{id}), both, ProtocolVersion::mqtt_3_1_1, Direction::inbound)));
  world.broker.reply_bytes(both);
  CHECK(world.heard == "before ");
  world.loop.run_turns();
  CHECK_FALSE(world.mqtt.connected());
  CHECK_FALSE(world.trouble.losing());
  world.come_back();
  const auto again = world.broker.expect<Publish>();
  CHECK(again.dup);
  CHECK(again.packet_id == id);
  world.broker.reply(Puback{id});
  CHECK(world.mqtt.unfinished().empty());
}

TEST_CASE("a lost PUBACK of our own: the broker never gets it, and the connection ends") {
  TroubleWorld world;
  world.trouble.lose_next_acknowledgement();
  world.broker.reply(Publish{"t", as_bytes("m"), 4, Qos::at_least_once, false, false});
  world.loop.run_turns();
  CHECK(world.heard == "m ");
  CHECK(world.broker.quiet());
  CHECK_FALSE(world.mqtt.connected());
}

TEST_CASE("acknowledgements are found whatever pieces the stream comes in") {
  TroubleWorld world;
  world.publish(Qos::exactly_once);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  world.trouble.lose_next_acknowledgement();
  // A payload that looks like a PUBREC, byte by byte.
  ByteBuffer bytes;
  const std::uint8_t payload[] = {0x50, 2, 0, 1};
  REQUIRE_FALSE(static_cast<bool>(encode(Publish{"t", payload, 0, Qos::at_most_once, false, false}, bytes)));
  for (const std::uint8_t byte : bytes) world.broker.reply_bytes({&byte, 1});
  world.loop.run_turns();
  CHECK(world.heard.size() == 5);
  CHECK(world.mqtt.connected());
  world.broker.reply(Pubrec{id});
  world.loop.run_turns();
  CHECK_FALSE(world.mqtt.connected());
}

TEST_CASE("a delay holds each piece back that long, in order, in both directions") {
  TroubleWorld world;
  world.trouble.set_delay(2s);
  world.publish(Qos::at_least_once);
  CHECK(world.broker.quiet());
  CHECK(world.trouble.buffered() > 0);
  world.loop.advance(1999ms);
  CHECK(world.broker.quiet());
  world.loop.advance(1ms);
  const PacketId id = world.broker.expect<Publish>().packet_id;
  world.broker.reply(Publish{"t", as_bytes("first"), 0, Qos::at_most_once, false, false});
  world.broker.reply(Puback{id});
  world.trouble.set_delay(0s);
  world.broker.reply(Publish{"t", as_bytes("second"), 0, Qos::at_most_once, false, false});
  CHECK(world.heard.empty());
  world.loop.advance(2s);
  CHECK(world.heard == "first second ");
  CHECK(world.mqtt.unfinished().empty());
}

TEST_CASE("frozen: nothing passes, and the keep-alive notices; thawed in time, all goes on in order") {
  TroubleWorld world;
  world.trouble.set_frozen(true);
  world.publish(Qos::at_least_once, "1");
  world.broker.reply(Publish{"t", as_bytes("in"), 0, Qos::at_most_once, false, false});
  world.loop.advance(3s);
  CHECK(world.broker.quiet());
  CHECK(world.heard.empty());
  world.trouble.set_frozen(false);
  world.loop.run_turns();
  CHECK(world.heard == "in ");
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.trouble.set_frozen(true);
  world.loop.advance(300s);
  CHECK_FALSE(world.mqtt.connected());
  world.trouble.set_frozen(false);
}

TEST_CASE("a small window of the inner transport loses nothing") {
  TroubleWorld world;
  world.broker.limit_writes(3);
  world.publish(Qos::at_least_once, "a longer one");
  for (int i = 0; i < 20 && !world.broker.has_packet(); ++i) {
    world.broker.limit_writes(3);
    world.broker.allow_writes();
  }
  CHECK(as_text(world.broker.expect<Publish>().payload) == "a longer one");
}
