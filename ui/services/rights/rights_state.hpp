// What the database says: who the users are, which rooms there are, who is in them, and what the workers have to know.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rights {

using Milliseconds = std::chrono::milliseconds;  // since the Unix epoch, where it is a time of day

enum class UserKind : std::uint8_t {
  user,    // takes part in the chat
  reader,  // reads all messages and writes none: the article's admin
  worker,  // checks messages
};

struct Member {
  std::string user;
  Milliseconds since{};
  friend bool operator==(const Member&, const Member&) = default;
};

struct Room {
  std::string name;
  std::string owner;
  std::vector<Member> members;  // longest standing first, at the same time by name

  const Member* find(const std::string& user) const;
  friend bool operator==(const Room&, const Room&) = default;
};

struct RightsState {
  std::map<std::string, UserKind> users;
  std::map<std::string, Room> rooms;  // by id
  // Nobody writes or reads what no worker has accepted.
  bool only_checked = false;
  friend bool operator==(const RightsState&, const RightsState&) = default;
};

// One step from one state to the next. `room` is an id.
struct Change {
  enum class Kind : std::uint8_t { add_room, rename_room, remove_room, add_member, remove_member, set_owner };
  Kind kind = Kind::add_room;
  std::string room;
  std::string user;  // add_room: the first owner, who is no member yet
  std::string name;  // add_room, rename_room
  Milliseconds since{};  // add_member
  friend bool operator==(const Change&, const Change&) = default;
};
using Changes = std::vector<Change>;

// A change to a room or member that is not there: nothing.
void carry_out(const Changes& changes, RightsState& state);

// In words for the audit.
std::string describe(const Change& change);
// What leads from one state to the other as far as rooms and members go; for the audit of what others have changed.
Changes difference(const RightsState& from, const RightsState& to);

// Users who came, went, or are of another kind, and members who came into a room or left one.
std::set<std::string> whose_rights_differ(const RightsState& from, const RightsState& to);
// Who is told something else of the own groups: members of rooms that differ, before or after.
std::set<std::string> whose_groups_differ(const RightsState& from, const RightsState& to);

// What has to change for the rules to hold that other programs may have broken: members are users, the owner is a member, a
// room has members.
Changes repairs(const RightsState& state);

}  // namespace rights
