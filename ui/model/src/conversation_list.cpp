#include "chat/conversation_list.hpp"

#include <algorithm>

namespace chat {

Conversation* ConversationList::get(const ConversationKey& key) {
  if (Conversation* known = find(key)) return known;
  return by_key_.size() < max_conversations ? &create(key) : nullptr;
}

Conversation& ConversationList::create(const ConversationKey& key) {
  if (Conversation* known = find(key)) return *known;
  auto& made = by_key_[key];
  made = std::make_unique<Conversation>(key);
  order_.push_back(made.get());
  ordered_ = false;
  return *made;
}

ChatMessage& ConversationList::insert(Conversation& conversation, ChatMessage message) {
  const std::size_t before = conversation.bytes();
  std::size_t at = conversation.insert(std::move(message));
  const std::uint64_t number = conversation.at(at).number;
  bytes_ = bytes_ - before + conversation.bytes();
  note_dropped(conversation);
  const std::uint64_t removed = conversation.removed();
  // In steps, since each looks for the largest one.
  if (bytes_ > max_bytes)
    while (bytes_ > max_bytes - max_bytes / 20 && drop_from_largest(conversation, number)) {}
  at -= std::min<std::size_t>(at, static_cast<std::size_t>(conversation.removed() - removed));
  ordered_ = false;
  return conversation.at(at);
}

bool ConversationList::drop_from_largest(const Conversation& newest, std::uint64_t keep) {
  const auto largest = std::max_element(by_key_.begin(), by_key_.end(), [](const auto& a, const auto& b) {
    return a.second->bytes() < b.second->bytes();
  });
  Conversation& conversation = *largest->second;
  const std::size_t before = conversation.bytes();
  const std::size_t excess = bytes_ - (max_bytes - max_bytes / 20);
  const std::size_t step = std::min(excess, std::max<std::size_t>(before / 4, 1));
  conversation.drop_oldest(Conversation::max_messages, before - step, &conversation == &newest ? keep : 0);
  bytes_ -= before - conversation.bytes();
  note_dropped(conversation);
  return conversation.bytes() < before;
}

void ConversationList::note_dropped(Conversation& conversation) {
  for (const std::uint64_t number : conversation.take_removed_numbers())
    dropped_.emplace_back(conversation.key(), number);
}

Conversation* ConversationList::find(const ConversationKey& key) {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second.get();
}

const Conversation* ConversationList::find(const ConversationKey& key) const {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : at->second.get();
}

void ConversationList::forget_up_to(Conversation& conversation, std::uint64_t number) {
  bytes_ -= conversation.bytes();
  conversation.forget_up_to(number);
  bytes_ += conversation.bytes();
}

std::optional<ChatMessage> ConversationList::take_out(Conversation& conversation, std::uint64_t number) {
  bytes_ -= conversation.bytes();
  auto taken = conversation.take_out(number);
  bytes_ += conversation.bytes();
  return taken;
}

void ConversationList::remove(const ConversationKey& key) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return;
  bytes_ -= at->second->bytes();
  order_.erase(std::remove(order_.begin(), order_.end(), at->second.get()), order_.end());
  by_key_.erase(at);
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
  bytes_ = 0;
  dropped_.clear();
  order_.clear();
  ordered_ = true;
}

}  // namespace chat
