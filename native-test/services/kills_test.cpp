// Database, broker, service and worker are killed with SIGKILL at random, alone and together, while users change groups and send messages that
// are checked, and somebody tries what is not allowed.
#include <doctest/doctest.h>

#include <array>
#include <bitset>
#include <filesystem>
#include <random>

#include "agreement.hpp"
#include "chat/rooms.hpp"
#include "load.hpp"
#include "postgres_server.hpp"
#include "rounds.hpp"

using namespace wasmqtt;
using test::ServiceWorld;
using test::Steady;
using test::User;

namespace {

constexpr std::size_t programs = 4;
constexpr std::array<const char*, programs> names = {"database", "broker", "service", "worker"};

class Killers {
 public:
  // Without PostgreSQL the service and the worker alone are killed.
  Killers(ServiceWorld& service, test::PostgresServer* postgres) : service_(service), postgres_(postgres), worker_(start_worker()) {}

  // One of them mostly, else several. In the order in which they need each other they come back.
  void kill_some() {
    std::bitset<programs> chosen;
    chosen.set(random_() % programs);
    if (random_() % 4 == 0) chosen |= random_() % (1 << programs);
    if (postgres_ == nullptr) chosen &= 0b1100;
    if (chosen.none()) chosen.set(2 + random_() % 2);
    if (chosen.test(1)) saved_at = last_saved();
    for (std::size_t i = 0; i < programs; ++i) {
      if (chosen.test(i)) ++count_[i], kill(i);
    }
    for (std::size_t i = 0; i < programs; ++i) {
      if (chosen.test(i)) start(i);
    }
    broker_was_killed = chosen.test(1);
  }
  std::chrono::milliseconds pause() { return std::chrono::milliseconds{random_() % 400}; }
  std::string counts() const {
    std::string text;
    for (std::size_t i = 0; i < programs; ++i) text += (i == 0 ? "" : ", ") + std::to_string(count_[i]) + " times the " + names[i];
    return text + "; the broker's plugin had lost its file " + std::to_string(files_lost_) + " times";
  }

  bool broker_was_killed = false;  // the last time
  Steady::time_point saved_at{};  // by the broker, before it was killed

 private:
  // Mosquitto saves every second when it has the processor, and a busy machine may keep that from it for many.
  Steady::time_point last_saved() const {
    const auto age = std::filesystem::file_time_type::clock::now() - std::filesystem::last_write_time(service_.broker.file("mosquitto.db"));
    return Steady::now() - std::chrono::duration_cast<Steady::duration>(age);
  }
  void kill(std::size_t program) {
    if (program == 0) return postgres_->kill();
    if (program == 1) return service_.broker.kill();
    if (program == 2) return service_.kill_service();
    worker_->signal(SIGKILL);
    worker_->wait();
  }
  void start(std::size_t program) {
    if (program == 0) return postgres_->start();
    if (program == 1) return start_broker();
    if (program == 2) return service_.start_service();
    worker_ = start_worker();
  }

  // As scripts/lib/brokers.sh does it: killed while the plugin wrote its file, Mosquitto would come back with nobody's rights.
  void start_broker() {
    const std::string file = service_.broker.file("dynamic-security.json");
    if (test::read_file(file).find("\"rights-service\"") == std::string::npos) {
      ++files_lost_;
      test::write_file(file, test::read_file(WASMQTT_BROKER_CONFIGURATION "/dynamic-security.json"));
    }
    service_.broker.start();
  }
  // A plain subscription survives the broker's restart.
  std::unique_ptr<test::Process> start_worker() {
    return service_.start_worker("1", postgres_ == nullptr ? std::vector<std::string>{} : std::vector<std::string>{"--part", "1/1"});
  }

  ServiceWorld& service_;
  test::PostgresServer* postgres_;
  std::unique_ptr<test::Process> worker_;
  std::mt19937 random_{11};
  std::array<int, programs> count_{};
  int files_lost_ = 0;
};

void kill_and_check(ServiceWorld& service, test::PostgresServer* postgres) {
  Killers killers(service, postgres);
  User vy = service.user("vy"), sebastian = service.user("sebastian", Protocol::mqtt_5);
  User hannes = service.user("hannes"), minh = service.user("minh", Protocol::mqtt_5), peter = service.user("peter");
  User jenny = service.user("jenny");
  for (User* user : {&vy, &sebastian, &hannes}) REQUIRE(user->may_subscribe(chat::room_topic("+", "+")));
  test::GroupLoad first(vy, "hannes"), second(sebastian, "hannes");
  test::CheckedLoad messages(minh, peter);
  test::Prober prober(jenny);
  const auto run = [&](const std::function<bool()>& done, std::chrono::milliseconds timeout) {
    return service.world.run_until([&] {
      first.pump();
      second.pump();
      messages.pump();
      prober.pump(first.rooms());
      prober.pump(second.rooms());
      return done();
    }, timeout);
  };
  service.broker.save();
  const int kills = test::rounds(5);
  double longest = 0;
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    run([] { return false; }, killers.pause());
    const auto begin = Steady::now();
    killers.kill_some();
    if (killers.broker_was_killed) messages.broker_was_killed(killers.saved_at);
    const auto answered = std::pair{first.answered() + second.answered(), messages.judged()};
    const bool answered_again = run(
        [&] { return first.answered() + second.answered() > answered.first && messages.judged() > answered.second; }, std::chrono::minutes{1});
    REQUIRE_MESSAGE(answered_again, killers.counts() << "; " << first.answered() + second.answered() - answered.first << " requests and "
                                                     << messages.judged() - answered.second << " messages answered since:\n"
                                                     << service.service_log() << service.worker_log());
    longest = std::max(longest, std::chrono::duration<double>(Steady::now() - begin).count());
  }
  first.finish();
  second.finish();
  messages.finish();
  REQUIRE(run([&] { return first.finished() && second.finished() && messages.finished(); }, std::chrono::minutes{1}));

  for (const test::GroupLoad* load : {&first, &second}) CHECK(load->wrong() == std::vector<std::string>{});
  for (const std::string& wrong : messages.wrong()) FAIL_CHECK(wrong);
  CHECK(messages.judged() + messages.lost() >= messages.sent());
  CHECK(prober.leaks() == std::vector<std::string>{});
  CHECK(prober.refused() > 0);
  for (const auto& message : hannes.peer.received) CHECK(message.payload != test::GroupLoad::secret);
  for (const User* owner : {&vy, &sebastian})
    for (const auto& message : owner->peer.received) CHECK(message.payload.find("no member") == std::string::npos);
  CHECK(vy.await_groups([](const chat::Groups& groups) { return groups.empty(); }));
  CHECK(test::agree(service.database, service.broker));
  MESSAGE("note: killed " << killers.counts() << "; the longest until all answered again took " << longest << " s");
  MESSAGE("note: " << first.answered() + second.answered() << " requests, each done once; " << messages.sent() << " messages, "
                   << messages.judged() << " answered, " << messages.lost() << " lost and " << messages.repeated()
                   << " repeated by a broker that was killed, " << messages.unshaken() << " not touched by that; " << prober.tried() << " rooms tried in vain");
}

}  // namespace

TEST_CASE("database: while it does not answer requests wait, may be repeated as often as one likes, and are done once when it is back") {
  test::PostgresServer postgres;
  ServiceWorld service(postgres.url());
  User vy = service.user("vy");
  postgres.kill();
  const chat::GroupRequest request{"again", chat::GroupAction::create, {}, "Garden", {}};
  // More than the broker has under way for one client (100): each of them has to be acknowledged in the end.
  for (int i = 0; i < 150; ++i)
    REQUIRE(vy.peer.mqtt.publish(chat::group_request_topic("vy"), chat::write_group_request(request), {.qos = Qos::at_least_once}));
  REQUIRE(test::await([&] { return service.service_log().find("PostgreSQL: ") != std::string::npos; }));
  CHECK(vy.answers("again").empty());
  postgres.start();
  REQUIRE(service.world.run_until([&] { return !vy.answers("again").empty(); }));
  for (int i = 0; i < 150; ++i) CHECK(vy.ask(chat::GroupAction::rename, vy.answers("again")[0].room, std::to_string(i)).accepted);
  CHECK(vy.groups().size() == 1);
}

TEST_CASE("long: database, broker, service and worker are killed at random: each request is answered once, no right is too many (PostgreSQL)") {
  test::PostgresServer postgres;
  ServiceWorld service(postgres.url(), {{"autosave_interval 1", "so that not all of what is under way is what it forgets"}});
  kill_and_check(service, &postgres);
}

TEST_CASE("long: service and worker are killed at random: each request and each message is answered once, no right is too many (SQLite)") {
  ServiceWorld service;
  kill_and_check(service, nullptr);
}
