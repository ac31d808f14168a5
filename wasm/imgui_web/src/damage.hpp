// What a frame changes on the screen. The screen is cut into tiles; each gets a hash of everything that touches it, in the order
// in which it is drawn. Where two frames' hashes are equal, so are their pixels.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <vector>

namespace imgui_web {

/// In device pixels from the top left corner; `right` and `bottom` are outside.
struct PixelRect {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool empty() const { return right <= left || bottom <= top; }
  PixelRect operator&(const PixelRect& other) const;
};

/// Of a command, in device pixels, within the screen.
PixelRect clip_of(const ImDrawCmd& command, ImVec2 density, const PixelRect& screen);

/// Calls `each(command)` for all that draw something.
template <class Each> void each_command(const ImDrawList& list, Each each) {
  for (const ImDrawCmd& command : list.CmdBuffer)
    if (command.ElemCount > 0 && !command.UserCallback) each(command);
}

/// One hash for each tile, row by row.
void hash_tiles(const ImDrawData& data, ImU32 page, const PixelRect& screen, std::vector<std::uint64_t>& tiles);

/// The smallest rectangle around all tiles that differ; everything when their numbers do.
PixelRect difference(const std::vector<std::uint64_t>& before, const std::vector<std::uint64_t>& after, const PixelRect& screen);

}  // namespace imgui_web
