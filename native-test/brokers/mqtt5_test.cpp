// What MQTT 5 has for messages and connections, with brokers that speak it; and `newest` with those that do not.
#include <algorithm>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

using SubscribeRequest = MqttClient::SubscribeRequest;

// How many PUBLISH packets of QoS 1 and 2 were without their last acknowledgement at most.
std::size_t most_unfinished(const PacketTrace& trace) {
  std::size_t now = 0, most = 0;
  for (auto number = trace.first(); number != trace.end(); ++number) {
    const auto& entry = trace[number];
    if (entry.direction == Direction::outbound && entry.type == PacketType::publish && entry.qos != Qos::at_most_once)
      most = std::max(most, ++now);
    if (entry.direction == Direction::inbound && (entry.type == PacketType::puback || entry.type == PacketType::pubcomp))
      --now;
  }
  return most;
}

Properties properties_of_connack(const Guest& guest) {
  static std::string bytes;
  bytes = guest.packets(Direction::inbound, PacketType::connack).back();
  return Properties(as_bytes(bytes).subspan(5));  // behind header, flags, code and property length
}

// The protocol level in each CONNECT, a digit each.
std::string levels_asked_for(const Guest& guest) {
  std::string levels;
  for (const auto& packet : guest.packets(Direction::outbound, PacketType::connect))
    levels += std::to_string(packet.at(packet.find("MQTT") + 4));
  return levels;
}

// A busy broker may refuse or close an attempt, and another one follows: how many there were is not what is stated here.
void check_only_the_first_asked_for_5(const Guest& guest, std::size_t at_least) {
  const std::string levels = levels_asked_for(guest);
  REQUIRE(levels.size() >= at_least);
  CHECK(levels == "5" + std::string(levels.size() - 1, '4'));
}

}  // namespace

EVERYWHERE_5(properties, "properties arrive as they were sent, user properties in order [MQTT-3.3.2-15] [MQTT-3.3.2-18]") {
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("p"), Qos::exactly_once));
  const std::string correlation("\0\xff\x01", 3);
  PropertyList sent;
  REQUIRE(!sent.add(PropertyId::payload_format_indicator, 1));
  REQUIRE(!sent.add(PropertyId::content_type, "text/plain"));
  REQUIRE(!sent.add(PropertyId::response_topic, scene.topic("answers")));
  REQUIRE(!sent.add(PropertyId::correlation_data, as_bytes(correlation)));
  REQUIRE(!sent.add_user_property("b", "1"));
  REQUIRE(!sent.add_user_property("a", "2"));
  REQUIRE(!sent.add_user_property("b", "Grüße"));
  std::size_t count = 0;
  for (auto qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    REQUIRE(guest.mqtt.publish(scene.topic("p"), "x", {.qos = qos, .properties = sent}));
    REQUIRE(guest.await_messages(++count));
    const auto came = guest.received.back().properties.view();
    CHECK(guest.received.back().qos == qos);
    CHECK(came.number(PropertyId::payload_format_indicator, 0) == 1);
    CHECK(came.text(PropertyId::content_type) == "text/plain");
    CHECK(came.text(PropertyId::response_topic) == scene.topic("answers"));
    CHECK((came.text(PropertyId::correlation_data) == correlation));
    std::vector<std::pair<std::string, std::string>> users;
    for (const auto& property : came)
      if (property.id == PropertyId::user_property) users.emplace_back(property.name, property.text);
    const std::vector<std::pair<std::string, std::string>> ours = {{"b", "1"}, {"a", "2"}, {"b", "Grüße"}};
    auto sorted = users, sorted_ours = ours;
    std::sort(sorted.begin(), sorted.end());
    std::sort(sorted_ours.begin(), sorted_ours.end());
    CHECK((sorted == sorted_ours));
    if (users != ours) scene.note("user properties of one name are put together: their order is not as sent");
  }
}

EVERYWHERE_5(assigned_id, "an assigned client id is the client's from then on [MQTT-3.2.2-16]") {
  auto options = scene.options("");
  options.client.client_id.clear();
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  const std::string assigned(properties_of_connack(guest).text(PropertyId::assigned_client_identifier));
  REQUIRE(!assigned.empty());
  guest.cut();
  REQUIRE(guest.connect());
  CHECK(guest.packets(Direction::outbound, PacketType::connect).back().find(assigned) != std::string::npos);
}

EVERYWHERE_5(receive_maximum,
             "of QoS 1 and 2 together no more is unfinished than the broker's Receive Maximum [MQTT-3.3.4-7]") {
  constexpr std::size_t count = 300;
  auto options = scene.options("guest");
  options.client.trace.max_packets = 3000;
  options.client.qos2_window = 1000;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  CHECK(properties_of_connack(guest).number(PropertyId::receive_maximum, 65'535) == scene.ways.receive_maximum);
  for (std::size_t number = 0; number < count; ++number)
    REQUIRE(guest.mqtt.publish(scene.topic("x"), "x",
                               {.qos = number % 2 == 0 ? Qos::at_least_once : Qos::exactly_once}));
  REQUIRE(guest.await_acknowledged(count));
  const auto most = most_unfinished(guest.mqtt.trace());
  if (scene.ways.receive_maximum < count) {
    CHECK(most == scene.ways.receive_maximum);
  } else {
    scene.note("no Receive Maximum in CONNACK: checked that more than 20 messages go out at once");
    CHECK(most > 20);
  }
}

EVERYWHERE_5(aliases, "topics that repeat go out as aliases, and every message arrives with its topic [MQTT-3.3.2-12]") {
  auto options = scene.options("speaker");
  options.client.topic_aliases = 2;
  Guest listener(scene, [&] {
    auto asks = scene.options("listener");
    asks.client.topic_alias_maximum = 10;  // none of these brokers makes use of it
    return asks;
  }());
  Guest speaker(scene, options);
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe(scene.topic("+"), Qos::exactly_once));
  REQUIRE(speaker.connect());
  const std::vector<std::string> names = {"a", "a", "b", "a", "b", "c", "c", "a"};
  for (std::size_t times = 0; times < 2; ++times) {
    for (std::size_t number = 0; number < names.size(); ++number)
      REQUIRE(speaker.mqtt.publish(scene.topic(names[number]), names[number],
                                   {.qos = number % 2 == 0 ? Qos::at_least_once : Qos::exactly_once}));
    REQUIRE(speaker.await_acknowledged((times + 1) * names.size()));
    // The broker forgets them with the connection, and so does the client.
    speaker.cut();
    REQUIRE(speaker.connect());
  }
  REQUIRE(listener.await_messages(2 * names.size()));
  listener.await_silence();
  REQUIRE(listener.received.size() == 2 * names.size());
  for (const auto& message : listener.received) CHECK(message.topic == scene.topic(message.payload));
  std::size_t without_topic = 0;
  for (const auto& packet : speaker.packets(Direction::outbound, PacketType::publish))
    without_topic += packet.at(2) == 0 && packet.at(3) == 0;
  // a b and then c in the place of the least recently used: four of eight are known.
  CHECK(without_topic == 2 * 4);
}

EVERYWHERE_5(refused, "a refusing PUBACK, PUBREC or SUBACK fails its call with the reason, and nothing else [MQTT-4.13.2]") {
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  for (auto qos : {Qos::at_least_once, Qos::exactly_once}) {
    CAPTURE(static_cast<int>(qos));
    guest.changes.clear();
    auto delivery = guest.mqtt.publish("forbidden", "x", {.qos = qos});
    REQUIRE(delivery);
    REQUIRE(scene.world.run_until([&] { return guest.failed.count(delivery->number) == 1; }));
    const auto& last = guest.changes.back();
    CHECK(last.state == DeliveryState::failed);
    CHECK(last.reason == FailureReason::refused);
    CHECK(last.reason_code == scene.ways.refused_publish);
  }
  CHECK(guest.sent(PacketType::pubrel) == 0);

  SubscribeRequest request;
  request.filter = "forbidden";
  request.qos = Qos::at_least_once;
  REQUIRE(!guest.ask(request).empty());
  REQUIRE(guest.await_answers(1));
  CHECK(guest.answered[0].reason_code == (is_failure(scene.ways.refused_subscribe) ? scene.ways.refused_subscribe
                                                                                   : ReasonCode::granted_qos_1));
  if (is_failure(scene.ways.refused_subscribe)) CHECK(!guest.answered[0].granted);
  else scene.note("a subscription that has no rights is granted, and nothing is sent for it (2.0.11, acl_file)");

  // Neither the connection nor the quota has suffered: more than its Receive Maximum follows.
  REQUIRE(guest.subscribe(scene.topic("fine"), Qos::exactly_once));
  for (int number = 0; number < 30; ++number)
    REQUIRE(guest.mqtt.publish(scene.topic("fine"), "x", {.qos = Qos::exactly_once}));
  REQUIRE(guest.await_acknowledged(30));
  REQUIRE(guest.await_messages(30));
  if (scene.ways.closes_after_refusal) {
    scene.note("behind a PUBACK or PUBREC of 0x87 the connection is closed (2.0.11): checked that the client comes back, and "
               "does not send the message again");
    CHECK(guest.came(PacketType::connack) == 3);
  } else {
    CHECK(guest.came(PacketType::connack) == 1);
  }
  for (const auto& [number, times] : guest.failed) CHECK(times == 1);
  CHECK(guest.failed.size() == 2);
}

TEST_CASE("ejabberd refuses a 3.1.1 subscription with MQTT 5's code: it is a refusal, and the connection stays") {
  test::World world;
  Scene scene(test::Ejabberd5OverTcp::place(), world);
  MqttOptions options = scene.options("guest");
  options.client.protocol = Protocol::mqtt_3_1_1;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  SubscribeRequest request;
  request.filter = "forbidden";
  REQUIRE(!guest.ask(request).empty());
  REQUIRE(guest.await_answers(1));
  CHECK(!guest.answered[0].granted);
  REQUIRE(guest.subscribe(scene.topic("fine"), Qos::at_least_once));
  CHECK(guest.came(PacketType::connack) == 1);
}

EVERYWHERE_5(nobody, "PUBACK says whether anybody has subscribed, and is a success in either case [MQTT-3.4.2]") {
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  guest.say(scene.topic("nobody"), "x");
  REQUIRE(!guest.changes.empty());
  CHECK(guest.changes.back().state == DeliveryState::acknowledged);
  CHECK(guest.changes.back().reason_code == scene.ways.no_subscribers);
  if (scene.ways.no_subscribers == ReasonCode::success) scene.note("PUBACK is 0x00 also when nobody has subscribed");
}

EVERYWHERE_5(newest_is_5, "`newest` is MQTT 5 where the broker speaks it, without a word") {
  auto options = scene.options("guest");
  options.client.protocol = Protocol::newest;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("x"), Qos::at_least_once));
  guest.say(scene.topic("x"), "hello");
  REQUIRE(guest.await_messages(1));
  CHECK(levels_asked_for(guest).find_first_not_of('5') == std::string::npos);
  CHECK(guest.fallbacks.empty());
}

WASMQTT_AT(newest_is_older, "`newest` is MQTT 3.1.1 where the broker speaks no other: told once, and remembered [MQTT-3.1.2-2]",
           test::RabbitMqOverTcp, test::RabbitMqOverWebSocket, test::AedesOverTcp, test::AedesOverWebSocket) {
  auto options = scene.options("guest");
  options.client.protocol = Protocol::newest;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  check_only_the_first_asked_for_5(guest, 2);
  REQUIRE(guest.fallbacks.size() == 1);
  CHECK(guest.fallbacks[0] == scene.place.url);
  REQUIRE(guest.subscribe(scene.topic("x"), Qos::at_least_once));
  guest.say(scene.topic("x"), "hello");
  REQUIRE(guest.await_messages(1));
  guest.cut();
  REQUIRE(guest.connect());
  guest.say(scene.topic("x"), "again");
  REQUIRE(guest.await_messages(2));
  check_only_the_first_asked_for_5(guest, 3);
  CHECK(guest.fallbacks.size() == 1);
}
