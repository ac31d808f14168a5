#include "check_watch.hpp"

namespace chat {

void CheckWatch::update(ConversationList& conversations, std::string_view user, Time now) {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (now < at->second.due) {
      ++at;
      continue;
    }
    Conversation* conversation = conversations.find(at->second.key);
    ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user, at->first);
    if (message != nullptr && message->state == SendState::checking)
      message->problem = "The validation worker has not answered yet. Nobody reads the message before it does.";
    at = waiting_.erase(at);
  }
}

std::optional<Time> CheckWatch::next_change() const {
  std::optional<Time> next;
  for (const auto& [id, waiting] : waiting_)
    if (!next || waiting.due < *next) next = waiting.due;
  return next;
}

}  // namespace chat
