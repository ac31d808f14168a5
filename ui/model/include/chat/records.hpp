// How the history of one account is kept in a ChatStore: one record per message, one per conversation.
//
//   <user>/<broker>\n                                                 ->  JSON: format
//   <user>/<broker>\n c\n <first>/<second>                            ->  JSON: unread, draft, order, marks
//   <user>/<broker>\n m\n <first>/<second>\n <number, 16 hex digits>  ->  JSON of the message
//   <user>/<broker>\n c\n #<room>, m\n #<room>\n <number>              ->  the same of a group; c with its name and members
//   device                                                            ->  JSON: user, theme, dock, beside, above, seen
//   waiting\n <user>/<broker>                                         ->  JSON: messages
//
// Formats. 1 had no format record, and could hold a delivery state for another's message. 2 had no groups and no states of
// checked messages. 3 is this one. An upgrade loads what is older as it is, corrects those states while reading, drops what
// is above today's limits, and writes the format record; nothing else is rewritten. A history in a newer format is neither
// read nor changed.
//
// Tabs that share a connection tell each other their records, and merge what they are told (history.hpp): for that the last message that
// was read and the last that was cleared, when the draft was typed, and which tab sends a message, are there, too.
//
// A record that can't be read back (damaged) is skipped and counted, never a crash.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chat_store.hpp"
#include "chat/conversation.hpp"
#include "chat/conversation_list.hpp"
#include "chat/packet_layout.hpp"
#include "chat/stages_seen.hpp"
#include "chat/waiting.hpp"

namespace chat {

inline constexpr int history_format = 3;

// The start of all keys of one user with one broker. Names hold neither '/' nor a line break.
std::string account_prefix(std::string_view user, std::string_view broker);

std::string message_key(std::string_view account, const ConversationKey& key, std::uint64_t number);
Record message_record(std::string_view account, const ConversationKey& key, const ChatMessage& message);
Record conversation_record(std::string_view account, const Conversation& conversation);
Record format_record(std::string_view account);

// What one record of an account holds; nullopt: it is none of that kind, or can't be read. `where` is its key without the account's
// prefix.
struct StoredMessage {
  ConversationKey key;
  ChatMessage message;
};
struct StoredConversation {
  ConversationKey key{};
  std::string draft{};
  Time draft_at{}, active_at{};
  unsigned unread = 0;
  std::uint64_t read_mark = 0, forgotten = 0;
  std::optional<GroupView> group{};
};
std::optional<StoredMessage> read_message_record(std::string_view account, std::string_view where, std::string_view value);
std::optional<StoredConversation> read_conversation_record(std::string_view where, std::string_view value);

// Puts what was stored into a list, record by record, in the order of the keys: what is above the list's limits never
// stands in memory.
class HistoryReader {
 public:
  // `list` outlives this object.
  HistoryReader(std::string account, ConversationList& list) : account_(std::move(account)), list_(list) {}

  void read(std::string_view key, std::string_view value);

  // Format of what was read; 1 when nothing said so.
  int format() const { return format_; }
  bool is_newer() const { return format_ > history_format; }
  std::size_t unreadable() const { return unreadable_; }
  // Keys of the records of conversations for which the list had no room; and of messages that had been cleared.
  const std::vector<std::string>& without_room() const { return without_room_; }
  const std::vector<std::string>& cleared() const { return cleared_; }

 private:
  enum class Result : std::uint8_t { read, unreadable, no_room, cleared };
  Result read_message(std::string_view where, std::string_view value);
  Result read_conversation(std::string_view where, std::string_view value);
  Result read_format(std::string_view value);

  std::string account_;
  ConversationList& list_;
  int format_ = 1;
  std::size_t unreadable_ = 0;
  std::vector<std::string> without_room_, cleared_;
};

// How many messages of a user wait to be sent to a broker. 0 messages: it could not be read.
inline constexpr std::string_view waiting_prefix = "waiting\n";
std::string waiting_key(std::string_view user, std::string_view broker);
Record waiting_record(const Waiting& waiting);
Waiting read_waiting_record(std::string_view key, std::string_view value);

// What is remembered of the device itself.
struct DeviceMemory {
  std::string user;
  std::string theme{};  // "light", "dark", empty: as the system
  PacketLayout packet_layout{};
  StagesSeen stages_seen{};
};
inline constexpr std::string_view device_key = "device";
Record device_record(const DeviceMemory& memory);
DeviceMemory read_device_record(std::string_view value);

}  // namespace chat
