// A bar between two parts, which the user moves: with the pointer, or by keyboard, where it is a separator with a value.
//
//   const SplitterResult bar = semantic::splitter(ui, "Chat and packets", whole, share, {.least = 30, .most = 70});
//   if (bar.changed) share = bar.share;
#pragma once

#include "semantic/ui.hpp"

namespace semantic {

struct SplitterOptions {
  bool beside = true;     // the parts lie side by side; false: one below the other
  float thickness = 16;   // of the gap between them, which is the bar
  int least = 10, most = 90;
};

struct SplitterResult {
  bool changed = false;
  bool settled = false;   // and is not being dragged any more: to be remembered
  int share = 0;
};

/// `whole` holds both parts and the bar; `share` is the percentage of its length at which the bar's middle lies. Leaves ImGui's
/// cursor where it was.
SplitterResult splitter(Ui& ui, std::string_view name, const Rect& whole, int share, const SplitterOptions& options = {});

}  // namespace semantic
