// What one account has said and heard, in the list that the views draw and in the store that remembers it. Internal.
//
// Everything that is written in one turn of the event loop becomes one transaction of the store, together with the
// journal of the account's session. Drafts are written after a pause in typing, and at flush_drafts().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "chat/chat_store.hpp"
#include "chat/conversation_list.hpp"
#include "chat/records.hpp"
#include "wasmqtt/dedupe.hpp"

namespace chat {

class History {
 public:
  static constexpr Duration draft_pause = std::chrono::seconds{1};

  // `store` and `list` outlive this object. `seed`: unpredictable bits.
  History(ChatStore& store, ConversationList& list, std::string_view user, std::string_view broker, std::uint64_t seed);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Something that the user should know, as a notice.
  std::function<void(std::string text)> on_notice;
  // The device keeps nothing (any more).
  std::function<void(std::string_view problem)> on_problem;

  // Reads the store and adds what only the list holds; then calls back, immediately or later, unless this object has gone. Not
  // ok: the list stays as it is.
  void load(std::function<void(bool ok)> loaded);
  // Writes nothing more to the store until it is loaded again: it works no longer, or another tab has taken it over.
  void leave_store() { store_ = &unstored_; }

  // True when this message was not seen before. Known by receiver, sender and identifier: nobody can hide a message by
  // using its identifier first, neither another's nor their own to somebody else, of which an admin sees both.
  bool first_time(const ChatMessage& message);

  // Adds a message to a conversation of the list and removes from the store what had to be dropped for it; keep() writes
  // the message itself. The reference is valid until the next insert().
  ChatMessage& insert(Conversation& conversation, ChatMessage message);
  void keep(const ConversationKey& key, const ChatMessage& message, ChatStore::Written written = {});
  void keep(const Conversation& conversation);  // unread count, draft

  // Forgets the messages of a conversation, or all of it, here and in the store.
  void clear(Conversation& conversation);
  void remove(Conversation& conversation);

  void set_draft(Conversation& conversation, std::string text, Time now);
  // Writes the drafts that have not changed for draft_pause.
  void update(Time now);
  void flush_drafts();
  std::optional<Time> next_write() const { return drafts_.empty() ? std::nullopt : draft_due_; }

 private:
  struct Loading;
  void finish_loading(Loading& loading);
  void learn_known_messages();
  void add_unknown(const ConversationList& before);
  void forget_dropped();
  void forget_messages(const Conversation& conversation);

  ChatStore& device_;
  ChatStore* store_;          // device_, or unstored_
  MemoryChatStore unstored_;  // in place of a store that is not to be written to
  ConversationList& list_;
  std::string account_;
  std::uint64_t seed_;
  wasmqtt::DedupeWindow seen_;
  std::set<ConversationKey> drafts_;  // changed since they were written
  std::optional<Time> draft_due_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chat
