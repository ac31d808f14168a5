// What a user may do with groups. Pure: the state, a request and the limits decide.
#pragma once

#include <string>

#include "chat/groups.hpp"
#include "rights_database.hpp"

namespace rights {

struct GroupLimits {
  std::size_t rooms_per_owner = 20;
  std::size_t rooms_per_member = 100;
  std::size_t members_per_room = 50;
  std::size_t requests_per_minute = 60;  // of one user
};

// `new_room` is the id of a room that is made, if one is.
Decision decide(const std::string& user, const chat::GroupRequest& request, const RightsState& state, const GroupLimits& limits,
                const std::string& new_room, Milliseconds now);

// What the user is told of the own groups, by name and id.
chat::Groups groups_of(const std::string& user, const RightsState& state);

}  // namespace rights
