#include <doctest/doctest.h>

#include "broker.hpp"
#include "chat/topics.hpp"
#include "peer.hpp"

using namespace wasmqtt;
using test::options_for;
using test::Peer;

namespace {

struct Fixture {
  test::World world;
  test::TemporaryDirectory directory;
  test::Broker broker;
  Peer bob{world, options_for(broker.url(), "bob")};

  Fixture() {
    REQUIRE(bob.connect());
    REQUIRE(bob.subscribe("chat/#", Qos::at_least_once));
  }
  // What came on a topic; its text only.
  std::vector<std::string> on(const std::string& topic) const {
    std::vector<std::string> payloads;
    for (const auto& message : bob.received)
      if (message.topic == topic) payloads.push_back(message.payload);
    return payloads;
  }
  bool await_on(const std::string& topic, std::size_t count) {
    return world.run_until([&] { return on(topic).size() >= count; });
  }
  // `receiver` with the rest of the topic, when there is no `sender`.
  void say(const std::string& receiver, const std::string& content, const std::string& id,
           const std::string& sender = "bob") {
    REQUIRE(bob.mqtt.publish("chat/messages/" + receiver + (sender.empty() ? "" : '/' + sender),
                             R"({"messageId":")" + id + R"(","content":")" + content +
                                 R"(","timestamp":"2024-05-01T12:00:00+02:00"})",
                             {.qos = Qos::at_least_once}));
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(Fixture, "peter: online, echoes once, survives nonsense, and says good-bye") {
  std::vector<std::string> command = {WASMQTT_BOT_PETER, "--url", broker.url()};
  std::string logged = "as mqtt-chat-bot-peter (p2,";  // mosquitto's name of 3.1.1
  SUBCASE("MQTT 3.1.1") {}
  SUBCASE("MQTT 5") {
    command.insert(command.begin() + 1, "--mqtt5");
    logged = "as mqtt-chat-bot-peter (p5,";
  }
  test::Process peter(command, directory / "peter");
  REQUIRE(await_on("chat/status/peter", 1));
  CHECK(contains(test::read_file(broker.log()), logged));
  CHECK(contains(on("chat/status/peter")[0], R"({"status":"online","lastOnlineTimestamp":"2)"));

  for (auto nonsense : {"nonsense", "", "[]", "{}", R"({"content":7})", "\xff"})
    REQUIRE(bob.mqtt.publish("chat/messages/peter/bob", nonsense, {.qos = Qos::at_least_once}));
  say("peter", "Grüße 👩‍👩‍👧 مرحبا", "1");
  say("peter", "again the same message", "1");
  say("peter", "you said: an echo", "2");
  say("peter", "It is 12:00:00.", "3", "hannes");
  say("peter", "to himself", "4", "peter");
  say("peter", "the last", "5");
  REQUIRE(await_on("chat/messages/bob/peter", 2));
  auto answers = on("chat/messages/bob/peter");
  REQUIRE(answers.size() == 2);
  CHECK(contains(answers[0], R"("content":"you said: Grüße 👩‍👩‍👧 مرحبا")"));
  CHECK(contains(answers[1], R"("content":"you said: the last")"));
  CHECK(on("chat/messages/hannes/peter").empty());

  peter.signal(SIGTERM);
  CHECK(peter.wait() == 0);
  REQUIRE(await_on("chat/status/peter", 2));
  CHECK(contains(on("chat/status/peter")[1], R"("status":"offline")"));
}

TEST_CASE_FIXTURE(Fixture, "peter: a person may sign in under his name, and whoever takes his client id does not end him") {
  test::Process peter({WASMQTT_BOT_PETER, "--url", broker.url()}, directory / "peter");
  REQUIRE(await_on("chat/status/peter", 1));
  Peer person(world, options_for(broker.url(), chat::client_id("peter")));
  REQUIRE(person.connect());
  REQUIRE(person.subscribe("chat/messages/peter/+", Qos::at_least_once));
  say("peter", "to both", "1");
  REQUIRE(await_on("chat/messages/bob/peter", 1));
  REQUIRE(person.await_messages(1));
  CHECK(person.mqtt.connected());
  CHECK(on("chat/status/peter").size() == 1);  // the person's arrival has cost the bot nothing
  // Signing out says offline; the bot is still there.
  REQUIRE(person.mqtt.publish("chat/status/peter",
                              R"({"status":"offline","lastOnlineTimestamp":"2024-05-01T12:00:00+02:00"})",
                              {.qos = Qos::at_least_once, .retain = true}));
  REQUIRE(await_on("chat/status/peter", 3));
  CHECK(contains(on("chat/status/peter")[2], R"("status":"online")"));

  for (std::size_t times = 1; times <= 2; ++times) {
    CAPTURE(times);
    auto options = options_for(broker.url(), "mqtt-chat-bot-peter");
    options.driver.backoff.first = options.driver.backoff.longest = std::chrono::hours{1};  // does not come back itself
    Peer thief(world, options);
    REQUIRE(thief.connect());
    REQUIRE(await_on("chat/status/peter", 3 + 2 * times));  // the will, and back again
    CHECK(!thief.mqtt.connected());
    say("peter", "still there?", "again " + std::to_string(times));
    REQUIRE(await_on("chat/messages/bob/peter", 1 + times));
  }
  CHECK(!peter.has_ended());
}

TEST_CASE_FIXTURE(Fixture, "hannes: says the time until told to stop; killed, his will says offline") {
  test::Process hannes({WASMQTT_BOT_HANNES, "--url", broker.url(), "--every", "0.02"}, directory / "hannes");
  REQUIRE(await_on("chat/status/hannes", 1));
  say("hannes", "you said: It is 12:00:00.", "0", "echo");
  say("hannes", "start", "1");
  REQUIRE(await_on("chat/messages/bob/hannes", 4));
  CHECK(contains(on("chat/messages/bob/hannes")[0], "It is "));
  say("hannes", " Stop!", "2");
  REQUIRE(world.run_until([&] { return contains(on("chat/messages/bob/hannes").back(), "As you like"); }));
  // Carol's messages go on, Bob's have ended.
  auto count = on("chat/messages/bob/hannes").size();
  say("hannes", "hello", "3", "carol");
  REQUIRE(await_on("chat/messages/carol/hannes", 5));
  CHECK(on("chat/messages/bob/hannes").size() == count);
  CHECK(on("chat/messages/echo/hannes").empty());

  hannes.signal(SIGKILL);
  REQUIRE(await_on("chat/status/hannes", 2));
  CHECK(contains(on("chat/status/hannes")[1], R"("status":"offline")"));
}

TEST_CASE_FIXTURE(Fixture, "bots: what came checked is answered with a request to check the answer, what came as it is directly") {
  test::Process peter({WASMQTT_BOT_PETER, "--url", broker.url()}, directory / "peter");
  REQUIRE(await_on("chat/status/peter", 1));
  say("peter/bob/accepted", "checked", "1", {});
  REQUIRE(await_on("chat/messages/bob/peter/request", 1));
  CHECK(contains(on("chat/messages/bob/peter/request")[0], R"("content":"you said: checked")"));
  for (const char* step : {"request", "rejected"}) say("peter/bob/" + std::string(step), "not for him", step, {});
  say("peter/bob/accepted", "an echo once more", "1", {});
  say("peter", "directly", "2");
  REQUIRE(await_on("chat/messages/bob/peter", 1));
  CHECK(contains(on("chat/messages/bob/peter")[0], R"("content":"you said: directly")"));
  CHECK(on("chat/messages/bob/peter/request").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "bots: wrong options, and a broker that refuses, end them with a sentence") {
  auto fails = [&](std::vector<std::string> options, int code, const std::string& sentence) {
    auto output = directory / "output" + std::to_string(options.size()) + sentence.substr(0, 3);
    options.insert(options.begin(), WASMQTT_BOT_PETER);
    CHECK(test::Process(options, output).wait() == code);
    CHECK(contains(test::read_file(output), sentence));
  };
  fails({"--qos", "3"}, 2, "--qos is 0, 1 or 2");
  fails({"--user", "a/b"}, 2, "--user: A user name cannot");
  fails({"--wat", "x"}, 2, "unknown option --wat");
  fails({"--url"}, 2, "--url needs a value");
  fails({"--password-file", "/nowhere/at/all"}, 2, "cannot be read");
  fails({"--url", "http://localhost"}, 2, "--url: the scheme is none of mqtt");
  fails({"--url", "mqtt://peter:100%@localhost"}, 2, "--url: user name and password do not belong in the address");
  const test::Broker strict({.user = "peter", .password = "right"});
  fails({"--url", strict.url()}, 1, "peter: ");
}
