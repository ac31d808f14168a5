// The dialog of one group: who is in it, and what the user may change. The rights service decides; its reason is shown.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class GroupMembersView {
 public:
  void open(const chat::Conversation& room);
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  void draw_content(semantic::Ui& ui, const chat::State& state, const chat::Conversation& room, chat::Intents& intents);
  void draw_list(semantic::Ui& ui, const chat::State& state, const chat::Group& group, chat::Intents& intents);
  void draw_member(semantic::Ui& ui, const chat::State& state, const chat::Group& group, const std::string& member,
                   chat::Intents& intents);
  void draw_invite(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_rename(semantic::Ui& ui, const chat::State& state, const chat::Group& group, chat::Intents& intents);
  void draw_ends(semantic::Ui& ui, const chat::State& state, bool owner, chat::Intents& intents);
  // A field and its button in one line; true when it is to be done.
  bool field_with_button(semantic::Ui& ui, std::string_view label, std::string& text, std::string_view action,
                         const semantic::FieldOptions& options);
  void ask(chat::GroupAction action, chat::Intents& intents, std::string name = {}, std::string user = {});

  bool open_ = false;
  chat::ConversationKey key_;
  std::string invited_;
  std::string invited_problem_;
  std::string name_;
  std::string known_name_;  // as the service had it last
  std::uint64_t accepted_ = 0;
  bool confirm_delete_ = false;
  std::string waiting_;     // waiting_words() in this frame
  float height_ = 200;      // of the content, as last drawn
};

}  // namespace chat_view
