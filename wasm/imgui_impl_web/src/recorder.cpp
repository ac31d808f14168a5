#include "recorder.hpp"

#include <algorithm>
#include <utility>

namespace imgui_impl_web {

namespace {

Recorder* current = nullptr;

unsigned vertices(const ImGuiWindow& window) { return static_cast<unsigned>(window.DrawList->VtxBuffer.Size); }

// The browser has no use for them: the wheel and the keyboard scroll, and dragging is the pointer's.
bool is_decoration(ImGuiWindow& window, ImGuiID id, ImGuiItemFlags flags) {
  if (id == window.MoveId) return true;
  return (flags & ImGuiItemFlags_NoNav) &&
         (id == ImGui::GetWindowScrollbarID(&window, ImGuiAxis_X) ||
          id == ImGui::GetWindowScrollbarID(&window, ImGuiAxis_Y));
}

void note_tab(const ImGuiContext& context, Item& item) {
  ImGuiTabBar* const bar = context.CurrentTabBar;
  ImGuiTabItem* const tab = bar ? ImGui::TabBarFindTabByID(bar, item.id) : nullptr;
  if (!tab) return;
  item.tab_bar = bar->ID;
  item.label = ImGui::TabBarGetTabName(bar, tab);
  item.selected_tab = bar->SelectedTabId == item.id;
}

void note_cell(const ImGuiContext& context, Item& item) {
  const ImGuiTable* const table = context.CurrentTable;
  if (!table || table->InnerWindow != item.window) return;
  item.header = table->RowFlags & ImGuiTableRowFlags_Headers;
  item.table = table->ID;
  item.row = table->CurrentRow;
  item.column = table->CurrentColumn;
}

}  // namespace

void Recorder::start(Listener& listener) {
  listener_ = &listener;
  current = this;
  ImGui::GetCurrentContext()->TestEngineHookItems = true;
}

void Recorder::stop() {
  current = nullptr;
  ImGui::GetCurrentContext()->TestEngineHookItems = false;
}

void Recorder::begin_frame() {
  items_.clear();
  windows_.clear();
  unclipped_ = nullptr;
  plain_ = false;
  drew_to_look_ = false;
}

unsigned Recorder::vertex() { return vertices(*ImGui::GetCurrentWindowRead()); }

const Item* Recorder::last_item() const {
  const ImGuiID id = ImGui::GetCurrentContext()->LastItemData.ID;
  for (auto it = items_.rbegin(); it != items_.rend(); ++it)
    if (it->id == id && id != 0) return &*it;
  return nullptr;
}

Begun& Recorder::content_of(ImGuiWindow* window) {
  const auto it = std::find_if(windows_.rbegin(), windows_.rend(), [window](const Begun& begun) { return begun.window == window; });
  return it != windows_.rend() ? *it : windows_.emplace_back(Begun{window, {}});
}

void Recorder::add_window(ImGuiWindow& window) {
  content_of(&window);
  ImGuiWindow* const parent = window.Flags & ImGuiWindowFlags_ChildWindow ? window.ParentWindow : nullptr;
  if (parent) content_of(parent).content.push_back({vertices(*parent), -1, &window});
}

// It draws its text, too, which is cut off otherwise.
void Recorder::begin_unclipped(ImGuiContext& context) {
  constexpr float far = 1e5f;
  context.ItemUnclipByLog = true;
  unclipped_ = context.CurrentWindow->DrawList;
  unclipped_->PushClipRect({-far, -far}, {far, far});
  clips_ = unclipped_->_ClipRectStack.Size;
  drew_to_look_ = true;
}

void Recorder::end_unclipped(ImGuiContext& context) {
  if (!unclipped_) return;
  context.ItemUnclipByLog = context.LogEnabled;
  if (unclipped_->_ClipRectStack.Size == clips_) unclipped_->PopClipRect();  // else its window has ended
  unclipped_ = nullptr;
}

void Recorder::begin_plain(ImGuiContext& context) {
  plain_ = drew_to_look_ = true;
  hovered_window_ = std::exchange(context.HoveredWindow, nullptr);
  nav_highlight_ = std::exchange(context.NavHighlightItemUnderNav, false);
}

void Recorder::end_plain(ImGuiContext& context) {
  if (!std::exchange(plain_, false)) return;
  context.HoveredWindow = hovered_window_;
  context.NavHighlightItemUnderNav = nav_highlight_;
}

void Recorder::add(ImGuiContext& context, ImGuiID id, const ImRect& box, const ImGuiLastItemData* data) {
  end_unclipped(context);
  end_plain(context);
  ImGuiWindow& window = *context.CurrentWindow;
  if (!data && id == window.ID) return add_window(window);
  if (!data || is_decoration(window, id, data->ItemFlags)) return;
  Item item;
  item.id = id;
  item.window = &window;
  item.rect = data->Rect;
  item.frame = box;
  item.clip = window.ClipRect;
  item.flags = data->ItemFlags;
  item.in_bar = window.DC.MenuBarAppending;
  item.first = item.end = vertices(window);
  item.seed = window.IDStack.back();
  note_tab(context, item);
  note_cell(context, item);
  content_of(&window).content.push_back({item.first, static_cast<int>(items_.size()), nullptr});
  listener_->on_item(context, item);
  // Most widgets end here when they are out of sight, and tell neither label nor state. A hidden window draws nothing in any case.
  const bool out_of_sight = !window.Hidden && item.rect.GetArea() > 0 && !item.rect.Overlaps(window.ClipRect);
  if (out_of_sight && !listener_->knows(id)) begin_unclipped(context);
  if (listener_->wants_plain(context, item)) begin_plain(context);
  items_.push_back(std::move(item));
}

void Recorder::info(ImGuiContext& context, ImGuiID id, const char* label, ImGuiItemStatusFlags flags) {
  // What has no label of its own is named by the text that comes next.
  const bool is_nameless = !label || label[0] == '\0' || (label[0] == '#' && label[1] == '#');
  if (!is_nameless) end_unclipped(context);
  end_plain(context);
  for (auto it = items_.rbegin(); it != items_.rend(); ++it) {
    if (it->id != id) continue;
    it->twice = it->told;
    it->told = true;
    it->label = label ? label : "";
    it->status = flags;
    it->flags = context.LastItemData.ID == id ? context.LastItemData.ItemFlags : it->flags;
    it->end = vertices(*it->window);
    return;
  }
}

}  // namespace imgui_impl_web

void ImGuiTestEngineHook_ItemAdd(ImGuiContext* context, ImGuiID id, const ImRect& box, const ImGuiLastItemData* data) {
  if (imgui_impl_web::current) imgui_impl_web::current->add(*context, id, box, data);
}

void ImGuiTestEngineHook_ItemInfo(ImGuiContext* context, ImGuiID id, const char* label, ImGuiItemStatusFlags flags) {
  if (imgui_impl_web::current) imgui_impl_web::current->info(*context, id, label, flags);
}

void ImGuiTestEngineHook_Log(ImGuiContext*, const char*, ...) {}

const char* ImGuiTestEngine_FindItemDebugLabel(ImGuiContext*, ImGuiID) { return nullptr; }
