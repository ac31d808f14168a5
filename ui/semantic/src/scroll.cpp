#include "scroll.hpp"

#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

constexpr float wheel_step = 60, bar_width = 6;

void draw_bar(Ui& ui, const Node& node) {
  if (ui.platform_scroll_bars || node.content_height <= node.rect.h + 1) return;
  const float length = std::max(24.0f, node.rect.h * node.rect.h / node.content_height);
  const float room = node.rect.h - length - 4;
  const float y = node.rect.y + 2 + room * node.scroll_y / std::max(1.0f, node.content_height - node.rect.h);
  const float x = node.rect.x + node.rect.w - bar_width - 2;
  ImGui::GetWindowDrawList()->AddRectFilled({x, y}, {x + bar_width, y + length},
                                            ui.theme().color.control_border.u32(0.6f), bar_width * 0.5f);
}

}  // namespace

ImVec2 child_size(ImVec2 wanted) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  return {wanted.x > 0 ? wanted.x : std::max(1.0f, room.x + wanted.x),
          wanted.y > 0 ? wanted.y : std::max(1.0f, room.y + wanted.y)};
}

bool scroll_input(Ui& ui, Id id, float view_height, float content_height, float& y) {
  const float max = std::max(0.0f, content_height - view_height);
  float to = 0;
  if (ui.take_scroll(id, to)) {
    y = std::clamp(to, 0.0f, max);
    return true;
  }
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImRect box(at, {at.x + ImGui::GetContentRegionAvail().x, at.y + view_height});
  if (ui.platform_scroll_bars || io.MouseWheel == 0 || !box.Contains(io.MousePos)) return false;
  y = std::clamp(y - io.MouseWheel * wheel_step, 0.0f, max);
  return true;
}

int begin_scroll(Ui& ui, const ScrollSetup& setup) {
  const ImVec2 size = child_size(setup.size), at = ImGui::GetCursorScreenPos();
  ScrollMemory& memory = ui.memory().scrolls[setup.id];
  if (setup.wanted_y >= 0) {
    memory.y = setup.wanted_y;
  } else {
    scroll_input(ui, setup.id, size.y, memory.content_height, memory.y);
  }
  memory.view_height = size.y;
  ImGui::SetNextWindowScroll({0, memory.y});
  if (setup.content_height >= 0) ImGui::SetNextWindowContentSize({0, setup.content_height - 2 * setup.padding.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, setup.padding);
  ImGui::BeginChild(setup.id, size, ImGuiChildFlags_AlwaysUseWindowPadding,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  return declare_open(ui, {.id = setup.id, .role = setup.role, .states = setup.states | state_scrolls,
                           .rect = {at.x, at.y, size.x, size.y}, .name = setup.name, .scroll_y = memory.y,
                           .content_height = setup.content_height});
}

void end_scroll(Ui& ui, int index) {
  Node& node = ui.tree().at(index);
  const ImGuiWindow* window = ImGui::GetCurrentWindow();
  ScrollMemory& memory = ui.memory().scrolls[node.id];
  if (node.content_height < 0)
    node.content_height = std::ceil(window->DC.CursorMaxPos.y - window->DC.CursorStartPos.y + 2 * window->WindowPadding.y);
  memory.content_height = node.content_height;
  const float max = std::max(0.0f, node.content_height - node.rect.h);
  if (memory.y > max) {
    memory.y = max;
    ui.set_unsettled();
  }
  node.scroll_y = memory.y;
  if (max > 0) node.states |= state_focusable;  // so that the keyboard can scroll it
  focus_ring(ui, node.id, {node.rect.x + 3, node.rect.y + 3, node.rect.w - 6, node.rect.h - 6}, Theme::radius_small);
  ui.tree().close();
  const Node drawn = node;
  ImGui::EndChild();
  draw_bar(ui, drawn);
}

}  // namespace semantic
