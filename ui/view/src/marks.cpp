#include "marks.hpp"

#include <cmath>

#include "chat/names.hpp"

namespace chat_view {

using namespace semantic;

void draw_logo(Ui& ui, ImVec2 at, float size) {
  const Palette& c = ui.theme().color;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float s = size / 40.0f;
  const auto point = [&](float x, float y) { return ImVec2{at.x + x * s, at.y + y * s}; };
  list.AddRectFilled(at, point(40, 40), c.accent.u32(), 12 * s);
  // A speech bubble that holds three waves: a message on its way.
  list.AddRectFilled(point(9, 10), point(31, 26), c.on_accent.u32(), 7 * s);
  list.AddTriangleFilled(point(13, 24), point(13, 32), point(21, 25), c.on_accent.u32());
  for (int i = 0; i < 3; ++i)
    list.AddCircleFilled(point(15.0f + 5.0f * static_cast<float>(i), 18), 1.8f * s, c.accent.u32());
}

void draw_presence_dot(Ui& ui, ImVec2 at, float size, chat::Presence::Kind kind, Color around) {
  if (kind == chat::Presence::Kind::unknown) return;
  const Palette& c = ui.theme().color;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 center{at.x + size - 5, at.y + size - 5};
  list.AddCircleFilled(center, 7, around.u32());
  if (kind == chat::Presence::Kind::online) {
    list.AddCircleFilled(center, 5, c.success.u32());
  } else {
    list.AddCircle(center, 4, c.control_border.u32(), 0, 2);  // by shape, not by colour alone
  }
}

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string line(chat::cut_utf8(text, bytes));
  for (char& c : line)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return line;
}

ImVec2 room() { return ImGui::GetContentRegionAvail(); }

Rows::Rows(float height) : start_(ImGui::GetCursorPos()), width_(room().x), y_(start_.y), height_(height) {}

void Rows::next(float width, float height, float space) {
  if (used_ > 0 && used_ + space + width > width_ + 0.5f) {
    used_ = 0;
    y_ += height_ + Theme::space_2;
  }
  if (used_ > 0) used_ += space;
  ImGui::SetCursorPos({start_.x + used_, y_ + std::floor((height_ - height) * 0.5f)});
  used_ += width;
}

}  // namespace chat_view
