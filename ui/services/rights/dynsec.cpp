#include "dynsec.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace rights {
namespace {

using nlohmann::json;
using Kind = Command::Kind;

constexpr std::array<std::string_view, 6> acl_words = {"publishClientSend", "publishClientReceive", "subscribeLiteral",
                                                       "subscribePattern",  "unsubscribeLiteral",   "unsubscribePattern"};

std::string_view word(AclType type) { return acl_words[static_cast<std::size_t>(type)]; }

json acl_list(const Acls& acls) {
  json list = json::array();
  for (const Acl& acl : acls)
    list.push_back({{"acltype", word(acl.type)}, {"topic", acl.topic}, {"priority", 0}, {"allow", acl.allow}});
  return list;
}

json default_list(const BrokerDefaults& defaults) {
  json list = json::array();
  for (const auto& [type, allow] :
       {std::pair{"publishClientSend", defaults.send}, std::pair{"publishClientReceive", defaults.receive},
        std::pair{"subscribe", defaults.subscribe}, std::pair{"unsubscribe", defaults.unsubscribe}})
    list.push_back({{"acltype", type}, {"allow", allow}});
  return list;
}

json to_json(const Command& command) {
  switch (command.kind) {
    case Kind::set_defaults: return {{"command", "setDefaultACLAccess"}, {"acls", default_list(command.defaults)}};
    case Kind::delete_group: return {{"command", "deleteGroup"}, {"groupname", command.name}};
    case Kind::delete_client: return {{"command", "deleteClient"}, {"username", command.name}};
    case Kind::modify_role: return {{"command", "modifyRole"}, {"rolename", command.name}, {"acls", acl_list(command.acls)}};
    case Kind::create_role: return {{"command", "createRole"}, {"rolename", command.name}};
    case Kind::create_client:
      return {{"command", "createClient"}, {"username", command.name}, {"roles", {{{"rolename", command.role}}}}};
    case Kind::add_client_role:
      return {{"command", "addClientRole"}, {"username", command.name}, {"rolename", command.role}};
    case Kind::remove_client_role:
      return {{"command", "removeClientRole"}, {"username", command.name}, {"rolename", command.role}};
    case Kind::enable_client: return {{"command", "enableClient"}, {"username", command.name}};
    case Kind::delete_role: return {{"command", "deleteRole"}, {"rolename", command.name}};
  }
  return {};
}

std::string message(json commands, std::string_view correlation) {
  for (json& command : commands) command["correlationData"] = correlation;
  return json{{"commands", std::move(commands)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The member of an object, or null; so that a broker that answers otherwise than this one can do no harm.
const json& at(const json& value, const char* name) {
  static const json none;
  if (!value.is_object()) return none;
  const auto found = value.find(name);
  return found == value.end() ? none : *found;
}
std::string text(const json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }
bool truth(const json& value) { return value.is_boolean() && value.get<bool>(); }
std::size_t number(const json& value) { return value.is_number_unsigned() ? value.get<std::size_t>() : 0; }

Acls read_acls(const json& list) {
  Acls acls;
  for (const json& acl : list.is_array() ? list : json::array()) {
    const auto type = std::find(acl_words.begin(), acl_words.end(), text(at(acl, "acltype")));
    if (type == acl_words.end()) continue;
    acls.insert({static_cast<AclType>(type - acl_words.begin()), text(at(acl, "topic")), truth(at(acl, "allow"))});
  }
  return acls;
}

void read_clients(const json& data, BrokerState& state) {
  for (const json& client : at(data, "clients")) {
    BrokerClient& known = state.clients[text(at(client, "username"))];
    known.disabled = truth(at(client, "disabled"));
    for (const json& role : at(client, "roles")) known.roles.insert(text(at(role, "rolename")));
  }
}

void read_roles(const json& data, BrokerState& state) {
  for (const json& role : at(data, "roles")) state.roles[text(at(role, "rolename"))] = read_acls(at(role, "acls"));
}

void read_groups(const json& data, BrokerState& state) {
  for (const json& group : at(data, "groups")) state.groups.insert(text(group.is_object() ? at(group, "groupname") : group));
}

void read_defaults(const json& data, BrokerState& state) {
  for (const json& acl : at(data, "acls")) {
    const std::string type = text(at(acl, "acltype"));
    const bool allow = truth(at(acl, "allow"));
    if (type == "publishClientSend") state.defaults.send = allow;
    if (type == "publishClientReceive") state.defaults.receive = allow;
    if (type == "subscribe") state.defaults.subscribe = allow;
    if (type == "unsubscribe") state.defaults.unsubscribe = allow;
  }
}

}  // namespace

std::string write_commands(std::span<const Command> commands, std::string_view correlation) {
  json list = json::array();
  for (const Command& command : commands) list.push_back(to_json(command));
  return message(std::move(list), correlation);
}

std::string write_questions(std::size_t offset, std::size_t count, std::string_view correlation) {
  json list = json::array();
  if (offset == 0) list.push_back({{"command", "getDefaultACLAccess"}});
  for (const char* question : {"listClients", "listRoles", "listGroups"})
    list.push_back({{"command", question}, {"verbose", true}, {"count", count}, {"offset", offset}});
  return message(std::move(list), correlation);
}

std::optional<DynsecResponse> read_response(std::string_view payload, std::string_view correlation, std::size_t end,
                                            BrokerState& state) {
  const json tree = json::parse(payload, nullptr, false);
  DynsecResponse response;
  for (const json& answer : at(tree, "responses")) {
    if (text(at(answer, "correlationData")) != correlation) return std::nullopt;
    ++response.answers;
    const std::string command = text(at(answer, "command"));
    if (const std::string error = text(at(answer, "error")); !error.empty()) response.errors.push_back(command + ": " + error);
    const json& data = at(answer, "data");
    response.more = response.more || number(at(data, "totalCount")) > end;
    if (command == "listClients") read_clients(data, state);
    if (command == "listRoles") read_roles(data, state);
    if (command == "listGroups") read_groups(data, state);
    if (command == "getDefaultACLAccess") read_defaults(data, state);
  }
  if (response.answers == 0) return std::nullopt;
  return response;
}

}  // namespace rights
