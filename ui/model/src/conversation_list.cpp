#include "chat/conversation_list.hpp"

#include <algorithm>

namespace chat {

Conversation* ConversationList::get(const ConversationKey& key) {
  if (Conversation* known = find(key)) return known;
  if (by_key_.size() >= max_conversations) return nullptr;
  auto& made = by_key_[key];
  made = std::make_unique<Conversation>(key);
  order_.push_back(made.get());
  ordered_ = false;
  return made.get();
}

Conversation* ConversationList::find(const ConversationKey& key) {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second.get();
}

const Conversation* ConversationList::find(const ConversationKey& key) const {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second.get();
}

const std::vector<Conversation*>& ConversationList::newest_first() const {
  if (!ordered_) {
    std::sort(order_.begin(), order_.end(), [](const Conversation* a, const Conversation* b) {
      return a->active_at() != b->active_at() ? a->active_at() > b->active_at() : a->key() < b->key();
    });
    ordered_ = true;
  }
  return order_;
}

unsigned ConversationList::unread() const {
  unsigned sum = 0;
  for (const auto& [key, conversation] : by_key_) sum += conversation->unread();
  return sum;
}

void ConversationList::clear() {
  by_key_.clear();
  order_.clear();
  ordered_ = true;
}

}  // namespace chat
