#include "program.hpp"

#include "keys.hpp"

#include <algorithm>
#include <utility>

extern "C" {
void imgui_impl_web_listen();
void imgui_impl_web_order(semantic::Id id, int order);
void imgui_impl_web_select(semantic::Id id, int begin, int end);
}

namespace imgui_impl_web {

using imgui_web::backend;

namespace {

constexpr int frames_to_appear = 3;

// The root windows lie over one another in this order, and so do their elements.
template <class Each> void each_root(const ImGuiContext& context, Each each) {
  int order = 0;
  for (const ImGuiWindow* const window : context.Windows)
    if (window->Active && !window->Hidden && (window->RootWindow == window || window->Flags & ImGuiWindowFlags_ChildMenu))
      each(window->ID, ++order);
}

// The innermost window there that scrolls.
ImGuiWindow* scrolling_window(ImGuiWindow* window) {
  while (window && window->ScrollMax.x <= 0 && window->ScrollMax.y <= 0)
    window = window->Flags & ImGuiWindowFlags_ChildWindow ? window->ParentWindow : nullptr;
  return window;
}

bool any_key_down(const ImGuiContext& context) {
  for (int key = ImGuiKey_Keyboard_BEGIN; key < ImGuiKey_Keyboard_END; ++key)
    if (context.IO.KeysData[key - ImGuiKey_NamedKey_BEGIN].Down) return true;
  return false;
}

}  // namespace

void Program::start() {
  recorder_.start(*this);
  imgui_impl_web_listen();
  apply_theme();
}

void Program::new_frame() {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  backend().ui.begin_frame();
  recorder_.begin_frame();
  told_.clear();
  looks_ = std::exchange(pressed_, false) && context.ActiveId == 0;
  note_focus(context);
  if (backend().ui.take_escape()) handle_escape(context);
}

void Program::render(ImDrawData&) {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  semantic::Ui& ui = backend().ui;
  if (context.IO.MouseReleased[0]) pressed_ = true, ui.set_unsettled();
  if (widgets_.read(context, recorder_, told_) || recorder_.drew_to_look()) ui.set_unsettled();
  build_tree(context, recorder_, widgets_, told_, text_.after_pass(context, ui), ui);
  if (fit_.apply(context)) ui.set_unsettled();
  follow_focus(context);
  follow_popups(context);
  plan_frames(context);
  ui.end_frame();
}

// The browser's focus has moved: what had it before lets go, as after a click beside it.
void Program::note_focus(ImGuiContext& context) {
  const ImGuiID now = backend().ui.focused();
  if (now == focused_) return;
  if (focused_ != 0 && context.ActiveId == focused_ && !context.IO.MouseDown[0]) ImGui::ClearActiveID();
  focused_ = now;
  focus_is_news_ = now != 0;
}

void Program::on_item(ImGuiContext& context, const Item& item) {
  if (backend().ui.take_activation(item.id)) press(context, item);
  if (item.id != focused_) return;
  const bool news = std::exchange(focus_is_news_, false);
  if (news) take_focus(context, item);
  const bool submitted = backend().ui.take_submit(item.id);
  if (!(item.flags & ImGuiItemFlags_Inputable)) return;
  const Widget* const widget = widgets_.find(item.id);
  const bool types = widget && widget->kind == Kind::field;
  if (submitted && TextInput::is_active(context, item.id)) {
    TextInput::press(context, ImGuiKey_Enter);
    backend().ui.set_unsettled();
  } else if (submitted) {
    press(context, item);
  }
  text_.before_item(context, {item.id, news, types, widget && !widget->hint ? std::string_view(widget->value) : std::string_view()},
                    backend().ui);
}

// What Dear ImGui does for a key of its own navigation.
void Program::press(ImGuiContext& context, const Item& item) {
  context.NavActivateId = context.NavActivateDownId = context.NavActivatePressedId = item.id;
  const bool tweaks = std::exchange(tweaks_, false);
  context.NavActivateFlags = !(item.flags & ImGuiItemFlags_Inputable) ? ImGuiActivateFlags_None
                             : tweaks ? ImGuiActivateFlags_PreferTweak : ImGuiActivateFlags_PreferInput;
  context.NavInputSource = ImGuiInputSource_Keyboard;
  context.NavHighlightItemUnderNav = true;  // where the pointer happens to rest does not matter
  pressed_ = true;
  backend().ui.set_unsettled();
}

// Only its background tells whether a selectable is chosen, and not while it is pointed at.
bool Program::wants_plain(const ImGuiContext& context, const Item& item) {
  if (!looks_ || (item.id != context.NavId && !item.rect.Contains(context.IO.MousePos))) return false;
  const Widget* const widget = widgets_.find(item.id);
  return widget && widget->kind == Kind::selectable;
}

void Program::take_focus(ImGuiContext& context, const Item& item) {
  ImGuiWindow* const window = item.window;
  if (context.NavWindow != window) ImGui::FocusWindow(window, ImGuiFocusRequestFlags_UnlessBelowModal);
  if (context.NavId != item.id) ImGui::SetFocusID(item.id, window);
  nav_ = item.id;
  // A field's focus is always visible, also where the pointer has just put it.
  const bool pressed = context.IO.MouseDown[0];
  context.NavCursorVisible = context.NavHighlightItemUnderNav = backend().ui.focus_visible() && !pressed;
  if (item.clip.Contains(item.frame) || pressed) return;
  ImGui::ScrollToRect(window, item.frame, ImGuiScrollFlags_KeepVisibleEdgeX | ImGuiScrollFlags_KeepVisibleEdgeY);
  backend().ui.set_unsettled();
}

void Program::handle_escape(ImGuiContext& context) {
  if (TextInput::is_active(context, focused_) || context.IO.ConfigFlags & ImGuiConfigFlags_NavEnableKeyboard) {
    TextInput::press(context, ImGuiKey_Escape);
    backend().ui.set_unsettled();
    return;
  }
  const int open = context.OpenPopupStack.Size;
  if (open == 0) return;
  const ImGuiWindow* const top = context.OpenPopupStack[open - 1].Window;
  if (top && !(top->Flags & ImGuiWindowFlags_Modal)) ImGui::ClosePopupToLevel(open - 1, true);
}

bool Program::take_field_key(semantic::Id id, ImGuiKey key) {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  const Widget* const widget = widgets_.find(id);
  if (!widget) return false;
  if (TextInput::is_active(context, id)) {
    const ImGuiInputTextFlags flags = context.InputTextState.Flags;
    const ImGuiInputTextFlags wanted = key == ImGuiKey_Tab ? ImGuiInputTextFlags_CallbackCompletion | ImGuiInputTextFlags_AllowTabInput
                                                           : ImGuiInputTextFlags_CallbackHistory;
    if (!(flags & wanted) || (key == ImGuiKey_Tab && !text_.was_typed())) return false;
    TextInput::press(context, key);
  } else {
    if (widget->kind != Kind::spin || key == ImGuiKey_Tab) return false;
    // A slider's own keys are Left and Right, once it is active.
    if (context.ActiveId != id) {
      tweaks_ = true;
      backend().ui.handle_activate(id);
      imgui_web::draw_frame(emscripten_get_now());
    }
    TextInput::press(context, key == ImGuiKey_UpArrow ? ImGuiKey_RightArrow : ImGuiKey_LeftArrow);
  }
  imgui_web::respond();
  return true;
}

ImGuiKey Program::key(std::string_view code) {
  const ImGuiKey key = key_of(code);
  if (focused_ == 0) return key;
  // These an element has taken already.
  const bool arrow = key >= ImGuiKey_LeftArrow && key <= ImGuiKey_DownArrow;
  if (key == ImGuiKey_Enter || key == ImGuiKey_KeypadEnter || key == ImGuiKey_Space || key == ImGuiKey_Escape) return ImGuiKey_None;
  const Widget* const widget = widgets_.find(focused_);
  return arrow && widget && widget->kind == Kind::radio ? ImGuiKey_None : key;
}

bool Program::may_pan_over(ImVec2 at) {
  ImGuiWindow* window = nullptr;
  ImGui::FindHoveredWindowEx(at, false, &window, nullptr);
  const ImGuiWindow* const scrolls = scrolling_window(window);
  if (!scrolls || scrolls->ScrollMax.y <= 0) return false;
  return std::any_of(recorder_.items().begin(), recorder_.items().end(), [&](const Item& item) {
    if (item.window != window || !item.frame.Contains(at) || !item.clip.Contains(at)) return false;
    const Widget* const widget = widgets_.find(item.id);
    return widget && (widget->kind == Kind::spin || widget->kind == Kind::field) && item.frame.GetWidth() > item.frame.GetHeight();
  });
}

bool Program::begin_pan(ImVec2 at) {
  ImGuiContext& context = *ImGui::GetCurrentContext();
  const Widget* const held = widgets_.find(context.ActiveId);
  const bool pressed = context.IO.MouseDown[0];  // not where the press has waited for this
  const bool moves = pressed && context.ActiveId != 0 && (!held || held->kind == Kind::spin || held->kind == Kind::field);
  ImGuiWindow* window = nullptr;
  ImGui::FindHoveredWindowEx(at, false, &window, nullptr);
  const bool held_by_window = window && context.ActiveId == window->MoveId && !window->TitleBarRect().Contains(at);
  if (moves && !held_by_window) return false;
  window = scrolling_window(window);
  if (!window) return false;
  panned_ = window->ID;
  if (pressed) ImGui::ClearActiveID();
  context.IO.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
  context.IO.AddMouseButtonEvent(0, false);
  return true;
}

void Program::pan(ImVec2 by) {
  ImGuiWindow* const window = ImGui::FindWindowByID(panned_);
  if (!window) return;
  ImGui::SetScrollX(window, std::clamp(window->Scroll.x - by.x, 0.0f, window->ScrollMax.x));
  ImGui::SetScrollY(window, std::clamp(window->Scroll.y - by.y, 0.0f, window->ScrollMax.y));
  imgui_web::want(2);
}

bool Program::scroll(ImGuiID id, float lines, float pages, float lengths) {
  ImGuiWindow* const window = ImGui::FindWindowByID(id);
  if (!window) return false;
  const float line = ImGui::GetCurrentContext()->FontSize;
  const float by = lines * line + pages * (window->InnerRect.GetHeight() - line) + lengths * window->ScrollMax.y;
  ImGui::SetScrollY(window, std::clamp(window->Scroll.y + by, 0.0f, window->ScrollMax.y));
  imgui_web::want(2);
  return true;
}

// Where Dear ImGui's focus went by itself: by its keyboard navigation, or by SetKeyboardFocusHere().
void Program::follow_focus(ImGuiContext& context) {
  semantic::Ui& ui = backend().ui;
  const bool typing = context.ActiveId != 0 && TextInput::is_active(context, context.ActiveId);
  const ImGuiID now = typing ? context.ActiveId : context.NavId;
  if (now == nav_) return;
  nav_ = now;
  if (now != 0 && now != ui.focused() && (typing || context.NavCursorVisible) && ui.tree().contains(now)) ui.request_focus(now);
}

ImGuiID Program::first_in_popup(const ImGuiContext& context) {
  const ImGuiWindow* const window = context.OpenPopupStack.back().Window;
  for (const Item& item : recorder_.items())
    if (item.window == window && !(item.flags & ImGuiItemFlags_Disabled) && backend().ui.tree().contains(item.id)) return item.id;
  return 0;
}

// Into a popup that has opened, and back when it has closed.
void Program::follow_popups(ImGuiContext& context) {
  semantic::Ui& ui = backend().ui;
  const auto open = static_cast<std::size_t>(context.OpenPopupStack.Size);
  if (open > openers_.size()) {
    enter_popup(context);
  } else if (open < openers_.size()) {
    back_ = openers_[open];
    openers_.resize(open);
  }
  // In the frame in which it closes, its elements are still there.
  if (back_ == 0 || (ui.focused() != 0 && ui.tree().contains(ui.focused()))) return;
  if (const ImGuiID to = std::exchange(back_, 0); ui.tree().contains(to)) ui.request_focus(to);
}

void Program::enter_popup(ImGuiContext& context) {
  semantic::Ui& ui = backend().ui;
  const ImGuiPopupData& popup = context.OpenPopupStack.back();
  const ImGuiWindow* const window = popup.Window;
  if (!window || window->Hidden || !ui.tree().contains(window->ID)) {
    // It is measured first.
    if (context.FrameCount - popup.OpenFrameCount <= frames_to_appear) ui.set_unsettled();
    return;
  }
  back_ = 0;
  openers_.resize(static_cast<std::size_t>(context.OpenPopupStack.Size), ui.focused());
  if (window->Flags & ImGuiWindowFlags_Modal || focused_ == 0) return;  // into a dialog the mirror leads
  const bool chosen = context.NavWindow == window && context.NavId != 0 && ui.tree().contains(context.NavId);
  if (const ImGuiID first = chosen ? context.NavId : first_in_popup(context); first != 0) ui.request_focus(first);
}

// What moves by itself, and what a pause of the pointer brings.
void Program::plan_frames(const ImGuiContext& context) {
  semantic::Ui& ui = backend().ui;
  const bool dims = context.DimBgRatio > 0 && context.DimBgRatio < 1;
  if (dims || context.IO.MouseDown[0] || any_key_down(context) || context.NavHighlightActivatedTimer > 0) ui.wake_in(0);
  const ImGuiStyle& style = context.Style;
  const float longest = std::max(style.HoverDelayNormal, style.HoverStationaryDelay) + 0.1f;
  if (context.HoverItemDelayId != 0 && context.HoverItemDelayTimer < longest) ui.wake_in(0.1);
}

void Program::patched() {
  each_root(*ImGui::GetCurrentContext(), [this](ImGuiID id, int order) {
    if (std::exchange(orders_[id], order) != order) imgui_impl_web_order(id, order);
  });
  int begin = 0, end = 0;
  if (text_.take_selection(begin, end)) imgui_impl_web_select(focused_, begin, end);
}

void Program::apply_theme() {
  const auto channel = [](float value) { return static_cast<std::uint32_t>(std::clamp(value, 0.0f, 1.0f) * 255 + 0.5f); };
  const auto rgb = [&](const ImVec4& c) { return channel(c.x) << 16 | channel(c.y) << 8 | channel(c.z); };
  const ImVec4* const colors = ImGui::GetStyle().Colors;
  backend().ui.theme().color.page = {rgb(clear_color_)};
  const bool dark = clear_color_.x + clear_color_.y + clear_color_.z < 1.5f;
  imgui_web_set_colors(rgb(clear_color_), rgb(colors[ImGuiCol_Text]), rgb(colors[ImGuiCol_TextDisabled]),
                       rgb(colors[ImGuiCol_TextSelectedBg]), dark);
}

void Program::set_clear_color(const ImVec4& color) {
  if (color.x == clear_color_.x && color.y == clear_color_.y && color.z == clear_color_.z) return;
  clear_color_ = color;
  apply_theme();
}

void Program::name_last_item(const char* name) {
  // A picture is no item of Dear ImGui's, and a plot is none for the keyboard.
  const ImGuiLastItemData& last = ImGui::GetCurrentContext()->LastItemData;
  const Item* const item = recorder_.last_item();
  if (item && (item->told || !(last.ItemFlags & ImGuiItemFlags_NoNav))) {
    told_.of_last_item().name = name;
  } else {
    told_.mark_last(Mark::What::image, name);
  }
}

}  // namespace imgui_impl_web
