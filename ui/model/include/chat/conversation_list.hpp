// All conversations, newest first.
//
//   Conversation* conversation = list.get({"alice", "peter"});
//   if (conversation != nullptr) list.insert(*conversation, message);
//
// Bounded, because strangers can make it grow: in conversations, and in bytes of all their messages together. Where there
// would be more than `max_bytes`, the oldest messages of the conversation that holds most are dropped: whoever floods
// one conversation costs no other one its history.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "chat/conversation.hpp"

namespace chat {

class ConversationList {
 public:
  // Above this many, a stranger's first message opens no conversation (it is a notice).
  static constexpr std::size_t max_conversations = 5'000;
  static constexpr std::size_t max_bytes = 32 * 1024 * 1024;  // as ChatMessage::bytes() counts

  // The conversation with this key, created when there is none; nullptr when the list is full.
  Conversation* get(const ConversationKey& key);
  // The same, even when the list is full: for what the user asks for.
  Conversation& create(const ConversationKey& key);
  Conversation* find(const ConversationKey& key);
  const Conversation* find(const ConversationKey& key) const;
  // Forgets the messages of this conversation of the list up to this number.
  void forget_up_to(Conversation& conversation, std::uint64_t number);
  // Takes a message out of it.
  std::optional<ChatMessage> take_out(Conversation& conversation, std::uint64_t number);
  void remove(const ConversationKey& key);

  // Puts a message into a conversation of this list. The reference is valid until the next insert().
  ChatMessage& insert(Conversation& conversation, ChatMessage message);
  // The messages that were dropped since the last call, for a store.
  using Dropped = std::pair<ConversationKey, std::uint64_t>;
  std::vector<Dropped> take_dropped() { return std::exchange(dropped_, {}); }
  std::size_t bytes() const { return bytes_; }

  // Newest first; equally old ones by name. Valid until the next change of the list.
  const std::vector<Conversation*>& newest_first() const;
  // Something in a conversation changed its place.
  void reorder() { ordered_ = false; }

  unsigned unread() const;
  std::size_t size() const { return by_key_.size(); }
  void clear();

 private:
  // False when there is nothing but the message `keep` of `newest` to drop.
  bool drop_from_largest(const Conversation& newest, std::uint64_t keep);
  void note_dropped(Conversation& conversation);

  std::map<ConversationKey, std::unique_ptr<Conversation>> by_key_;
  std::size_t bytes_ = 0;
  std::vector<Dropped> dropped_;
  mutable std::vector<Conversation*> order_;
  mutable bool ordered_ = true;
};

}  // namespace chat
