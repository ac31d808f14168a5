// Coroutines and the turns of their event loop.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "support/scripted_transport.hpp"
#include "support/virtual_loop.hpp"
#include "wasmqtt/native/async_client.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;

namespace {

// An event loop that the test turns by hand.
struct HandTurned final : EventLoop {
  Time now() const override { return Time{1s}; }
  void attach(std::function<void()>, std::function<void()> on_turn) override { turn = std::move(on_turn); }
  void set_timer(std::optional<Time>) override {}
  void request_turn() override { asked = true; }
  std::uint64_t random() override { return 1; }

  std::function<void()> turn;
  bool asked = false;
};

// Waits for its message, and takes back the next one that waits, which ends another's waiting at once.
Task<> take_back_next(AsyncClient& mqtt, wasmqtt::test::VirtualLoop& loop, int& steps) {
  (void)co_await mqtt.publish("a", "x", {.qos = Qos::at_least_once}, 1h);
  ++steps;
  const auto waiting = mqtt.client().unfinished();
  if (!waiting.empty()) (void)mqtt.client().cancel(waiting.front());
  loop.run_turns();
}

}  // namespace

TEST_CASE("await: what is over because of a coroutine that continues has the next turn, so that the loop has time for others") {
  wasmqtt::test::VirtualLoop loop;
  wasmqtt::test::ScriptedTransport broker;
  MqttClient client(loop, broker, {.urls = {"mqtt://broker"}, .client = {.client_id = "c", .clean_session = false}});
  HandTurned turns;
  AsyncClient mqtt(client, turns);
  int steps = 0;
  std::vector<Task<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(take_back_next(mqtt, loop, steps));
    tasks.back().start();
  }
  CHECK_FALSE(static_cast<bool>(client.cancel(client.unfinished().front())));
  loop.run_turns();
  CHECK(steps == 0);
  for (int turn = 1; turn <= 4; ++turn) {
    CHECK(std::exchange(turns.asked, false));
    turns.turn();
    CHECK(steps == turn);
  }
  CHECK_FALSE(turns.asked);
}

TEST_CASE("await: when a coroutine destroys what it awaited, others that were over in the same turn are not continued") {
  wasmqtt::test::VirtualLoop loop;
  wasmqtt::test::ScriptedTransport broker;
  MqttClient client(loop, broker, {.urls = {"mqtt://broker"}, .client = {.client_id = "c", .clean_session = false}});
  HandTurned turns;
  auto mqtt = std::make_unique<AsyncClient>(client, turns);
  int steps = 0;
  const auto destroy = [](std::unique_ptr<AsyncClient>& one, int& counted) -> Task<> {
    (void)co_await one->publish("a", "x", {.qos = Qos::at_least_once}, 1h);
    ++counted;
    one.reset();
  };
  Task<> first = destroy(mqtt, steps);
  Task<> second = destroy(mqtt, steps);
  first.start();
  second.start();
  for (const Delivery delivery : client.unfinished()) CHECK_FALSE(static_cast<bool>(client.cancel(delivery)));
  loop.run_turns();
  const auto turn = std::exchange(turns.turn, {});  // the client takes its own away
  turn();
  CHECK(steps == 1);
  CHECK(first.done());
  CHECK_FALSE(second.done());
}
