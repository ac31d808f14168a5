// What the tests of the rights share: short ways to write a state.
#pragma once

#include <chrono>
#include <string>

#include "rights/group_rules.hpp"
#include "rights/reconcile.hpp"

namespace test {

inline const std::string garden = "Garden0123456789";
inline const std::string kitchen = "Kitchen012345678";

inline rights::Milliseconds at(int milliseconds) { return rights::Milliseconds{milliseconds}; }

// vy owns the garden, minh joined later; jenny is in no room.
inline rights::RightsState small_state() {
  rights::RightsState state;
  for (const char* user : {"vy", "minh", "jenny"}) state.users[user] = rights::UserKind::user;
  state.users["admin"] = rights::UserKind::reader;
  state.users["validation-worker"] = rights::UserKind::worker;
  state.rooms[garden] = {"Garden", "vy", {{"vy", at(1)}, {"minh", at(2)}}};
  return state;
}

}  // namespace test
