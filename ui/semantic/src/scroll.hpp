// The scroll container below scroll_area(), log() and table(). Not for users of the library.
#pragma once

#include "memory.hpp"

namespace semantic {

struct ScrollSetup {
  Id id = 0;
  Role role = Role::group;
  std::string_view name;
  ImVec2 size = {0, 0};
  ImVec2 padding = {0, 0};
  std::uint32_t states = 0;
  float wanted_y = -1;         // the caller's own scroll position; negative: the remembered one
  float content_height = -1;   // known before (virtualised); negative: measured
};

int begin_scroll(Ui& ui, const ScrollSetup& setup);
void end_scroll(Ui& ui, int node);

/// What the user did to the container since the last frame: true when `y` is a new position.
bool scroll_input(Ui& ui, Id id, float view_height, float content_height, float& y);

/// Ends a group().
void end_group(Ui& ui, int node);

/// The size that a child of the wanted size will have.
ImVec2 child_size(ImVec2 wanted);

}  // namespace semantic
