// Many changes of rights, and how long they take: by other programs, while people chat, with many rooms.
#include <doctest/doctest.h>

#include <algorithm>

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

TEST_CASE("long: many rooms: start, memory, and the time that a change takes" * doctest::skip(std::getenv("WASMQTT_ROUNDS") == nullptr)) {
  (void)test::rounds(1);
  for (const int rooms : {10, 100, 1000}) {
    ServiceWorld service;
    service.kill_service();
    std::string sql = "BEGIN; DELETE FROM rooms; DELETE FROM members;";
    for (int user = 0; user < 200; ++user) sql += "INSERT INTO users (name) VALUES ('user" + std::to_string(user) + "');";
    for (int room = 0; room < rooms; ++room) {
      const std::string id = chat::make_room_id(static_cast<std::uint64_t>(room) * 0x9e3779b97f4a7c15, 7);
      sql += "INSERT INTO rooms VALUES ('" + id + "', 'Room " + std::to_string(room) + "', 'user" + std::to_string(room % 200) + "');";
      for (int member = 0; member < 50; ++member)
        sql += "INSERT INTO members (room, member) VALUES ('" + id + "', 'user" + std::to_string((room + member * 4) % 200) + "');";
    }
    test::write_file(service.directory / "fill.sql", sql + "COMMIT;");
    service.sqlite(".read " + (service.directory / "fill.sql"));
    const auto begin = Steady::now();
    service.start_service();
    const double start = milliseconds_since(begin);
    std::vector<double> changes;
    User vy = service.user("vy");
    for (int change = 0; change < 10; ++change) {
      const auto asked = Steady::now();
      REQUIRE(vy.ask(GroupAction::create, {}, "One more").accepted);
      changes.push_back(milliseconds_since(asked));
    }
    const auto text = test::read_file("/proc/" + std::to_string(service.service->id()) + "/status");
    MESSAGE("note: " << rooms << " rooms of 50 members: filling an empty broker takes " << start << " ms; the service has "
                     << text.substr(text.find("VmRSS:") + 6, 14));
    print_times("a change with " + std::to_string(rooms) + " rooms", changes);
  }
}
