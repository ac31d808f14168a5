// The dialog of the stages: what each is about, what to try in it, and whether that has been seen.
#pragma once

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

// "Stage 30", or "No stage" with options of one's own.
std::string stage_name(const chat::Settings& settings);
// The button that opens the dialog; true when it was pressed.
bool stage_button(semantic::Ui& ui, const chat::State& state, const semantic::ButtonOptions& options);
semantic::ButtonOptions stage_button_options(const chat::State& state);

class StagesView {
 public:
  void open() { open_ = true; }
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  void draw_stage(semantic::Ui& ui, const chat::State& state, int stage, chat::Intents& intents);

  bool open_ = false;
  float height_ = 200;  // of the list, as last drawn
};

}  // namespace chat_view
