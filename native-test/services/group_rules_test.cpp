// What users may do with groups, and what is said where they may not.
#include <doctest/doctest.h>

#include "rights_support.hpp"

using namespace rights;
using chat::GroupAction;
using test::at;
using test::garden;
using test::kitchen;
using test::small_state;
using Kind = Change::Kind;

namespace {

struct Rules {
  RightsState state = small_state();
  GroupLimits limits{};

  Decision ask(const std::string& asker, GroupAction action, const std::string& user = {}, const std::string& room = garden,
               const std::string& name = "New") {
    Decision decision = decide(asker, {"r", action, room, name, user}, state, limits, kitchen, at(9));
    carry_out(decision.changes, state);
    CHECK(decision.answer.request_id == "r");
    CHECK(decision.answer.accepted == decision.answer.reason.empty());
    if (!decision.answer.accepted) CHECK(decision.changes.empty());
    return decision;
  }
  std::string refusal(const std::string& asker, GroupAction action, const std::string& user = {}, const std::string& room = garden) {
    const RightsState before = state;
    const Decision decision = ask(asker, action, user, room);
    CHECK(state == before);
    return decision.answer.reason;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Rules, "groups: who makes one owns it and is its first member") {
  const Decision decision = ask("jenny", GroupAction::create);
  CHECK(decision.answer.room == kitchen);
  CHECK(state.rooms.at(kitchen) == Room{"New", "jenny", {{"jenny", at(9)}}});
}

TEST_CASE_FIXTURE(Rules, "groups: any member invites, nobody else does") {
  CHECK(ask("minh", GroupAction::invite, "jenny").answer.accepted);
  CHECK(state.rooms.at(garden).members.back() == Member{"jenny", at(9)});
  CHECK(refusal("minh", GroupAction::invite, "jenny") == "jenny is a member already.");
  CHECK(refusal("vy", GroupAction::invite, "nobody") == "There is no user nobody.");
  CHECK(refusal("vy", GroupAction::invite, "admin") == "There is no user admin.");
  state = small_state();
  CHECK(refusal("jenny", GroupAction::invite, "jenny") == "You are not a member of this group.");
}

TEST_CASE_FIXTURE(Rules, "groups: only the owner removes, renames, ends, and hands over") {
  for (const GroupAction action : {GroupAction::remove, GroupAction::rename, GroupAction::make_owner, GroupAction::remove_room})
    CHECK(refusal("minh", action, "vy") == "Only the owner of the group, vy, can do this.");
  CHECK(ask("vy", GroupAction::rename).answer.accepted);
  CHECK(state.rooms.at(garden).name == "New");
  CHECK(refusal("vy", GroupAction::remove, "jenny") == "jenny is not a member.");
  CHECK(refusal("vy", GroupAction::remove, "vy") == "To remove yourself, leave the group.");
  CHECK(refusal("vy", GroupAction::make_owner, "jenny") == "jenny is not a member.");
  CHECK(refusal("vy", GroupAction::make_owner, "vy") == "You are the owner already.");
  CHECK(ask("vy", GroupAction::make_owner, "minh").answer.accepted);
  CHECK(state.rooms.at(garden).owner == "minh");
  CHECK(ask("minh", GroupAction::remove, "vy").answer.accepted);
  CHECK(state.rooms.at(garden).members == std::vector<Member>{{"minh", at(2)}});
  CHECK(ask("minh", GroupAction::remove_room).answer.accepted);
  CHECK(state.rooms.empty());
}

TEST_CASE_FIXTURE(Rules, "groups: the owner leaves, and the member of longest standing becomes owner; the last one ends the room") {
  CHECK(ask("vy", GroupAction::invite, "jenny").answer.accepted);
  CHECK(ask("vy", GroupAction::leave).answer.accepted);
  CHECK(state.rooms.at(garden).owner == "minh");
  CHECK(ask("jenny", GroupAction::leave).answer.accepted);
  CHECK(state.rooms.at(garden).owner == "minh");
  CHECK(ask("minh", GroupAction::leave).answer.accepted);
  CHECK(state.rooms.empty());
  CHECK(refusal("minh", GroupAction::leave) == "You are not a member of this group.");
}

TEST_CASE_FIXTURE(Rules, "groups: who is no user asks in vain, and a room that is not there looks like one of others") {
  CHECK(refusal("stranger", GroupAction::create) == "You are not a user of this chat.");
  CHECK(refusal("admin", GroupAction::create) == "You are not a user of this chat.");
  CHECK(refusal("vy", GroupAction::leave, {}, kitchen) == refusal("jenny", GroupAction::leave));
}

TEST_CASE_FIXTURE(Rules, "groups: each limit is named") {
  limits = {.rooms_per_owner = 1, .rooms_per_member = 5, .members_per_room = 2};
  CHECK(refusal("vy", GroupAction::create) == "You own 1 groups already. That is the limit.");
  CHECK(refusal("vy", GroupAction::invite, "jenny") == "The group has 2 members already. That is the limit.");
  CHECK(ask("minh", GroupAction::create).answer.accepted);
  CHECK(refusal("vy", GroupAction::make_owner, "minh") == "minh owns 1 groups already. That is the limit.");
  limits = {.rooms_per_member = 1};
  state = small_state();
  CHECK(refusal("minh", GroupAction::create) == "You are in 1 groups already. That is the limit.");
  CHECK(ask("jenny", GroupAction::create).answer.accepted);
  CHECK(refusal("vy", GroupAction::invite, "jenny") == "jenny is in 1 groups already. That is the limit.");
}

TEST_CASE_FIXTURE(Rules, "groups: each default limit, one below, at it, and far above") {
  const auto room_id = [](int number) {
    const std::string digits = std::to_string(number);
    return std::string(16 - digits.size(), 'r') + digits;
  };
  const auto add_room = [&](int number, const std::string& owner, const std::string& member) {
    state.rooms[room_id(number)] = {"Room", owner, {{owner, at(1)}}};
    if (member != owner) state.rooms[room_id(number)].members.push_back({member, at(2)});
  };
  SUBCASE("rooms of an owner: 20") {
    state.rooms.clear();
    for (int i = 0; i < 19; ++i) add_room(i, "vy", "vy");
    CHECK(ask("vy", GroupAction::create).answer.accepted);
    CHECK(refusal("vy", GroupAction::create) == "You own 20 groups already. That is the limit.");
    for (int i = 20; i < 2000; ++i) add_room(i, "vy", "vy");  // by another program
    CHECK(refusal("vy", GroupAction::create) == "You own 20 groups already. That is the limit.");
    CHECK(ask("vy", GroupAction::leave, {}, room_id(1)).answer.accepted);
  }
  SUBCASE("rooms of a member: 100") {
    state.rooms.clear();
    for (int i = 0; i < 99; ++i) add_room(i, "user" + std::to_string(i), "jenny");
    add_room(500, "vy", "vy");
    add_room(501, "vy", "vy");
    CHECK(ask("vy", GroupAction::invite, "jenny", room_id(500)).answer.accepted);
    CHECK(refusal("vy", GroupAction::invite, "jenny", room_id(501)) == "jenny is in 100 groups already. That is the limit.");
    for (int i = 1000; i < 3000; ++i) add_room(i, "vy", "jenny");
    CHECK(refusal("vy", GroupAction::invite, "jenny", room_id(501)) == "jenny is in 100 groups already. That is the limit.");
    CHECK(refusal("jenny", GroupAction::create) == "You are in 100 groups already. That is the limit.");
  }
  SUBCASE("members of a room: 50") {
    auto& members = state.rooms[garden].members;
    for (int i = 2; i < 49; ++i) members.push_back({"user" + std::to_string(i), at(i)});
    state.users["late"] = UserKind::user;
    REQUIRE(members.size() == 49);
    CHECK(ask("vy", GroupAction::invite, "jenny").answer.accepted);
    CHECK(refusal("vy", GroupAction::invite, "late") == "The group has 50 members already. That is the limit.");
    for (int i = 100; i < 5000; ++i) members.push_back({"user" + std::to_string(i), at(i)});
    CHECK(refusal("vy", GroupAction::invite, "late") == "The group has 50 members already. That is the limit.");
    CHECK(ask("vy", GroupAction::remove, "minh").answer.accepted);
  }
}

TEST_CASE_FIXTURE(Rules, "groups of a user: only those, with the members by standing, and when the user joined") {
  CHECK(groups_of("jenny", state).empty());
  CHECK(groups_of("minh", state) == chat::Groups{{garden, "Garden", "vy", {"vy", "minh"}, chat::Time{at(2)}}});
}

TEST_CASE_FIXTURE(Rules, "repairs: what other programs have broken follows the rules again") {
  CHECK(repairs(state).empty());
  state.rooms[kitchen] = {"Empty", "vy", {}};
  state.rooms[garden].owner = "jenny";
  state.rooms[garden].members.insert(state.rooms[garden].members.begin(), {"stranger", at(0)});
  carry_out(repairs(state), state);
  CHECK(state.rooms == std::map<std::string, Room>{{garden, {"Garden", "vy", {{"vy", at(1)}, {"minh", at(2)}}}}});
}

TEST_CASE_FIXTURE(Rules, "difference: leads from any state to any other") {
  const RightsState empty{state.users, {}, false};
  RightsState other = state;
  carry_out({{Kind::rename_room, garden, {}, "Park", {}}, {Kind::remove_member, garden, "vy", {}, {}}, {Kind::set_owner, garden, "minh", {}, {}},
         {Kind::add_room, kitchen, "jenny", "Kitchen", {}}, {Kind::add_member, kitchen, "jenny", {}, at(5)}}, other);
  for (const RightsState& from : {empty, state, other}) {
    for (const RightsState& to : {empty, state, other}) {
      RightsState changed = from;
      carry_out(difference(from, to), changed);
      CHECK(changed == to);
    }
  }
}
