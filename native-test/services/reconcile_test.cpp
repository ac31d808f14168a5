// What the broker has to know, and the commands that bring it there from anywhere.
#include <doctest/doctest.h>

#include <random>

#include "rights_support.hpp"

using namespace rights;
using test::garden;
using test::small_state;
using Kind = Command::Kind;

namespace {

const std::set<std::string> own = {"rights-service"};

BrokerState fresh_broker() {
  BrokerState broker;
  broker.clients["rights-service"].roles = {"rights-service"};
  broker.roles["rights-service"] = {{AclType::send, "$CONTROL/dynamic-security/v1", true}};
  return broker;
}

// What is ours of it.
BrokerState without_own(BrokerState broker) {
  broker.clients.erase("rights-service");
  broker.roles.erase("rights-service");
  return broker;
}

bool may(const BrokerState& broker, const std::string& user, AclType type, const std::string& topic) {
  const auto role = broker.roles.find(role_of(user));
  return role != broker.roles.end() && role->second.contains({type, topic, true});
}

std::vector<Kind> kinds(const std::vector<Command>& commands) {
  std::vector<Kind> result;
  for (const Command& command : commands) result.push_back(command.kind);
  return result;
}

}  // namespace

TEST_CASE("rights: a member writes in the room under the own name and reads all of it; others do neither") {
  const BrokerState broker = desired_state(small_state());
  for (const std::string user : {"vy", "minh"}) {
    CHECK(may(broker, user, AclType::send, "chat/rooms/" + garden + "/" + user));
    CHECK(may(broker, user, AclType::receive, "chat/rooms/" + garden + "/+"));
    CHECK(may(broker, user, AclType::subscribe_pattern, "chat/rooms/" + garden + "/+"));
  }
  CHECK_FALSE(may(broker, "vy", AclType::send, "chat/rooms/" + garden + "/minh"));
  for (const Acl& acl : broker.roles.at("chat-jenny")) CHECK(acl.topic.find(garden) == std::string::npos);
}

TEST_CASE("rights: who may subscribe to something may receive it, and the other way round") {
  for (const bool only_checked : {false, true}) {
    RightsState state = small_state();
    state.only_checked = only_checked;
    for (const auto& [name, acls] : desired_state(state).roles) {
      for (const Acl& acl : acls) {
        CAPTURE(acl.topic);
        if (acl.type == AclType::receive) CHECK(acls.contains({AclType::subscribe_pattern, acl.topic, true}));
        if (acl.type == AclType::subscribe_pattern) CHECK(acls.contains({AclType::receive, acl.topic, true}));
      }
    }
  }
}

TEST_CASE("rights: all rooms are one subscription, of which nobody may receive more than the own ones") {
  RightsState state = small_state();
  for (const std::string user : {"vy", "jenny"}) {
    CHECK(may(desired_state(state), user, AclType::subscribe_literal, "chat/rooms/+/+"));
    CHECK(may(desired_state(state), user, AclType::subscribe_literal, "chat/rooms/+/+/accepted"));
    CHECK_FALSE(may(desired_state(state), user, AclType::receive, "chat/rooms/+/+"));
    CHECK_FALSE(may(desired_state(state), user, AclType::subscribe_pattern, "chat/rooms/+/+"));
  }
  state.only_checked = true;
  CHECK_FALSE(may(desired_state(state), "vy", AclType::subscribe_literal, "chat/rooms/+/+"));
  CHECK(may(desired_state(state), "vy", AclType::subscribe_literal, "chat/rooms/+/+/accepted"));
}

TEST_CASE("rights: nobody may write what the worker decides, nor read another's requests") {
  for (const auto& [name, acls] : desired_state(small_state()).roles) {
    if (name == "chat-validation-worker") continue;
    for (const Acl& acl : acls) {
      CAPTURE(acl.topic);
      const bool outcome = acl.topic.ends_with("/accepted") || acl.topic.ends_with("/rejected");
      if (outcome) CHECK(acl.type != AclType::send);
      if (acl.topic.ends_with("/request")) CHECK(acl.type == AclType::send);
    }
  }
}

TEST_CASE("rights: where only what was checked is delivered, nobody writes or reads past the worker") {
  RightsState state = small_state();
  state.only_checked = true;
  const BrokerState broker = desired_state(state);
  CHECK_FALSE(may(broker, "vy", AclType::send, "chat/messages/+/vy"));
  CHECK_FALSE(may(broker, "vy", AclType::receive, "chat/messages/vy/+"));
  CHECK_FALSE(may(broker, "vy", AclType::send, "chat/rooms/" + garden + "/vy"));
  CHECK_FALSE(may(broker, "vy", AclType::receive, "chat/rooms/" + garden + "/+"));
  CHECK(may(broker, "vy", AclType::send, "chat/messages/+/vy/request"));
  CHECK(may(broker, "vy", AclType::receive, "chat/rooms/" + garden + "/+/accepted"));
}

TEST_CASE("rights: the administrator reads all, is online or not, and writes no messages") {
  const BrokerState broker = desired_state(small_state());
  CHECK(may(broker, "admin", AclType::receive, "chat/messages/#"));
  CHECK(may(broker, "admin", AclType::receive, "chat/rooms/#"));
  for (const Acl& acl : broker.roles.at("chat-admin")) CHECK((acl.type != AclType::send || acl.topic == "chat/status/admin"));
}

TEST_CASE("rights: names that would break out of their level of a topic get none") {
  RightsState state = small_state();
  state.users["+"] = state.users["a/b"] = state.users["#"] = UserKind::user;
  state.rooms["+"] = {"all", "jenny", {{"jenny", {}}}};
  state.rooms[garden].members.push_back({"nobody", {}});
  state.rooms[garden].members.push_back({"admin", {}});
  const BrokerState broker = desired_state(state);
  CHECK(broker.clients.size() == 5);
  CHECK_FALSE(may(broker, "jenny", AclType::receive, "chat/rooms/+/+"));
  CHECK_FALSE(may(broker, "admin", AclType::send, "chat/rooms/" + garden + "/admin"));
}

TEST_CASE("reconcile: an empty broker is filled, roles before the clients that have them, and rights at last") {
  const BrokerState desired = desired_state(small_state());
  const auto commands = reconcile(desired, fresh_broker(), own);
  std::vector<Kind> expected;
  for (const Kind kind : {Kind::create_role, Kind::create_client, Kind::modify_role}) expected.insert(expected.end(), 5, kind);
  CHECK(kinds(commands) == expected);
}

TEST_CASE("reconcile: a broker that knows everything is left alone") {
  BrokerState broker = fresh_broker();
  const BrokerState desired = desired_state(small_state());
  for (const Command& command : reconcile(desired, broker, own)) carry_out(command, broker);
  CHECK(reconcile(desired, broker, own).empty());
}

TEST_CASE("reconcile: a change of one member is one command, complete") {
  RightsState state = small_state();
  BrokerState broker = fresh_broker();
  for (const Command& command : reconcile(desired_state(state), broker, own)) carry_out(command, broker);
  carry_out({{Change::Kind::remove_member, garden, "minh", {}, {}}}, state);
  const BrokerState desired = desired_state(state);
  const auto commands = reconcile(desired, broker, own);
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].kind == Kind::modify_role);
  CHECK(commands[0].acls == desired.roles.at("chat-minh"));
}

TEST_CASE("reconcile: what takes a right comes before what gives one") {
  RightsState state = small_state();
  BrokerState broker = fresh_broker();
  for (const Command& command : reconcile(desired_state(state), broker, own)) carry_out(command, broker);
  carry_out({{Change::Kind::remove_member, garden, "vy", {}, {}}, {Change::Kind::add_member, garden, "jenny", {}, {}}}, state);
  const auto commands = reconcile(desired_state(state), broker, own);
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].name == "chat-vy");
  CHECK(commands[1].name == "chat-jenny");
}

TEST_CASE("reconcile: what somebody else has put into the broker goes, what is the service's own stays") {
  BrokerState broker = fresh_broker();
  broker.groups = {"friends"};
  broker.roles["power"] = {{AclType::receive, "#", true}};
  broker.clients["intruder"].roles = {"power"};
  broker.clients["vy"].roles = {"power", "chat-vy"};
  broker.clients["minh"].disabled = true;
  broker.defaults.receive = true;
  const BrokerState desired = desired_state(small_state());
  for (const Command& command : reconcile(desired, broker, own)) carry_out(command, broker);
  CHECK(without_own(broker) == desired);
  CHECK(broker.clients.contains("rights-service"));
  CHECK(broker.roles.contains("rights-service"));
}

TEST_CASE("reconcile: from any broker to any state, and no right too many on the way") {
  std::mt19937 random(7);
  const auto any_state = [&] {
    RightsState state;
    for (int user = 0; user < 5; ++user) {
      if (random() % 4 != 0) state.users["user" + std::to_string(user)] = random() % 8 == 0 ? UserKind::reader : UserKind::user;
    }
    for (char room = 'A'; room < 'D'; ++room) {
      Room& content = state.rooms[std::string(16, room)];
      for (const auto& [user, kind] : state.users) {
        if (random() % 2 != 0) content.members.push_back({user, {}});
      }
    }
    state.only_checked = random() % 8 == 0;
    return state;
  };
  BrokerState broker = fresh_broker();
  DesiredState followed;
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    const RightsState state = any_state();
    const BrokerState desired = desired_state(state);
    REQUIRE(followed.follow(state) == desired);
    const BrokerState before = broker;
    for (const Command& command : reconcile(desired, broker, own)) {
      carry_out(command, broker);
      for (const auto& [name, acls] : broker.roles) {
        // Nobody has a right in between that is neither an old nor a new one.
        for (const Acl& acl : acls) {
          const auto was = before.roles.find(name);
          const auto will = desired.roles.find(name);
          const bool known = (was != before.roles.end() && was->second.contains(acl)) ||
                             (will != desired.roles.end() && will->second.contains(acl));
          REQUIRE(known);
        }
      }
    }
    REQUIRE(without_own(broker) == desired);
  }
}
