#include "keys.hpp"

namespace imgui_impl_web {

namespace {

struct KeyName {
  std::string_view code;
  ImGuiKey key;
};

constexpr KeyName names[] = {
    {"ArrowLeft", ImGuiKey_LeftArrow}, {"ArrowRight", ImGuiKey_RightArrow}, {"ArrowUp", ImGuiKey_UpArrow},
    {"ArrowDown", ImGuiKey_DownArrow}, {"PageUp", ImGuiKey_PageUp}, {"PageDown", ImGuiKey_PageDown},
    {"Home", ImGuiKey_Home}, {"End", ImGuiKey_End}, {"Insert", ImGuiKey_Insert}, {"Delete", ImGuiKey_Delete},
    {"Backspace", ImGuiKey_Backspace}, {"Space", ImGuiKey_Space}, {"Enter", ImGuiKey_Enter}, {"Escape", ImGuiKey_Escape},
    {"ControlLeft", ImGuiKey_LeftCtrl}, {"ControlRight", ImGuiKey_RightCtrl}, {"ShiftLeft", ImGuiKey_LeftShift},
    {"ShiftRight", ImGuiKey_RightShift}, {"AltLeft", ImGuiKey_LeftAlt}, {"AltRight", ImGuiKey_RightAlt},
    {"MetaLeft", ImGuiKey_LeftSuper}, {"MetaRight", ImGuiKey_RightSuper}, {"ContextMenu", ImGuiKey_Menu},
    {"Quote", ImGuiKey_Apostrophe}, {"Comma", ImGuiKey_Comma}, {"Minus", ImGuiKey_Minus}, {"Period", ImGuiKey_Period},
    {"Slash", ImGuiKey_Slash}, {"Semicolon", ImGuiKey_Semicolon}, {"Equal", ImGuiKey_Equal},
    {"BracketLeft", ImGuiKey_LeftBracket}, {"Backslash", ImGuiKey_Backslash}, {"BracketRight", ImGuiKey_RightBracket},
    {"Backquote", ImGuiKey_GraveAccent}, {"IntlBackslash", ImGuiKey_Oem102}, {"CapsLock", ImGuiKey_CapsLock},
    {"ScrollLock", ImGuiKey_ScrollLock}, {"NumLock", ImGuiKey_NumLock}, {"PrintScreen", ImGuiKey_PrintScreen},
    {"Pause", ImGuiKey_Pause}, {"NumpadDecimal", ImGuiKey_KeypadDecimal}, {"NumpadDivide", ImGuiKey_KeypadDivide},
    {"NumpadMultiply", ImGuiKey_KeypadMultiply}, {"NumpadSubtract", ImGuiKey_KeypadSubtract},
    {"NumpadAdd", ImGuiKey_KeypadAdd}, {"NumpadEnter", ImGuiKey_KeypadEnter}, {"NumpadEqual", ImGuiKey_KeypadEqual},
};

// "KeyA", "Digit0", "Numpad0", "F1": a series of keys that stand in the same order in Dear ImGui.
ImGuiKey in_series(std::string_view code, std::string_view prefix, char first, char last, ImGuiKey key) {
  if (code.size() != prefix.size() + 1 || !code.starts_with(prefix)) return ImGuiKey_None;
  const char c = code.back();
  return c < first || c > last ? ImGuiKey_None : static_cast<ImGuiKey>(key + (c - first));
}

ImGuiKey function_key(std::string_view code) {
  if (code.size() < 2 || code.size() > 3 || code[0] != 'F') return ImGuiKey_None;
  int number = 0;
  for (const char c : code.substr(1)) {
    if (c < '0' || c > '9') return ImGuiKey_None;
    number = number * 10 + (c - '0');
  }
  return number >= 1 && number <= 24 ? static_cast<ImGuiKey>(ImGuiKey_F1 + (number - 1)) : ImGuiKey_None;
}

}  // namespace

ImGuiKey key_of(std::string_view code) {
  for (const KeyName& name : names)
    if (name.code == code) return name.key;
  for (const ImGuiKey key : {in_series(code, "Key", 'A', 'Z', ImGuiKey_A), in_series(code, "Digit", '0', '9', ImGuiKey_0),
                             in_series(code, "Numpad", '0', '9', ImGuiKey_Keypad0)})
    if (key != ImGuiKey_None) return key;
  return function_key(code);
}

}  // namespace imgui_impl_web
