// The list of conversations, newest first, and the form that opens a new one.
#pragma once

#include <string>
#include <utility>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class ChatListView {
 public:
  // `stages`: the button for them stands here; the page's header has no room for it.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool stages);
  // It was pressed in this frame.
  bool take_stages() { return std::exchange(stages_, false); }
  // "New group" was pressed in this frame.
  bool take_new_group() { return std::exchange(new_group_, false); }

  // The field for a new chat asks for the focus in the next frame.
  void take_focus() { take_focus_ = true; }

 private:
  void draw_heading(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool stages);
  void draw_new_chat(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_items(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_item(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation, int position,
                 chat::Intents& intents);

  std::string new_chat_;
  std::string problem_;
  bool new_group_ = false;
  bool stages_ = false;
  bool take_focus_ = false;
};

}  // namespace chat_view
