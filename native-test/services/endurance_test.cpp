// Many changes of rights, and how long they take: by other programs, while people chat, with many rooms.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "chat/rooms.hpp"
#include "postgres_server.hpp"
#include "rounds.hpp"
#include "service_world.hpp"

using namespace wasmqtt;
using chat::GroupAction;
using test::ServiceWorld;
using test::User;

namespace {

using Steady = std::chrono::steady_clock;

double milliseconds_since(Steady::time_point begin) { return std::chrono::duration<double, std::milli>(Steady::now() - begin).count(); }

void print_times(const std::string& what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  MESSAGE("note: " << what << ": median " << times[times.size() / 2] << " ms, worst " << times.back() << " ms");
}

// Gives and takes jenny's right again and again, and measures until she has it, or has it no more.
template <class Execute>
void measure_direct_changes(ServiceWorld& service, const std::string& what, Execute execute) {
  User vy = service.user("vy");
  User jenny = service.user("jenny");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  std::vector<double> given, taken;
  for (int round = 0; round < test::rounds(3); ++round) {
    for (const bool wanted : {true, false}) {
      execute(wanted ? "INSERT INTO members (room, member) VALUES ('" + room + "', 'jenny')" : "DELETE FROM members WHERE member = 'jenny'");
      const auto begin = Steady::now();
      while (jenny.may_subscribe(chat::room_filter(room)) != wanted) REQUIRE(milliseconds_since(begin) < 1000);
      (wanted ? given : taken).push_back(milliseconds_since(begin));
    }
  }
  print_times("a right given with " + what, given);
  print_times("a right taken with " + what, taken);
}

}  // namespace

TEST_CASE_FIXTURE(ServiceWorld, "long: what sqlite3 changes is in force within a second, measured") {
  measure_direct_changes(*this, "sqlite3", [&](const std::string& sql) { sqlite(sql); });
}

TEST_CASE("long: what psql changes is in force within a second, measured") {
  test::PostgresServer postgres;
  ServiceWorld service(postgres.url());
  measure_direct_changes(service, "psql", [&](const std::string& sql) { postgres.psql(sql); });
}

TEST_CASE_FIXTURE(ServiceWorld, "long: changes of rights do not disturb two members who chat: nothing lost, nothing twice, nobody disconnected") {
  const int changes = test::rounds(10);
  User vy = user("vy");
  User minh = user("minh", Protocol::mqtt_5);
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  REQUIRE(vy.ask(GroupAction::invite, room, "minh").accepted);
  REQUIRE(minh.may_subscribe(chat::room_filter(room)));
  std::vector<std::string> said;
  double longest = 0;
  const auto say = [&] {
    said.push_back(std::to_string(said.size()));
    const auto begin = Steady::now();
    vy.say(chat::room_topic(room, "vy"), said.back());
    REQUIRE(minh.await_on(chat::room_topic(room, "vy"), said.size()));
    longest = std::max(longest, milliseconds_since(begin));
  };
  for (int change = 0; change < changes; ++change) {
    const std::string id = "change" + std::to_string(change);
    // Both members' rights change.
    REQUIRE(vy.peer.mqtt.publish(chat::group_request_topic("vy"), chat::write_group_request({id, GroupAction::create, {}, id, {}}),
                                 {.qos = Qos::at_least_once}));
    while (vy.answers(id).empty()) say();
    const std::string other = vy.answers(id)[0].room;
    REQUIRE(vy.ask(GroupAction::invite, other, "minh").accepted);
    REQUIRE(vy.ask(GroupAction::remove_room, other).accepted);
    say();
  }
  CHECK(minh.on(chat::room_topic(room, "vy")) == said);
  const std::string log = test::read_file(broker.log());
  CHECK(log.find("Client mqtt-chat-client-vy") == std::string::npos);  // "… disconnected" or "… closed its connection"
  CHECK(log.find("Client mqtt-chat-client-minh") == std::string::npos);
  MESSAGE("note: " << 3 * changes << " changes of rights, " << said.size() << " messages, the slowest one took " << longest << " ms");
}

TEST_CASE_FIXTURE(ServiceWorld, "long: members that the broker disconnects come back, and nothing is lost or comes twice") {
  const int kicks = test::rounds(10);
  User vy = user("vy");
  User minh = user("minh", Protocol::mqtt_5);
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  REQUIRE(vy.ask(GroupAction::invite, room, "minh").accepted);
  REQUIRE(minh.may_subscribe(chat::room_filter(room)));
  int said = 0;
  std::vector<double> interruptions;
  for (int kick = 0; kick < kicks; ++kick) {
    for (int i = 0; i < 5; ++i)
      REQUIRE(vy.peer.mqtt.publish(chat::room_topic(room, "vy"), std::to_string(said++), {.qos = Qos::at_least_once}));
    const std::string name = kick % 2 == 0 ? "minh" : "vy";
    // Another administrator's change, of a kind that disconnects.
    test::run_program({"mosquitto_ctrl", "-h", "localhost", "-p", std::to_string(broker.port()), "-u", "rights-service", "-P",
                       "of the service", "dynsec", "setClientId", name});
    const auto begin = Steady::now();
    REQUIRE(world.run_until([&] { return minh.on(chat::room_topic(room, "vy")).size() >= static_cast<std::size_t>(said) && vy.peer.mqtt.connected() && minh.peer.mqtt.connected(); }));
    interruptions.push_back(milliseconds_since(begin));
  }
  std::vector<std::string> expected;
  for (int i = 0; i < said; ++i) expected.push_back(std::to_string(i));
  CHECK(minh.on(chat::room_topic(room, "vy")) == expected);
  CHECK(minh.peer.suspected.empty());  // MQTT 5 says why
  MESSAGE("note: suspected takeovers of the client that speaks 3.1.1: " << vy.peer.suspected.size());
  print_times("until everything was there after a disconnection", interruptions);
}

namespace {

constexpr int users = 200;
constexpr int members = 50;

// Rooms of 50 members each; user0 and so on are in a quarter of them.
std::string sql_of_rooms(int rooms) {
  std::string sql = "BEGIN; DELETE FROM rooms; DELETE FROM members;";
  for (int user = 0; user < users; ++user) sql += "INSERT INTO users (name) VALUES ('user" + std::to_string(user) + "');";
  for (int room = 0; room < rooms; ++room) {
    const std::string id = chat::make_room_id(static_cast<std::uint64_t>(room) * 0x9e3779b97f4a7c15, 7);
    sql += "INSERT INTO rooms VALUES ('" + id + "', 'Room " + std::to_string(room) + "', 'user" + std::to_string(room % users) + "');";
    for (int member = 0; member < members; ++member)
      sql += "INSERT INTO members (room, member) VALUES ('" + id + "', 'user" + std::to_string((room + member * 4) % users) + "');";
  }
  return sql + "COMMIT;";
}

std::string memory_of(const test::Process& process) {
  const auto text = test::read_file("/proc/" + std::to_string(process.id()) + "/status");
  std::istringstream rest(text.substr(text.find("VmRSS:") + 6));
  long kib = 0;
  rest >> kib;
  return std::to_string(kib / 1024) + " MB";
}

// What the clock says, and what the service and the broker have used of the processor meanwhile.
class Span {
 public:
  explicit Span(ServiceWorld& service) : world_(service), service_(service_time()), broker_(broker_time()) {}

  double milliseconds() const { return milliseconds_since(begin_); }
  std::string text(int parts = 1) const {
    std::ostringstream text;
    text << milliseconds() / parts << " ms (processor: service " << 1000 * (service_time() - service_) / parts << ", broker "
         << 1000 * (broker_time() - broker_) / parts << ")";
    return text.str();
  }

 private:
  // Of a service that was started since, all.
  double service_time() const { return world_.service->has_ended() ? 0 : test::processor_seconds(world_.service->id()); }
  double broker_time() const { return test::processor_seconds(world_.broker.id()); }

  ServiceWorld& world_;
  const Steady::time_point begin_ = Steady::now();
  const double service_;
  const double broker_;
};

}  // namespace

TEST_CASE("long: many rooms: start, memory, and the time that a change takes" * doctest::skip(std::getenv("WASMQTT_ROUNDS") == nullptr)) {
  (void)test::rounds(1);
  for (const int rooms : {10, 100, 1000}) {
    ServiceWorld service;
    service.kill_service();
    test::write_file(service.directory / "fill.sql", sql_of_rooms(rooms));
    service.sqlite(".read " + (service.directory / "fill.sql"));
    const Span filling(service);
    service.start_service();
    MESSAGE("note: " << rooms << " rooms of 50 members: an empty broker is filled in " << filling.text());
    service.kill_service();
    const Span reading(service);
    service.start_service();
    MESSAGE("note: " << rooms << " rooms: a full one is read and compared in " << reading.text());
    User vy = service.user("vy");
    constexpr int changes = 10;
    std::vector<double> asked, direct;
    const Span requests(service);
    std::string room;
    for (int change = 0; change < changes; ++change) {
      const auto begin = Steady::now();
      room = vy.ask(GroupAction::create, {}, "One more").room;
      asked.push_back(milliseconds_since(begin));
    }
    MESSAGE("note: " << rooms << " rooms: a request takes " << requests.text(changes));
    print_times(std::to_string(rooms) + " rooms: a request", asked);
    room = chat::make_room_id(0, 7);  // of 50 members, who are all told
    for (int change = 0; change < changes; ++change) {
      const bool wanted = change % 2 == 0;
      service.sqlite(wanted ? "INSERT INTO members (room, member) VALUES ('" + room + "', 'vy')" : "DELETE FROM members WHERE member = 'vy' AND room = '" + room + "'");
      const auto begin = Steady::now();
      while (vy.may_subscribe(chat::room_filter(room)) != wanted) REQUIRE(milliseconds_since(begin) < 60'000);
      direct.push_back(milliseconds_since(begin));
    }
    print_times(std::to_string(rooms) + " rooms: a right given or taken in the database, until it is in force", direct);
    MESSAGE("note: " << rooms << " rooms: the service has " << memory_of(*service.service));
  }
}
