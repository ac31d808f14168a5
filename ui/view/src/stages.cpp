#include "chat_view/stages.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "marks.hpp"

namespace chat_view {

using namespace semantic;

std::string stage_name(const chat::Settings& settings) {
  const int stage = chat::stage_of(settings);
  return stage == 0 ? "No stage" : "Stage " + std::to_string(stage);
}

ButtonOptions stage_button_options(const chat::State& state) {
  const bool seen = state.stages_seen.has(chat::stage_of(state.settings));
  return {.kind = ButtonKind::ghost, .icon = seen ? Icon::check : Icon::none, .small = true,
          .description = seen ? "What to try in it has been seen." : "What it is about, and what to try in it."};
}

bool stage_button(Ui& ui, const chat::State& state, const ButtonOptions& options) {
  return button(ui, stage_name(state.settings), options);
}

void StagesView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const auto box = dialog(ui, "Stages", open_, 560);
  if (!box) return;
  heading(ui, 2, "Stages", {.style = TextStyle::heading, .width = -1});
  {
    const float around = 32 + 2 * Theme::space_6 + 60 + ui.theme().control_height();
    const float most = std::max(80.0f, ImGui::GetIO().DisplaySize.y - around);
    auto area = scroll_area(ui, "All stages", {.size = {0, std::min(height_, most)}});
    const float top = ImGui::GetCursorScreenPos().y;
    gap(Theme::space_2);  // the buttons stand out above their headings
    for (const int stage : {10, 20, 30, 40, 50, 60}) draw_stage(ui, state, stage, intents);
    const float height = std::ceil(ImGui::GetCursorScreenPos().y - top);
    if (height != std::exchange(height_, height)) ui.set_unsettled();
  }
  if (button(ui, "Close")) open_ = false;
}

void StagesView::draw_stage(Ui& ui, const chat::State& state, int stage, chat::Intents& intents) {
  const std::string name = "Stage " + std::to_string(stage);
  auto part = group(ui, Role::group, name);
  const Palette& c = ui.theme().color;
  const bool seen = state.stages_seen.has(stage), here = chat::stage_of(state.settings) == stage;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (seen) draw_icon(*ImGui::GetWindowDrawList(), Icon::check, {at.x, at.y + 1}, 18, c.success_text.u32());
  ImGui::Indent(26);
  const std::string title = name + (here ? ", where you are" : "") + (seen ? " (seen)" : "");
  heading(ui, 3, title, {.style = TextStyle::small_strong, .color = seen ? c.success_text : here ? c.accent_text : c.text, .width = -1});
  // Another stage is another way of signing in.
  const std::string sign_in = "Sign in at stage " + std::to_string(stage);
  const float width = button_size(ui, sign_in, {.small = true}).x, end = ImGui::GetItemRectMax().x;
  const ImVec2 below = ImGui::GetCursorScreenPos();
  const float left = below.x + room().x - width;
  const bool beside = !here && end + Theme::space_2 <= left;
  if (beside) ImGui::SetCursorScreenPos({left, at.y - 6});
  bool pressed = beside && button(ui, sign_in, {.small = true});
  if (beside) ImGui::SetCursorScreenPos(below);
  text(ui, chat::stage_words(stage), {.style = TextStyle::small, .color = c.text_muted, .width = beside ? left - below.x - Theme::space_3 : 0.0f});
  if (!here && !beside) pressed = button(ui, sign_in, {.small = true});
  if (pressed) {
    open_ = false;
    intents.emplace_back(chat::Logout{});
    intents.emplace_back(chat::ChangeSettings{chat::at_stage(state.settings, stage)});
  }
  ImGui::Unindent(26);
  gap(Theme::space_4);
}

}  // namespace chat_view
