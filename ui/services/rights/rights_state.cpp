#include "rights_state.hpp"

#include <algorithm>
#include <iterator>

namespace rights {

const Member* Room::find(const std::string& user) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.user == user; });
  return found == members.end() ? nullptr : &*found;
}

namespace {

void add_member(Room& room, const Change& change) {
  if (room.find(change.user) != nullptr) return;
  const auto longer = [](const Member& a, const Member& b) { return a.since != b.since ? a.since < b.since : a.user < b.user; };
  const Member member{change.user, change.since};
  room.members.insert(std::upper_bound(room.members.begin(), room.members.end(), member, longer), member);
}

void carry_out(const Change& change, RightsState& state) {
  using Kind = Change::Kind;
  if (change.kind == Kind::add_room) {
    state.rooms.emplace(change.room, Room{change.name, change.user, {}});
    return;
  }
  const auto found = state.rooms.find(change.room);
  if (found == state.rooms.end()) return;
  Room& room = found->second;
  switch (change.kind) {
    case Kind::add_room: break;
    case Kind::rename_room: room.name = change.name; break;
    case Kind::remove_room: state.rooms.erase(found); break;
    case Kind::add_member: add_member(room, change); break;
    case Kind::remove_member: std::erase_if(room.members, [&](const Member& member) { return member.user == change.user; }); break;
    case Kind::set_owner: room.owner = change.user; break;
  }
}

}  // namespace

void carry_out(const Changes& changes, RightsState& state) {
  for (const Change& change : changes) carry_out(change, state);
}

std::string describe(const Change& change) {
  switch (change.kind) {
    case Change::Kind::add_room: return "room " + change.room + " was made: " + change.name;
    case Change::Kind::rename_room: return "room " + change.room + " was renamed: " + change.name;
    case Change::Kind::remove_room: return "room " + change.room + " was ended";
    case Change::Kind::add_member: return change.user + " joined room " + change.room;
    case Change::Kind::remove_member: return change.user + " left room " + change.room;
    case Change::Kind::set_owner: return change.user + " became owner of room " + change.room;
  }
  return {};
}

Changes difference(const RightsState& from, const RightsState& to) {
  using Kind = Change::Kind;
  Changes changes;
  static const Room none;
  for (const auto& [id, room] : from.rooms) {
    if (!to.rooms.contains(id)) changes.push_back({Kind::remove_room, id, {}, {}, {}});
  }
  for (const auto& [id, room] : to.rooms) {
    const auto before = from.rooms.find(id);
    const Room& old = before == from.rooms.end() ? none : before->second;
    if (before == from.rooms.end()) changes.push_back({Kind::add_room, id, room.owner, room.name, {}});
    else if (old.name != room.name) changes.push_back({Kind::rename_room, id, {}, room.name, {}});
    for (const Member& member : old.members) {
      if (room.find(member.user) == nullptr) changes.push_back({Kind::remove_member, id, member.user, {}, {}});
    }
    for (const Member& member : room.members) {
      if (old.find(member.user) == nullptr) changes.push_back({Kind::add_member, id, member.user, {}, member.since});
    }
    if (before != from.rooms.end() && old.owner != room.owner) changes.push_back({Kind::set_owner, id, room.owner, {}, {}});
  }
  return changes;
}

namespace {

void insert_members(const Room& room, std::set<std::string>& users) {
  for (const Member& member : room.members) users.insert(member.user);
}

// Those that only one of them has.
void insert_unshared(const Room& a, const Room& b, std::set<std::string>& users) {
  std::set<std::string> members[2];
  insert_members(a, members[0]);
  insert_members(b, members[1]);
  std::set_symmetric_difference(members[0].begin(), members[0].end(), members[1].begin(), members[1].end(),
                                std::inserter(users, users.end()));
}

// `take` gets each room that differs as it was and as it is; where it is not there, one without members.
template <class Take>
void each_different_room(const RightsState& from, const RightsState& to, Take take) {
  static const Room none;
  for (const auto& [id, room] : from.rooms) {
    if (!to.rooms.contains(id)) take(room, none);
  }
  for (const auto& [id, room] : to.rooms) {
    const auto before = from.rooms.find(id);
    if (before == from.rooms.end()) take(none, room);
    else if (before->second != room) take(before->second, room);
  }
}

}  // namespace

std::set<std::string> whose_rights_differ(const RightsState& from, const RightsState& to) {
  std::set<std::string> users;
  for (const auto& [user, kind] : from.users) {
    if (!to.users.contains(user)) users.insert(user);
  }
  for (const auto& [user, kind] : to.users) {
    const auto before = from.users.find(user);
    if (before == from.users.end() || before->second != kind) users.insert(user);
  }
  each_different_room(from, to, [&](const Room& was, const Room& is) { insert_unshared(was, is, users); });
  return users;
}

std::set<std::string> whose_groups_differ(const RightsState& from, const RightsState& to) {
  std::set<std::string> users;
  each_different_room(from, to, [&](const Room& was, const Room& is) {
    insert_members(was, users);
    insert_members(is, users);
  });
  return users;
}

Changes repairs(const RightsState& state) {
  using Kind = Change::Kind;
  Changes changes;
  for (const auto& [id, room] : state.rooms) {
    const Member* longest = nullptr;
    bool owner_is_member = false;
    for (const Member& member : room.members) {
      const auto user = state.users.find(member.user);
      if (user == state.users.end() || user->second != UserKind::user) {
        changes.push_back({Kind::remove_member, id, member.user, {}, {}});
        continue;
      }
      if (longest == nullptr) longest = &member;
      owner_is_member = owner_is_member || member.user == room.owner;
    }
    if (longest == nullptr) changes.push_back({Kind::remove_room, id, {}, {}, {}});
    else if (!owner_is_member) changes.push_back({Kind::set_owner, id, longest->user, {}, {}});
  }
  return changes;
}

}  // namespace rights
