// The example programs, run as the programs that they are, in both versions.
#include <doctest/doctest.h>

#include "broker.hpp"
#include "peer.hpp"

using namespace wasmqtt;

namespace {

struct Fixture {
  test::World world;
  test::TemporaryDirectory directory;
  test::Broker broker;
  test::Peer peer{world, test::options_for(broker.url(), "peer")};

  // The program with its arguments, --mqtt5 the first of them if that is to be spoken; and that the broker saw it.
  std::vector<std::string> command(const std::string& program, bool v5, const std::vector<std::string>& arguments) {
    std::vector<std::string> all{program};
    if (v5) all.emplace_back("--mqtt5");
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  bool was_seen(const std::string& client_id, bool v5) const {
    return test::read_file(broker.log()).find("as " + client_id + (v5 ? " (p5," : " (p2,")) != std::string::npos;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "example ask: one asks, one answers; who asks in 3.1.1 may be answered in 5") {
  struct Pair {
    bool asks_in_5;
    bool answers_in_5;
    std::string topic;
  };
  for (const Pair& pair : {Pair{false, false, "old"}, Pair{false, true, "mixed"}, Pair{true, true, "new"}}) {
    CAPTURE(pair.topic);
    const std::string heard = directory / ("heard-" + pair.topic);
    const std::string told = directory / ("told-" + pair.topic);
    test::Process answers(command(WASMQTT_ASK, pair.answers_in_5, {"--answer", broker.url(), pair.topic, "forty-two"}), heard);
    REQUIRE(test::await([&] { return test::read_file(broker.log()).find(pair.topic + "/request/+/+") != std::string::npos; }));
    test::Process asks(command(WASMQTT_ASK, pair.asks_in_5, {broker.url(), pair.topic, "how many?"}), told);
    const int asked = asks.wait();
    if (asked != 0) answers.signal(SIGTERM);
    CHECK(asked == 0);
    CHECK(answers.wait() == 0);
    CHECK(test::read_file(told) == "forty-two\n");
    CHECK(test::read_file(heard) == "how many?\n");
  }
}

TEST_CASE_FIXTURE(Fixture, "example ask: nobody answers") {
  test::Process asks(command(WASMQTT_ASK, true, {broker.url(), "question", "anybody?"}), directory / "asks");
  CHECK(asks.wait() == 1);
  CHECK(test::read_file(directory / "asks") == std::string(local_error(Errc::not_delivered).message()) + "\n");
  test::Process usage({WASMQTT_ASK}, directory / "usage");
  CHECK(usage.wait() == 2);
}

TEST_CASE_FIXTURE(Fixture, "example news_wire, progress_worker and auctioneer speak 3.1.1, and MQTT 5 with --mqtt5") {
  REQUIRE(peer.connect());
  REQUIRE(peer.subscribe("#", Qos::at_least_once));
  std::size_t messages = 0;
  for (const bool v5 : {false, true}) {
    CAPTURE(v5);
    const std::string flag = v5 ? " --mqtt5 " : " ";
    test::run_program({"sh", "-c", "printf 'news/sport Rain in Spa\\n' | " WASMQTT_NEWS_WIRE + flag + broker.url()});
    REQUIRE(peer.await_messages(messages + 1));
    CHECK(peer.received.back().topic == "news/sport");
    CHECK(was_seen("news-wire", v5));
    const std::string task = v5 ? "five" : "three";
    test::run_program(command(WASMQTT_PROGRESS_WORKER, v5, {broker.url(), task, "0"}));
    const auto is_done = [&] { return peer.received.back().topic == "progress/" + task && peer.received.back().payload == "100"; };
    REQUIRE(world.run_until(is_done));
    CHECK(was_seen("progress-worker-" + task, v5));
    test::Process auctioneer(command(WASMQTT_AUCTIONEER, v5, {broker.url(), task, "7"}), directory / task);
    REQUIRE(world.run_until([&] { return peer.received.back().topic == "auctions/" + task; }));
    CHECK(was_seen("auctioneer", v5));
    messages = peer.received.size();
  }
}

TEST_CASE_FIXTURE(Fixture, "example shadow: a wish waits for the lamp that is away, and a stale one is rejected with the current version") {
  REQUIRE(peer.connect());
  REQUIRE(peer.subscribe("shadow/#", Qos::at_least_once));
  const auto await_document = [&](const std::string& text) {
    return world.run_until([&] {
      return std::any_of(peer.received.begin(), peer.received.end(),
                         [&](const auto& message) { return message.topic == "shadow/lamp/document" && message.payload == text; });
    });
  };
  const auto desire = [&](const std::string& text) { REQUIRE(peer.mqtt.publish("shadow/lamp/desire", text, {.qos = Qos::exactly_once})); };
  auto keeper = std::make_unique<test::Process>(command(WASMQTT_SHADOW_KEEPER, false, {broker.url()}), directory / "keeper");
  {
    const test::Process lamp(command(WASMQTT_LAMP, true, {broker.url()}), directory / "lamp");
    REQUIRE(await_document("0 white white"));
    desire("0 me red");
    REQUIRE(await_document("1 red red"));
  }
  desire("1 me green");
  REQUIRE(await_document("2 green red"));
  // What is kept outlives its keeper.
  keeper = std::make_unique<test::Process>(command(WASMQTT_SHADOW_KEEPER, true, {broker.url()}), directory / "keeper");
  REQUIRE(test::await([&] {
    const std::string log = test::read_file(broker.log());
    const auto first = log.find("shadow-keeper 2 shadow/lamp/desire");
    return first != std::string::npos && log.find("shadow-keeper 2 shadow/lamp/desire", first + 1) != std::string::npos;
  }));
  desire("1 me blue");
  REQUIRE(world.run_until([&] { return peer.received.back().topic == "shadow/lamp/rejected/me"; }));
  CHECK(peer.received.back().payload == "2 green");
  const test::Process lamp(command(WASMQTT_LAMP, false, {broker.url(), "0.2", "0.2"}), directory / "lamp");
  REQUIRE(await_document("2 green green"));
  desire("2 me blue");  // whether it is here or away just now
  REQUIRE(await_document("3 blue blue"));
}
