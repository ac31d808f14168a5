// Groups with a real broker and the service as a program: what users see, and what those see who try more than they may.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "agreement.hpp"
#include "chat/rooms.hpp"
#include "rights/sql_connection.hpp"
#include "rounds.hpp"
#include "service_world.hpp"

using namespace wasmqtt;
using chat::GroupAction;
using test::ServiceWorld;
using test::User;

namespace {

bool is_in(const chat::Groups& groups, const std::string& room) {
  return std::any_of(groups.begin(), groups.end(), [&](const chat::Group& group) { return group.room == room; });
}

// Everything that was sent to `user` before has come when this has.
void settle(User& user, const std::string& mark) {
  user.say("chat/messages/" + user.name + '/' + user.name, mark);
  REQUIRE(user.world.run_until([&] {
    const auto own = user.on("chat/messages/" + user.name + '/' + user.name);
    return !own.empty() && own.back() == mark;
  }));
}

}  // namespace

TEST_CASE_FIXTURE(ServiceWorld, "groups: create, invite, write, rename, remove, leave, and the last one out ends the room") {
  User vy = user("vy");
  User minh = user("minh", Protocol::mqtt_5);
  User jenny = user("jenny");
  const chat::GroupAnswer made = vy.ask(GroupAction::create, {}, "Garden");
  REQUIRE(made.accepted);
  const std::string room = made.room;
  CHECK(chat::is_room_id(room));
  REQUIRE(vy.await_groups([&](const auto& groups) { return is_in(groups, room); }));
  CHECK(vy.groups()[0].owner == "vy");

  CHECK(vy.ask(GroupAction::invite, room, "minh").accepted);
  REQUIRE(minh.await_groups([&](const auto& groups) { return is_in(groups, room); }));
  CHECK(minh.groups()[0].members == std::vector<std::string>{"vy", "minh"});
  CHECK(vy.may_subscribe(chat::room_filter(room)));
  CHECK(minh.may_subscribe(chat::room_filter(room)));
  vy.say(chat::room_topic(room, "vy"), "hello");
  minh.say(chat::room_topic(room, "minh"), "hello back");
  REQUIRE(minh.await_on(chat::room_topic(room, "vy"), 1));
  REQUIRE(vy.await_on(chat::room_topic(room, "minh"), 1));

  CHECK(minh.ask(GroupAction::rename, room, "Mine").reason == "Only the owner of the group, vy, can do this.");
  CHECK(vy.ask(GroupAction::rename, room, "Park & Garden").accepted);
  REQUIRE(minh.await_groups([&](const auto& groups) { return groups.size() == 1 && groups[0].name == "Park & Garden"; }));

  CHECK(vy.ask(GroupAction::remove, room, "minh").accepted);
  vy.say(chat::room_topic(room, "vy"), "minh must not read this");
  CHECK_FALSE(minh.may_subscribe(chat::room_filter(room)));
  minh.say(chat::room_topic(room, "minh"), "vy must not read this");
  settle(minh, "1");
  settle(vy, "1");
  CHECK(minh.on(chat::room_topic(room, "vy")).size() == 1);
  CHECK(vy.on(chat::room_topic(room, "minh")).size() == 1);
  REQUIRE(minh.await_groups([](const auto& groups) { return groups.empty(); }));

  CHECK(vy.ask(GroupAction::invite, room, "jenny").accepted);
  CHECK(vy.ask(GroupAction::leave, room).accepted);
  REQUIRE(jenny.await_groups([&](const auto& groups) { return groups.size() == 1 && groups[0].owner == "jenny"; }));
  // The broker keeps it with the topic, for the administrator, too, until the room ends.
  REQUIRE(jenny.peer.mqtt.publish(chat::room_topic(room, "jenny"), "kept", {.qos = Qos::at_least_once, .retain = true}));
  MqttOptions options = test::options_for(broker.url(), "admin's");
  options.client.user_name = "admin";
  const Bytes password = as_bytes("admin");
  options.client.password.emplace(password.begin(), password.end());
  test::Peer admin(world, options);
  REQUIRE(admin.connect());
  REQUIRE(admin.subscribe("chat/rooms/#", Qos::at_least_once));
  REQUIRE(admin.await_messages(1));
  CHECK(admin.received[0].payload == "kept");
  CHECK(jenny.ask(GroupAction::leave, room).accepted);
  REQUIRE(jenny.await_groups([](const auto& groups) { return groups.empty(); }));
  // Empty: cleared.
  REQUIRE(world.run_until([&] {
    return std::any_of(admin.received.begin(), admin.received.end(), [&](const auto& message) {
      return message.topic == chat::room_topic(room, "jenny") && message.payload.empty();
    });
  }));
  CHECK(jenny.ask(GroupAction::leave, room).reason == "You are not a member of this group.");
  for (User* each : {&vy, &minh, &jenny}) CHECK(each->peer.suspected.empty());
}

TEST_CASE_FIXTURE(ServiceWorld, "groups: a member who is offline has everything once and in order, and nothing that was sent after the removal") {
  User vy = user("vy");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  CHECK(vy.ask(GroupAction::invite, room, "minh").accepted);
  {
    User minh = user("minh");
    REQUIRE(minh.may_subscribe(chat::room_filter(room)));
    REQUIRE(minh.peer.disconnect());
  }
  for (int i = 0; i < 20; ++i) vy.say(chat::room_topic(room, "vy"), std::to_string(i));
  std::size_t expected = 20;
  SUBCASE("still a member") {}
  // Mosquitto looks at the rights to what it has queued once more when the session's owner comes back.
  SUBCASE("removed meanwhile: not even what was queued before comes") {
    expected = 0;
    CHECK(vy.ask(GroupAction::remove, room, "minh").accepted);
    for (int i = 0; i < 20; ++i) vy.say(chat::room_topic(room, "vy"), "after");
  }
  User minh = user("minh");
  settle(minh, "1");
  const auto texts = minh.on(chat::room_topic(room, "vy"));
  REQUIRE(texts.size() == expected);
  for (std::size_t i = 0; i < expected; ++i) CHECK(texts[i] == std::to_string(i));
}

TEST_CASE_FIXTURE(ServiceWorld, "groups: who is invited while offline has all that is said from then on, once and in order") {
  const std::string all_rooms = chat::room_topic("+", "+");
  Protocol protocol = Protocol::mqtt_3_1_1;
  SUBCASE("MQTT 3.1.1") {}
  SUBCASE("MQTT 5") { protocol = Protocol::mqtt_5; }
  User vy = user("vy");
  {
    User minh = user("minh", protocol);
    REQUIRE(minh.may_subscribe(all_rooms));
    REQUIRE(minh.peer.disconnect());
  }
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  const std::string other = vy.ask(GroupAction::create, {}, "Kitchen").room;
  vy.say(chat::room_topic(room, "vy"), "before the invitation");
  CHECK(vy.ask(GroupAction::invite, room, "minh").accepted);
  std::vector<std::string> said;
  for (int i = 0; i < 20; ++i) {
    vy.say(chat::room_topic(other, "vy"), "not for minh");
    said.push_back(std::to_string(i));
    vy.say(chat::room_topic(room, "vy"), said.back());
  }
  User minh = user("minh", protocol);
  settle(minh, "1");
  CHECK(minh.on(chat::room_topic(room, "vy")) == said);
  CHECK(minh.on(chat::room_topic(other, "vy")).empty());
  CHECK(is_in(minh.groups(), room));
}

TEST_CASE_FIXTURE(ServiceWorld, "hostile: one filter for all rooms brings nothing of those that one is not a member of, before, between or after") {
  const std::string all_rooms = chat::room_topic("+", "+");
  User vy = user("vy");
  User jenny = user("jenny");
  REQUIRE(jenny.may_subscribe(all_rooms));
  REQUIRE(jenny.may_subscribe(all_rooms + "/accepted"));
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  const auto say = [&](const std::string& text) { vy.say(chat::room_topic(room, "vy"), text); };
  say("before");
  CHECK(vy.ask(GroupAction::invite, room, "jenny").accepted);
  say("as a member");
  CHECK(vy.ask(GroupAction::remove, room, "jenny").accepted);
  say("after");
  REQUIRE(vy.peer.mqtt.publish(chat::room_topic(room, "vy"), "kept by the broker", {.qos = Qos::at_least_once, .retain = true}));
  REQUIRE(jenny.may_subscribe(all_rooms));  // again: retained messages come with it
  settle(jenny, "1");
  CHECK(jenny.on(chat::room_topic(room, "vy")) == std::vector<std::string>{"as a member"});
}

TEST_CASE_FIXTURE(ServiceWorld, "hostile: forged senders, other users' topics and wildcards are refused") {
  User vy = user("vy");
  User jenny = user("jenny");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  REQUIRE(vy.may_subscribe(chat::room_filter(room)));
  REQUIRE(vy.may_subscribe("chat/messages/vy/+"));
  REQUIRE(jenny.may_subscribe("chat/messages/jenny/+"));
  for (const std::string& filter :
       {std::string("#"), std::string("chat/#"), std::string("chat/rooms/#"), std::string("chat/rooms/+/vy"), chat::room_filter(room), "chat/rooms/" + room + "/#",
        "chat/rooms/" + room + "/vy", std::string("chat/groups/#"), std::string("chat/groups/of/+"), std::string("chat/groups/of/vy"),
        std::string("chat/groups/answer/vy"), std::string("chat/groups/request/+"), std::string("chat/groups/request/jenny"),
        std::string("chat/messages/+/+"), std::string("chat/messages/vy/+"), std::string("$CONTROL/#"),
        std::string("$CONTROL/dynamic-security/v1/response"), std::string("$share/validation/chat/messages/+/+/request")}) {
    CAPTURE(filter);
    CHECK_FALSE(jenny.may_subscribe(filter));
  }
  jenny.say(chat::room_topic(room, "vy"), "forged sender");
  jenny.say(chat::room_topic(room, "jenny"), "no member");
  jenny.say("chat/messages/vy/minh", "forged sender");
  jenny.say(chat::group_answer_topic("vy"), R"({"requestId":"vy2","accepted":true,"reason":"","room":""})");
  jenny.say(chat::groups_topic("vy"), R"({"rooms":[]})");
  jenny.say(chat::group_request_topic("vy"), chat::write_group_request({"forged", GroupAction::remove_room, room, {}, {}}));
  jenny.say("$CONTROL/dynamic-security/v1", R"({"commands":[{"command":"addClientRole","username":"jenny","rolename":"rights-service"}]})");
  settle(vy, "1");
  CHECK(vy.on(chat::room_topic(room, "vy")).empty());
  CHECK(vy.on(chat::room_topic(room, "jenny")).empty());
  CHECK(vy.on("chat/messages/vy/minh").empty());
  CHECK(vy.answers("vy2").empty());
  CHECK(vy.groups().size() == 1);
  CHECK(vy.answers("forged").empty());
  CHECK(vy.ask(GroupAction::rename, room, "Still here").accepted);
  CHECK_FALSE(jenny.may_subscribe("$CONTROL/dynamic-security/v1/response"));
}

TEST_CASE_FIXTURE(ServiceWorld, "hostile: malformed and oversized requests are answered in words, and a flood is held back") {
  User jenny = user("jenny");
  const auto answer_to = [&](const std::string& payload) {
    const std::size_t before = jenny.on(chat::group_answer_topic("jenny")).size();
    jenny.say(chat::group_request_topic("jenny"), payload);
    REQUIRE(jenny.await_on(chat::group_answer_topic("jenny"), before + 1));
    return chat::parse_group_answer(jenny.on(chat::group_answer_topic("jenny")).back()).value->reason;
  };
  CHECK(answer_to("nonsense") == "The payload is not JSON in UTF-8.");
  CHECK(answer_to(std::string(1 << 20, '[')).find("The limit is 4096.") != std::string::npos);
  jenny.say(chat::group_request_topic("jenny"), std::string(20 << 20, '['));  // which the broker keeps from it
  CHECK(answer_to(R"({"requestId":"1","action":"create","name":"\u0007"})") == "A group's name cannot contain control characters.");

  kill_service();
  start_service({"--requests-per-minute", "20"});
  User vy = user("vy");
  for (int i = 0; i < 500; ++i)
    REQUIRE(jenny.peer.mqtt.publish(chat::group_request_topic("jenny"),
                                    chat::write_group_request({"flood" + std::to_string(i), GroupAction::create, {}, "x", {}}),
                                    {.qos = Qos::at_least_once}));
  CHECK(vy.ask(GroupAction::create, {}, "Garden").accepted);  // others are served meanwhile
  std::map<std::string, chat::GroupAnswer> answers;
  REQUIRE(world.run_until([&] {
    for (const std::string& payload : jenny.on(chat::group_answer_topic("jenny"))) {
      const auto answer = chat::parse_group_answer(payload).value;
      if (answer && answer->request_id.starts_with("flood")) answers.emplace(answer->request_id, *answer);
    }
    return answers.size() == 500;
  }));
  CHECK(answers.at("flood0").accepted);
  std::size_t accepted = 0, refused = 0;
  for (const auto& [id, answer] : answers) {
    if (answer.accepted) ++accepted;
    else if (answer.reason == "These are more than 20 requests in a minute. Please try again later.") ++refused;
  }
  CHECK(accepted + refused == 500);
  CHECK(accepted >= 17);  // the three before may come again, and then count
  CHECK(accepted <= 40);  // one more for each three seconds that all of this takes
  CHECK(jenny.await_groups([&](const auto& groups) { return groups.size() == accepted; }));
}

TEST_CASE_FIXTURE(ServiceWorld, "limits: the size of a request and of a name, one below, at it, one above and far above") {
  User vy = user("vy");
  const auto answer_to = [&](const std::string& payload) {
    const std::size_t before = vy.on(chat::group_answer_topic("vy")).size();
    vy.say(chat::group_request_topic("vy"), payload);
    REQUIRE(vy.await_on(chat::group_answer_topic("vy"), before + 1));
    return *chat::parse_group_answer(vy.on(chat::group_answer_topic("vy")).back()).value;
  };
  int number = 0;
  const auto of_size = [&](std::size_t bytes) {
    std::string payload = R"({"requestId":"r)" + std::to_string(number++) + R"(","action":"create","name":"x"})";
    return payload + std::string(bytes - payload.size(), ' ');
  };
  CHECK(answer_to(of_size(4095)).accepted);
  CHECK(answer_to(of_size(4096)).accepted);
  for (const std::size_t bytes : {4097u, 100'000u, 4'000'000u})  // the broker takes no more than 4 MiB
    CHECK(answer_to(of_size(bytes)).reason.find("The limit is 4096.") != std::string::npos);
  const auto of_name = [&](std::size_t bytes) {
    return answer_to(chat::write_group_request({"n" + std::to_string(number++), GroupAction::create, {}, std::string(bytes, 'x'), {}}));
  };
  CHECK(of_name(99).accepted);
  CHECK(of_name(100).accepted);
  for (const std::size_t bytes : {101u, 3000u}) {
    const chat::GroupAnswer answer = of_name(bytes);
    CHECK_FALSE(answer.accepted);
    CHECK(answer.reason.find("100") != std::string::npos);
  }
  CHECK(vy.ask(GroupAction::create, {}, "Still there").accepted);
  CHECK(vy.await_groups([](const chat::Groups& groups) { return groups.size() == 5; }));
}

TEST_CASE_FIXTURE(ServiceWorld, "limits: requests a minute, one below the limit, at it, and one above") {
  kill_service();
  start_service({"--requests-per-minute", "5"});
  User vy = user("vy");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) CHECK(vy.ask(GroupAction::create, {}, "Garden").accepted);
  CHECK(vy.ask(GroupAction::create, {}, "Garden").accepted);
  const chat::GroupAnswer sixth = vy.ask(GroupAction::create, {}, "Garden");
  // Unless all of this took so long that one more is due.
  if (std::chrono::steady_clock::now() - begin < std::chrono::seconds{12})
    CHECK(sixth.reason == "These are more than 5 requests in a minute. Please try again later.");
}

TEST_CASE_FIXTURE(ServiceWorld, "requests: repeated with its id one is done once and answered again, also by a service that was killed") {
  User vy = user("vy");
  const chat::GroupRequest request{"the same", GroupAction::create, {}, "Garden", {}};
  const chat::GroupAnswer first = vy.ask(request);
  kill_service();
  const auto again = vy.peer.mqtt.publish(chat::group_request_topic("vy"), chat::write_group_request(request), {.qos = Qos::at_least_once});
  REQUIRE(again);
  start_service();
  // The first one may come again, too: it was not acknowledged if the service was killed soon enough.
  REQUIRE(world.run_until([&] { return vy.answers("the same").size() >= 2; }));
  for (const chat::GroupAnswer& answer : vy.answers("the same")) CHECK(answer == first);
  CHECK(vy.groups().size() == 1);
}

TEST_CASE_FIXTURE(ServiceWorld, "broker: one that comes back empty is filled again, and so is what somebody else has changed") {
  User vy = user("vy");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  REQUIRE(vy.peer.disconnect());
  broker.kill();
  test::write_file(broker.file("dynamic-security.json"), test::read_file(WASMQTT_BROKER_CONFIGURATION "/dynamic-security.json"));
  broker.start();
  REQUIRE(test::await([&] { return test::read_file(broker.file("dynamic-security.json")).find(room) != std::string::npos; }));
  User later = user("vy");
  CHECK(later.may_subscribe(chat::room_filter(room)));
  REQUIRE(later.await_groups([&](const auto& groups) { return is_in(groups, room); }));
}

TEST_CASE_FIXTURE(ServiceWorld, "broker: it is compared with the database now and then, also while requests are carried out") {
  kill_service();
  start_service({"--recheck", "1"});
  User vy = user("vy");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (std::chrono::steady_clock::now() < end) {
    const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
    REQUIRE(vy.ask(GroupAction::remove_room, room).accepted);
  }
  CHECK_FALSE(service->has_ended());
}

TEST_CASE_FIXTURE(ServiceWorld, "database: a right that is given or taken with sqlite3 is in force within a second, for who is connected") {
  User vy = user("vy");
  User jenny = user("jenny");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  const auto may_soon = [&](bool wanted) {
    const auto deadline = std::chrono::steady_clock::now() + test::soon();
    while (jenny.may_subscribe(chat::room_filter(room)) != wanted) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  };
  for (int round = 0; round < 5; ++round) {
    sqlite("INSERT INTO members (room, member) VALUES ('" + room + "', 'jenny')");
    CHECK(may_soon(true));
    sqlite("DELETE FROM members WHERE member = 'jenny'");
    CHECK(may_soon(false));
  }
  CHECK(jenny.peer.suspected.empty());
  sqlite("DELETE FROM users WHERE name = 'jenny'");
  REQUIRE(world.run_until([&] { return !jenny.peer.mqtt.connected(); }));  // deleteClient disconnects
}

namespace {

// A service without --demo-users, as in production.
std::unique_ptr<test::Process> start_plain(const ServiceWorld& world, const std::string& database, const std::string& log,
                                           std::vector<std::string> options = {}) {
  options.insert(options.begin(), {WASMQTT_RIGHTS_SERVICE, "--url", world.broker.url(), "--database", database});
  return std::make_unique<test::Process>(options, log, std::vector<std::string>{"WASMQTT_PASSWORD=of the service"});
}

std::size_t count_in(const std::string& file, const std::string& part) {
  const std::string text = test::read_file(file);
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE_FIXTURE(ServiceWorld, "service: a mistyped database is refused, and removes nobody from the broker") {
  kill_service();
  const std::string log = directory / "plain.log";
  const std::string mistyped = directory / "righst.db";
  CHECK(start_plain(*this, mistyped, log)->wait() == 1);
  CHECK(count_in(log, "there is no file " + mistyped + " (--create yes makes what is missing)") == 1);
  CHECK(::access(mistyped.c_str(), F_OK) != 0);
  CHECK(test::agree(database, broker));
}

TEST_CASE_FIXTURE(ServiceWorld, "service: a database without users removes nobody from the broker, unless it was asked for") {
  User vy = user("vy");
  const std::string room = vy.ask(GroupAction::create, {}, "Garden").room;
  kill_service();
  sqlite("CREATE TABLE others AS SELECT * FROM users; DELETE FROM users");
  const std::string log = directory / "plain.log";
  auto plain = start_plain(*this, database, log);
  REQUIRE(test::await([&] { return count_in(log, "the database has no users") == 1; }));
  vy.say("chat/messages/vy/vy", "still there");
  CHECK(count_in(log, "ready") == 0);
  sqlite("INSERT INTO users SELECT * FROM others");
  REQUIRE(test::await([&] { return count_in(log, ": ready") == 1; }));
  REQUIRE(vy.ask(GroupAction::rename, room, "Park").accepted);  // nor did the group go

  sqlite("DELETE FROM users");  // by somebody who sees what comes of it
  REQUIRE(world.run_until([&] { return vy.peer.mqtt.state() != ConnectionState::connected; }));
  plain.reset();
  plain = start_plain(*this, database, log, {"--create", "yes"});
  REQUIRE(test::await([&] { return count_in(log, ": ready") == 1; }));
}

TEST_CASE_FIXTURE(ServiceWorld, "service: a change that the broker did not take at once is in the audit once") {
  User vy = user("vy");
  const auto audit = [sql = rights::open_database(database, rights::DatabaseUse::read)] {
    std::vector<std::string> rows;
    sql->transaction([&] {
      for (const auto& row : sql->query("SELECT what FROM audit ORDER BY number")) rows.push_back(row[0]);
    });
    return rows;
  };
  ::kill(broker.id(), SIGSTOP);
  sqlite("BEGIN; INSERT INTO rooms VALUES ('Garden0123456789', 'Garden', 'vy');"
         "INSERT INTO members (room, member) VALUES ('Garden0123456789', 'vy'); COMMIT");
  REQUIRE(test::await([&] { return audit().size() == 2; }));  // it has been read, and the broker is being told
  broker.kill();
  broker.start();
  REQUIRE(vy.await_groups([&](const auto& groups) { return is_in(groups, "Garden0123456789"); }));
  CHECK(audit() == std::vector<std::string>{"room Garden0123456789 was made: Garden", "vy joined room Garden0123456789"});
}
