// A few line icons, drawn as strokes: no icon font to download, crisp at any density.
#pragma once

#include <imgui.h>

#include <cstdint>

namespace semantic {

enum class Icon : std::uint8_t {
  none, send, back, close, menu, plus, check, check_double, clock, warning, chevron_down, chevron_right,
  arrow_down, arrow_left, arrow_right, sun, moon, packets, logout, pause, play, trash, download, search, lock, copy, bell,
  people, eye, folder, fin, dock_right, dock_below,
};

/// Draws inside the square of `size` whose top left corner is `at`.
void draw_icon(ImDrawList& list, Icon icon, ImVec2 at, float size, ImU32 color);

}  // namespace semantic
