// Pointer, wheel and keys, as js/page.js reports them. Focus, text input and scrolling of semantic widgets arrive through
// the mirror instead.
#include "backend.hpp"

#include <imgui.h>

#include <array>
#include <string_view>

namespace imgui_web {

namespace {

enum PointerEvent { pointer_move, pointer_down, pointer_up, pointer_cancel, pointer_leave };
constexpr std::array buttons = {0, 2, 1};  // the DOM counts left, middle, right

struct KeyName {
  std::string_view code;
  ImGuiKey key;
};
constexpr KeyName keys[] = {
    {"ArrowLeft", ImGuiKey_LeftArrow}, {"ArrowRight", ImGuiKey_RightArrow}, {"ArrowUp", ImGuiKey_UpArrow},
    {"ArrowDown", ImGuiKey_DownArrow}, {"PageUp", ImGuiKey_PageUp}, {"PageDown", ImGuiKey_PageDown},
    {"Home", ImGuiKey_Home}, {"End", ImGuiKey_End}, {"Escape", ImGuiKey_Escape}, {"Enter", ImGuiKey_Enter},
    {"Space", ImGuiKey_Space}, {"Backspace", ImGuiKey_Backspace}, {"Delete", ImGuiKey_Delete},
    {"ControlLeft", ImGuiKey_LeftCtrl}, {"ControlRight", ImGuiKey_RightCtrl}, {"ShiftLeft", ImGuiKey_LeftShift},
    {"ShiftRight", ImGuiKey_RightShift}, {"AltLeft", ImGuiKey_LeftAlt}, {"AltRight", ImGuiKey_RightAlt},
};

ImGuiKey key_of(std::string_view code) {
  for (const KeyName& name : keys)
    if (name.code == code) return name.key;
  if (code.size() == 4 && code.starts_with("Key") && code[3] >= 'A' && code[3] <= 'Z')
    return static_cast<ImGuiKey>(ImGuiKey_A + (code[3] - 'A'));
  return ImGuiKey_None;
}

}  // namespace

// The focus is the document's, so ImGui's own keyboard navigation stays off.
void set_up_input() {
  ImGuiIO& io = ImGui::GetIO();
  io.ConfigFlags &= ~(ImGuiConfigFlags_NavEnableKeyboard | ImGuiConfigFlags_NavEnableGamepad);
}

}  // namespace imgui_web

using namespace imgui_web;

extern "C" {

EMSCRIPTEN_KEEPALIVE void imgui_web_on_pointer(int event, float x, float y, int button, int touch) {
  // ImGui looks for what is pressed where things were in the frame before.
  if (event == pointer_down && backend().scrolled) respond();
  ImGuiIO& io = ImGui::GetIO();
  // Some of Dear ImGui's own widgets have to be pointed at for a frame before they can be pressed. A finger does not, nor does a
  // pointer that a slow page hears of late: ImGui knows what to do with the former.
  const bool unseen = backend().extension && event == pointer_down && (io.MousePos.x != x || io.MousePos.y != y);
  io.AddMouseSourceEvent(touch || unseen ? ImGuiMouseSource_TouchScreen : ImGuiMouseSource_Mouse);
  if (event == pointer_leave || event == pointer_cancel) {
    // Away first: a press that became a scroll must not end as a click.
    io.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    if (event == pointer_cancel) io.AddMouseButtonEvent(0, false);
    return want(2);
  }
  io.AddMousePosEvent(x, y);
  if (event != pointer_move && button >= 0 && button < static_cast<int>(buttons.size()))
    io.AddMouseButtonEvent(buttons[static_cast<std::size_t>(button)], event == pointer_down);
  if (event == pointer_up && touch) backend().release_pointer = true;
  want(event == pointer_move ? 1 : 3);
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_wheel(float x, float y) {
  ImGui::GetIO().AddMouseWheelEvent(x, y);
  want(2);
}

EMSCRIPTEN_KEEPALIVE void imgui_web_on_key(int down, int modifiers) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, modifiers & 1);
  io.AddKeyEvent(ImGuiMod_Shift, modifiers & 2);
  io.AddKeyEvent(ImGuiMod_Alt, modifiers & 4);
  io.AddKeyEvent(ImGuiMod_Super, modifiers & 8);
  const std::string_view code = backend().room.text();
  const ImGuiKey key = backend().extension ? backend().extension->key(code) : key_of(code);
  if (key != ImGuiKey_None) io.AddKeyEvent(key, down);
  want(2);
}

// The page lost the keyboard, or on macOS the Command key went up, before which no other key's release is told.
EMSCRIPTEN_KEEPALIVE void imgui_web_on_keys_released() {
  ImGui::GetIO().ClearInputKeys();
  want(1);
}
}
