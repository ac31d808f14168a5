#include "chat/groups.hpp"

#include <algorithm>
#include <array>

#include "chat/names.hpp"
#include "chat/rooms.hpp"
#include "json_fields.hpp"

namespace chat {
namespace {

constexpr std::string_view request_start = "chat/groups/request/";

struct ActionRule {
  std::string_view word;
  bool room, name, user;  // what it needs
};
constexpr std::array<ActionRule, 7> action_rules{{
    {"create", false, true, false},
    {"rename", true, true, false},
    {"invite", true, false, true},
    {"remove", true, false, true},
    {"leave", true, false, false},
    {"make_owner", true, false, true},
    {"delete", true, false, false},
}};

const ActionRule& rule_of(GroupAction action) { return action_rules[static_cast<std::size_t>(action)]; }

// Reads a field that the action needs, and has `check` look at it.
template <class Check>
bool read_needed(const Json& json, const char* field, bool needed, std::string& value, std::string& problem, Check check) {
  if (!needed) return true;
  const std::string* text = string_field(json, field, problem);
  if (text == nullptr) return false;
  problem = check(*text);
  value = *text;
  return problem.empty();
}

bool read_fields(const Json& json, GroupRequest& request, std::string& problem) {
  const ActionRule& needs = rule_of(request.action);
  const auto check_room = [](std::string_view room) { return is_room_id(room) ? "" : "There is no such group."; };
  const auto check_name = [](std::string_view name) { return std::string(check_room_name(name)); };
  const auto check_user = [](std::string_view user) { return std::string(check_user_name(user)); };
  return read_needed(json, "room", needs.room, request.room, problem, check_room) &&
         read_needed(json, "name", needs.name, request.name, problem, check_name) &&
         read_needed(json, "user", needs.user, request.user, problem, check_user);
}

std::optional<Group> read_group(const Json& json, std::string& problem) {
  Group group;
  const std::string* room = string_field(json, "room", problem);
  const std::string* name = room == nullptr ? nullptr : string_field(json, "name", problem);
  const std::string* owner = name == nullptr ? nullptr : string_field(json, "owner", problem);
  if (owner == nullptr || !read_time(json, "since", group.since, problem)) return std::nullopt;
  const Json* members = json.find("members");
  if (members == nullptr || !members->is_array() || !is_room_id(*room)) {
    problem = "A group has no room id, or no list of members.";
    return std::nullopt;
  }
  for (const Json& member : members->items()) {
    if (member.string() == nullptr) {
      problem = "A member is not a string.";
      return std::nullopt;
    }
    group.members.push_back(*member.string());
  }
  group.room = *room;
  group.name = *name;
  group.owner = *owner;
  return group;
}

}  // namespace

std::string group_request_topic(std::string_view user) { return std::string(request_start).append(user); }
std::string group_answer_topic(std::string_view user) { return std::string("chat/groups/answer/").append(user); }
std::string groups_topic(std::string_view user) { return std::string("chat/groups/of/").append(user); }

std::optional<std::string_view> parse_group_request_topic(std::string_view topic) {
  if (!topic.starts_with(request_start)) return std::nullopt;
  topic.remove_prefix(request_start.size());
  if (!check_user_name(topic).empty()) return std::nullopt;
  return topic;
}

std::string_view word(GroupAction action) { return rule_of(action).word; }

GroupRequestReading parse_group_request(std::string_view payload) {
  GroupRequestReading result;
  const std::optional<Json> json = parse_object(payload, max_request_bytes, result.problem);
  if (!json) return result;
  const std::string* id = string_field(*json, "requestId", result.problem);
  if (id == nullptr) return result;
  if (id->empty() || id->size() > max_request_id_bytes) {
    result.problem = "The field \"requestId\" is empty or too long.";
    return result;
  }
  result.request_id = *id;
  const std::string* action = string_field(*json, "action", result.problem);
  if (action == nullptr) return result;
  const auto rule = std::find_if(action_rules.begin(), action_rules.end(), [&](const ActionRule& r) { return r.word == *action; });
  if (rule == action_rules.end()) {
    result.problem = "The field \"action\" names nothing that can be done.";
    return result;
  }
  GroupRequest request;
  request.request_id = *id;
  request.action = static_cast<GroupAction>(rule - action_rules.begin());
  if (read_fields(*json, request, result.problem)) result.value = std::move(request);
  return result;
}

std::string write_group_request(const GroupRequest& request) {
  const ActionRule& needs = rule_of(request.action);
  JsonObject json;
  json.add("requestId", request.request_id).add("action", needs.word);
  if (needs.room) json.add("room", request.room);
  if (needs.name) json.add("name", request.name);
  if (needs.user) json.add("user", request.user);
  return json.take();
}

Parsed<GroupAnswer> parse_group_answer(std::string_view payload) {
  Parsed<GroupAnswer> result;
  const std::optional<Json> json = parse_object(payload, max_request_bytes, result.problem);
  if (!json) return result;
  const std::string* id = string_field(*json, "requestId", result.problem);
  const std::string* reason = id == nullptr ? nullptr : string_field(*json, "reason", result.problem);
  const std::string* room = reason == nullptr ? nullptr : string_field(*json, "room", result.problem);
  if (room == nullptr) return result;
  const Json* accepted = json->find("accepted");
  if (accepted == nullptr || !accepted->boolean()) {
    result.problem = "The field \"accepted\" is neither true nor false.";
    return result;
  }
  result.value = GroupAnswer{*id, *accepted->boolean(), *reason, *room};
  return result;
}

std::string write_group_answer(const GroupAnswer& answer) {
  return JsonObject()
      .add("requestId", answer.request_id)
      .add("accepted", answer.accepted)
      .add("reason", answer.reason)
      .add("room", answer.room)
      .take();
}

Parsed<Groups> parse_groups(std::string_view payload) {
  Parsed<Groups> result;
  const std::optional<Json> json = parse_object(payload, max_groups_bytes, result.problem);
  if (!json) return result;
  const Json* rooms = json->find("rooms");
  if (rooms == nullptr || !rooms->is_array()) {
    result.problem = "The field \"rooms\" is not a list.";
    return result;
  }
  Groups groups;
  for (const Json& room : rooms->items()) {
    std::optional<Group> group = read_group(room, result.problem);
    if (!group) return result;
    groups.push_back(std::move(*group));
  }
  result.value = std::move(groups);
  return result;
}

std::string write_groups(const Groups& groups) {
  std::string text = "{\"rooms\":[";
  for (const Group& group : groups) {
    std::string members = "[";
    for (const std::string& member : group.members)
      members.append(members.size() > 1 ? "," : "").append(json_string(member));
    text.append(&group == groups.data() ? "" : ",")
        .append(JsonObject()
                    .add("room", group.room)
                    .add("name", group.name)
                    .add("owner", group.owner)
                    .raw("members", members + ']')
                    .add("since", format_iso_time(group.since, {}))
                    .take());
  }
  return text + "]}";
}

}  // namespace chat
