// The DOM's names of keys, KeyboardEvent.code, as Dear ImGui's.
#pragma once

#include <imgui.h>

#include <string_view>

namespace imgui_impl_web {

ImGuiKey key_of(std::string_view code);

}  // namespace imgui_impl_web
