// What one account has said and heard, in the list that the views draw and in the store that remembers it. Internal.
//
// Several tabs have one store. What one of them has written it tells the others (on_stored), and they merge it; the order does not
// matter, nor how often. A message is known by who sent it to whom and its identifier: where two tabs have given it numbers, the smaller
// counts. What has been delivered, or judged, stays so. Of two drafts the later counts, of two marks the one that is further. Who knows
// more than is told writes and tells that: the store has what was told.
//
// Everything that is written in one turn of the event loop becomes one transaction of the store, together with the
// journal of the account's session. Drafts are written after a pause in typing, and at flush_drafts().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

  // ---- tabs; set before load() ----
  // This tab's TabShare::id(); before that there are no others.
  void share(std::uint64_t tab, bool one_each) { tab_ = tab, one_each_ = one_each; }
  // A record is durable; or there is none any more: `value` is null.
  std::function<void(std::string_view key, const std::string* value)> on_stored;
  // The same from another tab.
  void merge(std::string_view key, std::optional<std::string_view> value);
  // A message has come that way, or its state has changed. The conversation is valid during the call.
  std::function<void(Conversation& conversation, ChatMessage& message, bool added)> on_merged;
  // Merges the whole store, and tells the others what was new: a tab may have ended before it could tell them.
  void read_again();

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
  // The other tabs only: it is not worth a place in the store.
  void tell(const ConversationKey& key, const ChatMessage& message);
  void keep(const Conversation& conversation);  // unread count, draft

  // Forgets the messages of a conversation, or all of it, here and in the store.
  void clear(Conversation& conversation);
  void remove(Conversation& conversation);

  // `now` is for deadlines, `clock` for the other tabs.
  void set_draft(Conversation& conversation, std::string text, Time now, Time clock);
  void clear_draft(Conversation& conversation, Time clock);
  // Writes the drafts that have not changed for draft_pause.
  void update(Time now);
  // Nobody types here any more. Until then, no other tab replaces what somebody has typed here.
  void flush_drafts();
  std::optional<Time> next_write() const { return drafts_.empty() ? std::nullopt : draft_due_; }

 private:
  struct Loading;
  void finish_loading(Loading& loading);
  void learn_known_messages();
  void add_unknown(const ConversationList& before);
  void forget_dropped();
  void write_drafts();
  void forget_messages(const Conversation& conversation);
  void put(Record record, ChatStore::Written written);
  void merge_now(std::string_view key, std::optional<std::string_view> value);
  bool merge_message(StoredMessage stored);
  bool merge_conversation(StoredConversation stored);
  void merge_draft(Conversation& conversation, std::string draft, Time draft_at);
  void merge_removed(std::string_view where);
  ChatMessage* unite(Conversation& conversation, ChatMessage& known, std::uint64_t number);
  void merge_state(Conversation& conversation, ChatMessage& known, const ChatMessage& told);
  void drop_doubles();
  void find_read_marks();

  ChatStore& device_;
  ChatStore* store_;          // device_, or unstored_
  MemoryChatStore unstored_;  // in place of a store that is not to be written to
  ConversationList& list_;
  std::string user_;
  std::string account_;
  std::uint64_t seed_;
  wasmqtt::DedupeWindow seen_;
  std::set<ConversationKey> drafts_;  // changed since they were written
  std::optional<Time> draft_due_;
  std::set<ConversationKey> typed_;  // drafts, while somebody looks at this tab
  std::set<ConversationKey> kept_;   // of these, where other tabs have one that is newer
  std::uint64_t tab_ = 0;
  bool one_each_ = true;  // the same message is shown once
  // Told before the store was read.
  std::vector<std::pair<std::string, std::optional<std::string>>> early_;
  bool loaded_ = false;
  // Up to where conversations that were removed had messages.
  std::map<ConversationKey, std::uint64_t> removed_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chat
