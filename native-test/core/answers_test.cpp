// Each subscribe() and unsubscribe() call gets its answer.
#include <map>

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

namespace {

using Request = MqttClient::SubscribeRequest;

constexpr std::uint8_t granted_0[] = {0};
constexpr std::uint8_t granted_1[] = {1};
constexpr std::uint8_t refused[] = {0x80};

// How each call ended, in order: "granted 1", "refused", "ended", "no packet id free" ...
struct Answers {
  explicit Answers(World& world) {
    world.mqtt.on_event = [this](const MqttEvent& event) {
      if (const auto* answer = std::get_if<SubscriptionAnswered>(&event)) {
        for (const Subscription call : answer->subscriptions) of[call.number].push_back(text(*answer));
      }
      if (const auto* answer = std::get_if<UnsubscribeAnswered>(&event))
        of[answer->subscription.number].push_back(answer->error ? std::string(answer->error.message()) : "ended");
    };
  }
  static std::string text(const SubscriptionAnswered& answer) {
    if (answer.error) return std::string(answer.error.message());
    return answer.granted ? "granted " + std::to_string(static_cast<int>(*answer.granted)) : "refused";
  }
  const std::vector<std::string>& operator[](Subscription call) { return of[call.number]; }
  std::map<std::uint32_t, std::vector<std::string>> of;
};

using Texts = std::vector<std::string>;

const std::string not_connected(local_error(Errc::not_connected).message());

Subscription subscribe(World& world, std::string_view filter, Qos qos, bool ask_again = false, Subscription replaces = {}) {
  const Request request{.filter = filter, .qos = qos, .ask_again = ask_again, .replaces = replaces};
  const auto made = world.mqtt.subscribe({&request, 1});
  REQUIRE(made);
  world.loop.run_turns();
  return made->front();
}

void answer(World& world, Bytes codes) { world.broker.reply(Suback{world.broker.expect<Subscribe>().packet_id, codes}); }

}  // namespace

TEST_CASE("several filters of one call leave in one SUBSCRIBE, and each learns what the broker granted [MQTT-3.8.4-5]") {
  World world;
  Answers answers(world);
  world.connect();
  const Request requests[] = {{.filter = "good", .qos = Qos::at_least_once}, {.filter = "bad", .qos = Qos::exactly_once}};
  const auto made = world.mqtt.subscribe(requests);
  REQUIRE(made);
  REQUIRE(made->size() == 2);
  world.loop.run_turns();
  const auto packet = world.broker.expect<Subscribe>();
  REQUIRE(packet.requests.size() == 2);
  CHECK(packet.requests[0].filter == "good");
  CHECK(packet.requests[1].filter == "bad");
  const std::uint8_t codes[] = {1, 0x80};
  world.broker.reply(Suback{packet.packet_id, codes});
  CHECK(answers[made->at(0)] == Texts{"granted 1"});
  CHECK(answers[made->at(1)] == Texts{"refused"});
  CHECK(world.broker.quiet());
}

TEST_CASE("of a good and a refused filter the good one is kept by the next session; the refused one is asked for again") {
  World world(client_options(false));
  const Request requests[] = {{.filter = "good"}, {.filter = "refused"}};
  REQUIRE(world.mqtt.subscribe(requests));
  world.connect();
  const std::uint8_t codes[] = {1, 0x80};
  answer(world, codes);
  world.reconnect(true);
  const auto kept = world.broker.expect<Subscribe>();
  REQUIRE(kept.requests.size() == 1);
  CHECK(kept.requests[0].filter == "refused");
  world.broker.reply(Suback{kept.packet_id, refused});
  world.reconnect(false);
  CHECK(world.broker.expect<Subscribe>().requests.size() == 2);
  CHECK(world.broker.quiet());
}

TEST_CASE("one SUBSCRIBE has at most eight filters by default, at the border, too; AWS IoT closes after more") {
  for (const std::size_t count : {7u, 8u, 9u, 16u, 17u, 100u}) {
    CAPTURE(count);
    World world;
    world.connect();
    std::vector<std::string> filters(count);
    std::vector<Request> requests;
    for (std::size_t i = 0; i < count; ++i) requests.push_back({.filter = filters[i] = "f/" + std::to_string(i)});
    const auto made = world.mqtt.subscribe(requests);
    REQUIRE(made);
    world.mqtt.unsubscribe(*made);
    world.loop.run_turns();
    std::size_t left = count;
    for (; left > 0; left -= std::min<std::size_t>(left, 8))
      CHECK(world.broker.expect<Subscribe>().requests.size() == std::min<std::size_t>(left, 8));
    for (left = count; left > 0; left -= std::min<std::size_t>(left, 8))
      CHECK(world.broker.expect<Unsubscribe>().filters.size() == std::min<std::size_t>(left, 8));
    CHECK(world.broker.quiet());
  }
}

TEST_CASE("a bad filter is refused at the call, and nothing of the call is subscribed to [MQTT-4.7.1-2]") {
  MqttOptions options = client_options();
  options.client.strict_text = true;
  World world(std::move(options));
  const Request bad[] = {{.filter = "good"}, {.filter = "bad#"}};
  CHECK(world.mqtt.subscribe(bad).error() == local_error(Errc::bad_wildcard));
  const Request control[] = {{.filter = "good"}, {.filter = "a\tb"}};
  CHECK(world.mqtt.subscribe(control).error() == local_error(Errc::discouraged_character));
  CHECK(world.mqtt.unsubscribe_filter("a\tb").error() == local_error(Errc::discouraged_character));
  const Request qos[] = {{.filter = "good"}, {.filter = "better", .qos = static_cast<Qos>(3)}};
  CHECK(world.mqtt.subscribe(qos).error() == local_error(Errc::invalid_qos));
  REQUIRE(world.mqtt.subscribe("other", Qos::at_most_once));
  world.connect();
  const auto packet = world.broker.expect<Subscribe>();
  REQUIRE(packet.requests.size() == 1);
  CHECK(packet.requests[0].filter == "other");
}

TEST_CASE("a SUBSCRIBE lost before its SUBACK is repeated, to a kept session, too, and its call answered once") {
  for (const bool kept : {true, false}) {
    World world(client_options(false));
    Answers answers(world);
    world.connect();
    const Subscription made = subscribe(world, "a", Qos::at_least_once);
    world.broker.expect<Subscribe>();
    world.reconnect(kept);
    CHECK(answers[made].empty());
    answer(world, granted_1);
    CHECK(answers[made] == Texts{"granted 1"});
    CHECK(world.broker.quiet());
  }
}

TEST_CASE("subscribed to while offline: asked once, 3.8.4") {
  World world(client_options(false));
  world.connect();
  world.broker.cut();
  Answers answers(world);
  const Subscription made = subscribe(world, "a", Qos::at_least_once, true);
  world.wait();
  world.accept(true);
  answer(world, granted_1);
  CHECK(world.broker.quiet());
  CHECK(answers[made] == Texts{"granted 1"});
}

TEST_CASE("ask_again sends a SUBSCRIBE for what is granted, so that retained messages come again, 3.8.4") {
  World world;
  Answers answers(world);
  world.connect();
  const Subscription first = subscribe(world, "a", Qos::at_least_once);
  answer(world, granted_1);
  const Subscription second = subscribe(world, "a", Qos::at_least_once);
  CHECK(world.broker.quiet());
  CHECK(answers[second] == Texts{"granted 1"});
  const Subscription third = subscribe(world, "a", Qos::at_most_once, true);
  CHECK(world.broker.expect<Subscribe>().requests[0].qos == Qos::at_least_once);
  CHECK(answers[first] == Texts{"granted 1"});
  CHECK(answers[third].empty());
}

TEST_CASE("a subscription may replace an earlier one: its QoS may fall, and no UNSUBSCRIBE is sent") {
  World world;
  Answers answers(world);
  world.connect();
  const Subscription first = subscribe(world, "a", Qos::exactly_once);
  world.broker.expect<Subscribe>();
  const Subscription second = subscribe(world, "a", Qos::at_most_once, true, first);
  const auto again = world.broker.expect<Subscribe>();
  CHECK(again.requests[0].qos == Qos::at_most_once);
  CHECK(world.broker.quiet());
  const std::uint8_t granted_2[] = {2};
  world.broker.reply(Suback{static_cast<PacketId>(again.packet_id - 1), granted_2});
  world.broker.reply(Suback{again.packet_id, granted_0});
  CHECK(answers[first] == Texts{"granted 2"});
  CHECK(answers[second] == Texts{"granted 0"});
  world.mqtt.unsubscribe(first);  // ended: does nothing
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  world.mqtt.unsubscribe(second);
  world.loop.run_turns();
  world.broker.expect<Unsubscribe>();
}

TEST_CASE("a QoS raised before the first SUBACK: the second SUBACK decides, 3.8.4") {
  for (const std::uint8_t first_code : {std::uint8_t{0}, std::uint8_t{0x80}}) {
    World world(client_options(false));
    Answers answers(world);
    world.connect();
    const Subscription low = subscribe(world, "a", Qos::at_most_once);
    const Subscription high = subscribe(world, "a", Qos::at_least_once);
    const PacketId first = world.broker.expect<Subscribe>().packet_id;
    const PacketId second = world.broker.expect<Subscribe>().packet_id;
    world.broker.reply(Suback{first, {&first_code, 1}});
    CHECK(answers[high].empty());
    world.broker.reply(Suback{second, granted_1});
    CHECK(answers[low] == Texts{first_code == 0 ? "granted 0" : "refused", "granted 1"});
    CHECK(answers[high] == Texts{"granted 1"});
    world.reconnect(true);
    CHECK(world.broker.quiet());  // granted
  }
}

TEST_CASE("a QoS raised in vain before the first SUBACK is asked for again on the next connection") {
  World world(client_options(false));
  world.connect();
  subscribe(world, "a", Qos::at_most_once);
  subscribe(world, "a", Qos::at_least_once);
  answer(world, granted_0);
  answer(world, refused);
  world.reconnect(true);
  CHECK(world.broker.expect<Subscribe>().requests[0].qos == Qos::at_least_once);
}

TEST_CASE("1500 subscribe() calls in a row all succeed: the limit of unanswered requests makes them wait") {
  World world;
  Answers answers(world);
  world.connect();
  std::vector<Subscription> all;
  for (int i = 0; i < 1500; ++i) {
    const auto made = world.mqtt.subscribe("f/" + std::to_string(i), Qos::at_least_once);
    REQUIRE(made);
    all.push_back(*made);
  }
  world.loop.run_turns();
  CHECK(world.mqtt.counts().requests == 1024);
  const std::vector<std::uint8_t> codes(8, 1);
  while (!world.broker.quiet()) {
    const auto packet = world.broker.expect<Subscribe>();
    world.broker.reply(Suback{packet.packet_id, Bytes(codes).first(packet.requests.size())});
  }
  for (const Subscription made : all) REQUIRE(answers[made] == Texts{"granted 1"});
}

TEST_CASE("subscribe() with every packet id in use is sent when one comes free [MQTT-2.3.1-2]") {
  MqttOptions options = client_options(false);
  options.client.in_flight_window = 65'535;
  options.client.output_bytes = 100 * 1024 * 1024;
  World world(std::move(options));
  Answers answers(world);
  world.connect();
  for (int i = 0; i < 65'535; ++i) REQUIRE(world.mqtt.publish("a", "", {.qos = Qos::at_least_once}));
  const Subscription made = subscribe(world, "b", Qos::at_most_once);
  const PacketId first = world.broker.expect<Publish>().packet_id;
  for (int i = 1; i < 65'535; ++i) world.broker.expect<Publish>();
  CHECK(world.broker.quiet());
  world.broker.reply(Puback{first});
  world.loop.run_turns();
  answer(world, granted_0);
  CHECK(answers[made] == Texts{"granted 0"});
}

// ---- the end ----

TEST_CASE("unsubscribe() is answered when UNSUBACK comes, and at once when the broker need not be told") {
  World world;
  Answers answers(world);
  const Subscription never_asked = subscribe(world, "never", Qos::at_most_once);
  world.mqtt.unsubscribe(never_asked);
  CHECK(answers[never_asked].empty());  // not from inside the call
  world.loop.run_turns();
  CHECK(answers[never_asked] == Texts{"the subscription was ended before it was asked for", "ended"});
  world.connect();
  const Subscription one = subscribe(world, "a", Qos::at_most_once);
  const Subscription two = subscribe(world, "a", Qos::at_most_once);
  answer(world, granted_0);
  world.mqtt.unsubscribe(one);
  world.loop.run_turns();
  CHECK(answers[one] == Texts{"granted 0", "ended"});
  CHECK(world.broker.quiet());
  world.mqtt.unsubscribe(two);
  world.loop.run_turns();
  CHECK(answers[two] == Texts{"granted 0"});
  world.broker.reply(Unsuback{world.broker.expect<Unsubscribe>().packet_id});
  CHECK(answers[two] == Texts{"granted 0", "ended"});
}

TEST_CASE("removing one subscription never ends another one's: handlers and SUBSCRIBE of the same filter") {
  World world;
  int heard = 0;
  world.connect();
  const Subscription plain = subscribe(world, "a", Qos::at_least_once);
  const auto handled = world.mqtt.subscribe("a", Qos::at_least_once, [&](const Message&) { ++heard; });
  world.loop.run_turns();
  answer(world, granted_1);
  world.mqtt.unsubscribe(*handled);
  world.mqtt.unsubscribe(*handled);
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  world.broker.reply(publish_of("a", "x"));
  CHECK(heard == 0);
  world.mqtt.unsubscribe(plain);
  world.loop.run_turns();
  world.broker.expect<Unsubscribe>();
}

TEST_CASE("unsubscribe_filter() tells the broker of what an earlier run left in its session [MQTT-3.10.4-4]") {
  World world(client_options(false));
  Answers answers(world);
  const auto old = world.mqtt.unsubscribe_filter("old");
  REQUIRE(old);
  world.connect(true);
  const auto packet = world.broker.expect<Unsubscribe>();
  CHECK(packet.filters.at(0) == "old");
  world.broker.reply(Unsuback{packet.packet_id});
  CHECK(answers[*old] == Texts{"ended"});
  subscribe(world, "mine", Qos::at_most_once);
  answer(world, granted_0);
  const auto mine = world.mqtt.unsubscribe_filter("mine");
  world.loop.run_turns();
  CHECK(world.broker.quiet());
  CHECK(answers[*mine] == Texts{"ended"});
}

TEST_CASE("when the client stops, calls without an answer learn so; the next connect() asks again") {
  World world(client_options(false));
  Answers answers(world);
  world.connect();
  const Subscription kept = subscribe(world, "kept", Qos::at_most_once);
  answer(world, granted_0);
  const Subscription waiting = subscribe(world, "waiting", Qos::at_most_once);
  world.mqtt.unsubscribe(kept);
  world.loop.run_turns();
  world.mqtt.abort();
  world.loop.run_turns();
  CHECK(answers[waiting] == Texts{not_connected});
  CHECK(answers[kept] == Texts{"granted 0", not_connected});
  world.connect(true);
  CHECK(world.broker.expect<Unsubscribe>().filters.at(0) == "kept");
  answer(world, granted_0);
  CHECK(answers[waiting] == Texts{not_connected, "granted 0"});
  CHECK(answers[kept].size() == 2);
}

// ---- dispatch ----

TEST_CASE("shared subscriptions: the handler of $share/group/filter and $queue/filter gets what the filter matches") {
  World world;
  std::vector<std::string> heard;
  const auto listen = [&](std::string filter) {
    REQUIRE(world.mqtt.subscribe(filter, Qos::at_most_once, [&heard, filter](const Message& message) {
      heard.push_back(filter + " <- " + std::string(message.topic));
    }));
  };
  listen("$share/workers/jobs/+");
  listen("$queue/queued/#");
  listen("$share/no_filter");
  listen("$SYS/#");
  world.connect();
  const auto packet = world.broker.expect<Subscribe>();
  CHECK(packet.requests[0].filter == "$share/workers/jobs/+");  // asked for as they were given, in that order
  CHECK(packet.requests[2].filter == "$share/no_filter");
  CHECK(packet.requests[3].filter == "$SYS/#");
  for (const char* topic : {"jobs/1", "jobs", "queued", "queued/a/b", "$SYS/x", "$share/no_filter"})
    world.broker.reply(publish_of(topic, "x"));
  CHECK(heard == Texts{"$share/workers/jobs/+ <- jobs/1", "$queue/queued/# <- queued", "$queue/queued/# <- queued/a/b",
                       "$SYS/# <- $SYS/x", "$share/no_filter <- $share/no_filter"});
  world.mqtt.on_unhandled = [&](const Message& message) { heard.assign(1, "unhandled " + std::string(message.topic)); };
  world.broker.reply(publish_of("other", "x"));
  CHECK(heard == Texts{"unhandled other"});
}

TEST_CASE("on_message gets each message exactly once, before the handlers, whatever matches") {
  World world;
  Texts order;
  world.mqtt.on_message = [&](const Message& message) { order.push_back("message " + std::string(message.topic)); };
  world.mqtt.on_unhandled = [&](const Message&) { order.push_back("unhandled"); };
  for (const char* filter : {"a", "+", "plain"})
    REQUIRE(world.mqtt.subscribe(filter, Qos::at_most_once, [&](const Message&) { order.push_back("handler"); }));
  subscribe(world, "without/handler", Qos::at_most_once);
  world.connect();
  for (const char* topic : {"a", "without/handler", "nobody/listens"}) world.broker.reply(publish_of(topic, "x"));
  CHECK(order == Texts{"message a", "handler", "handler", "message without/handler", "message nobody/listens"});
}
