#include "text_input.hpp"

#include <algorithm>
#include <utility>

namespace ImStb {
#include <imstb_textedit.h>  // NOLINT: the structure that imgui_internal.h declares
}

namespace imgui_impl_web {

namespace {

constexpr int most_attempts = 2;
constexpr int most_starts = 3;  // a disabled item never becomes active

bool is_inside_letter(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

std::string_view text_of(const ImGuiInputTextState& state) {
  return {state.TextA.Data, static_cast<std::size_t>(state.TextLen)};
}

void queue_letters(ImGuiContext& context, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    unsigned c = 0;
    at += ImTextCharFromUtf8(&c, at, end);
    context.IO.InputQueueCharacters.push_back(static_cast<ImWchar>(c));
  }
}

}  // namespace

bool TextInput::is_active(const ImGuiContext& context, ImGuiID id) {
  return id != 0 && context.ActiveId == id && context.InputTextState.ID == id;
}

void TextInput::press(ImGuiContext& context, ImGuiKey key) {
  context.IO.AddKeyEvent(key, true);
  context.IO.AddKeyEvent(key, false);
}

void TextInput::before_item(ImGuiContext& context, const Focused& item, semantic::Ui& ui) {
  if (item.id != id_) *this = {}, id_ = item.id;
  if (item.news) typed_ = false;
  if (std::exchange(key_queued_, false)) return ui.set_unsettled();
  const bool active = is_active(context, item.id);
  bool fresh = false;
  const semantic::TextEdit& edit = ui.text_edit(item.id, fresh);
  // An element that tells what it was given, of which a field without the keyboard draws a part only, tells nothing new.
  if (fresh && (active || edit.text != item.shown)) differs_ = true, attempts_ = starts_ = 0;
  if (!active) {
    // The pointer's own press makes it active where it was pressed.
    if (differs_ || (item.news && item.types && !context.IO.MouseDown[0])) start(context, item.id, ui);
    return;
  }
  ImGuiInputTextState& state = context.InputTextState;
  if (state.Flags & ImGuiInputTextFlags_ReadOnly) differs_ = false;
  if (differs_ && apply_text(context, edit.text)) {
    ui.set_unsettled();
    return;
  }
  const Selection now{edit.selection_begin, edit.selection_end};
  if (now == element_ || edit.text != text_of(state)) return;
  element_ = now;
  select(state, now.begin, now.end);
}

// In the pass in which an item becomes active it takes no characters.
void TextInput::start(ImGuiContext& context, ImGuiID id, semantic::Ui& ui) {
  if (++starts_ > most_starts) {
    differs_ = false;
    return;
  }
  context.NavActivateId = context.NavActivateDownId = context.NavActivatePressedId = id;
  context.NavActivateFlags = ImGuiActivateFlags_PreferInput | ImGuiActivateFlags_TryToPreserveState;
  context.NavInputSource = ImGuiInputSource_Keyboard;
  ui.set_unsettled();
}

// True: another pass is needed.
bool TextInput::apply_text(ImGuiContext& context, std::string_view wanted) {
  ImGuiInputTextState& state = context.InputTextState;
  const std::string_view now = text_of(state);
  if (now == wanted || ++attempts_ > most_attempts) {
    differs_ = false;
    return false;
  }
  const std::size_t shorter = std::min(now.size(), wanted.size());
  std::size_t same = 0, same_end = 0;
  while (same < shorter && now[same] == wanted[same]) ++same;
  while (is_inside_letter(now, same) || is_inside_letter(wanted, same)) --same;
  while (same_end < shorter - same && now[now.size() - 1 - same_end] == wanted[wanted.size() - 1 - same_end]) ++same_end;
  while (is_inside_letter(now, now.size() - same_end)) --same_end;
  select(state, static_cast<int>(same), static_cast<int>(now.size() - same_end));
  typed_ = true;
  const std::string_view added = wanted.substr(same, wanted.size() - same_end - same);
  if (added.empty()) {
    press(context, ImGuiKey_Delete);
    key_queued_ = true;
  } else {
    queue_letters(context, added);
  }
  return true;
}

void TextInput::select(ImGuiInputTextState& state, int begin, int end) {
  state.Stb->select_start = begin;
  state.Stb->select_end = state.Stb->cursor = end;
  state.CursorClamp();
  state.CursorFollow = true;
  state.CursorAnimReset();
}

TextInput::Selection TextInput::selection_of(const ImGuiInputTextState& state) {
  if (!state.HasSelection()) return {state.GetCursorPos(), state.GetCursorPos()};
  return {std::min(state.GetSelectionStart(), state.GetSelectionEnd()), std::max(state.GetSelectionStart(), state.GetSelectionEnd())};
}

Typed TextInput::after_pass(ImGuiContext& context, semantic::Ui& ui) {
  if (!is_active(context, id_) || ui.focused() != id_) return {};
  const ImGuiInputTextState& state = context.InputTextState;
  if (state.Flags & ImGuiInputTextFlags_ReadOnly) return {};  // what it draws is its text
  Typed typed{.id = id_, .text = text_of(state), .password = (state.Flags & ImGuiInputTextFlags_Password) != 0,
              .multiline = (state.Flags & ImGuiInputTextFlags_Multiline) != 0,
              .enter_submits = (state.Flags & ImGuiInputTextFlags_CtrlEnterForNewLine) != 0};
  bool fresh = false;
  semantic::TextEdit& edit = ui.text_edit(id_, fresh);
  if (differs_) {
    typed.text = edit.text;
    return typed;
  }
  const Selection now = selection_of(state);
  if (edit.text != typed.text || now != element_) {
    // The element follows, and tells of it with an event that changes nothing any more.
    edit.text = typed.text;
    edit.selection_begin = now.begin;
    edit.selection_end = now.end;
    element_ = now;
    select_ = true;
  }
  return typed;
}

bool TextInput::take_selection(int& begin, int& end) {
  begin = element_.begin;
  end = element_.end;
  return std::exchange(select_, false);
}

}  // namespace imgui_impl_web
