#include "history.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace chat {
namespace {

constexpr std::size_t dedupe_window = 20'000;

std::string identity(const ChatMessage& message) {
  return message.receiver + "/" + message.sender + "\n" + message.id;
}

}  // namespace

History::History(ChatStore& store, ConversationList& list, std::string_view user, std::string_view broker,
                 std::uint64_t seed)
    : device_(store), store_(&store), list_(list), user_(user), account_(account_prefix(user, broker)), seed_(seed),
      seen_(dedupe_window, seed) {}

// Read beside the list, so that what is shown does not vanish meanwhile.
struct History::Loading {
  explicit Loading(const std::string& account) : reader(account, list) {}
  ConversationList list;
  HistoryReader reader;
};

void History::load(std::function<void(bool ok)> loaded) {
  flush_drafts();
  const std::weak_ptr<bool> alive = alive_;
  const auto loading = std::make_shared<Loading>(account_);
  device_.load(
      account_, [loading](std::string_view key, std::string_view value) { loading->reader.read(key, value); },
      [this, alive, loading, loaded = std::move(loaded)](bool ok, std::string_view problem) {
        if (alive.expired()) return;
        if (ok) finish_loading(*loading);
        else if (on_problem) on_problem(problem);
        loaded_ = true;
        for (auto& [key, value] : std::exchange(early_, {})) merge_now(key, std::move(value));
        loaded(ok);
      });
}

void History::finish_loading(Loading& loading) {
  const HistoryReader& reader = loading.reader;
  if (reader.is_newer()) {
    leave_store();
    if (on_problem) on_problem("its history was written by a newer version of MQTT Chat and is left as it is");
    return;
  }
  store_ = &device_;
  std::swap(list_, loading.list);
  if (reader.format() < history_format) {
    const Record record = format_record(account_);
    store_->put({&record, 1}, {});
  }
  if (reader.unreadable() != 0 && on_notice)
    on_notice(std::to_string(reader.unreadable()) + " records of this device's history could not be read.");
  for (const auto* keys : {&reader.without_room(), &reader.cleared()})
    for (const std::string& key : *keys) store_->remove(key);
  if (!reader.without_room().empty() && on_notice)
    on_notice("This device's history held more than " + std::to_string(ConversationList::max_conversations) +
              " conversations: the others were dropped.");
  forget_dropped();
  if (tab_ != 0) find_read_marks();
  learn_known_messages();
  if (loading.list.size() != 0) add_unknown(loading.list);
}

// What the list held before: messages and drafts from a time when the store was not written to.
void History::add_unknown(const ConversationList& before) {
  std::size_t count = 1;
  for (const ConversationList* list : {&before, &std::as_const(list_)})
    for (const Conversation* conversation : list->newest_first()) count += conversation->messages().size();
  wasmqtt::DedupeWindow known(count, seed_);
  for (const Conversation* conversation : list_.newest_first())
    for (const ChatMessage& message : conversation->messages()) known.first_time(identity(message));
  for (const Conversation* from : before.newest_first()) {
    Conversation* into = list_.get(from->key());
    if (into == nullptr) continue;
    if (into->group && into->group->group.name.empty()) into->group = from->group;
    if (into->draft.empty() && !from->draft.empty()) set_draft(*into, from->draft, Time{}, from->draft_at);
    for (const ChatMessage& message : from->messages()) {
      if (!known.first_time(identity(message))) continue;
      ChatMessage copy = message;
      copy.number = 0;
      keep(into->key(), insert(*into, std::move(copy)));
    }
  }
}

// Oldest first, so that the newest stay when there are more than the window holds.
void History::learn_known_messages() {
  std::vector<const ChatMessage*> messages;
  for (const Conversation* conversation : list_.newest_first())
    for (const ChatMessage& message : conversation->messages()) messages.push_back(&message);
  std::stable_sort(messages.begin(), messages.end(),
                   [](const ChatMessage* a, const ChatMessage* b) { return a->arrived_at < b->arrived_at; });
  bool doubles = false;
  for (const ChatMessage* message : messages) doubles = !seen_.first_time(identity(*message)) || doubles;
  if (doubles && tab_ != 0 && one_each_) drop_doubles();
}

bool History::first_time(const ChatMessage& message) { return seen_.first_time(identity(message)); }

ChatMessage& History::insert(Conversation& conversation, ChatMessage message) {
  if (tab_ != 0 && message.number == 0)
    message.number = conversation.next_number_of(static_cast<unsigned>(tab_ % Conversation::tabs), message.arrived_at);
  ChatMessage& added = list_.insert(conversation, std::move(message));
  forget_dropped();
  return added;
}

void History::forget_dropped() {
  const auto dropped = list_.take_dropped();
  if (dropped.empty()) return;
  for (const auto& [key, number] : dropped) store_->remove(message_key(account_, key, number));
  if (on_notice)
    on_notice("The oldest messages were dropped: a conversation holds at most 20,000 messages and 8 MB, all "
              "conversations together hold at most 32 MB.");
}

void History::keep(const ConversationKey& key, const ChatMessage& message, ChatStore::Written written) {
  put(message_record(account_, key, message), std::move(written));
}

void History::tell(const ConversationKey& key, const ChatMessage& message) {
  if (!on_stored) return;
  const Record record = message_record(account_, key, message);
  on_stored(record.key, &record.value);
}

// The others are told what is durable, or what never will be.
void History::put(Record record, ChatStore::Written written) {
  const auto told = std::make_shared<Record>(std::move(record));
  store_->put({told.get(), 1}, [this, told, alive = std::weak_ptr<bool>(alive_), written = std::move(written)](bool ok, std::string_view problem) {
    if (!alive.expired() && !ok && on_problem) on_problem(problem);
    if (!alive.expired() && on_stored) on_stored(told->key, &told->value);
    if (written) written(ok, problem);
  });
}

void History::keep(const Conversation& conversation) {
  drafts_.erase(conversation.key());
  put(conversation_record(account_, conversation), {});
}

void History::forget_messages(const Conversation& conversation) {
  for (const ChatMessage& message : conversation.messages())
    store_->remove(message_key(account_, conversation.key(), message.number));
}

void History::clear(Conversation& conversation) {
  forget_messages(conversation);
  list_.forget_up_to(conversation, conversation.next_number() - 1);
  keep(conversation);
}

void History::remove(Conversation& conversation) {
  forget_messages(conversation);
  drafts_.erase(conversation.key());
  const Record record = conversation_record(account_, conversation);
  store_->remove(record.key);
  if (on_stored) on_stored(record.key, nullptr);
  removed_[conversation.key()] = conversation.next_number() - 1;
  list_.remove(ConversationKey(conversation.key()));
}

void History::clear_draft(Conversation& conversation, Time clock) {
  conversation.draft.clear();
  typed_.erase(conversation.key());
  kept_.erase(conversation.key());
  conversation.draft_at = std::max(clock, conversation.draft_at + Duration{1});
}

void History::set_draft(Conversation& conversation, std::string text, Time now, Time clock) {
  clear_draft(conversation, clock);
  conversation.draft = std::move(text);
  drafts_.insert(conversation.key());
  if (!conversation.draft.empty()) typed_.insert(conversation.key());
  draft_due_ = now + draft_pause;
}

void History::update(Time now) {
  if (!drafts_.empty() && now >= draft_due_) write_drafts();
}

void History::flush_drafts() {
  typed_.clear();
  drafts_.merge(kept_);
  write_drafts();
}

void History::write_drafts() {
  for (const ConversationKey& key : std::exchange(drafts_, {}))
    if (const Conversation* conversation = list_.find(key)) keep(*conversation);
}

}  // namespace chat
