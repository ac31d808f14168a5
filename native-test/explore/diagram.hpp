// A path as people read it: who did what, from top to bottom.
//
//   application      client                        broker
//        |  publishes   |                             |
//        |              |--------- PUBLISH ... ------>|
#pragma once

#include <string>

#include "small_world.hpp"

namespace wasmqtt::explore {

// With the failures at its end. The path has to be one of this world.
std::string diagram(const Mix& mix, const Faulties& faulties, const Path& path);

// The world after a path, and finished if nothing has to happen there any more.
std::vector<std::string> failures_after(const Mix& mix, const Faulties& faulties, const Path& path);

}  // namespace wasmqtt::explore
