// The message field: the text stays with its conversation when another one is opened.
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

  // Puts this text into the field, before what is typed there.
  void edit(std::string text, chat::Intents& intents);

 private:
  void follow(const chat::State& state);
  void refuse(semantic::Ui& ui, std::size_t bytes);
  // The line below the field.
  std::string hint(const chat::State& state) const;

  chat::ConversationKey key_;
  std::string text_;
  std::string problem_;  // why what was typed or pasted last is not in the field
  bool take_focus_ = false;
};

}  // namespace chat_view
