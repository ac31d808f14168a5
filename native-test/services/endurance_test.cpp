// Many changes of rights, and how long they take: by other programs, and while people chat.
#include <doctest/doctest.h>

#include <algorithm>

#include "chat/rooms.hpp"
#include "postgres_server.hpp"
#include "rounds.hpp"
#include "service_world.hpp"
#include "times.hpp"

using namespace wasmqtt;
using chat::GroupAction;
using test::milliseconds_since;
using test::print_times;
using test::ServiceWorld;
using test::Steady;
using test::User;

namespace {

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
      while (jenny.may_subscribe(chat::room_filter(room)) != wanted) REQUIRE(milliseconds_since(begin) < 60'000);
      (wanted ? given : taken).push_back(milliseconds_since(begin));
    }
  }
  print_times("a right given with " + what, given);
  print_times("a right taken with " + what, taken);
  for (const auto& times : {given, taken}) CHECK(*std::max_element(times.begin(), times.end()) < static_cast<double>(test::soon().count()));
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
