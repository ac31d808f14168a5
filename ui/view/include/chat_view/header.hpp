// The bar at the top: user, connection status and the page's buttons; below it a banner with current problems.
#pragma once

#include <utility>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class HeaderView {
 public:
  // `narrow`: icons without words.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, bool& show_packets);
  // The button of the stages was pressed in this frame.
  bool take_stages() { return std::exchange(stages_, false); }
  // The problems alone, where another heading stands above them.
  void draw_banner(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  void draw_stage(semantic::Ui& ui, const chat::State& state, float x, float right);
  void draw_buttons(semantic::Ui& ui, chat::Intents& intents, bool narrow, bool& show_packets);
  void draw_problems(semantic::Ui& ui, const chat::State& state, bool trouble, chat::Intents& intents);
  void draw_trouble(semantic::Ui& ui, const chat::ConnectionStatus& connection, chat::Intents& intents);

  bool stages_ = false;
};

}  // namespace chat_view
