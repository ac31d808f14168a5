// MQTT 5's subscription options, shared subscriptions and identifiers, with brokers that speak it.
#include <algorithm>
#include <set>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

using SubscribeRequest = MqttClient::SubscribeRequest;

}  // namespace

EVERYWHERE_5(no_local, "No Local: what a client publishes does not come back to it [MQTT-3.8.3-3]") {
  Guest guest(scene, "guest"), other(scene, "other");
  REQUIRE(guest.connect());
  REQUIRE(other.connect());
  SubscribeRequest request;
  const auto topic = scene.topic("room");
  request.filter = topic;
  request.qos = Qos::exactly_once;
  request.no_local = true;
  REQUIRE(!guest.ask(request).empty());
  REQUIRE(guest.await_answers(1));
  REQUIRE(other.subscribe(topic, Qos::exactly_once));
  guest.say(topic, "mine");
  guest.say(topic, "mine", Qos::exactly_once);
  REQUIRE(other.await_messages(2));
  other.say(topic, "yours");
  REQUIRE(guest.await_messages(1));
  guest.await_silence();
  REQUIRE(guest.received.size() == 1);
  CHECK(guest.received[0].payload == "yours");
}

EVERYWHERE_5(retain_handling,
             "Retain Handling says whether stored messages come, Retain As Published whether new ones keep the flag"
             " [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] [MQTT-3.3.1-13]") {
  const auto topic = scene.topic("kept");
  Guest speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  speaker.say(topic, "stored", Qos::at_least_once, true);
  for (auto handling : {RetainHandling::send, RetainHandling::send_if_new, RetainHandling::do_not_send}) {
    CAPTURE(static_cast<int>(handling));
    Guest guest(scene, "guest" + std::to_string(static_cast<int>(handling)));
    REQUIRE(guest.connect());
    SubscribeRequest request;
    request.filter = topic;
    request.qos = Qos::at_least_once;
    request.retain_handling = handling;
    request.retain_as_published = true;
    auto first = guest.ask(request);
    REQUIRE(!first.empty());
    REQUIRE(guest.await_answers(1));
    guest.await_silence();
    const std::size_t stored = handling == RetainHandling::do_not_send ? 0 : 1;
    REQUIRE(guest.received.size() == stored);
    request.ask_again = true;
    request.replaces = first[0];
    REQUIRE(!guest.ask(request).empty());
    REQUIRE(guest.await_answers(2));
    guest.await_silence();
    const std::size_t again = handling == RetainHandling::send ? 1 : 0;
    REQUIRE(guest.received.size() == stored + again);
    for (const auto& message : guest.received) CHECK(message.retain);
    speaker.say(topic, "stored", Qos::at_least_once, true);
    REQUIRE(guest.await_messages(stored + again + 1));
    CHECK(guest.received.back().retain);
  }
  speaker.say(topic, "", Qos::at_least_once, true);
}

EVERYWHERE_5(lost_retained, "after a lost session, stored messages come once to each subscription that had asked for them") {
  const auto topic = scene.topic("kept");
  Guest speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  speaker.say(topic, "stored", Qos::at_least_once, true);
  Guest guest(scene, "guest");  // its session ends with the connection
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(topic, Qos::at_least_once));
  REQUIRE(guest.await_messages(1));
  guest.cut();
  REQUIRE(guest.connect());
  REQUIRE(guest.await_messages(2));
  guest.await_silence();
  CHECK(guest.received.size() == 2);
  speaker.say(topic, "", Qos::at_least_once, true);
}

EVERYWHERE_5(shared, "a shared subscription gets each message once for the group [MQTT-4.8.2-4]") {
  const auto topic = scene.topic("work"), filter = "$share/group/" + topic;
  Guest one(scene, "one"), two(scene, "two"), speaker(scene, "speaker");
  REQUIRE(one.connect());
  REQUIRE(two.connect());
  REQUIRE(speaker.connect());
  if (!scene.ways.shared_subscriptions) {
    scene.note("no shared subscriptions (CONNACK says so): checked that the client says it, and sends no SUBSCRIBE");
    SubscribeRequest request;
    request.filter = filter;
    REQUIRE(!one.ask(request).empty());
    REQUIRE(one.await_answers(1));
    CHECK(!one.answered[0].granted);
    CHECK(one.answered[0].error.code() == Errc::shared_not_supported);
    CHECK(one.sent(PacketType::subscribe) == 0);
    return;
  }
  constexpr std::size_t count = 40;
  REQUIRE(one.subscribe(filter, Qos::at_least_once));
  REQUIRE(two.subscribe(filter, Qos::at_least_once));
  for (std::size_t number = 0; number < count; ++number) speaker.say(topic, std::to_string(number));
  REQUIRE(scene.world.run_until([&] { return one.received.size() + two.received.size() >= count; }));
  one.await_silence();
  two.await_silence();
  CHECK(one.received.size() + two.received.size() == count);
  CHECK(!one.received.empty());
  CHECK(!two.received.empty());
  std::set<std::string> each;
  for (const auto* guest : {&one, &two})
    for (const auto& message : guest->received) each.insert(message.payload);
  CHECK(each.size() == count);
}

EVERYWHERE_5(identifiers, "a Subscription Identifier comes with the messages of its subscription [MQTT-3.3.4-3]") {
  auto options = scene.options("guest");
  options.subscription_identifiers = true;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("a"), Qos::at_least_once));
  REQUIRE(guest.subscribe(scene.topic("b/#"), Qos::at_least_once));
  guest.say(scene.topic("b/x"), "b");
  guest.say(scene.topic("a"), "a");
  REQUIRE(guest.await_messages(2));
  const auto of_b = guest.received[0].properties.view().number(PropertyId::subscription_identifier, 0);
  const auto of_a = guest.received[1].properties.view().number(PropertyId::subscription_identifier, 0);
  CHECK(of_a != 0);
  CHECK(of_b != 0);
  CHECK(of_a != of_b);
  guest.await_silence();
  CHECK(guest.received.size() == 2);
}
