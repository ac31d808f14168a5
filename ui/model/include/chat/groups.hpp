// Groups: what a user asks of the rights service, what it answers, and what it tells each user of the own groups.
//
//   request  chat/groups/request/<user>  {"requestId", "action": "create" | "rename" | …, "room", "name", "user"}
//   answer   chat/groups/answer/<user>   {"requestId", "accepted": true | false, "reason", "room"}
//   groups   chat/groups/of/<user>       {"rooms": [{"room", "name", "owner", "members": […], "since"}]}, retained
//
// A request says what its action needs and no more. Repeated with its requestId it is done once and answered again, so ask
// again until there is an answer. As in wire.hpp, unknown fields are ignored and every other deviation is a problem in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/wire.hpp"

namespace chat {

inline constexpr std::size_t max_request_bytes = 4 * 1024;
inline constexpr std::size_t max_request_id_bytes = 64;
inline constexpr std::size_t max_groups_bytes = 4 * 1024 * 1024;

inline constexpr std::string_view all_group_requests_filter = "chat/groups/request/+";
std::string group_request_topic(std::string_view user);
std::string group_answer_topic(std::string_view user);
std::string groups_topic(std::string_view user);
// The user in a request's topic, a view into it; nullopt unless the name passes check_user_name().
std::optional<std::string_view> parse_group_request_topic(std::string_view topic);

enum class GroupAction : std::uint8_t {
  create,      // needs name
  rename,      // room, name
  invite,      // room, user
  remove,      // room, user
  leave,       // room
  make_owner,  // room, user
  remove_room, // room; "delete" in JSON
};
std::string_view word(GroupAction action);

struct GroupRequest {
  std::string request_id{};
  GroupAction action = GroupAction::create;
  std::string room{};
  std::string name{};
  std::string user{};
};

struct GroupRequestReading {
  std::optional<GroupRequest> value;
  std::string problem;     // a plain sentence when there is no value
  std::string request_id;  // also of a request that is wrong otherwise, if it has one that can be used
};
GroupRequestReading parse_group_request(std::string_view payload);
std::string write_group_request(const GroupRequest& request);

struct GroupAnswer {
  std::string request_id;  // empty: of a request that had none
  bool accepted = false;
  std::string reason;      // a sentence for the user, when it was refused
  std::string room;        // that was made or changed; empty: none
  friend bool operator==(const GroupAnswer&, const GroupAnswer&) = default;
};
Parsed<GroupAnswer> parse_group_answer(std::string_view payload);
std::string write_group_answer(const GroupAnswer& answer);

struct Group {
  std::string room;
  std::string name;
  std::string owner;
  std::vector<std::string> members;  // longest standing first
  Time since{};                      // when the user, whose groups they are, joined
  friend bool operator==(const Group&, const Group&) = default;
};
using Groups = std::vector<Group>;
Parsed<Groups> parse_groups(std::string_view payload);
std::string write_groups(const Groups& groups);

}  // namespace chat
