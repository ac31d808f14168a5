#include "broker_state.hpp"

#include "chat/checked_messages.hpp"
#include "chat/groups.hpp"
#include "chat/names.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"

namespace rights {
namespace {

using chat::checked_topic;
using chat::CheckStep;

class RoleBuilder {
 public:
  void send(std::string topic) { acls_.insert({AclType::send, std::move(topic), true}); }
  // Who may subscribe may read, and the other way round: a subscription that was made before outlives its right.
  void read(const std::string& filter) {
    acls_.insert({AclType::receive, filter, true});
    acls_.insert({AclType::subscribe_pattern, filter, true});
  }
  // All rooms with one filter, of which the broker delivers those that the user may read. So who comes into a group while away
  // has what is said there from then on: the subscription has been in the session before.
  void read_rooms(const std::string& filter) { acls_.insert({AclType::subscribe_literal, filter, true}); }
  Acls take() { return std::move(acls_); }
  Acls acls_;
};

Acls user_rights(const std::string& user, bool only_checked) {
  RoleBuilder role;
  const std::string sent = chat::message_topic("+", user);
  const std::string received = chat::own_messages_filter(user);
  const std::string rooms = chat::room_topic("+", "+");
  if (!only_checked) {
    role.send(sent);
    role.read(received);
    role.read_rooms(rooms);
  }
  role.read_rooms(checked_topic(rooms, CheckStep::accepted));
  role.send(checked_topic(sent, CheckStep::request));
  role.read(checked_topic(sent, CheckStep::accepted));
  role.read(checked_topic(sent, CheckStep::rejected));
  role.read(checked_topic(received, CheckStep::accepted));
  role.read(checked_topic(chat::room_topic("+", user), CheckStep::rejected));
  role.send(chat::status_topic(user));
  role.read(std::string(chat::all_status_filter));
  role.send(chat::group_request_topic(user));
  role.read(chat::group_answer_topic(user));
  role.read(chat::groups_topic(user));
  return role.take();
}

void add_room_rights(Acls& acls, const std::string& room, const std::string& user, bool only_checked) {
  RoleBuilder role{std::move(acls)};
  const std::string sent = chat::room_topic(room, user);
  const std::string received = chat::room_filter(room);
  if (!only_checked) {
    role.send(sent);
    role.read(received);
  }
  role.send(checked_topic(sent, CheckStep::request));
  role.read(checked_topic(received, CheckStep::accepted));
  acls = role.take();
}

Acls reader_rights(const std::string& user) {
  RoleBuilder role;
  role.send(chat::status_topic(user));
  for (const char* filter : {"chat/messages/#", "chat/rooms/#", "chat/status/#"}) role.read(filter);
  return role.take();
}

Acls worker_rights() {
  RoleBuilder role;
  for (const std::string_view requests : {chat::all_message_requests_filter, chat::all_room_requests_filter}) {
    role.read(std::string(requests));
    role.acls_.insert({AclType::subscribe_literal, "$share/validation/" + std::string(requests), true});
    const std::string_view message = requests.substr(0, requests.rfind('/'));
    role.send(checked_topic(message, CheckStep::accepted));
    role.send(checked_topic(message, CheckStep::rejected));
  }
  return role.take();
}

}  // namespace

std::string role_of(std::string_view user) { return "chat-" + std::string(user); }

namespace {

// The rights of `users` alone, of whom `state` knows more.
BrokerState desired_of(const std::map<std::string, UserKind>& users, const RightsState& state) {
  BrokerState broker;
  for (const auto& [user, kind] : users) {
    if (!chat::check_user_name(user).empty()) continue;
    broker.clients[user].roles = {role_of(user)};
    Acls& acls = broker.roles[role_of(user)];
    switch (kind) {
      case UserKind::user: acls = user_rights(user, state.only_checked); break;
      case UserKind::reader: acls = reader_rights(user); break;
      case UserKind::worker: acls = worker_rights(); break;
    }
  }
  for (const auto& [id, room] : state.rooms) {
    if (!chat::is_room_id(id)) continue;
    for (const Member& member : room.members) {
      const auto user = users.find(member.user);
      if (user == users.end() || user->second != UserKind::user) continue;
      const auto role = broker.roles.find(role_of(member.user));
      if (role != broker.roles.end()) add_room_rights(role->second, id, member.user, state.only_checked);
    }
  }
  return broker;
}

}  // namespace

BrokerState desired_state(const RightsState& state) { return desired_of(state.users, state); }

const BrokerState& DesiredState::follow(const RightsState& state) {
  if (state_.only_checked != state.only_checked) *this = {};
  std::map<std::string, UserKind> concerned;
  for (const std::string& name : whose_rights_differ(state_, state)) {
    broker_.clients.erase(name);
    broker_.roles.erase(role_of(name));
    if (const auto user = state.users.find(name); user != state.users.end()) concerned.insert(*user);
  }
  BrokerState changed = desired_of(concerned, state);
  broker_.clients.merge(changed.clients);
  broker_.roles.merge(changed.roles);
  state_ = state;
  return broker_;
}

}  // namespace rights
