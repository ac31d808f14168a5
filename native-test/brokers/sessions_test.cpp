// What a broker keeps: sessions, subscriptions, retained messages.
#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

MqttOptions lasting(Scene& scene, const std::string& name) {
  auto options = scene.options(name);
  options.client.clean_session = false;
  options.client.session_expiry = 300;  // MQTT 5 asks how long, too; ejabberd keeps none longer
  return options;
}

// Leaves no session behind at the broker.
void forget(Scene& scene, const std::string& name) {
  Guest last(scene, name);
  REQUIRE(last.connect());
  CHECK(!last.session_present());
  REQUIRE(last.disconnect());
}

void numbers(Guest& speaker, const std::string& topic, int from, int to) {
  for (int number = from; number < to; ++number) speaker.say(topic, std::to_string(number));
}

void check_numbers(const Guest& guest, std::size_t count) {
  REQUIRE(guest.received.size() == count);
  for (std::size_t number = 0; number < count; ++number)
    CHECK(guest.received[number].payload == std::to_string(number));
}

}  // namespace

EVERYWHERE(persistent,
           "a session outlives its connection, with the messages that came meanwhile"
           " [MQTT-3.1.2-4] [MQTT-3.1.2-5]") {
  Guest absent(scene, lasting(scene, "absent")), speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  REQUIRE(absent.connect());
  CHECK(!absent.session_present());
  REQUIRE(absent.subscribe(scene.topic("news"), Qos::at_least_once));
  REQUIRE(absent.disconnect());
  numbers(speaker, scene.topic("news"), 0, 30);
  REQUIRE(absent.connect());
  CHECK(absent.session_present());
  REQUIRE(absent.await_messages(30));
  absent.cut();
  numbers(speaker, scene.topic("news"), 30, 60);
  REQUIRE(absent.connect());
  CHECK(absent.session_present());
  REQUIRE(absent.await_messages(60));
  CHECK(absent.sent(PacketType::subscribe) == 1);
  absent.await_silence();
  check_numbers(absent, 60);
  REQUIRE(absent.disconnect());
  forget(scene, "absent");
}

EVERYWHERE(resent,
           "what a cut left unfinished is sent again, in order, and QoS 2 arrives once [MQTT-4.4.0-1] [MQTT-4.3.3-2]") {
  constexpr std::size_t count = 200;
  auto qos = scene.ways.highest_qos;
  if (!scene.ways.takes_pubrel_again) {
    scene.note("a PUBREL that comes again after its PUBCOMP was lost is answered by closing (0.51.3, \"no such packet\"), "
               "each time: checked with QoS 1");
    qos = Qos::at_least_once;
  }
  auto options = lasting(scene, "speaker");
  options.client.in_flight_window = 20;  // else a broker may have acknowledged all before the cut
  Guest listener(scene, "listener"), speaker(scene, options);
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe(scene.topic("numbers"), qos));
  REQUIRE(speaker.connect());
  REQUIRE(speaker.subscribe(scene.topic("unused"), Qos::at_least_once));  // else Aedes says that there is no session
  for (std::size_t number = 0; number < count; ++number)
    REQUIRE(speaker.mqtt.publish(scene.topic("numbers"), std::to_string(number), {.qos = qos}));
  for (std::size_t before_cut : {std::size_t{15}, std::size_t{90}}) {
    REQUIRE(speaker.await_acknowledged(before_cut));
    REQUIRE(speaker.acknowledged.size() < count);
    speaker.cut();
    REQUIRE(speaker.connect());
    CHECK(speaker.session_present());
  }
  REQUIRE(speaker.await_acknowledged(count));
  CHECK(speaker.failed.empty());
  for (const auto& [number, times] : speaker.acknowledged) REQUIRE(times == 1);
  REQUIRE(listener.await_messages(count));
  listener.await_silence();
  // At least once may bring some twice: each first time is in order.
  std::size_t next = 0, again = 0;
  for (const auto& message : listener.received) {
    if (next < count && message.payload == std::to_string(next)) ++next;
    else ++again;
  }
  CHECK(next == count);
  if (qos == Qos::exactly_once) CHECK(again == 0);
  REQUIRE(speaker.disconnect());
  forget(scene, "speaker");
}

EVERYWHERE(lost,
           "a session that a clean one has ended is noticed, and its subscriptions are made anew"
           " [MQTT-3.1.2-6]") {
  Guest guest(scene, lasting(scene, "guest")), speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("news"), Qos::at_least_once));
  REQUIRE(guest.disconnect());
  forget(scene, "guest");
  speaker.say(scene.topic("news"), "missed");
  guest.subscribed.clear();
  REQUIRE(guest.connect());
  CHECK(!guest.session_present());
  REQUIRE(scene.world.run_until([&] { return guest.subscribed.size() == 1; }));
  speaker.say(scene.topic("news"), "heard");
  REQUIRE(guest.await_messages(1));
  guest.await_silence();
  REQUIRE(guest.received.size() == 1);
  CHECK(guest.received[0].payload == "heard");
  REQUIRE(guest.disconnect());
  forget(scene, "guest");
}

EVERYWHERE(clean,
           "a clean session ends with its connection: what came meanwhile is not for it [MQTT-3.1.2-6]") {
  Guest guest(scene, "guest"), speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("news"), Qos::at_least_once));
  guest.cut();
  speaker.say(scene.topic("news"), "missed");
  guest.subscribed.clear();
  REQUIRE(guest.connect());
  CHECK(!guest.session_present());
  REQUIRE(scene.world.run_until([&] { return guest.subscribed.size() == 1; }));
  guest.await_silence();
  CHECK(guest.received.empty());
}

EVERYWHERE(many_filters,
           "150 filters go in SUBSCRIBE packets of at most eight, and each is granted and served"
           " [MQTT-3.8.4-4] [MQTT-3.8.4-5]") {
  constexpr std::size_t count = 150;
  Guest guest(scene, "guest");
  std::vector<int> came(count, 0);
  for (std::size_t number = 0; number < count; ++number) {
    auto filter = scene.topic(std::to_string(number) + "/+");
    REQUIRE(guest.mqtt.subscribe(filter, Qos::at_least_once, [&came, number](const Message& message) {
      came[number] += as_text(message.payload) == std::to_string(number);
    }));
  }
  REQUIRE(guest.connect());
  REQUIRE(scene.world.run_until([&] { return guest.subscribed.size() == count; }));
  CHECK(guest.sent(PacketType::subscribe) == 19);
  CHECK(guest.came(PacketType::suback) == 19);
  for (std::size_t number = 0; number < count; ++number)
    REQUIRE(guest.mqtt.publish(scene.topic(std::to_string(number) + "/x"), std::to_string(number),
                               {.qos = Qos::at_least_once}));
  REQUIRE(guest.await_acknowledged(count));
  guest.await_silence();
  CHECK(came == std::vector<int>(count, 1));
}

EVERYWHERE(unsubscribe,
           "after UNSUBACK nothing more comes, and other subscriptions stay [MQTT-3.10.4-1] [MQTT-3.10.4-4]") {
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  int ended = 0;
  auto given_up = guest.mqtt.subscribe(scene.topic("ended"), Qos::at_least_once, [&](const Message&) { ++ended; });
  REQUIRE(given_up);
  REQUIRE(guest.subscribe(scene.topic("kept"), Qos::at_least_once));
  guest.say(scene.topic("ended"), "1");
  REQUIRE(scene.world.run_until([&] { return ended == 1; }));
  guest.mqtt.unsubscribe(*given_up);
  REQUIRE(scene.world.run_until([&] { return guest.came(PacketType::unsuback) == 1; }));
  auto before = guest.came(PacketType::publish);
  guest.say(scene.topic("ended"), "2");
  guest.say(scene.topic("kept"), "3");
  REQUIRE(guest.await_messages(1));
  guest.await_silence();
  CHECK(ended == 1);
  CHECK(guest.received.size() == 1);
  CHECK(guest.came(PacketType::publish) == before + 2);  // with the one that await_silence() sent
}

EVERYWHERE(overlapping, "filters that overlap: each handler gets the message once [MQTT-3.3.5-1]") {
  auto options = scene.options("guest");
  if (scene.speaks_5()) {
    // Without identifiers, which copy is for which handler would not be known.
    options.subscription_identifiers = scene.ways.all_identifiers;
    if (!scene.ways.all_identifiers)
      scene.note("a message for several subscriptions comes once, with one of their identifiers: checked without "
                 "identifiers, that each handler gets it once");
  }
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  std::vector<int> came(3, 0);
  const std::vector<std::string> filters = {scene.topic("o/#"), scene.topic("o/+"), scene.topic("o/x")};
  for (std::size_t number = 0; number < filters.size(); ++number)
    REQUIRE(guest.mqtt.subscribe(filters[number], Qos::at_least_once,
                                 [&came, number](const Message&) { ++came[number]; }));
  REQUIRE(scene.world.run_until([&] { return guest.subscribed.size() == filters.size(); }));
  guest.say(scene.topic("o/x"), "hello");
  guest.await_silence();
  CHECK(came == std::vector<int>{1, 1, 1});
}

EVERYWHERE(retained,
           "a retained message is kept, replaced and cleared"
           " [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-9] [MQTT-3.3.1-10]") {
  const auto topic = scene.topic("kept");
  Guest speaker(scene, "speaker");
  REQUIRE(speaker.connect());
  REQUIRE(speaker.subscribe(topic, Qos::at_least_once));
  speaker.say(topic, "old", Qos::at_least_once, true);
  speaker.say(topic, "new", Qos::at_least_once, true);
  REQUIRE(speaker.await_messages(2));
  CHECK(!speaker.received[0].retain);  // for who was there, a message as any other
  CHECK(!speaker.received[1].retain);
  {
    Guest late(scene, "late");
    REQUIRE(late.connect());
    REQUIRE(late.subscribe(topic, Qos::at_least_once));
    REQUIRE(late.await_messages(1));
    late.await_silence();
    REQUIRE(late.received.size() == 1);
    CHECK(late.received[0].payload == "new");
    CHECK(late.received[0].retain);
  }
  Guest wildcard(scene, "wildcard");
  REQUIRE(wildcard.connect());
  REQUIRE(wildcard.subscribe(scene.topic("+"), Qos::at_least_once));
  if (scene.ways.retained_for_wildcards) {
    REQUIRE(wildcard.await_messages(1));
    CHECK(wildcard.received[0].payload == "new");
  } else {
    scene.note("retained messages are sent for a filter that is the topic itself, not for wildcards (3.10): checked "
               "that none comes for a wildcard");
    wildcard.await_silence();
    CHECK(wildcard.received.empty());
  }
  speaker.say(topic, "", Qos::at_least_once, true);
  REQUIRE(speaker.await_messages(3));
  CHECK(speaker.received[2].payload.empty());
  Guest latest(scene, "latest");
  REQUIRE(latest.connect());
  REQUIRE(latest.subscribe(topic, Qos::at_least_once));
  latest.await_silence();
  CHECK(latest.received.empty());
}
