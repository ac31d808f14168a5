#include "semantic/splitter.hpp"

#include "semantic/widget.hpp"

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

void draw_grip(Ui& ui, const SurfaceResult& bar, bool beside) {
  const Palette& c = ui.theme().color;
  const bool lit = bar.hovered || bar.held || (bar.focused && ui.focus_visible());
  const Rect& r = bar.rect;
  const ImVec2 middle{std::floor(r.x + r.w * 0.5f), std::floor(r.y + r.h * 0.5f)};
  const float length = lit ? 28.0f : 16.0f;
  const ImVec2 half = beside ? ImVec2{2, length} : ImVec2{length, 2};
  ImGui::GetWindowDrawList()->AddRectFilled({middle.x - half.x, middle.y - half.y}, {middle.x + half.x, middle.y + half.y},
                                            (lit ? c.accent : c.control_border).u32(), 2);
  if (lit) ImGui::SetMouseCursor(beside ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
}

}  // namespace

SplitterResult splitter(Ui& ui, std::string_view name, const Rect& whole, int share, const SplitterOptions& options) {
  const bool beside = options.beside;
  const float length = beside ? whole.w : whole.h, half = options.thickness * 0.5f;
  const float middle = std::floor(length * static_cast<float>(share) / 100);
  const ImVec2 before = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(beside ? ImVec2{whole.x + middle - half, whole.y} : ImVec2{whole.x, whole.y + middle - half});
  const Id id = widget_id(name);
  const ImVec2 size = beside ? ImVec2{options.thickness, whole.h} : ImVec2{whole.w, options.thickness};
  const SurfaceResult bar = begin_widget(ui, id, size);
  // The last move may come with it, in one frame.
  const bool released = ImGui::IsItemDeactivated();
  ImGui::SetCursorScreenPos(before);
  int wanted = ui.take_found(id);
  const bool by_key = wanted >= 0;
  if ((bar.held || released) && ImGui::IsMousePosValid()) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    wanted = static_cast<int>(std::lround((beside ? mouse.x - whole.x : mouse.y - whole.y) / length * 100));
  }
  draw_grip(ui, bar, beside);
  focus_ring(ui, id, {bar.rect.x + 4, bar.rect.y + 4, bar.rect.w - 8, bar.rect.h - 8}, 2);
  declare(ui, {.id = id, .role = Role::separator, .states = state_focusable, .rect = bar.rect, .name = name,
               .set_size = options.most, .position = options.least, .progress = static_cast<float>(share) / 100});
  SplitterResult result{.share = share};
  if (wanted < 0 && !bar.activated && !released) return result;
  if (wanted >= 0) result.share = std::clamp(wanted, options.least, options.most);
  result.changed = result.share != share;
  result.settled = by_key || bar.activated || released;
  return result;
}

}  // namespace semantic
