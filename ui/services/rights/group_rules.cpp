#include "group_rules.hpp"

#include <algorithm>

namespace rights {
namespace {

using chat::GroupAction;
using Kind = Change::Kind;

std::size_t owned_by(const std::string& user, const RightsState& state) {
  return static_cast<std::size_t>(
      std::count_if(state.rooms.begin(), state.rooms.end(), [&](const auto& room) { return room.second.owner == user; }));
}

std::size_t joined_by(const std::string& user, const RightsState& state) {
  return static_cast<std::size_t>(std::count_if(state.rooms.begin(), state.rooms.end(),
                                                [&](const auto& room) { return room.second.find(user) != nullptr; }));
}

class Judge {
 public:
  Judge(const std::string& user, const chat::GroupRequest& request, const RightsState& state, const GroupLimits& limits,
        Milliseconds now)
      : user_(user), request_(request), state_(state), limits_(limits), now_(now) {}

  Decision run(const std::string& new_room) {
    const auto asker = state_.users.find(user_);
    if (asker == state_.users.end() || asker->second != UserKind::user) return refuse("You are not a user of this chat.");
    if (request_.action == GroupAction::create) return create(new_room);
    const auto found = state_.rooms.find(request_.room);
    // Who is no member learns nothing of a room, not even that it is there.
    if (found == state_.rooms.end() || found->second.find(user_) == nullptr) return refuse("You are not a member of this group.");
    room_ = &found->second;
    if (request_.action == GroupAction::leave) return leave();
    if (request_.action == GroupAction::invite) return invite();
    if (room_->owner != user_) return refuse("Only the owner of the group, " + room_->owner + ", can do this.");
    switch (request_.action) {
      case GroupAction::rename: return accept({{Kind::rename_room, request_.room, {}, request_.name, {}}});
      case GroupAction::remove: return remove();
      case GroupAction::make_owner: return make_owner();
      case GroupAction::remove_room: return accept({{Kind::remove_room, request_.room, {}, {}, {}}});
      default: return refuse("This cannot be done.");
    }
  }

 private:
  Decision accept(Changes changes, std::string room = {}) {
    if (room.empty()) room = request_.room;
    return {std::move(changes), {request_.request_id, true, {}, std::move(room)}};
  }
  Decision refuse(std::string reason) { return {{}, {request_.request_id, false, std::move(reason), request_.room}}; }

  Decision create(const std::string& room) {
    if (owned_by(user_, state_) >= limits_.rooms_per_owner)
      return refuse("You own " + std::to_string(limits_.rooms_per_owner) + " groups already. That is the limit.");
    if (joined_by(user_, state_) >= limits_.rooms_per_member)
      return refuse("You are in " + std::to_string(limits_.rooms_per_member) + " groups already. That is the limit.");
    return accept({{Kind::add_room, room, user_, request_.name, {}}, {Kind::add_member, room, user_, {}, now_}}, room);
  }

  Decision invite() {
    const auto invited = state_.users.find(request_.user);
    if (invited == state_.users.end() || invited->second != UserKind::user) return refuse("There is no user " + request_.user + ".");
    if (room_->find(request_.user) != nullptr) return refuse(request_.user + " is a member already.");
    if (room_->members.size() >= limits_.members_per_room)
      return refuse("The group has " + std::to_string(limits_.members_per_room) + " members already. That is the limit.");
    if (joined_by(request_.user, state_) >= limits_.rooms_per_member)
      return refuse(request_.user + " is in " + std::to_string(limits_.rooms_per_member) + " groups already. That is the limit.");
    return accept({{Kind::add_member, request_.room, request_.user, {}, now_}});
  }

  Decision remove() {
    if (request_.user == user_) return refuse("To remove yourself, leave the group.");
    if (room_->find(request_.user) == nullptr) return refuse(request_.user + " is not a member.");
    return accept({{Kind::remove_member, request_.room, request_.user, {}, {}}});
  }

  Decision make_owner() {
    if (room_->find(request_.user) == nullptr) return refuse(request_.user + " is not a member.");
    if (request_.user == user_) return refuse("You are the owner already.");
    if (owned_by(request_.user, state_) >= limits_.rooms_per_owner)
      return refuse(request_.user + " owns " + std::to_string(limits_.rooms_per_owner) + " groups already. That is the limit.");
    return accept({{Kind::set_owner, request_.room, request_.user, {}, {}}});
  }

  // The member of longest standing takes over; the last one ends the room.
  Decision leave() {
    if (room_->members.size() == 1) return accept({{Kind::remove_room, request_.room, {}, {}, {}}});
    Changes changes{{Kind::remove_member, request_.room, user_, {}, {}}};
    if (room_->owner == user_) {
      const auto heir = std::find_if(room_->members.begin(), room_->members.end(), [&](const Member& m) { return m.user != user_; });
      changes.push_back({Kind::set_owner, request_.room, heir->user, {}, {}});
    }
    return accept(std::move(changes));
  }

  const std::string& user_;
  const chat::GroupRequest& request_;
  const RightsState& state_;
  const GroupLimits& limits_;
  const Milliseconds now_;
  const Room* room_ = nullptr;
};

}  // namespace

Decision decide(const std::string& user, const chat::GroupRequest& request, const RightsState& state, const GroupLimits& limits,
                const std::string& new_room, Milliseconds now) {
  return Judge(user, request, state, limits, now).run(new_room);
}

chat::Groups groups_of(const std::string& user, const RightsState& state) {
  chat::Groups groups;
  for (const auto& [id, room] : state.rooms) {
    const Member* self = room.find(user);
    if (self == nullptr) continue;
    chat::Group& group = groups.emplace_back(chat::Group{id, room.name, room.owner, {}, chat::Time{self->since}});
    for (const Member& member : room.members) group.members.push_back(member.user);
  }
  return groups;
}

}  // namespace rights
