// Says, for people who do not see the page, what happens outside of what they read: a message in another chat, and somebody
// who comes or goes. What arrives in the open conversation is announced by its log.
#pragma once

#include <map>
#include <string>

#include "chat/state.hpp"
#include "semantic/ui.hpp"

namespace chat_view {

class Announcer {
 public:
  // Once a frame, while somebody is signed in. What the first frame finds is not news.
  void tell(semantic::Ui& ui, const chat::State& state);

 private:
  struct Known {
    unsigned unread = 0;
    chat::Presence::Kind presence = chat::Presence::Kind::unknown;
  };
  void tell_message(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation, Known& known);
  void tell_presence(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation, Known& known);

  std::map<std::string, Known> known_;  // by the conversation's key
};

}  // namespace chat_view
