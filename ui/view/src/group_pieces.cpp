#include "group_pieces.hpp"

namespace chat_view {

std::string_view waiting_words(const chat::GroupRequests& requests) {
  return requests.pending ? "Waiting for the rights service" : std::string_view{};
}

std::string members_words(const chat::GroupView& view) {
  if (!view.member) return "no longer a member";
  const std::size_t count = view.group.members.size();
  return count == 1 ? "1 member" : std::to_string(count) + " members";
}

bool makes_groups(const chat::State& state) { return state.settings.groups && !state.admin; }

}  // namespace chat_view
