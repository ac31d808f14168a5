// Checked messages with a real broker and both programs.
#include <doctest/doctest.h>

#include "chat/checked_messages.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"
#include "rounds.hpp"
#include "service_world.hpp"

using namespace wasmqtt;
using chat::checked_topic;
using chat::CheckStep;
using test::ServiceWorld;
using test::User;

namespace {

std::string message(const std::string& id, const std::string& text) {
  return chat::write_message({id, text, chat::Time{std::chrono::seconds{1'700'000'000}}}, {});
}

const std::string to_minh = chat::message_topic("minh", "vy");
const std::string request = checked_topic(to_minh, CheckStep::request);
const std::string accepted = checked_topic(to_minh, CheckStep::accepted);
const std::string rejected = checked_topic(to_minh, CheckStep::rejected);

struct Workers : ServiceWorld {
  Workers() {
    REQUIRE(vy.may_subscribe(checked_topic(chat::message_topic("+", "vy"), CheckStep::accepted)));
    REQUIRE(vy.may_subscribe(checked_topic(chat::message_topic("+", "vy"), CheckStep::rejected)));
    REQUIRE(minh.may_subscribe(checked_topic(chat::own_messages_filter("minh"), CheckStep::accepted)));
  }

  std::unique_ptr<test::Process> start_worker(const std::string& name = "1") {
    const std::string log = directory / ("worker" + name + "-" + std::to_string(++starts) + ".log");
    auto worker = std::make_unique<test::Process>(
        std::vector<std::string>{WASMQTT_VALIDATION_WORKER, "--url", broker.url(), "--database", database, "--state", directory / "state",
                                 "--name", name, "--messages-per-minute", "10000000"},
        log, std::vector<std::string>{"WASMQTT_PASSWORD=of the worker"});
    const auto ready = [&] { return test::read_file(log).find("ready for $share/validation/chat/rooms") != std::string::npos; };
    REQUIRE_MESSAGE(test::await([&] { return worker->has_ended() || ready(); }), test::read_file(log));
    return worker;
  }

  // How often `topic` has brought the message with this id.
  std::size_t count(const User& user, const std::string& topic, const std::string& id) const {
    const auto payloads = user.on(topic);
    return static_cast<std::size_t>(std::count_if(payloads.begin(), payloads.end(), [&](const std::string& payload) {
      return payload.find("\"messageId\":\"" + id + "\"") != std::string::npos;
    }));
  }

  User vy = user("vy");
  User minh = user("minh");
  int starts = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Workers, "checked messages: accepted or rejected with a reason, and nobody reads a request or forges an outcome") {
  const auto worker = start_worker();
  User jenny = user("jenny");
  vy.say(request, message("1", "hello"));
  REQUIRE(minh.await_on(accepted, 1));
  REQUIRE(vy.await_on(accepted, 1));
  CHECK(minh.on(accepted)[0] == message("1", "hello"));
  vy.say(request, message("2", "This is SPAM."));
  vy.say(request, "nonsense");
  vy.say(request, message("3", std::string(5000, 'x')));
  REQUIRE(vy.await_on(rejected, 3));
  CHECK(vy.on(rejected)[0] == chat::write_rejected({"2", "The message contains \"spam\", which is not allowed here."}));
  CHECK(vy.on(rejected)[1] == chat::write_rejected({"", "The payload is not JSON in UTF-8."}));
  CHECK(vy.on(rejected)[2] == chat::write_rejected({"3", "The message has 5000 bytes. The limit is 4096."}));

  vy.say(request, message("1", "hello"));  // again
  vy.say(accepted, message("4", "forged by its sender"));
  jenny.say(accepted, message("5", "forged by another"));
  jenny.say(checked_topic(to_minh, CheckStep::request), message("6", "under another's name"));
  for (const std::string& filter : {request, std::string("chat/messages/+/+/request"), checked_topic(chat::own_messages_filter("minh"), CheckStep::request)})
    CHECK_FALSE(minh.may_subscribe(filter));
  vy.say(request, message("7", "the last"));
  REQUIRE(minh.await_on(accepted, 2));
  CHECK(minh.on(accepted).back() == message("7", "the last"));
}

TEST_CASE_FIXTURE(Workers, "checked messages: in rooms, and where nothing else is allowed nobody is reached past the worker") {
  const auto worker = start_worker();
  const std::string room = vy.ask(chat::GroupAction::create, {}, "Garden").room;
  REQUIRE(vy.ask(chat::GroupAction::invite, room, "minh").accepted);
  REQUIRE(minh.may_subscribe(checked_topic(chat::room_filter(room), CheckStep::accepted)));
  REQUIRE(minh.may_subscribe(chat::room_filter(room)));
  vy.say(checked_topic(chat::room_topic(room, "vy"), CheckStep::request), message("1", "hello"));
  REQUIRE(minh.await_on(checked_topic(chat::room_topic(room, "vy"), CheckStep::accepted), 1));

  sqlite("INSERT INTO settings (name, value) VALUES ('only_checked', 'yes')");
  REQUIRE(world.run_until([&] { return !minh.may_subscribe(chat::room_filter(room)); }));
  vy.say(chat::room_topic(room, "vy"), message("2", "past the worker"));
  vy.say(to_minh, message("3", "past the worker"));
  vy.say(checked_topic(chat::room_topic(room, "vy"), CheckStep::request), message("4", "the last"));
  REQUIRE(minh.await_on(checked_topic(chat::room_topic(room, "vy"), CheckStep::accepted), 2));
  CHECK(minh.on(chat::room_topic(room, "vy")).empty());
  CHECK(minh.on(to_minh).empty());
}

TEST_CASE_FIXTURE(Workers, "checked messages: a word that is forbidden while the worker runs counts within a second") {
  const auto worker = start_worker();
  const auto verdict_changes = [&](const std::string& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{1};
    for (int i = 0; std::chrono::steady_clock::now() < deadline; ++i) {
      const std::string id = wanted + std::to_string(i);
      vy.say(request, message(id, "cucumber"));
      REQUIRE(world.run_until([&] { return count(vy, accepted, id) + count(vy, rejected, id) != 0; }));
      if (count(vy, wanted, id) == 1) return true;
    }
    return false;
  };
  CHECK(verdict_changes(accepted));
  sqlite("INSERT INTO forbidden_words VALUES ('Cucumber')");
  CHECK(verdict_changes(rejected));
  sqlite("DELETE FROM forbidden_words");
  CHECK(verdict_changes(accepted));
}

TEST_CASE_FIXTURE(Workers, "long: each request is answered once and in order, though the worker is killed again and again") {
  const int kills = test::rounds(8);
  constexpr int per_kill = 25;
  auto worker = start_worker();
  int sent = 0;
  for (int kill = 0; kill < kills; ++kill) {
    for (int i = 0; i < per_kill; ++i, ++sent)
      REQUIRE(vy.peer.mqtt.publish(request, message(std::to_string(sent), sent % 5 == 4 ? "spam" : "hello"), {.qos = Qos::at_least_once}));
    // At another point each time: so many answers are there when it is killed.
    const auto seen = static_cast<std::size_t>(sent - per_kill + kill % per_kill);
    REQUIRE(world.run_until([&] { return vy.on(accepted).size() + vy.on(rejected).size() >= seen; }));
    worker->signal(SIGKILL);
    worker->wait();
    worker = start_worker();
  }
  REQUIRE(world.run_until([&] { return vy.on(accepted).size() + vy.on(rejected).size() >= static_cast<std::size_t>(sent); }));
  REQUIRE(minh.await_on(accepted, static_cast<std::size_t>(sent * 4 / 5)));
  std::vector<std::string> expected_accepted, expected_rejected;
  for (int i = 0; i < sent; ++i) {
    if (i % 5 == 4) expected_rejected.push_back(chat::write_rejected({std::to_string(i), "The message contains \"spam\", which is not allowed here."}));
    else expected_accepted.push_back(message(std::to_string(i), "hello"));
  }
  CHECK(vy.on(accepted) == expected_accepted);
  CHECK(minh.on(accepted) == expected_accepted);
  CHECK(vy.on(rejected) == expected_rejected);
}

TEST_CASE_FIXTURE(Workers, "long: messages a second with one worker and with two, and the time that checking adds") {
  const int messages = test::rounds(1) > 1 ? 5000 : 200;
  std::vector<std::unique_ptr<test::Process>> workers;
  int first = 0;
  for (const std::string name : {"1", "2"}) {
    workers.push_back(start_worker(name));
    const std::size_t before = minh.peer.received.size();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < messages; ++i)
      REQUIRE(vy.peer.mqtt.publish(request, message("t" + std::to_string(first++), "hello"), {.qos = Qos::at_least_once}));
    REQUIRE(world.run_until([&] { return minh.peer.received.size() >= before + static_cast<std::size_t>(messages); }, std::chrono::minutes{2}));
    CHECK(minh.on(accepted).size() == static_cast<std::size_t>(first));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    MESSAGE("note: checked messages a second with " << name << " worker(s): " << static_cast<int>(messages / seconds.count()));
  }
  workers[1]->signal(SIGUSR1);  // for good: all requests are the first one's again
  REQUIRE(workers[1]->wait() == 0);
  const auto latencies = [&](const std::string& topic, const std::string& delivered) {
    std::vector<double> times;
    for (int i = 0; i < messages / 10; ++i) {
      const std::string sent = message(delivered + std::to_string(i), "hello");
      const auto begin = std::chrono::steady_clock::now();
      REQUIRE(vy.peer.mqtt.publish(topic, sent, {.qos = Qos::at_least_once}));
      REQUIRE(world.run_until([&] { return minh.peer.received.back().payload == sent; }));
      times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return std::pair{times[times.size() / 2], times[times.size() * 99 / 100]};
  };
  const auto [plain, plain99] = latencies(to_minh, "plain");
  const auto [checked, checked99] = latencies(request, "checked");
  MESSAGE("note: time to the receiver, median and 99 %: " << plain << " and " << plain99 << " ms without checking, " << checked << " and "
                                                         << checked99 << " ms with it");
}
