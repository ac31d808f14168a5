// The lessons, and the chosen one step by step: each step is ticked when the packets show that it has happened.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/lessons.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class LessonsTab {
 public:
  // Fills a region of this height. A step's filter may be asked for: see take_filter().
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, float height);
  // Ticks what has happened, also while another tab is in sight.
  void follow(const chat::State& state);
  // The filter that shows a step's packets in the table, when its button was pressed in this frame; else empty.
  std::string take_filter() { return std::exchange(asked_filter_, {}); }

 private:
  void choose(const chat::Lesson& lesson);
  void draw_list(semantic::Ui& ui, const chat::State& state);
  void draw_lesson(semantic::Ui& ui, const chat::Lesson& lesson, const chat::State& state, chat::Intents& intents);
  void draw_step(semantic::Ui& ui, const chat::LessonStep& step, std::size_t index, chat::Intents& intents);
  const chat::Lesson* chosen(const chat::State& state) const;

  std::string id_;              // of the chosen one; empty: none
  std::string asked_for_;       // by the address, and chosen then
  std::string asked_filter_;
  chat::LessonProgress progress_;
};

}  // namespace chat_view
