// The driver and its store: load first, write ahead, and what happens when it fails.
#include "wasmqtt/session_store.hpp"

#include "world.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using namespace std::chrono_literals;

TEST_CASE("MemoryStore: a new client goes on with the session; another id gets none [MQTT-3.1.3-2]") {
  MemoryStore store;
  {
    World world(client_options(false), &store);
    world.connect();
    world.publish("a", "x", Qos::at_least_once);
    world.broker.expect<Publish>();
  }
  {
    World world(client_options(false), &store);
    world.connect(true);
    CHECK(world.broker.expect<Publish>().dup);
    CHECK(world.mqtt.durable());
  }
  MqttOptions other = client_options(false);
  other.client.client_id = "bob";
  World world(std::move(other), &store);
  world.connect();
  CHECK(world.broker.quiet());
}

TEST_CASE("MemoryStore: stays small over 100,000 messages") {
  MemoryStore store;
  World world(client_options(false), &store);
  world.connect();
  std::size_t largest = 0;
  for (int i = 0; i < 20'000; ++i) {
    world.publish("a", "0123456789", Qos::at_least_once);
    world.broker.reply(Puback{world.broker.expect<Publish>().packet_id});
    largest = std::max(largest, store.records().size());
  }
  CHECK(largest < 256 * 1024);
}

namespace {

// Answers when the test says so, and as it says.
struct LateStore final : SessionStore {
  void load(const std::string&, Loaded loaded) override { loads.push_back(std::move(loaded)); }
  void append(Bytes records, Written written) override {
    bytes.insert(bytes.end(), records.begin(), records.end());
    writes.push_back(std::move(written));
  }
  void answer(bool ok = true) {
    auto all = std::move(writes);
    writes.clear();
    for (const Written& written : all) written(ok, ok ? "" : "the disk is full");
  }
  std::vector<Loaded> loads;
  std::vector<Written> writes;
  std::vector<std::uint8_t> bytes;
};

}  // namespace

TEST_CASE("a slow store: loading first, then connecting; PUBLISH leaves when the store has its record") {
  LateStore store;
  World world(client_options(false), &store);
  CHECK_FALSE(world.mqtt.durable());  // it has not been loaded
  world.mqtt.connect();
  CHECK(world.mqtt.state() == ConnectionState::loading);
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  REQUIRE(store.loads.size() == 1);
  store.loads[0](true, {}, {});
  CHECK(world.mqtt.state() == ConnectionState::connecting);
  store.loads[0](true, {}, {});  // a second answer is ignored
  world.accept();
  world.publish("a", "x", Qos::at_least_once);
  CHECK(world.broker.quiet());
  CHECK(store.writes.size() == 1);
  store.answer();
  world.broker.expect<Publish>();
}

TEST_CASE("disconnect() while loading stops; connect() afterwards takes what was loaded") {
  LateStore store;
  World world(client_options(false), &store);
  world.mqtt.connect();
  world.mqtt.disconnect();
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  store.loads[0](true, {}, {});
  CHECK(world.broker.opened() == 0);
  world.mqtt.connect();
  CHECK(world.broker.opened() == 1);
}

TEST_CASE("a store that can't be read or written: told once, and the session goes on in memory") {
  LateStore store;
  World world(client_options(false), &store);
  std::vector<std::string> problems;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (const auto* failed = std::get_if<StoreProblem>(&event)) problems.emplace_back(failed->problem);
  };
  world.mqtt.connect();
  SUBCASE("it can't be read") { store.loads[0](false, {}, "denied"); }
  SUBCASE("it is damaged") { store.loads[0](true, from_hex("ff"), {}); }
  SUBCASE("it can't be written") {
    store.loads[0](true, {}, {});
    world.accept();
    world.publish("a", "lost?", Qos::at_least_once);
    store.answer(false);
    CHECK(as_text(world.broker.expect<Publish>().payload) == "lost?");
    world.broker.cut();
    world.wait();
  }
  world.accept(true);
  CHECK(problems.size() == 1);
  CHECK_FALSE(world.mqtt.durable());
  world.publish("a", "x", Qos::at_least_once);
  world.broker.expect<Publish>();
}

TEST_CASE("the store's answers after the client's end are ignored") {
  LateStore store;
  {
    World world(client_options(false), &store);
    world.mqtt.connect();
  }
  store.loads[0](true, {}, {});
  LateStore writing;
  {
    World world(client_options(false), &writing);
    world.mqtt.connect();
    writing.loads[0](true, {}, {});
    world.publish("a", "x", Qos::at_least_once);
  }
  writing.answer();
}

namespace {

MqttOptions stopping() {
  MqttOptions options = client_options(false);
  options.driver.store_failure = StoreFailure::stop;
  return options;
}

}  // namespace

TEST_CASE("StoreFailure::stop: nothing leaves that the store did not take, and the client stops and says why [MQTT-4.8.0-2]") {
  LateStore store;
  World world(stopping(), &store);
  std::vector<std::string> problems;
  world.mqtt.on_event = [&](const MqttEvent& event) {
    if (const auto* failed = std::get_if<StoreProblem>(&event)) problems.emplace_back(failed->problem);
  };
  REQUIRE(world.mqtt.subscribe("in", Qos::at_least_once, [](const Message&) {}));
  world.mqtt.connect();
  store.loads[0](true, {}, {});
  world.accept();
  world.broker.expect<Subscribe>();
  world.publish("a", "kept?", Qos::at_least_once);
  world.broker.reply(publish_of("in", "x", Qos::at_least_once, 1));
  store.answer(false);
  CHECK(world.broker.quiet());  // no PUBLISH, no PUBACK, no DISCONNECT
  CHECK(world.broker.closed_by_client() == 1);
  CHECK(problems == std::vector<std::string>{"the disk is full"});
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::store_failed);
  CHECK(describe(world.mqtt.stop_reason()) == "the session could not be stored");
  CHECK_FALSE(world.mqtt.durable());
  world.mqtt.connect();
  world.loop.advance(1h);
  CHECK(world.broker.opened() == 1);
  CHECK(world.mqtt.stop_reason() == StopReason::store_failed);
  CHECK(problems.size() == 1);
}

TEST_CASE("StoreFailure::stop: a session that can't be read, or is damaged, is not replaced by an empty one") {
  LateStore store;
  World world(stopping(), &store);
  world.mqtt.connect();
  SUBCASE("it can't be read") { store.loads[0](false, {}, "denied"); }
  SUBCASE("it is damaged") { store.loads[0](true, from_hex("ff"), {}); }
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::store_failed);
  CHECK(world.broker.opened() == 0);
  CHECK(store.writes.empty());
}

TEST_CASE("StoreFailure::stop: a failure that is told between two attempts ends the waiting") {
  LateStore store;
  World world(stopping(), &store);
  world.mqtt.connect();
  store.loads[0](true, {}, {});
  world.accept();
  world.publish("a", "x", Qos::at_least_once);
  world.broker.cut();
  CHECK(world.mqtt.state() == ConnectionState::waiting);
  store.answer(false);
  CHECK(world.mqtt.state() == ConnectionState::stopped);
  CHECK(world.mqtt.stop_reason() == StopReason::store_failed);
  world.loop.advance(1h);
  CHECK(world.broker.opened() == 1);
}
