// Where one writes: the text stays with its conversation when another one is opened.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class ComposerView {
 public:
  // The height that draw() will take, with what is typed now; the conversation above leaves it free.
  float height(semantic::Ui& ui, const chat::State& state, float width);
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  void follow(const chat::State& state);

  chat::ConversationKey key_;
  std::string text_;
  bool take_focus_ = false;
};

}  // namespace chat_view
