// All conversations, newest first.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "chat/conversation.hpp"

namespace chat {

class ConversationList {
 public:
  // Past this many, a stranger's first message opens no conversation (it is a notice).
  static constexpr std::size_t max_conversations = 5'000;

  // The conversation with this key, made when there is none; nullptr when the list is full.
  Conversation* get(const ConversationKey& key);
  Conversation* find(const ConversationKey& key);
  const Conversation* find(const ConversationKey& key) const;

  // Newest first; equally old ones by name. Valid until the next change of the list.
  const std::vector<Conversation*>& newest_first() const;
  // Something in a conversation changed its place.
  void reorder() { ordered_ = false; }

  unsigned unread() const;
  std::size_t size() const { return by_key_.size(); }
  void clear();

 private:
  std::map<ConversationKey, std::unique_ptr<Conversation>> by_key_;
  mutable std::vector<Conversation*> order_;
  mutable bool ordered_ = true;
};

}  // namespace chat
