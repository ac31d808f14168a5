#include "reconcile.hpp"

#include <algorithm>

namespace rights {
namespace {

using Kind = Command::Kind;

// Some right that it has now is gone in `desired`.
bool takes(const Acls& desired, const Acls& actual) {
  return !std::includes(desired.begin(), desired.end(), actual.begin(), actual.end());
}

class Reconciler {
 public:
  Reconciler(const BrokerState& desired, const BrokerState& actual, const std::set<std::string>& own)
      : desired_(desired), actual_(actual), own_(own) {
    for (const std::string& name : own) {
      const auto found = actual.clients.find(name);
      if (found != actual.clients.end()) own_roles_.insert(found->second.roles.begin(), found->second.roles.end());
    }
  }

  std::vector<Command> run() {
    if (desired_.defaults != actual_.defaults) add({.kind = Kind::set_defaults, .defaults = desired_.defaults});
    for (const std::string& group : actual_.groups) add({.kind = Kind::delete_group, .name = group});
    remove_clients();
    take_rights();
    make_roles();
    make_clients();
    give_rights();
    remove_roles();
    return std::move(commands_);
  }

 private:
  void add(Command command) { commands_.push_back(std::move(command)); }

  void remove_clients() {
    for (const auto& [name, client] : actual_.clients) {
      if (!desired_.clients.contains(name) && !own_.contains(name)) add({.kind = Kind::delete_client, .name = name});
    }
  }

  void take_rights() {
    for (const auto& [name, client] : actual_.clients) {
      const auto wanted = desired_.clients.find(name);
      if (wanted == desired_.clients.end() || own_.contains(name)) continue;
      for (const std::string& role : client.roles) {
        if (!wanted->second.roles.contains(role)) add({.kind = Kind::remove_client_role, .name = name, .role = role});
      }
    }
    for (const auto& [name, acls] : desired_.roles) {
      const auto now = actual_.roles.find(name);
      if (now != actual_.roles.end() && now->second != acls && takes(acls, now->second))
        add({.kind = Kind::modify_role, .name = name, .acls = acls});
    }
  }

  void make_roles() {
    for (const auto& [name, acls] : desired_.roles) {
      if (!actual_.roles.contains(name)) add({.kind = Kind::create_role, .name = name});
    }
  }

  void give_rights() {
    static const Acls none;
    for (const auto& [name, acls] : desired_.roles) {
      const auto now = actual_.roles.find(name);
      const Acls& has = now == actual_.roles.end() ? none : now->second;
      if (has != acls && !takes(acls, has)) add({.kind = Kind::modify_role, .name = name, .acls = acls});
    }
  }

  void make_clients() {
    for (const auto& [name, wanted] : desired_.clients) {
      if (own_.contains(name)) continue;
      const auto now = actual_.clients.find(name);
      if (now == actual_.clients.end()) {
        add({.kind = Kind::create_client, .name = name, .role = *wanted.roles.begin()});
        continue;
      }
      for (const std::string& role : wanted.roles) {
        if (!now->second.roles.contains(role)) add({.kind = Kind::add_client_role, .name = name, .role = role});
      }
      if (now->second.disabled) add({.kind = Kind::enable_client, .name = name});
    }
  }

  void remove_roles() {
    for (const auto& [name, acls] : actual_.roles) {
      if (!desired_.roles.contains(name) && !own_roles_.contains(name)) add({.kind = Kind::delete_role, .name = name});
    }
  }

  const BrokerState& desired_;
  const BrokerState& actual_;
  const std::set<std::string>& own_;
  std::set<std::string> own_roles_;
  std::vector<Command> commands_;
};

}  // namespace

std::vector<Command> reconcile(const BrokerState& desired, const BrokerState& actual, const std::set<std::string>& own) {
  return Reconciler(desired, actual, own).run();
}

void carry_out(const Command& command, BrokerState& state) {
  switch (command.kind) {
    case Kind::set_defaults: state.defaults = command.defaults; break;
    case Kind::delete_group: state.groups.erase(command.name); break;
    case Kind::delete_client: state.clients.erase(command.name); break;
    case Kind::create_role: state.roles[command.name] = {}; break;
    case Kind::modify_role: state.roles[command.name] = command.acls; break;
    case Kind::create_client: state.clients[command.name] = {{command.role}, false}; break;
    case Kind::add_client_role: state.clients[command.name].roles.insert(command.role); break;
    case Kind::remove_client_role: state.clients[command.name].roles.erase(command.role); break;
    case Kind::enable_client: state.clients[command.name].disabled = false; break;
    case Kind::delete_role:
      state.roles.erase(command.name);
      for (auto& [name, client] : state.clients) client.roles.erase(command.name);
      break;
  }
}

}  // namespace rights
