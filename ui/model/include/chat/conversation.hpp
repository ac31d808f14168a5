// One conversation, with a person or in the room of a group: its messages in order, what is unread, what is being typed.
//
//   Conversation chat({"alice", "peter"});
//   chat.insert({.id = "…", .sender = "peter", .text = "hi", .sent_at = …, .arrived_at = …});
//   for (const ChatMessage& message : chat.messages()) …
//
// Order: by arrival, so that an answer stands below what it answers even though clocks differ and some have whole seconds.
// Only a message sent well before its neighbours (it was queued somewhere) is moved above them; never against the order
// in which one sender's messages arrived, never because a sender's clock runs ahead, and never because ours did until it
// was set right. Bounded in messages and in bytes, because a stranger can make it grow: above `max_messages` or
// `max_bytes` the oldest are dropped, and removed() counts them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "chat/groups.hpp"
#include "wasmqtt/types.hpp"

namespace chat {

using wasmqtt::Duration;
using wasmqtt::Time;

// The two participants, in the order of their bytes; the same one twice for notes to oneself. Or a room: "#" and its id, and
// nobody else. No name holds '#'.
struct ConversationKey {
  ConversationKey() = default;
  ConversationKey(std::string one, std::string other);
  static ConversationKey of_room(std::string_view id);

  bool is_room() const { return first.starts_with('#'); }
  std::string_view room() const { return is_room() ? std::string_view(first).substr(1) : std::string_view{}; }
  // Everybody is taken for a participant of a room: who is a member stands in Conversation::group.
  bool has(std::string_view user) const { return first == user || second == user || is_room(); }
  // The one who is not `user`; of a room what stands for all its members, the first part of its key.
  const std::string& partner_of(std::string_view user) const { return first == user ? second : first; }
  // For `user`: the partner's name; for somebody else "a and b". Of a conversation that may be a room: Conversation::title_for().
  std::string title_for(std::string_view user) const;
  // "Conversation with peter", or "Conversation between a and b".
  std::string heading_for(std::string_view user) const;
  std::string text() const { return is_room() ? first : first + "/" + second; }  // names hold no '/'
  bool empty() const { return first.empty(); }

  friend bool operator==(const ConversationKey&, const ConversationKey&) = default;
  friend bool operator<(const ConversationKey& a, const ConversationKey& b) {
    return std::tie(a.first, a.second) < std::tie(b.first, b.second);
  }

  std::string first, second;
};

// The progress of a message of one's own.
enum class SendState : std::uint8_t {
  none,       // somebody else's
  queued,     // waiting for the connection
  sent,       // on the wire; with QoS 0 nothing more can be known
  delivered,  // the broker has acknowledged it
  failed,     // see ChatMessage::problem; can be sent again
  checking,   // the validation worker has it, or will
  accepted,   // and has let it through
  rejected,   // and has not: ChatMessage::problem is its reason
};
inline constexpr SendState last_send_state = SendState::rejected;

// What the rights service says of a room, as last heard.
struct GroupView {
  Group group{};        // an empty name: not heard of yet
  bool member = true;
};

struct ChatMessage {
  std::string id{};           // messageId
  std::string sender{}, receiver{};  // of a room: the first part of its key
  std::string text{};
  Time sent_at{};             // the sender's clock
  Time arrived_at{};          // ours
  SendState state = SendState::none;
  std::string problem{};      // of a failed one, a plain sentence; of a delivered one, what became of it
  std::uint64_t number = 0;   // given by the conversation at insert(), see next_number()
  std::uint64_t tab = 0;      // of one's own: the tab that sends it, TabShare::id(); 0: none that shares

  // For order: a clock that runs ahead does not count.
  Time sort_time() const { return sent_at < arrived_at ? sent_at : arrived_at; }
  // About what it costs to hold.
  std::size_t bytes() const { return sizeof(*this) + id.size() + sender.size() + receiver.size() + text.size(); }
};

class Conversation {
 public:
  static constexpr std::size_t max_messages = 20'000;
  static constexpr std::size_t max_bytes = 8 * 1024 * 1024;  // as ChatMessage::bytes() counts
  static constexpr Duration clock_slack = std::chrono::minutes{1};  // clocks of two devices differ by less

  explicit Conversation(ConversationKey key);

  const ConversationKey& key() const { return key_; }
  // As those of the key, with the name of a group.
  std::string title_for(std::string_view user) const;
  std::string heading_for(std::string_view user) const;
  const std::vector<ChatMessage>& messages() const { return messages_; }
  bool empty() const { return messages_.empty(); }

  // Puts a message where it belongs and returns its index. `message.number` is kept when it is not 0 (from a store).
  // Of a list in a ConversationList: call that one's insert(), which keeps the bound of all of them.
  std::size_t insert(ChatMessage message);
  // Drops the oldest messages until at most so many messages and bytes are left; never the one numbered `keep`.
  void drop_oldest(std::size_t messages, std::size_t bytes, std::uint64_t keep);
  // The newest message with this identifier from this sender; nullptr when there is none. An identifier alone names
  // nothing: everybody chooses theirs, and may repeat another's. Linear in the distance from the end.
  ChatMessage* find(std::string_view sender, std::string_view id);
  ChatMessage* find_number(std::uint64_t number);
  const ChatMessage* find_number(std::uint64_t number) const;
  ChatMessage& at(std::size_t index) { return messages_[index]; }
  template <class Each>
  void for_each(Each each) {
    for (ChatMessage& message : messages_) each(message);
  }
  // The numbers of the messages that left at the front since the last call, for a store.
  std::vector<std::uint64_t> take_removed_numbers() { return std::exchange(removed_numbers_, {}); }

  // Index of the first message that was unread when the conversation was opened; messages().size(): none. new_from() is
  // its number; 0: none.
  std::size_t first_new() const;
  std::uint64_t new_from() const { return new_from_; }
  unsigned unread() const { return unread_; }
  void count_unread() { ++unread_; }
  void set_unread(unsigned count) { unread_ = count; }  // from a store
  // The number of the last message that has been read, as far as tabs have to tell each other: it only grows. 0: nobody knows.
  std::uint64_t read_mark() const { return read_mark_; }
  void restore_read_mark(std::uint64_t number);  // from a store
  // Messages up to this number have been read, in this tab or another.
  void mark_read(std::uint64_t number);
  // The user opened it, or sees it again: the "new" divider goes before the first message that is unread.
  void open();
  // The user has seen the message with this number and those above it: how many are unread then.
  unsigned unread_below(std::uint64_t number) const;
  // Forgets the messages up to this number, by which none comes any more.
  void forget_up_to(std::uint64_t number);
  std::uint64_t forgotten() const { return forgotten_; }
  void restore_forgotten(std::uint64_t number);  // from a store
  // Takes one out; nullopt: there is none with this number.
  std::optional<ChatMessage> take_out(std::uint64_t number);

  std::size_t bytes() const { return bytes_; }
  // How many of the messages are from `user`.
  std::size_t count_from(std::string_view user) const;

  const ChatMessage* last() const { return messages_.empty() ? nullptr : &messages_.back(); }
  // When something last happened, for the order of the list.
  Time active_at() const { return active_at_; }
  void touch(Time at) { active_at_ = at; }

  // Counts changes: of the list of messages (other than at the end), and of what left it at the front.
  std::uint64_t reordered() const { return reordered_; }
  std::uint64_t removed() const { return removed_; }
  // Numbers grow with arrival and are the microsecond of it where that is greater: so two tabs that keep their messages in
  // one store give different ones.
  std::uint64_t next_number() const { return next_number_; }
  // Of a message that arrives now, in one of several tabs: no two of them give the same.
  static constexpr unsigned tabs = 1024;
  std::uint64_t next_number_of(unsigned tab, Time arrived_at) const;

  std::string draft;  // typed, not sent
  Time draft_at{};    // when, for tabs to agree
  unsigned drafts_from_others = 0;  // tabs: counts changes
  std::optional<GroupView> group;  // of a room, always

 private:
  std::size_t& count_of(const ChatMessage& message) { return counts_[message.sender == key_.first ? 0 : 1]; }

  ConversationKey key_;
  std::vector<ChatMessage> messages_;
  std::size_t bytes_ = 0;
  std::size_t counts_[2] = {};  // messages from key_.first, and from others
  Time active_at_{};
  unsigned unread_ = 0;
  std::uint64_t new_from_ = 0;  // number of the first new message; 0: none
  std::uint64_t read_mark_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint64_t reordered_ = 0;
  std::uint64_t removed_ = 0;
  std::vector<std::uint64_t> removed_numbers_;
};

}  // namespace chat
