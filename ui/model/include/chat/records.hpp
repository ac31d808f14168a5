// How the chat is kept in a ChatStore: one record per message, one per conversation.
//
//   <user>/<broker>\n m\n <first>/<second>\n <number, 16 hex digits>   ->  JSON of the message
//   <user>/<broker>\n c\n <first>/<second>                            ->  JSON: unread, draft, order
//   device                                                            ->  JSON: user, theme
//
// A record that can't be read back (another version's, damaged) is skipped and counted, never a crash.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "chat/chat_store.hpp"
#include "chat/conversation.hpp"
#include "chat/conversation_list.hpp"

namespace chat {

// The start of all keys of one user with one broker. Names hold neither '/' nor a line break.
std::string account_prefix(std::string_view user, std::string_view broker);

std::string message_key(std::string_view account, const ConversationKey& key, std::uint64_t number);
Record message_record(std::string_view account, const ConversationKey& key, const Message& message);
Record conversation_record(std::string_view account, const Conversation& conversation);

// Puts what was loaded into `list`. Returns how many records could not be read.
std::size_t restore(std::span<const Record> records, std::string_view account, ConversationList& list);

// What is remembered of the device itself.
struct DeviceMemory {
  std::string user;
  std::string theme;  // "light", "dark", empty: as the system
};
inline constexpr std::string_view device_key = "device";
Record device_record(const DeviceMemory& memory);
DeviceMemory read_device_record(std::string_view value);

}  // namespace chat
