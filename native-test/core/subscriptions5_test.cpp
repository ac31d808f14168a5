// MQTT 5's subscriptions: options, identifiers, shared ones, and what a broker does not offer.
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

struct World5 : World {
  explicit World5(MqttOptions options = options5()) : World(std::move(options)) {
    broker.version = ProtocolVersion::mqtt_5;
    mqtt.on_event = [this](const MqttEvent& event) {
      const auto* answer = std::get_if<SubscriptionAnswered>(&event);
      if (answer == nullptr) return;
      answers += std::string(answer->filter) + (answer->granted ? " granted; " : " refused; ");
      last_error = answer->error;
    };
  }
  void connect(const PropertyList& says = {}, bool session_present = false) {
    mqtt.connect();
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{session_present, {}, {}, says});
    REQUIRE(mqtt.connected());
  }
  Subscription subscribe(MqttClient::SubscribeRequest request) {
    const auto made = mqtt.subscribe({&request, 1});
    REQUIRE(made);
    loop.run_turns();
    return made->front();
  }
  TopicRequest asked() {
    packet = broker.expect<Subscribe>();
    REQUIRE(packet.requests.size() == 1);
    return packet.requests[0];
  }
  void grant() {
    const std::uint8_t codes[] = {2};
    broker.reply(Suback{packet.packet_id, codes});
  }
  Subscribe packet;
  std::string answers;
  Error last_error;
};

PropertyList list_of(Id id, std::uint32_t number) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(id, number)));
  return list;
}

}  // namespace

TEST_CASE("MqttClient 5: options of a subscription reach the broker [MQTT5-3.8.3-3] [MQTT5-3.8.3-5] [MQTT5-3.3.1-12] "
          "[MQTT5-3.3.1-13]") {
  World5 world;
  world.connect();
  world.subscribe({.filter = "a", .qos = Qos::at_least_once, .no_local = true, .retain_as_published = true,
                   .retain_handling = RetainHandling::do_not_send});
  const TopicRequest request = world.asked();
  CHECK(request.no_local);
  CHECK(request.retain_as_published);
  CHECK(request.retain_handling == RetainHandling::do_not_send);
  CHECK(request.qos == Qos::at_least_once);
}

TEST_CASE("MqttClient 5: one filter's subscriptions get the most that any wants, and the broker is told when that changes "
          "[MQTT5-3.8.4-3]") {
  World5 world;
  world.connect();
  world.subscribe({.filter = "a", .no_local = true});
  CHECK(world.asked().no_local);
  world.grant();
  world.subscribe({.filter = "a", .no_local = true});
  CHECK(world.broker.quiet());
  world.subscribe({.filter = "a"});
  CHECK_FALSE(world.asked().no_local);
  world.grant();
  world.subscribe({.filter = "a", .retain_as_published = true});
  CHECK(world.asked().retain_as_published);
}

TEST_CASE("MqttClient 5: a resubscription after a lost session asks for retained messages only where it is new; a first one asks "
          "for all [MQTT5-3.3.1-9] [MQTT5-3.3.1-10] [MQTT5-3.3.1-11]") {
  World5 world;
  world.connect();
  world.subscribe({.filter = "a"});
  CHECK(world.asked().retain_handling == RetainHandling::send);
  world.grant();
  world.subscribe({.filter = "b", .retain_handling = RetainHandling::do_not_send});
  world.asked();
  world.grant();
  world.broker.cut();
  world.wait();
  world.subscribe({.filter = "c"});
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply(Connack{false});
  const Subscribe packet = world.broker.expect<Subscribe>();
  REQUIRE(packet.requests.size() == 3);
  CHECK(packet.requests[0].retain_handling == RetainHandling::send_if_new);
  CHECK(packet.requests[1].retain_handling == RetainHandling::do_not_send);
  CHECK(packet.requests[2].retain_handling == RetainHandling::send);
  // 3.1.1 knows no such thing.
  World old;
  old.connect();
  REQUIRE(old.mqtt.subscribe("a", Qos::at_most_once));
  old.loop.run_turns();
  const std::uint8_t codes[] = {0};
  old.broker.reply(Suback{old.broker.expect<Subscribe>().packet_id, codes});
  old.reconnect(false);
  old.broker.expect<Subscribe>();
}

TEST_CASE("MqttClient 5: options are refused where they can't hold: in 3.1.1, and no local on a shared subscription [MQTT5-3.8.3-4]") {
  World old;
  const MqttClient::SubscribeRequest no_local{.filter = "a", .no_local = true};
  CHECK(old.mqtt.subscribe({&no_local, 1}).error() == local_error(Errc::not_in_this_version));
  World5 world;
  const MqttClient::SubscribeRequest shared{.filter = "$share/g/a", .no_local = true};
  CHECK(world.mqtt.subscribe({&shared, 1}).error() == local_error(Errc::no_local_on_shared_subscription));
  const MqttClient::SubscribeRequest nameless{.filter = "$share//a"};
  CHECK(world.mqtt.subscribe({&nameless, 1}).error() == local_error(Errc::bad_shared_subscription));
  const MqttClient::SubscribeRequest handling{.filter = "a", .retain_handling = static_cast<RetainHandling>(3)};
  CHECK(world.mqtt.subscribe({&handling, 1}).error() == local_error(Errc::reserved_bits));
}

TEST_CASE("MqttClient 5: a shared subscription's handler gets its topics, without the prefix, in both versions [MQTT5-4.8.2-1]") {
  for (const bool v5 : {false, true}) {
    World5 world(v5 ? options5() : client_options(false));
    if (!v5) world.broker.version = ProtocolVersion::mqtt_3_1_1;
    world.connect();
    int calls = 0;
    world.subscribe({.filter = "$share/g/a/+", .handler = [&](const Message&) { ++calls; }});
    CHECK(world.asked().filter == "$share/g/a/+");
    world.broker.reply(publish_of("a/b", "x"));
    world.broker.reply(publish_of("g/a/b", "x"));
    CHECK(calls == 1);
  }
}

TEST_CASE("MqttClient 5: with identifiers, each copy of a message calls the handlers that it is for, once [MQTT5-3.3.4-2] "
          "[MQTT5-3.3.4-3] [MQTT5-3.3.4-4] [MQTT5-3.3.4-5]") {
  MqttOptions options = options5();
  options.subscription_identifiers = true;
  World5 world(options);
  world.connect();
  std::string calls;
  world.subscribe({.filter = "a/#", .handler = [&](const Message&) { calls += '1'; }});
  world.asked();
  CHECK(world.packet.properties.number(Id::subscription_identifier, 0) == 1);
  world.grant();
  world.subscribe({.filter = "a/+", .handler = [&](const Message&) { calls += '2'; }});
  world.asked();
  CHECK(world.packet.properties.number(Id::subscription_identifier, 0) == 2);
  world.grant();
  const auto incoming = [&](std::initializer_list<std::uint32_t> identifiers) {
    PropertyList list;
    for (const std::uint32_t identifier : identifiers)
      REQUIRE_FALSE(static_cast<bool>(list.add(Id::subscription_identifier, identifier)));
    Publish packet = publish_of("a/b", "x");
    packet.properties = list;
    world.broker.reply(packet);
    std::string called = std::exchange(calls, {});
    std::sort(called.begin(), called.end());
    return called;
  };
  CHECK(incoming({1}) == "1");
  CHECK(incoming({2}) == "2");
  CHECK(incoming({1, 2}) == "12");
  CHECK(incoming({2, 2}) == "2");
  // None, or those of an earlier run: the topic decides.
  CHECK(incoming({}) == "12");
  CHECK(incoming({77}) == "12");
  // The identifier of a filter stays, also when it is asked for again.
  world.broker.cut();
  world.wait();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply(Connack{false});
  world.asked();
  CHECK(world.packet.properties.number(Id::subscription_identifier, 0) == 1);
  world.asked();
  CHECK(world.packet.properties.number(Id::subscription_identifier, 0) == 2);
}

TEST_CASE("MqttClient 5: no identifiers where the broker has none, and several filters share a packet again") {
  MqttOptions options = options5();
  options.subscription_identifiers = true;
  World5 world(options);
  const MqttClient::SubscribeRequest requests[] = {{.filter = "a"}, {.filter = "b"}};
  REQUIRE(world.mqtt.subscribe(requests));
  world.connect(list_of(Id::subscription_identifiers_available, 0));
  const Subscribe packet = world.broker.expect<Subscribe>();
  CHECK(packet.requests.size() == 2);
  CHECK(packet.properties.empty());
}

TEST_CASE("MqttClient 5: what the broker does not offer is answered with the reason, and holds up no other filter") {
  World5 world;
  const MqttClient::SubscribeRequest requests[] = {{.filter = "a"}, {.filter = "a/#"}, {.filter = "b"}};
  REQUIRE(world.mqtt.subscribe(requests));
  world.connect(list_of(Id::wildcard_subscription_available, 0));
  std::string asked;
  while (!world.broker.quiet()) {
    for (const TopicRequest& request : world.broker.expect<Subscribe>().requests) asked += std::string(request.filter) + " ";
  }
  CHECK(asked == "a b ");
  CHECK(world.answers == "a/# refused; ");
  CHECK(world.last_error == local_error(Errc::wildcards_not_supported));
  // A broker that offers them is asked.
  world.broker.cut();
  world.wait();
  world.broker.accept();
  world.broker.expect<Connect>();
  world.broker.reply(Connack{false});
  CHECK(world.broker.expect<Subscribe>().requests.size() == 3);
}

TEST_CASE("MqttClient 5: asked again, the broker sends the retained messages again, and each is handed out, at whatever QoS it comes "
          "[MQTT5-3.8.4-4] [MQTT5-3.8.4-8]") {
  World5 world;
  world.connect();
  int calls = 0;
  world.subscribe({.filter = "a", .qos = Qos::exactly_once, .handler = [&](const Message& message) {
                     CHECK(message.retain);
                     ++calls;
                   }});
  world.asked();
  world.grant();
  world.broker.reply(publish_of("a", "x", Qos::at_least_once, 1, true));
  world.subscribe({.filter = "a", .qos = Qos::exactly_once, .ask_again = true});
  CHECK(world.broker.expect<Puback>().packet_id == 1);
  CHECK(world.asked().retain_handling == RetainHandling::send);
  world.grant();
  world.broker.reply(publish_of("a", "x", Qos::at_most_once, 0, true));
  CHECK(calls == 2);
}

TEST_CASE("MqttClient 5: a leading wildcard does not match $-topics, behind $share/ neither, and nothing is normalised "
          "[MQTT5-4.7.2-1] [MQTT5-4.7.3-4]") {
  World5 world;
  world.connect();
  std::string calls;
  world.subscribe({.filter = "#", .handler = [&](const Message&) { calls += '1'; }});
  world.subscribe({.filter = "$share/g/+/x", .handler = [&](const Message&) { calls += '2'; }});
  world.subscribe({.filter = "$SYS/#", .handler = [&](const Message&) { calls += '3'; }});
  world.subscribe({.filter = "\xc3\xa9", .handler = [&](const Message&) { calls += '4'; }});
  world.broker.reply(publish_of("$SYS/x", "x"));
  CHECK(std::exchange(calls, {}) == "3");
  world.broker.reply(publish_of("e\xcc\x81", "x"));
  CHECK(std::exchange(calls, {}) == "1");
  world.broker.reply(publish_of("\xc3\xa9", "x"));
  CHECK(calls.size() == 2);
}
