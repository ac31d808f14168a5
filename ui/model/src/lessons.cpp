#include "chat/lessons.hpp"

#include <algorithm>

#include "json.hpp"

namespace chat {
namespace {

std::string text_of(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  const std::string* text = found == nullptr ? nullptr : found->string();
  return text == nullptr ? std::string() : *text;
}

std::optional<Intent> action_of(std::string_view name) {
  if (name == "pull_plug") return MakeTrouble{Trouble::pull_plug};
  if (name == "lose_acknowledgement") return MakeTrouble{Trouble::lose_acknowledgement};
  if (name == "delay") return MakeTrouble{Trouble::delay};
  if (name == "freeze") return MakeTrouble{Trouble::freeze};
  if (name == "forget_session") return MakeTrouble{Trouble::forget_session};
  if (name == "send_in_lanes") return SendInLanes{};
  return std::nullopt;
}

std::optional<Lesson> read_lesson(const Json& json) {
  Lesson lesson{.id = text_of(json, "id"), .title = text_of(json, "title"), .says = text_of(json, "says")};
  if (const Json* stage = json.find("stage")) lesson.stage = static_cast<int>(stage->integer().value_or(0));
  const Json* steps = json.find("steps");
  if (lesson.id.empty() || lesson.title.empty() || steps == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const Json& step = steps->item(i);
    const std::string action = text_of(step, "do");
    LessonStep read{text_of(step, "says"), action_of(action), text_of(step, "seen")};
    if (read.says.empty() || (!action.empty() && !read.action)) return std::nullopt;
    lesson.steps.push_back(std::move(read));
  }
  return lesson;
}

}  // namespace

std::optional<std::vector<Lesson>> read_lessons(std::string_view text) {
  const std::optional<Json> json = Json::parse(text);
  if (!json || json->kind() != Json::Kind::array) return std::nullopt;
  std::vector<Lesson> lessons;
  for (std::size_t i = 0; i < json->size(); ++i) {
    std::optional<Lesson> lesson = read_lesson(json->item(i));
    if (!lesson) return std::nullopt;
    lessons.push_back(std::move(*lesson));
  }
  return lessons;
}

void LessonProgress::start(const Lesson& lesson) {
  *this = {};
  for (const LessonStep& step : lesson.steps) filters_.push_back(step.seen);
  seen_.resize(filters_.size());
}

void LessonProgress::update(const wasmqtt::PacketTrace& trace) {
  next_ = std::max(trace.end() < next_ ? 1 : next_, trace.first());
  for (; next_ != trace.end(); ++next_) {
    for (std::size_t i = 0; i < filters_.size(); ++i)
      if (!seen_[i] && !filters_[i].empty() && matches_filter(trace, next_, filters_[i])) seen_[i] = true;
  }
}

bool LessonProgress::done() const {
  for (std::size_t i = 0; i < filters_.size(); ++i)
    if (!filters_[i].empty() && !seen_[i]) return false;
  return true;
}

}  // namespace chat
