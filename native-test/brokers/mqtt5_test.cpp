// What MQTT 5 only has, with brokers that speak it; and `newest` with those that do not.
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>

#include "places.hpp"

using namespace wasmqtt;
using test::Guest;
using test::Scene;

namespace {

using SubscribeRequest = MqttClient::SubscribeRequest;

// Some of what is tested is that time has passed.
void let_pass(test::World& world, std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(world.context, time);
  bool over = false;
  timer.async_wait([&over](const boost::system::error_code&) { over = true; });
  REQUIRE(world.run_until([&over] { return over; }));
}

MqttOptions lasting(const Scene& scene, const std::string& name, std::uint32_t session_expiry) {
  auto options = scene.options(name);
  options.client.clean_session = false;
  options.client.session_expiry = session_expiry;
  return options;
}

// One of these at each place, in one world: what waits does so at all of them at once.
template <class Visit>
class AtOnce {
 public:
  explicit AtOnce(test::World& world) {
    for (const auto* place : test::every_place_5()) all_.push_back(std::make_unique<Visit>(*place, world));
  }
  template <class Step>
  void each(Step step) {
    for (auto& visit : all_) {
      CAPTURE(visit->scene.place.broker);
      CAPTURE(visit->scene.place.transport);
      step(*visit);
    }
  }

 private:
  std::vector<std::unique_ptr<Visit>> all_;
};

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

// The protocol level in each CONNECT.
std::vector<int> levels_asked_for(const Guest& guest) {
  std::vector<int> levels;
  for (const auto& packet : guest.packets(Direction::outbound, PacketType::connect))
    levels.push_back(packet.at(packet.find("MQTT") + 4));
  return levels;
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
  CHECK(levels_asked_for(guest) == std::vector<int>{5});
  CHECK(guest.fallbacks.empty());
}

WASMQTT_AT(newest_is_older, "`newest` is MQTT 3.1.1 where the broker speaks no other: told once, and remembered [MQTT-3.1.2-2]",
           test::RabbitMqOverTcp, test::RabbitMqOverWebSocket, test::AedesOverTcp, test::AedesOverWebSocket) {
  auto options = scene.options("guest");
  options.client.protocol = Protocol::newest;
  Guest guest(scene, options);
  REQUIRE(guest.connect());
  CHECK(levels_asked_for(guest) == std::vector<int>{5, 4});
  REQUIRE(guest.fallbacks.size() == 1);
  CHECK(guest.fallbacks[0] == scene.place.url);
  REQUIRE(guest.subscribe(scene.topic("x"), Qos::at_least_once));
  guest.say(scene.topic("x"), "hello");
  REQUIRE(guest.await_messages(1));
  guest.cut();
  REQUIRE(guest.connect());
  guest.say(scene.topic("x"), "again");
  REQUIRE(guest.await_messages(2));
  CHECK(levels_asked_for(guest) == std::vector<int>{5, 4, 4});
  CHECK(guest.fallbacks.size() == 1);
}

namespace {

struct Wills {
  Scene scene;
  Guest listener, dies, returns;

  Wills(const test::Place& place, test::World& world)
      : scene(place, world), listener(scene, "listener"), dies(scene, with_will("dies")),
        returns(scene, with_will("returns")) {}

  MqttOptions with_will(const std::string& name) const {
    auto options = lasting(scene, name, 60);
    options.client.will = WillOptions{.topic = scene.topic("wills/" + name), .message = {'g'}, .qos = Qos::at_least_once};
    REQUIRE(!options.client.will->properties.add(PropertyId::will_delay_interval, 1));
    REQUIRE(!options.client.will->properties.add(PropertyId::content_type, "text/plain"));
    return options;
  }
};

}  // namespace

TEST_CASE("MQTT 5: a will waits its delay, and is not published when the client returns within it [MQTT-3.1.3-9]") {
  test::World world;
  AtOnce<Wills> everywhere(world);
  everywhere.each([](Wills& visit) {
    REQUIRE(visit.listener.connect());
    REQUIRE(visit.listener.subscribe(visit.scene.topic("wills/#"), Qos::at_least_once));
    REQUIRE(visit.dies.connect());
    REQUIRE(visit.returns.connect());
  });
  std::vector<Time> cuts;
  everywhere.each([&](Wills& visit) {
    visit.returns.cut();
    REQUIRE(visit.returns.connect());
    CHECK(visit.listener.received.empty());
    visit.dies.cut();
    cuts.push_back(visit.listener.loop.now());
  });
  std::size_t at = 0;
  everywhere.each([&](Wills& visit) {
    const auto cut = cuts[at++];
    // Each comes 1 s after the cut, and it may be looked for here later.
    if (visit.listener.loop.now() - cut < std::chrono::milliseconds{500}) CHECK(visit.listener.received.empty());
    if (!visit.scene.ways.forwards_will_delay) {
      REQUIRE(visit.listener.await_messages(1));
      return;
    }
    visit.scene.note("a delayed will arrives with its Will Delay Interval (2.0.0-beta.1): checked that the client closes, and "
                     "says why; libmosquitto does, too");
    REQUIRE(world.run_until([&] { return visit.listener.sent(PacketType::disconnect) == 1; }));
    REQUIRE(world.run_until([&] { return visit.listener.mqtt.connected(); }));
    const auto& record = visit.listener.mqtt.close_record();
    CHECK(record.cause == CloseRecord::Cause::protocol_error);
    CHECK(record.error.code() == Errc::property_not_allowed);
    CHECK(record.topic == visit.scene.topic("wills/dies"));
  });
  let_pass(world, std::chrono::milliseconds{1500});
  everywhere.each([](Wills& visit) {
    visit.listener.await_silence();
    REQUIRE(visit.listener.received.size() == (visit.scene.ways.forwards_will_delay ? 0u : 1u));
    if (visit.listener.received.empty()) return;
    CHECK(visit.listener.received[0].topic == visit.scene.topic("wills/dies"));
    CHECK(visit.listener.received[0].properties.view().text(PropertyId::content_type) == "text/plain");
  });
}

namespace {

struct Expiries {
  Scene scene;
  Guest speaker, absent;
  std::unique_ptr<Guest> short_lived, long_lived;

  Expiries(const test::Place& place, test::World& world)
      : scene(place, world), speaker(scene, "speaker"), absent(scene, lasting(scene, "absent", 60)),
        short_lived(std::make_unique<Guest>(scene, lasting(scene, "short", 1))),
        long_lived(std::make_unique<Guest>(scene, lasting(scene, "long", 60))) {}

  void say(const std::string& payload, std::uint32_t expiry) {
    PropertyList properties;
    REQUIRE(!properties.add(PropertyId::message_expiry_interval, expiry));
    auto before = speaker.acknowledged.size();
    REQUIRE(speaker.mqtt.publish(scene.topic("news"), payload, {.qos = Qos::at_least_once, .properties = properties}));
    REQUIRE(speaker.await_acknowledged(before + 1));
  }
};

}  // namespace

TEST_CASE("MQTT 5: a message that has expired does not come, and one that has not says what is left; a session lasts as"
          " long as it was asked to [MQTT-3.3.2-5] [MQTT-3.3.2-6] [MQTT-3.1.2-23]") {
  test::World world;
  AtOnce<Expiries> everywhere(world);
  everywhere.each([](Expiries& visit) {
    REQUIRE(visit.speaker.connect());
    for (auto* guest : {&visit.absent, visit.short_lived.get(), visit.long_lived.get()}) {
      REQUIRE(guest->connect());
      CHECK(!guest->session_present());
      REQUIRE(guest->subscribe(visit.scene.topic("news"), Qos::at_least_once));
    }
    visit.say("at once", 60);
    REQUIRE(visit.absent.await_messages(1));
    visit.absent.await_silence();  // it is acknowledged, too: the cut does not bring it again
    CHECK(visit.absent.received[0].properties.view().number(PropertyId::message_expiry_interval, 0) >= 59);
    for (auto* guest : {&visit.absent, visit.short_lived.get(), visit.long_lived.get()}) guest->cut();
    visit.say("first", 60);  // ejabberd sends one before it finds that nobody is there; once begun, it does not expire
    visit.say("over", 1);
    visit.say("kept", 60);
  });
  // Mosquitto looks for sessions that are over every 5 s, ejabberd every second.
  let_pass(world, std::chrono::milliseconds{2500});
  everywhere.each([](Expiries& visit) {
    REQUIRE(visit.absent.connect());
    CHECK(visit.absent.session_present());
    REQUIRE(visit.absent.await_messages(3));
    visit.absent.await_silence();
    REQUIRE(visit.absent.received.size() == 3);
    CHECK(visit.absent.received[1].payload == "first");
    CHECK(visit.absent.received[2].payload == "kept");
    const auto left = visit.absent.received[2].properties.view().number(PropertyId::message_expiry_interval, 0);
    CHECK(left <= 58);
    CHECK(left > 0);
    REQUIRE(visit.long_lived->connect());
    CHECK(visit.long_lived->session_present());
    // The client knows that it is over, and asks for a clean start; another one that knows nothing is told.
    REQUIRE(visit.short_lived->connect());
    CHECK(!visit.short_lived->session_present());
    REQUIRE(visit.short_lived->disconnect());
  });
}
