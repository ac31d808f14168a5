#include "chat_view/lessons_tab.hpp"

#include <algorithm>
#include <variant>

#include "marks.hpp"

namespace chat_view {

using namespace semantic;
using chat::Trouble;

namespace {

std::string_view words_of(const chat::Intent& action) {
  const auto* trouble = std::get_if<chat::MakeTrouble>(&action);
  if (trouble == nullptr) return "Send in each lane";
  switch (trouble->what) {
    case Trouble::pull_plug: return "Pull the plug";
    case Trouble::lose_acknowledgement: return "Lose the next acknowledgement";
    case Trouble::delay: return "Delay by 2 s";
    case Trouble::freeze: return "Freeze";
    case Trouble::forget_session: return "Forget the session";
  }
  return {};
}

}  // namespace

const chat::Lesson* LessonsTab::chosen(const chat::State& state) const {
  const auto found = std::find_if(state.lessons.begin(), state.lessons.end(), [&](const chat::Lesson& one) { return one.id == id_; });
  return found == state.lessons.end() ? nullptr : &*found;
}

void LessonsTab::choose(const chat::Lesson& lesson) {
  id_ = lesson.id;
  progress_.start(lesson);
}

void LessonsTab::follow(const chat::State& state) {
  if (state.settings.lesson != asked_for_ && !state.lessons.empty()) {
    asked_for_ = state.settings.lesson;
    for (const chat::Lesson& lesson : state.lessons)
      if (lesson.id == asked_for_) choose(lesson);
  }
  if (state.trace != nullptr && state.opened_file.empty()) progress_.update(*state.trace);
}

void LessonsTab::draw(Ui& ui, const chat::State& state, chat::Intents& intents, float height) {
  auto area = scroll_area(ui, "Lessons", {.role = Role::region, .size = {0, height}, .padding = {Theme::space_4, Theme::space_2}});
  if (state.lessons_are == chat::TextStatus::not_asked) intents.emplace_back(chat::LoadText{chat::TextFile::lessons});
  if (state.lessons_are == chat::TextStatus::failed) {
    text(ui, "The lessons could not be loaded.", {.style = TextStyle::small, .color = ui.theme().color.warning_text});
    if (button(ui, "Load the lessons again", {.small = true})) intents.emplace_back(chat::LoadText{chat::TextFile::lessons});
    return;
  }
  if (const chat::Lesson* lesson = chosen(state)) draw_lesson(ui, *lesson, state, intents);
  else draw_list(ui, state);
}

void LessonsTab::draw_list(Ui& ui, const chat::State& state) {
  for (const chat::Lesson& lesson : state.lessons)
    if (button(ui, lesson.title, {.kind = ButtonKind::ghost})) choose(lesson), ui.set_unsettled();
}

void LessonsTab::draw_lesson(Ui& ui, const chat::Lesson& lesson, const chat::State& state, chat::Intents& intents) {
  heading(ui, 3, lesson.title, {.style = TextStyle::subheading});
  text(ui, lesson.says, {.style = TextStyle::small});
  if (lesson.stage != 0) {
    const chat::Settings wanted = chat::stage_settings(lesson.stage);
    const chat::Settings& has = state.settings;
    if (wanted.qos1 != has.qos1 || wanted.status != has.status || wanted.authentication != has.authentication)
      text(ui, "This lesson is made for stage " + std::to_string(lesson.stage) + "; you are signed in with other options.",
           {.style = TextStyle::small, .color = ui.theme().color.warning_text});
  }
  for (std::size_t i = 0; i < lesson.steps.size(); ++i) draw_step(ui, lesson.steps[i], i, intents);
  if (progress_.done()) status(ui, "All of it was seen", {.tone = Tone::success});
  gap(Theme::space_3);
  if (button(ui, "Start again", {.small = true})) choose(lesson);
  ImGui::SameLine(0, Theme::space_2);
  if (button(ui, "All lessons", {.kind = ButtonKind::ghost, .small = true})) id_.clear();
}

void LessonsTab::draw_step(Ui& ui, const chat::LessonStep& step, std::size_t index, chat::Intents& intents) {
  gap(Theme::space_3);
  const IdScope scope(static_cast<int>(index));
  const bool seen = progress_.seen(index);
  const std::string number = std::to_string(index + 1);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Palette& c = ui.theme().color;
  if (seen) draw_icon(*ImGui::GetWindowDrawList(), Icon::check, {at.x, at.y + 2}, 16, c.success_text.u32());
  ImGui::Indent(24);
  text(ui, number + ". " + step.says + (seen ? " (seen)" : ""), {.style = TextStyle::small, .color = seen ? c.success_text : c.text});
  if (step.action && button(ui, words_of(*step.action), {.small = true, .description = "Step " + number}))
    intents.push_back(*step.action);
  const std::string of_step = "Step " + number;
  const ButtonOptions show{.kind = ButtonKind::ghost, .small = true, .description = of_step};
  const float right = at.x + room().x + 24;
  if (step.action && seen && ImGui::GetItemRectMax().x + Theme::space_2 + button_size(ui, "Show these packets", show).x <= right)
    ImGui::SameLine(0, Theme::space_2);
  else if (seen) ImGui::SetCursorPosX(ImGui::GetCursorPosX() - 12);  // its words begin where those above do
  if (seen && button(ui, "Show these packets", show)) asked_filter_ = step.seen;
  ImGui::Unindent(24);
}

}  // namespace chat_view
