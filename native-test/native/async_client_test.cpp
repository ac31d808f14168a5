// Coroutines that await a client, against a broker that the test plays, on a virtual clock; and with Boost.Asio and Mosquitto.
#include "wasmqtt/native/async_client.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "alive.hpp"
#include "broker.hpp"
#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

using namespace wasmqtt;
using wasmqtt::test::Alive;
using namespace std::chrono_literals;

namespace {

constexpr auto v5 = ProtocolVersion::mqtt_5;
constexpr PublishOptions qos1{.qos = Qos::at_least_once};

struct Fixture {
  explicit Fixture(MqttOptions with = options()) : client(std::make_unique<MqttClient>(loop, broker, std::move(with))) {
    broker.version = v5;
    mqtt = std::make_unique<AsyncClient>(*client, timers);
  }
  static MqttOptions options() {
    MqttOptions options;
    options.urls = {"mqtt://broker"};
    options.client.client_id = "alice";
    options.client.protocol = Protocol::mqtt_5;
    return options;
  }
  void run() {
    for (int i = 0; i < 4; ++i) {
      loop.run_turns();
      timers.run_turns();
    }
  }
  void pass(Duration duration) {
    for (constexpr Duration step = 50ms; duration > Duration{}; duration -= step) {
      timers.advance(step);
      loop.advance(step);
    }
    run();
  }
  void accept() {
    broker.accept();
    broker.expect<Connect>();
    broker.reply(Connack{});
    run();
  }
  void connect() {
    client->connect();
    accept();
  }

  wasmqtt::test::VirtualLoop loop;
  wasmqtt::test::VirtualLoop timers;
  wasmqtt::test::ScriptedTransport broker;
  std::unique_ptr<MqttClient> client;
  std::unique_ptr<AsyncClient> mqtt;
  std::string log;
};

Task<> connect_then(Fixture& world, Duration timeout) {
  const Error error = co_await world.mqtt->connect(timeout);
  world.log += error ? std::string(error.message()) : "connected";
}

Task<> publish_one(Fixture& world, Duration timeout) {
  const auto published = co_await world.mqtt->publish("a", "x", qos1, timeout);
  world.log += published ? std::string(describe(*published)) : std::string(published.error().message());
}

Task<> subscribe_one(Fixture& world, Duration timeout) {
  const auto granted = co_await world.mqtt->subscribe(
      "a/#", Qos::exactly_once, [&world](const Message& message) { world.log += " " + std::string(message.topic); }, timeout);
  world.log += granted ? "granted " + std::to_string(static_cast<int>(granted->qos)) : std::string(granted.error().message());
}

const std::string timed_out(local_error(Errc::timed_out).message());
const std::string not_delivered(local_error(Errc::not_delivered).message());

}  // namespace

TEST_CASE("await connect: until CONNACK; a time-out ends the waiting and not the trying; a stop is told") {
  Fixture world;
  Task<> task = connect_then(world, 5s);
  task.start();
  CHECK_FALSE(task.done());
  world.accept();
  CHECK(world.log == "connected");
  CHECK(task.done());
  Task<> again = connect_then(world, 5s);
  again.start();
  CHECK(world.log == "connectedconnected");

  Fixture slow;
  Task<> waits = connect_then(slow, 1s);
  waits.start();
  slow.pass(1100ms);
  CHECK(slow.log == timed_out);
  slow.accept();
  CHECK(slow.client->connected());

  Fixture stopped;
  Task<> stops = connect_then(stopped, 5s);
  stops.start();
  stopped.client->disconnect();
  stopped.pass(100ms);
  CHECK(stopped.log == std::string(local_error(Errc::not_connected).message()));

  Task<> never = connect_then(stopped, 5s);
  stopped.client->on_event = [&](const MqttEvent& event) {
    if (std::holds_alternative<StateChanged>(event)) stopped.client->disconnect();
  };
  never.start();
  CHECK(never.done());

  MqttOptions invalid = Fixture::options();
  invalid.client.keep_alive = -1s;
  Fixture wrong(std::move(invalid));
  Task<> fails = connect_then(wrong, 5s);
  fails.start();
  wrong.broker.accept();
  wrong.run();
  CHECK(wrong.log == std::string(local_error(Errc::keep_alive_too_long).message()));
}

TEST_CASE("await publish: until PUBACK, with its reason; refused, dropped and late are errors") {
  for (const ReasonCode code : {ReasonCode::success, ReasonCode::no_matching_subscribers, ReasonCode::not_authorized}) {
    Fixture world;
    world.connect();
    Task<> task = publish_one(world, 5s);
    task.start();
    world.run();
    const PacketId packet_id = world.broker.expect<Publish>().packet_id;
    CHECK(world.log.empty());
    world.broker.reply(Puback{packet_id, code});
    CHECK(world.log.empty());  // not inside of the client's call
    world.run();
    CHECK(world.log == (is_failure(code) ? not_delivered : std::string(describe(code))));
  }
  Fixture offline;
  Task<> late = publish_one(offline, 1s);
  late.start();
  CHECK(offline.client->counts().queued == 1);
  offline.pass(1100ms);
  CHECK(offline.log == timed_out);
  CHECK(offline.client->counts().queued == 0);  // taken back
  MqttOptions options = Fixture::options();
  options.client.queue_messages = 0;
  Fixture full(std::move(options));
  Task<> refused = publish_one(full, 1s);
  refused.start();
  CHECK(refused.done());
  CHECK(full.log == std::string(local_error(Errc::queue_full).message()));
}

namespace {
Task<> publish_qos0(Fixture& world) {
  const auto published = co_await world.mqtt->publish("a", "x");
  world.log += published ? "sent" : std::string(published.error().message());
}
Task<> publish_many(Fixture& world) {
  auto first = world.mqtt->publish("a", "1", qos1);
  auto second = world.mqtt->publish("a", "2", qos1);
  auto third = world.mqtt->publish("a", "3", qos1);
  world.log += (co_await third) ? "3" : "-";
  world.log += (co_await first) ? "1" : "-";
  world.log += (co_await second) ? "2" : "-";
}
}  // namespace

TEST_CASE("await publish: QoS 0 is over when it is sent; several may be under way and be awaited in any order") {
  Fixture world;
  Task<> offline = publish_qos0(world);
  offline.start();
  CHECK(world.log == std::string(local_error(Errc::not_connected).message()));
  world.log.clear();
  world.connect();
  Task<> sent = publish_qos0(world);
  sent.start();
  CHECK(world.log == "sent");
  world.run();
  world.broker.expect<Publish>();
  world.log.clear();
  Task<> many = publish_many(world);
  many.start();
  world.run();
  for (PacketId id = 1; id <= 3; ++id) {
    world.broker.expect<Publish>();
    world.broker.reply(Puback{id});
    world.run();
  }
  CHECK(world.log == "312");
}

TEST_CASE("await publish: 20,000 under way cost no more each than one") {
  constexpr std::size_t count = 20'000;
  MqttOptions options = Fixture::options();
  options.client.queue_messages = count;
  Fixture world(std::move(options));
  world.connect();
  std::size_t acknowledged = 0;
  const auto one = [](Fixture& in, std::size_t& sum) -> Task<> { sum += (co_await in.mqtt->publish("a", "x", qos1)) ? 1 : 0; };
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < count; ++i) tasks.emplace_back(one(world, acknowledged)).start();
  world.run();
  for (std::size_t i = 0; i < count; ++i) {
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
    if (i % 1000 == 0) world.run();
  }
  world.run();
  CHECK(acknowledged == count);
}

TEST_CASE("await subscribe: until SUBACK; after a refusal or a time-out nothing is subscribed") {
  Fixture world;
  world.connect();
  Task<> task = subscribe_one(world, 5s);
  task.start();
  world.run();
  world.broker.reply(Suback{world.broker.expect<Subscribe>().packet_id, std::vector<std::uint8_t>{1}});
  world.run();
  CHECK(world.log == "granted 1");
  world.broker.reply(Publish{"a/b", {}, 0, Qos::at_most_once, false, false});
  CHECK(world.log == "granted 1 a/b");

  for (const bool refused : {true, false}) {
    Fixture other;
    other.connect();
    Task<> fails = subscribe_one(other, 1s);
    fails.start();
    other.run();
    const PacketId packet_id = other.broker.expect<Subscribe>().packet_id;
    if (refused) other.broker.reply(Suback{packet_id, std::vector<std::uint8_t>{0x87}});
    other.pass(1100ms);
    CHECK(other.log == (refused ? not_delivered : timed_out));
    other.broker.reply(Publish{"a/b", {}, 0, Qos::at_most_once, false, false});
    CHECK(other.log == (refused ? not_delivered : timed_out));
    other.broker.cut();
    other.loop.advance(*other.client->retry_at() - other.loop.now());
    other.accept();
    CHECK(other.broker.quiet());
  }
}

namespace {
Task<> ask(Fixture& world, RequestResponse& requests) {
  const auto answer = co_await world.mqtt->request(requests, "lamp", "on?", 2s);
  world.log += answer ? std::string(as_text(answer->payload)) : std::string(answer.error().message());
}
}  // namespace

TEST_CASE("await request: until the answer, a time-out or the end of the task") {
  for (const char* what : {"answer", "nothing", "destroy"}) {
    Fixture world;
    wasmqtt::test::VirtualLoop own;
    RequestResponse requests(*world.client, own);
    world.connect();
    {
      Task<> task = ask(world, requests);
      task.start();
      world.run();
      world.broker.expect<Subscribe>();
      const Publish request = world.broker.expect<Publish>();
      CHECK(requests.counts().open == 1);
      if (what == std::string("answer")) {
        PropertyList properties;
        REQUIRE_FALSE(static_cast<bool>(properties.add(PropertyId::correlation_data, as_bytes(request.properties.text(PropertyId::correlation_data)))));
        const std::string topic(request.properties.text(PropertyId::response_topic));
        world.broker.reply(Publish{topic, as_bytes("yes"), 0, Qos::at_most_once, false, false, properties});
        world.run();
        CHECK(world.log == "yes");
      } else if (what == std::string("nothing")) {
        own.advance(2100ms);
        world.run();
        CHECK(world.log == timed_out);
      }
    }
    CHECK(requests.counts().open == 0);
  }
}

TEST_CASE("await: a task that is destroyed while it waits is never continued, and its timer does not keep the loop") {
  Fixture world;
  world.connect();
  int alive = 0;
  const auto waiting = [](Fixture& in, int& count) -> Task<> {
    const Alive here(count);
    (void)co_await in.mqtt->publish("a", "x", qos1, 5s);
    in.log += "never";
  };
  {
    Task<> task = waiting(world, alive);
    task.start();
    CHECK(alive == 1);
    CHECK(world.timers.timer());
  }
  CHECK(alive == 0);
  CHECK_FALSE(world.timers.timer());
  world.run();
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.pass(10s);
  {
    Task<> task = waiting(world, alive);  // the answer is there, its turn has not come
    task.start();
    world.loop.run_turns();
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  }
  world.run();
  CHECK(world.log.empty());
  CHECK(alive == 0);
}

namespace {
Task<> ends_everything(Fixture& world) {
  (void)co_await world.mqtt->publish("a", "x", qos1);
  world.mqtt.reset();
  world.client.reset();
  world.log += "ended";
}
Task<> waits_for_ever(Fixture& world, int& alive) {
  const Alive here(alive);
  (void)co_await world.mqtt->sleep(1h);
  world.log += "never";
}
}  // namespace

TEST_CASE("await: a coroutine may destroy the client that it awaited; others stay where they wait") {
  Fixture world;
  world.connect();
  int alive = 0;
  Task<> other = waits_for_ever(world, alive);
  other.start();
  Task<> task = ends_everything(world);
  task.start();
  world.loop.run_turns();
  world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
  world.run();
  CHECK(world.log == "ended");
  CHECK(task.done());
  CHECK(alive == 1);
  world.timers.advance(2h);
  other = {};
  CHECK(alive == 0);
}

TEST_CASE("await sleep: in the order of their times") {
  Fixture world;
  const auto sleeper = [](Fixture& in, Duration duration, const char* word) -> Task<> {
    co_await in.mqtt->sleep(duration);
    in.log += word;
  };
  Task<> late = sleeper(world, 300ms, "late");
  Task<> early = sleeper(world, 100ms, "early ");
  late.start();
  early.start();
  world.pass(1s);
  CHECK(world.log == "early late");
}

// ---- the whole, in a Boost.Asio program ----

namespace {

Task<std::string> talk(AsyncClient& mqtt, RequestResponse& requests) {
  if (Error error = co_await mqtt.connect(10s)) co_return std::string(error.message());
  const auto responding = requests.respond("double", [](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
    const std::string text(as_text(request.message.payload));
    (void)reply(text + text);
  });
  if (!responding) co_return std::string(responding.error().message());
  std::string heard;
  const auto granted =
      co_await mqtt.subscribe("greetings/#", Qos::at_least_once, [&](const Message& m) { heard = as_text(m.payload); }, 5s);
  if (!granted) co_return std::string(granted.error().message());
  const auto published = co_await mqtt.publish("greetings/world", "hello", qos1, 5s);
  if (!published) co_return std::string(published.error().message());
  for (int i = 0; heard.empty() && i < 100; ++i) co_await mqtt.sleep(20ms);
  const auto answer = co_await mqtt.request(requests, "double", "ab", 5s);
  if (!answer) co_return std::string(answer.error().message());
  co_return heard + " " + std::string(as_text(answer->payload));
}

Task<> finish(AsyncClient& mqtt, RequestResponse& requests, std::string& result) {
  result = co_await talk(mqtt, requests);
  mqtt.client().disconnect();
}

}  // namespace

TEST_CASE("await in a Boost.Asio program, with Mosquitto, in both versions: connect, subscribe, publish, request; then run() ends") {
  ::test::Broker broker;
  for (const Protocol protocol : {Protocol::mqtt_3_1_1, Protocol::mqtt_5}) {
    boost::asio::io_context context;
    boost::asio::steady_timer other(context, 1ms);  // the program has other things to do
    bool other_ran = false;
    other.async_wait([&](boost::system::error_code) { other_ran = true; });
    AsioLoop loop(context), timers(context), request_timers(context);
    NetworkTransport transport(context);
    MqttClient client(loop, transport, {.urls = {broker.url()}, .client = {.client_id = "await", .protocol = protocol}, .driver = {}});
    AsyncClient mqtt(client, timers);
    RequestResponse requests(client, request_timers);
    std::string result;
    Task<> task = finish(mqtt, requests, result);
    task.start();
    context.run();
    CHECK(result == "hello abab");
    CHECK(task.done());
    CHECK(other_ran);
  }
}
