// Checked messages with a real broker and both programs.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "chat/checked_messages.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"
#include "common/service_connection.hpp"
#include "rounds.hpp"
#include "service_world.hpp"
#include "validation/worker.hpp"

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

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

struct Workers : ServiceWorld {
  Workers() {
    REQUIRE(vy.may_subscribe(checked_topic(chat::message_topic("+", "vy"), CheckStep::accepted)));
    REQUIRE(vy.may_subscribe(checked_topic(chat::message_topic("+", "vy"), CheckStep::rejected)));
    REQUIRE(minh.may_subscribe(checked_topic(chat::own_messages_filter("minh"), CheckStep::accepted)));
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
    const auto deadline = std::chrono::steady_clock::now() + test::soon();
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

TEST_CASE_FIXTURE(Workers, "checked messages: a worker takes none before it has read the forbidden words, and makes no database") {
  const std::string file = directory / "mistyped.db";
  std::string address = "postgresql://127.0.0.1:1/none";
  SUBCASE("of a file that is not there") { address = file; }
  SUBCASE("of a server that does not answer") {}
  const std::string log = directory / "waiting.log";
  const test::Process worker({WASMQTT_VALIDATION_WORKER, "--url", broker.url(), "--database", address, "--state", directory / "state", "--part", "1/1"},
                             log, {"WASMQTT_PASSWORD=of the worker"});
  REQUIRE(test::await([&] { return test::read_file(log).find("waiting for the forbidden words: ") != std::string::npos; }));
  const auto has_connected = [&] { return test::read_file(broker.log()).find("as validation-worker-1 ") != std::string::npos; };
  vy.say(request, message("1", "spam"));
  CHECK_FALSE(has_connected());
  CHECK(::access(file.c_str(), F_OK) != 0);
  if (address != file) return;
  test::run_program({"sqlite3", database, ".backup " + file});
  REQUIRE(test::await([&] { return test::read_file(log).find("ready for chat/rooms/+/+/request") != std::string::npos; }));
  CHECK(has_connected());
  vy.say(request, message("2", "spam"));
  REQUIRE(vy.await_on(rejected, 1));
  CHECK(vy.on(accepted).empty());
  CHECK(count_of(test::read_file(log), "waiting for") == 1);
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

TEST_CASE_FIXTURE(Workers, "checked messages: workers by parts of the senders answer each request once, in order for each sender, though one is killed") {
  auto one = start_worker("1", {"--part", "1/2"});
  const auto two = start_worker("2", {"--part", "2/2"});
  std::vector<std::unique_ptr<User>> senders;
  for (const char* name : {"sebastian", "peter", "hannes", "jenny"}) senders.push_back(std::make_unique<User>(world, broker.url(), name));
  constexpr std::size_t each = 50;
  const auto send = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      for (const auto& sender : senders)
        REQUIRE(sender->peer.mqtt.publish(checked_topic(chat::message_topic("minh", sender->name), CheckStep::request),
                                          message(std::to_string(i), "hello"), {.qos = Qos::at_least_once}));
  };
  send(0, each / 2);
  const auto got = [&](const std::unique_ptr<User>& sender) { return minh.on(checked_topic(chat::message_topic("minh", sender->name), CheckStep::accepted)); };
  REQUIRE(world.run_until([&] { return std::any_of(senders.begin(), senders.end(), [&](const auto& sender) { return got(sender).size() > each / 4; }); }));
  one->signal(SIGKILL);
  one->wait();
  send(each / 2, each);
  one = start_worker("1", {"--part", "1/2"});
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < each; ++i) expected.push_back(message(std::to_string(i), "hello"));
  for (const auto& sender : senders) {
    REQUIRE(world.run_until([&] { return got(sender).size() >= each; }));
    CHECK(got(sender) == expected);
  }
}

TEST_CASE_FIXTURE(Workers, "checked messages: with its queue full a worker takes no more requests, and answers each once and in order") {
  chat::ServiceOptions options;
  options.url = broker.url();
  options.user = "validation-worker";
  options.password = "of the worker";
  MqttOptions mqtt = chat::service_mqtt_options(options, "validation-worker-1");
  mqtt.client.clean_session = false;
  mqtt.client.queue_messages = validation::most_waiting;
  validation::AnswerStore store(directory / "answers.db");
  chat::ServiceConnection connection(world.context, options, std::move(mqtt), &store);
  std::string log;
  std::size_t most_queued = 0;
  connection.mqtt.on_turn = [&] { most_queued = std::max(most_queued, connection.mqtt.counts().queued); };
  const validation::Worker worker(connection.mqtt, store, {}, {0, 1}, [&] { return connection.loop.now(); },
                                  [&](std::string_view line) { log.append(line) += '\n'; });
  connection.mqtt.connect();
  REQUIRE(world.run_until([&] { return log.find("chat/rooms/+/+/request") != std::string::npos; }));
  std::vector<std::string> expected;
  for (int i = 0; i < 3000; ++i) {
    expected.push_back(message(std::to_string(i), "hello"));
    REQUIRE(vy.peer.mqtt.publish(request, expected.back(), {.qos = Qos::at_least_once}));
  }
  REQUIRE(minh.await_on(accepted, expected.size()));
  REQUIRE(vy.await_on(accepted, expected.size()));
  CHECK(most_queued >= validation::most_waiting / 2);  // so it was near being full
  CHECK(log.find("could not be sent") == std::string::npos);
  CHECK(minh.on(accepted) == expected);
  CHECK(vy.on(accepted) == expected);
}

TEST_CASE_FIXTURE(Workers, "checked messages: a worker that stays while the broker restarts takes requests again") {
  std::vector<std::string> options;
  SUBCASE("of a shared subscription, which the broker has forgotten") {}
  SUBCASE("of a part: what is sent before the worker is back is answered, too") { options = {"--part", "1/1"}; }
  const auto worker = start_worker("1", options);
  vy.say(request, message("1", "hello"));
  REQUIRE(minh.await_on(accepted, 1));
  const auto subscribed = [&] { return count_of(test::read_file(broker.log()), "Sending SUBACK to validation-worker-1"); };
  const std::size_t before = subscribed();
  broker.stop();
  worker->signal(SIGSTOP);
  broker.start();
  if (!options.empty()) vy.say(request, message("2", "hello"));
  worker->signal(SIGCONT);
  if (options.empty()) REQUIRE(test::await([&] { return subscribed() > before; }));
  vy.say(request, message("3", "hello"));
  REQUIRE(world.run_until([&] { return count(minh, accepted, "3") != 0; }));
  // What the broker had not seen acknowledged when it stopped may have come again; what was said since may not.
  CHECK(minh.on(accepted).back() == message("3", "hello"));
  CHECK(count(minh, accepted, "2") == (options.empty() ? 0 : 1));
}

TEST_CASE_FIXTURE(Workers, "checked messages: the limit of a message's size, one below, at it, one above, and far above") {
  const auto worker = start_worker();
  const auto say = [&](const std::string& id, std::size_t bytes) { vy.say(request, message(id, std::string(bytes, 'x'))); };
  say("below", 4095);
  say("at", 4096);
  say("above", 4097);
  say("far above", 60'000);
  say("no message at all", 300'000);
  REQUIRE(vy.await_on(accepted, 2));
  REQUIRE(vy.await_on(rejected, 3));
  REQUIRE(minh.await_on(accepted, 2));
  CHECK(vy.on(rejected)[0] == chat::write_rejected({"above", "The message has 4097 bytes. The limit is 4096."}));
  CHECK(vy.on(rejected)[1] == chat::write_rejected({"far above", "The message has 60000 bytes. The limit is 4096."}));
  CHECK(minh.on(accepted) == std::vector<std::string>{message("below", std::string(4095, 'x')), message("at", std::string(4096, 'x'))});
}

TEST_CASE_FIXTURE(Workers, "checked messages: the limit of messages a minute, one below, at it, one above, and far above; others are not held back") {
  const auto worker = start_worker("1", {"--messages-per-minute", "20"});
  User jenny = user("jenny");
  constexpr std::size_t sent = 200;
  const auto begin = std::chrono::steady_clock::now();
  const auto judged = [&](std::size_t count) { return vy.on(accepted).size() + vy.on(rejected).size() >= count; };
  for (std::size_t i = 0; i < 21; ++i) {
    REQUIRE(vy.peer.mqtt.publish(request, message(std::to_string(i), "hello"), {.qos = Qos::at_least_once}));
    REQUIRE(world.run_until([&] { return judged(i + 1); }));
    // The 19th, the 20th, and the 21st, unless all of this took so long that one more is due.
    if (i < 20) CHECK(vy.on(rejected).empty());
    else if (std::chrono::steady_clock::now() - begin < std::chrono::seconds{3}) CHECK(vy.on(rejected).size() == 1);
  }
  for (std::size_t i = 21; i < sent; ++i)
    REQUIRE(vy.peer.mqtt.publish(request, message(std::to_string(i), "hello"), {.qos = Qos::at_least_once}));
  jenny.say(checked_topic(chat::message_topic("minh", "jenny"), CheckStep::request), message("1", "hello"));
  REQUIRE(minh.await_on(checked_topic(chat::message_topic("minh", "jenny"), CheckStep::accepted), 1));
  REQUIRE(world.run_until([&] { return judged(sent); }));
  CHECK(vy.on(accepted).size() >= 20);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count();
  CHECK(vy.on(accepted).size() <= 21 + static_cast<std::size_t>(seconds) / 3);  // one more for each three seconds
  CHECK(vy.on(accepted)[19] == message("19", "hello"));
  CHECK(vy.on(rejected)[0].find("These are more than 20 messages in a minute. Please write more slowly.") != std::string::npos);
}

TEST_CASE_FIXTURE(Workers, "long: messages a second with one worker and with two, and the time that checking adds") {
  const int messages = test::rounds(1) > 1 ? 5000 : 200;
  std::vector<std::unique_ptr<User>> senders;
  for (const char* name : {"sebastian", "peter", "hannes", "jenny"}) senders.push_back(std::make_unique<User>(world, broker.url(), name));
  std::vector<std::unique_ptr<test::Process>> workers;
  int first = 0;
  const auto measure = [&](const std::string& what) {
    const auto processor = [&] {
      double of_workers = 0;
      for (const auto& worker : workers) of_workers += test::processor_seconds(worker->id());
      return std::array{test::processor_seconds(broker.id()), of_workers, test::processor_seconds(::getpid())};
    };
    const std::size_t before = minh.peer.received.size();
    const auto begin = std::chrono::steady_clock::now();
    const auto used = processor();
    for (int i = 0; i < messages; ++i) {
      User& sender = *senders[static_cast<std::size_t>(i) % senders.size()];
      REQUIRE(sender.peer.mqtt.publish(checked_topic(chat::message_topic("minh", sender.name), CheckStep::request),
                                       message("t" + std::to_string(first++), "hello"), {.qos = Qos::at_least_once}));
    }
    REQUIRE(world.run_until([&] { return minh.peer.received.size() >= before + static_cast<std::size_t>(messages); }, std::chrono::minutes{2}));
    CHECK(minh.peer.received.size() == before + static_cast<std::size_t>(messages));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const auto after = processor();
    const auto share = [&](std::size_t i) { return static_cast<int>(1e6 * (after[i] - used[i]) / messages); };
    MESSAGE("note: checked messages a second with " << what << ": " << static_cast<int>(messages / seconds.count()) << "; processor for one, in µs: broker "
                                                    << share(0) << ", workers " << share(1) << ", senders and receiver " << share(2));
  };
  workers.push_back(start_worker("1"));
  measure("one worker");
  workers.push_back(start_worker("2"));
  measure("two workers of a shared subscription");
  for (const auto& worker : workers) {
    worker->signal(SIGUSR1);  // for good
    REQUIRE(worker->wait() == 0);
  }
  workers.clear();
  workers.push_back(start_worker("3", {"--part", "1/2"}));
  workers.push_back(start_worker("4", {"--part", "2/2"}));
  measure("two workers by parts of the senders");
  for (const auto& worker : workers) {
    worker->signal(SIGUSR1);
    REQUIRE(worker->wait() == 0);
  }
  workers.clear();
  workers.push_back(start_worker("1"));
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
