// Messages: every QoS, what they may hold, how many, in which order.
#include <algorithm>
#include <numeric>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

std::string number_of(Qos qos) { return std::to_string(static_cast<int>(qos)); }

// PUBACK for a QoS 2 message [against MQTT-4.3.3-2]: the broker has passed it on, as it would each repetition.
void without_exactly_once(Scene& scene) {
  scene.note("a QoS 2 message is answered with PUBACK (3.10 has no QoS 2): checked that the client ends the connection and "
             "names the clause, or ignores it when told to be lenient, and does not report the message as delivered; or, "
             "with puback_ends_qos2, that it ends there, and that the next one follows");
  for (bool strict : {true, false}) {
    CAPTURE(strict);
    auto options = scene.options(strict ? "strict" : "lenient");
    options.client.strict_acknowledgements = strict;
    Guest guest(scene, options);
    REQUIRE(guest.connect());
    auto sent = guest.mqtt.publish(scene.topic("x"), "2", {.qos = Qos::exactly_once});
    REQUIRE(sent);
    REQUIRE(scene.world.run_until([&] { return guest.came(PacketType::puback) == 1; }));
    if (strict) {
      REQUIRE(scene.world.run_until([&] { return !guest.mqtt.connected(); }));
      CHECK(guest.mqtt.close_record().cause == CloseRecord::Cause::protocol_error);
      CHECK(guest.mqtt.close_record().error.code() == Errc::acknowledgement_of_wrong_kind);
    } else {
      CHECK(guest.mqtt.connected());
      CHECK(guest.mqtt.delivery_state(*sent) == DeliveryState::sent);
    }
    CHECK(guest.acknowledged.empty());
  }
  auto options = scene.options("lowered");
  options.client.puback_ends_qos2 = true;
  options.client.in_flight_window = 1;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("lowered"), Qos::exactly_once));
  for (const char* payload : {"1", "2", "3"})
    REQUIRE(guest.mqtt.publish(scene.topic("lowered"), payload, {.qos = Qos::exactly_once}));
  REQUIRE(guest.await_acknowledged(3));
  REQUIRE(guest.await_messages(3));
  guest.await_silence();
  CHECK(guest.received.size() == 3);
  for (const auto& [number, times] : guest.acknowledged) CHECK(times == 1);
}

// Published at once, while somebody else listens.
void stream_of(Scene& scene, std::size_t count, Qos qos) {
  Guest listener(scene, "listener"), speaker(scene, "speaker");
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe(scene.topic("stream"), qos));
  REQUIRE(speaker.connect());
  for (std::size_t number = 0; number < count; ++number)
    REQUIRE(speaker.mqtt.publish(scene.topic("stream"), std::to_string(number), {.qos = qos}));
  REQUIRE(speaker.await_acknowledged(count));
  REQUIRE(listener.await_messages(count));
  listener.await_silence();
  REQUIRE(listener.received.size() == count);
  std::size_t out_of_place = 0;
  for (std::size_t number = 0; number < count; ++number)
    if (listener.received[number].payload != std::to_string(number)) ++out_of_place;
  CHECK(out_of_place == 0);
  for (const auto& [number, times] : speaker.acknowledged) REQUIRE(times == 1);
}

}  // namespace

EVERYWHERE(every_qos, "each QoS to each: a message comes with the lower of both [MQTT-3.8.4-6]") {
  Guest listener(scene, "listener"), speaker(scene, "speaker");
  REQUIRE(listener.connect());
  REQUIRE(speaker.connect());
  const auto highest = scene.ways.highest_qos;
  for (auto wanted : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    auto filter = scene.topic("to/" + number_of(wanted));
    REQUIRE(listener.subscribe(filter, wanted));
    CHECK(listener.subscribed[filter] == std::min(wanted, highest));
  }
  if (highest < Qos::exactly_once)
    scene.note("QoS 2 is granted as QoS 1 (3.10 has none): checked that the client reports the granted QoS");
  std::size_t expected = 0;
  for (auto sent : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    if (sent > highest) continue;
    for (auto granted : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
      CAPTURE(number_of(sent));
      CAPTURE(number_of(granted));
      auto payload = "Grüße " + number_of(sent);
      speaker.say(scene.topic("to/" + number_of(granted)), payload, sent);
      REQUIRE(listener.await_messages(++expected));
      const auto& message = listener.received.back();
      CHECK(message.topic == scene.topic("to/" + number_of(granted)));
      CHECK(message.payload == payload);
      CHECK(message.qos == std::min({sent, granted, highest}));
      CHECK(!message.retain);
      CHECK(!message.dup);
    }
  }
  listener.await_silence();
  CHECK(listener.received.size() == expected);
}

EVERYWHERE(exactly_once,
           "QoS 2 takes its four packets, once each, in both directions [MQTT-4.3.3-1] [MQTT-4.3.3-2]") {
  if (scene.ways.highest_qos < Qos::exactly_once) return without_exactly_once(scene);
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("x"), Qos::exactly_once));
  guest.say(scene.topic("x"), "2", Qos::exactly_once);
  REQUIRE(guest.await_messages(1));
  CHECK(guest.received[0].qos == Qos::exactly_once);
  guest.await_silence();
  CHECK(guest.received.size() == 1);
  CHECK(guest.sent(PacketType::pubrel) == 1);
  CHECK(guest.came(PacketType::pubrec) == 1);
  CHECK(guest.came(PacketType::pubcomp) == 1);
  CHECK(guest.came(PacketType::pubrel) == 1);
  CHECK(guest.sent(PacketType::pubrec) == 1);
  CHECK(guest.sent(PacketType::pubcomp) == 1);
}

EVERYWHERE(thousand, "1,000 QoS 2 messages at once come in order, each once, within the broker's own limits [MQTT-4.3.3-1]") {
  if (scene.ways.highest_qos < Qos::exactly_once) return scene.note("no QoS 2 (3.10): no stream of it");
  stream_of(scene, 1000, Qos::exactly_once);
}

EVERYWHERE(large, "a large payload arrives whole") {
  Guest listener(scene, "listener"), speaker(scene, "speaker");
  REQUIRE(listener.connect());
  REQUIRE(listener.subscribe(scene.topic("large"), Qos::at_least_once));
  REQUIRE(speaker.connect());
  if (scene.ways.large_payload < test::Ways{}.large_payload)
    scene.note("a message goes to a WebSocket in pieces of 4 KiB with pauses between them (2.0.11): checked with 30 kB "
               "instead of 1.5 MB");
  std::string payload(scene.ways.large_payload, 'L');
  for (std::size_t at = 0; at < payload.size(); at += 1000) payload[at] = static_cast<char>('a' + at / 1000 % 26);
  speaker.say(scene.topic("large"), payload);
  REQUIRE(listener.await_messages(1));
  CHECK((listener.received[0].payload == payload));
}

EVERYWHERE(binary, "a payload is bytes: any, and none at all") {
  std::string every(1024, '\0');
  std::iota(every.begin(), every.end(), '\0');
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("bytes"), Qos::at_least_once));
  std::size_t count = 0;
  for (const auto& payload : {every, std::string(), std::string(1, '\0'), std::string("\xff\xfe\xc0\x80", 4)}) {
    guest.say(scene.topic("bytes"), payload);
    REQUIRE(guest.await_messages(++count));
    CHECK((guest.received.back().payload == payload));
  }
}

EVERYWHERE(text,
           "topics of every script, with empty levels, arrive as they were [MQTT-1.5.3-3] [MQTT-4.7.3-1]") {
  Guest guest(scene, "guest");
  REQUIRE(guest.connect());
  REQUIRE(guest.subscribe(scene.topic("#"), Qos::at_least_once));
  std::size_t count = 0;
  const std::vector<std::string> names = {"Grüße/日本/Tiếng Việt", "🎈/𝔘", "מזל/שלום", "a//b", "a/", "/", " ",
                                          "\xEF\xBB\xBF", "e\xCC\x81"};
  for (const auto& name : names) {
    CAPTURE(name);
    guest.say(scene.topic(name), name);
    REQUIRE(guest.await_messages(++count));
    CHECK(guest.received.back().topic == scene.topic(name));
    CHECK(guest.received.back().payload == name);
  }
  guest.say(scene.topic("a.b"), "dot");
  REQUIRE(guest.await_messages(++count));
  if (scene.ways.dot_is_a_level) {
    scene.note("a dot in a topic separates levels, as in AMQP: checked that a.b arrives as a/b");
    CHECK(guest.received.back().topic == scene.topic("a/b"));
  } else {
    CHECK(guest.received.back().topic == scene.topic("a.b"));
  }
}

EVERYWHERE(stream,
           "2,000 QoS 1 messages come in order, each once, and each is acknowledged once [MQTT-4.6.0-6]") {
  stream_of(scene, 2000, Qos::at_least_once);
}
