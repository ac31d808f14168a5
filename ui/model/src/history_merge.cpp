// What other tabs have stored, put into what this one shows.
#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "history.hpp"

namespace chat {
namespace {

// What is over stays so: a message that was delivered, or judged.
int finality(SendState state) {
  if (state == SendState::accepted || state == SendState::rejected) return 2;
  return state == SendState::delivered ? 1 : 0;
}

// Others change what stands above and below the mark.
void recount_unread(Conversation& conversation) {
  const auto& messages = conversation.messages();
  const auto unread = std::count_if(messages.begin(), messages.end(), [&](const ChatMessage& message) {
    return message.state == SendState::none && message.number > conversation.read_mark();
  });
  conversation.set_unread(static_cast<unsigned>(unread));
}

}  // namespace

void History::merge(std::string_view key, std::optional<std::string_view> value) {
  if (!key.starts_with(account_)) return;
  if (!loaded_) early_.emplace_back(key, value);
  else merge_now(key, value);
}

void History::merge_now(std::string_view key, std::optional<std::string_view> value) {
  const std::string_view where = key.substr(account_.size());
  if (!value) return merge_removed(where);
  if (auto message = read_message_record(account_, where, *value)) (void)merge_message(std::move(*message));
  else if (auto conversation = read_conversation_record(where, *value)) (void)merge_conversation(std::move(*conversation));
}

void History::read_again() {
  device_.load(
      account_,
      [this, alive = std::weak_ptr<bool>(alive_)](std::string_view key, std::string_view value) {
        if (alive.expired()) return;
        const std::string_view where = key.substr(std::min(key.size(), account_.size()));
        auto message = read_message_record(account_, where, value);
        auto conversation = message ? std::nullopt : read_conversation_record(where, value);
        const bool news = message ? merge_message(std::move(*message)) : conversation && merge_conversation(std::move(*conversation));
        const std::string text(value);
        if (news && on_stored) on_stored(key, &text);
      },
      [](bool, std::string_view) {});
}

// True when it was new.
bool History::merge_message(StoredMessage stored) {
  ChatMessage& told = stored.message;
  const auto removed = removed_.find(stored.key);
  Conversation* there = list_.find(stored.key);
  const bool one_each = one_each_ || told.sender == user_;
  if ((removed != removed_.end() && told.number <= removed->second) || (there != nullptr && told.number <= there->forgotten())) {
    store_->remove(message_key(account_, stored.key, told.number));
    // Also what has been cleared under another number than this tab has given it.
    if (const ChatMessage* known = there != nullptr && one_each ? there->find(told.sender, told.id) : nullptr) {
      const std::uint64_t number = known->number;
      store_->remove(message_key(account_, stored.key, number));
      (void)list_.take_out(*there, number);
      recount_unread(*there);
    }
    return false;
  }
  Conversation* conversation = list_.get(stored.key);
  if (conversation == nullptr) return false;
  const bool seen = !first_time(told);
  ChatMessage* known = seen ? conversation->find(told.sender, told.id) : nullptr;
  // It was here once, and had to make room.
  if (known == nullptr && seen && one_each) return false;
  if (known != nullptr && known->number != told.number) {
    if (one_each) known = unite(*conversation, *known, told.number);
    else known = conversation->find_number(told.number);
  }
  if (known != nullptr) {
    const SendState before = known->state;
    merge_state(*conversation, *known, told);
    return known->state != before;
  }
  ChatMessage& added = insert(*conversation, std::move(told));
  list_.reorder();
  recount_unread(*conversation);
  if (on_merged) on_merged(*conversation, added, true);
  return true;
}

// Two tabs have stored it, each under a number of its own: the other record goes.
ChatMessage* History::unite(Conversation& conversation, ChatMessage& known, std::uint64_t number) {
  const std::uint64_t had = known.number;
  store_->remove(message_key(account_, conversation.key(), std::max(had, number)));
  if (had < number) return &known;
  std::optional<ChatMessage> taken = list_.take_out(conversation, had);
  taken->number = number;
  ChatMessage& moved = insert(conversation, std::move(*taken));
  recount_unread(conversation);
  return &moved;
}

void History::merge_state(Conversation& conversation, ChatMessage& known, const ChatMessage& told) {
  if (known.sender != user_ || (known.state == told.state && known.problem == told.problem && known.tab == told.tab)) return;
  if (finality(known.state) > finality(told.state)) return keep(conversation.key(), known);
  known.state = told.state;
  known.problem = told.problem;
  known.tab = told.tab;
  if (on_merged) on_merged(conversation, known, false);
}

bool History::merge_conversation(StoredConversation stored) {
  Conversation* conversation = list_.find(stored.key);
  const auto removed = removed_.find(stored.key);
  // Told by a tab that had not heard yet.
  if (conversation == nullptr && removed != removed_.end() && stored.read_mark <= removed->second && stored.draft.empty()) return false;
  bool news = conversation == nullptr;
  if (conversation == nullptr && (conversation = list_.get(stored.key)) == nullptr) return false;
  bool more = false;  // is known here
  const auto compare = [&](const auto& told, const auto& known) {
    if (told > known) return news = true;
    more = more || told < known;
    return false;
  };
  if (compare(stored.forgotten, conversation->forgotten())) list_.forget_up_to(*conversation, stored.forgotten);
  if (compare(stored.read_mark, conversation->read_mark())) conversation->mark_read(stored.read_mark);
  // Of two drafts of one moment each tab takes the same.
  if (compare(std::tie(stored.draft_at, stored.draft), std::tie(conversation->draft_at, conversation->draft)))
    merge_draft(*conversation, std::move(stored.draft), stored.draft_at);
  if (stored.group && conversation->group && conversation->group->group.name.empty()) conversation->group = std::move(stored.group);
  conversation->touch(std::max(conversation->active_at(), stored.active_at));
  list_.reorder();
  if (more) keep(*conversation);
  return news;
}

// Nothing is replaced under the caret. The others are not told of it at once: they may be typing, too.
void History::merge_draft(Conversation& conversation, std::string draft, Time draft_at) {
  if (typed_.contains(conversation.key()) && draft != conversation.draft) {
    kept_.insert(conversation.key());
    conversation.draft_at = draft_at + Duration{1};
    return;
  }
  drafts_.erase(conversation.key());
  conversation.draft = std::move(draft);
  conversation.draft_at = draft_at;
  ++conversation.drafts_from_others;
}

void History::merge_removed(std::string_view where) {
  const auto stored = read_conversation_record(where, "{}");
  Conversation* conversation = stored ? list_.find(stored->key) : nullptr;
  if (conversation == nullptr) return;
  drafts_.erase(stored->key);
  removed_[stored->key] = conversation->next_number() - 1;
  list_.remove(stored->key);
}

// A history from before tabs shared it counts what is unread, and says no more: the newest that others have sent.
void History::find_read_marks() {
  for (Conversation* conversation : list_.newest_first()) {
    if (conversation->read_mark() != 0 || conversation->empty()) continue;
    std::vector<std::uint64_t> numbers;
    for (const ChatMessage& message : conversation->messages())
      if (message.state == SendState::none) numbers.push_back(message.number);
    std::sort(numbers.begin(), numbers.end());
    const std::size_t unread = std::min<std::size_t>(conversation->unread(), numbers.size());
    conversation->restore_read_mark(unread == 0 ? conversation->next_number() - 1 : numbers[numbers.size() - unread] - 1);
  }
}

// What two tabs have stored before one could tell the other. The first in the order of the keys has the smallest number.
void History::drop_doubles() {
  for (Conversation* conversation : list_.newest_first()) {
    std::unordered_set<std::string> identities;
    std::vector<const ChatMessage*> messages;
    for (const ChatMessage& message : conversation->messages()) messages.push_back(&message);
    std::sort(messages.begin(), messages.end(), [](const ChatMessage* a, const ChatMessage* b) { return a->number < b->number; });
    std::vector<std::uint64_t> doubles;
    for (const ChatMessage* message : messages)
      if (!identities.insert(message->sender + "\n" + message->id).second) doubles.push_back(message->number);
    for (const std::uint64_t number : doubles) {
      (void)list_.take_out(*conversation, number);
      store_->remove(message_key(account_, conversation->key(), number));
    }
  }
}

}  // namespace chat
