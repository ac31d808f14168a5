#include "semantic/motion.hpp"

#include "memory.hpp"

#include <algorithm>

namespace semantic {

namespace {

constexpr double duration = 0.14;  // seconds
constexpr float rise = 8;          // CSS pixels

}  // namespace

float entered_since(Ui& ui, double time) {
  const double part = (ImGui::GetTime() - time) / duration;
  if (ui.theme().reduced_motion || part >= 1) return 1;
  ui.wake_in(0);
  const float left = 1 - static_cast<float>(std::max(0.0, part));
  return 1 - left * left * left;  // fast at first
}

float entered(Ui& ui, Id id) {
  auto& entrances = ui.memory().entrances;
  const int frame = ImGui::GetFrameCount();
  std::erase_if(entrances, [frame](const auto& known) { return known.second.seen < frame - 1; });
  const auto [known, is_new] = entrances.try_emplace(id, EntranceMemory{ImGui::GetTime(), frame});
  known->second.seen = frame;
  return entered_since(ui, known->second.since);
}

Entrance::Entrance(float part) : list_(ImGui::GetWindowDrawList()), first_(list_->VtxBuffer.Size), part_(part) {}

Entrance::~Entrance() {
  if (part_ >= 1) return;
  for (ImDrawVert& vertex : std::span(list_->VtxBuffer.begin() + first_, list_->VtxBuffer.end())) {
    vertex.pos.y += (1 - part_) * rise;
    const auto alpha = static_cast<float>(vertex.col >> IM_COL32_A_SHIFT) * part_;
    vertex.col = (vertex.col & ~IM_COL32_A_MASK) | static_cast<ImU32>(alpha) << IM_COL32_A_SHIFT;
  }
}

void uncover(Ui& ui, Id id, const Rect& rect) {
  const float part = entered(ui, id);
  if (part >= 1) return;
  ImGui::GetForegroundDrawList()->AddRectFilled(rect.min(), rect.max(), ui.theme().color.page.u32(1 - part));
}

}  // namespace semantic
