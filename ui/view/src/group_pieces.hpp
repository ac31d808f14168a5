// Small pieces of the views of groups. Internal.
#pragma once

#include <string>
#include <string_view>

#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

// Why nothing can be asked of the rights service right now; empty when it can.
std::string_view waiting_words(const chat::GroupRequests& requests);
// "3 members", or that the user is none any more.
std::string members_words(const chat::GroupView& group);
// Groups can be made.
bool makes_groups(const chat::State& state);

}  // namespace chat_view
