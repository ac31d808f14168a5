// MQTT 5: properties of SUBSCRIBE and UNSUBSCRIBE, of their answers, of CONNACK and of the broker's DISCONNECT, as MqttClient
// takes and tells them.
#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Id = PropertyId;

namespace {

MqttOptions options5() {
  MqttOptions options = client_options(false);
  options.client.protocol = Protocol::mqtt_5;
  options.client.session_expiry = 3600;
  return options;
}

PropertyList identifier(std::uint32_t number) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::subscription_identifier, number)));
  return list;
}

PropertyList words(std::string_view text) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(Id::reason_string, text)));
  return list;
}

PropertyList named(std::string_view name) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add_user_property("name", name)));
  return list;
}

struct World5 : World {
  explicit World5(MqttOptions options = options5()) : World(std::move(options)) {
    broker.version = ProtocolVersion::mqtt_5;
    mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* answer = std::get_if<SubscriptionAnswered>(&event)) note(*answer);
      if (const auto* answer = std::get_if<UnsubscribeAnswered>(&event)) note(*answer);
    };
  }
  template <class Answer>
  void note(const Answer& answer) {
    told += std::string(answer.filter) + " " + std::to_string(static_cast<int>(answer.reason_code)) + " " +
            std::string(answer.properties.text(Id::reason_string)) + "; ";
    error = answer.error;
  }
  // The filters of the next SUBSCRIBE, and its identifier.
  std::string asked() {
    const Subscribe packet = broker.expect<Subscribe>();
    packet_id = packet.packet_id;
    std::string filters;
    for (const TopicRequest& request : packet.requests) filters += std::string(request.filter) + " ";
    return filters + std::to_string(packet.properties.number(Id::subscription_identifier, 0));
  }
  PacketId packet_id = 0;
  std::string told;
  Error error;
};

}  // namespace

TEST_CASE("MqttClient 5: a SUBSCRIBE carries the properties of its filters; those with the same ones share a packet, also on the next "
          "connection (3.8.2.1.2)") {
  World5 world;
  world.connect();
  const PropertyList seven = identifier(7);
  const MqttClient::SubscribeRequest requests[] = {
      {.filter = "a", .properties = seven}, {.filter = "b", .properties = seven}, {.filter = "c"}, {.filter = "d", .properties = seven}};
  REQUIRE(world.mqtt.subscribe(requests));
  world.loop.run_turns();
  for (const char* expected : {"a b 7", "c 0", "d 7"}) {
    CHECK(world.asked() == expected);
    const std::uint8_t codes[] = {0, 0};
    world.broker.reply(Suback{world.packet_id, Bytes(codes).first(expected == std::string_view("a b 7") ? 2 : 1)});
  }
  // Another identifier is another subscription: the broker is told.
  const PropertyList eight = identifier(8);
  const MqttClient::SubscribeRequest changed{.filter = "c", .properties = eight};
  REQUIRE(world.mqtt.subscribe({&changed, 1}));
  world.loop.run_turns();
  CHECK(world.asked() == "c 8");
  world.broker.cut();
  world.wait();
  world.accept(false);
  for (const char* expected : {"a b 7", "c 8", "d 7"}) CHECK(world.asked() == expected);
}

TEST_CASE("MqttClient 5: an UNSUBSCRIBE carries its properties, also for a filter of an earlier run, and different ones do not share a packet") {
  World5 world;
  world.connect(true);
  const MqttClient::SubscribeRequest requests[] = {{.filter = "a"}, {.filter = "b"}};
  const auto made = world.mqtt.subscribe(requests);
  REQUIRE(made);
  world.loop.run_turns();
  world.asked();
  REQUIRE_FALSE(static_cast<bool>(world.mqtt.unsubscribe(*made, named("one"))));
  REQUIRE(world.mqtt.unsubscribe_filter("c", named("two")));
  world.loop.run_turns();
  Unsubscribe packet = world.broker.expect<Unsubscribe>();
  CHECK(packet.filters.size() == 2);
  CHECK(packet.properties == named("one").view());
  packet = world.broker.expect<Unsubscribe>();
  CHECK(packet.filters.size() == 1);
  CHECK(packet.properties == named("two").view());
}

TEST_CASE("MqttClient 5: the answers of SUBACK and UNSUBACK are told with their codes and properties [MQTT5-3.8.4-6] [MQTT5-3.10.4-5]") {
  World5 world;
  world.connect();
  const MqttClient::SubscribeRequest requests[] = {{.filter = "a"}, {.filter = "b"}};
  const auto made = world.mqtt.subscribe(requests);
  REQUIRE(made);
  world.loop.run_turns();
  world.asked();
  const std::uint8_t codes[] = {1, 0x87};
  const PropertyList why = words("half of it");
  world.broker.reply(Suback{world.packet_id, codes, why});
  CHECK(std::exchange(world.told, {}) == "a 1 half of it; b 135 half of it; ");
  world.mqtt.unsubscribe(made->front());
  REQUIRE(world.mqtt.unsubscribe_filter("c"));
  world.loop.run_turns();
  for (const std::uint8_t code : {std::uint8_t{0x00}, std::uint8_t{0x11}}) {
    const Unsubscribe packet = world.broker.expect<Unsubscribe>();
    world.broker.reply(Unsuback{packet.packet_id, {&code, 1}, words("gone")});
  }
  CHECK(world.told == "a 0 gone; c 17 gone; ");
}

TEST_CASE("MqttClient 5: properties of a request are checked at the call, and nothing changed then") {
  const auto error_of = [](MqttOptions options, Properties properties) {
    World5 world(std::move(options));
    const MqttClient::SubscribeRequest request{.filter = "a", .properties = properties};
    const auto made = world.mqtt.subscribe({&request, 1});
    return made ? Error{} : made.error();
  };
  CHECK(error_of(options5(), identifier(7)) == Error{});
  CHECK(error_of(options5(), words("x")) == local_error(Errc::property_not_allowed));
  CHECK(error_of(client_options(), identifier(7)) == local_error(Errc::not_in_this_version));
  MqttOptions identified = options5();
  identified.subscription_identifiers = true;
  CHECK(error_of(identified, identifier(7)) == local_error(Errc::property_not_allowed));
  CHECK(error_of(identified, named("x")) == Error{});
  World5 world;
  CHECK(world.mqtt.unsubscribe({}, identifier(7)) == local_error(Errc::property_not_allowed));
  CHECK(world.mqtt.unsubscribe_filter("a", identifier(7)).error() == local_error(Errc::property_not_allowed));
}

TEST_CASE("MqttClient 5: an identifier that the broker does not take is answered, and holds up no other filter; 3.1.1 leaves it out") {
  World5 world;
  const PropertyList seven = identifier(7);
  const MqttClient::SubscribeRequest requests[] = {{.filter = "a", .properties = seven}, {.filter = "b"}};
  REQUIRE(world.mqtt.subscribe(requests));
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  PropertyList none;
  REQUIRE_FALSE(static_cast<bool>(none.add(Id::subscription_identifiers_available, 0)));
  world.broker.reply(Connack{false, {}, {}, none});
  CHECK(world.asked() == "b 0");
  CHECK(world.told == "a 161 ; ");
  CHECK(world.error == local_error(Errc::identifiers_not_supported));

  MqttOptions newest = options5();
  newest.client.protocol = Protocol::newest;
  World5 old(newest);
  REQUIRE(old.mqtt.subscribe(requests));
  old.mqtt.connect();
  old.broker.accept();
  old.broker.expect<Connect>();
  old.broker.reply(Connack{false, {}, ReasonCode::unsupported_protocol_version, {}});
  old.loop.run_turns();
  if (old.mqtt.retry_at()) old.wait();
  old.broker.version = ProtocolVersion::mqtt_3_1_1;
  old.accept();
  CHECK(old.asked() == "a 0");
  CHECK(old.asked() == "b 0");
}

TEST_CASE("MqttClient 5: what CONNACK and the broker's DISCONNECT carry can be read, each until the next connection begins") {
  World5 world;
  world.mqtt.connect();
  world.broker.accept();
  world.broker.expect<Connect>();
  PropertyList says = named("broker");
  REQUIRE_FALSE(static_cast<bool>(says.add(Id::receive_maximum, 9)));
  world.broker.reply(Connack{false, {}, {}, says});
  CHECK(world.mqtt.version() == ProtocolVersion::mqtt_5);
  CHECK(world.mqtt.server().receive_maximum == 9);
  CHECK(world.mqtt.server_properties() == says.view());
  CHECK(world.mqtt.ending_properties().empty());
  world.broker.reply(Disconnect{ReasonCode::server_shutting_down, named("bye")});
  CHECK(world.mqtt.ending_properties() == named("bye").view());
  CHECK(world.mqtt.server_properties() == says.view());
  world.wait();
  world.broker.accept();
  world.broker.expect<Connect>();
  CHECK(world.mqtt.server_properties().empty());
  CHECK(world.mqtt.ending_properties().empty());
}
