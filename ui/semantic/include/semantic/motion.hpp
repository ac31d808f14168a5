// How things come into sight: within 140 ms, fading in and rising a little. Nothing moves where the user wants no motion, and
// no frame is asked for once everything stands still.
#pragma once

#include "semantic/ui.hpp"

namespace semantic {

/// From 0, when it was not there in the last frame, to 1.
float entered(Ui& ui, Id id);
/// From 0 at that time (ImGui::GetTime()) to 1.
float entered_since(Ui& ui, double time);

/// Moves what is drawn into the current window during its life.
class Entrance {
 public:
  Entrance(Ui& ui, Id id) : Entrance(entered(ui, id)) {}
  explicit Entrance(float part);
  ~Entrance();
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;

 private:
  ImDrawList* list_;
  int first_;
  float part_;
};

/// Lets what was drawn there, in windows of its own, come out of the page's colour.
void uncover(Ui& ui, Id id, const Rect& rect);

}  // namespace semantic
