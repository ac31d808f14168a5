// What widgets remember between frames. Not for users of the library.
#pragma once

#include "semantic/ui.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace semantic {

struct ScrollMemory {
  float y = 0;
  float content_height = 0, view_height = 0;
  std::uint32_t used = 0;
};

struct FormFrame {
  int node;
  bool submitted;
};

struct EntranceMemory {
  double since;
  int seen;  // in this frame
};

struct WidgetMemory {
  std::unordered_map<Id, ScrollMemory> scrolls;
  std::vector<FormFrame> forms;             // open ones, innermost last
  std::vector<std::string> disabled_reasons;
  std::unordered_map<Id, float> heights;    // of auto-height regions and dialogs, as measured last
  std::vector<TextLine> lines;              // scratch
  std::vector<Rect> dialogs;                // open ones
  std::unordered_map<Id, EntranceMemory> entrances;  // of what is in sight
};

inline Rect to_rect(ImVec2 min, ImVec2 max) { return {min.x, min.y, max.x - min.x, max.y - min.y}; }

}  // namespace semantic
