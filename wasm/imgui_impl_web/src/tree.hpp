// A frame's windows, widgets and texts as a semantic tree, from which imgui_web's mirror makes elements.
#pragma once

#include "widgets.hpp"

#include <semantic/ui.hpp>

namespace imgui_impl_web {

/// What a text field holds while it has the keyboard; else what it shows.
struct Typed {
  ImGuiID id = 0;
  std::string_view text;
  bool password = false, multiline = false, enter_submits = false;
};

void build_tree(ImGuiContext& context, const Recorder& recorder, Widgets& widgets, const Told& told, const Typed& typed, semantic::Ui& ui);

}  // namespace imgui_impl_web
