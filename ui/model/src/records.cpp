#include "chat/records.hpp"

#include <algorithm>

#include "chat/digits.hpp"
#include "chat/names.hpp"
#include "chat/rooms.hpp"
#include "json.hpp"

namespace chat {
namespace {

// Fields that are absent or of another type keep what `value` was.
void read_string(const Json& json, const char* name, std::string& value) {
  const Json* at = json.find(name);
  if (const std::string* text = at != nullptr ? at->string() : nullptr) value = *text;
}

std::int64_t read_integer(const Json& json, const char* name) {
  const Json* at = json.find(name);
  return at != nullptr ? at->integer().value_or(0) : 0;
}

// What comes after it needs a number, too.
constexpr std::int64_t most_number = std::int64_t{1} << 62;

std::uint64_t read_mark(const Json& json, const char* name) {
  const std::int64_t number = read_integer(json, name);
  return number < 0 || number > most_number ? 0 : static_cast<std::uint64_t>(number);
}

// A damaged one stays within the years that a calendar has.
Time read_time(const Json& json, const char* name) {
  constexpr std::chrono::sys_days end = std::chrono::year{10000} / 1 / 1;
  return std::clamp(Time{Duration{read_integer(json, name)}}, Time{}, Time{end.time_since_epoch()});
}

// Anything but an object counts as unreadable.
std::optional<Json> parse(std::string_view text) {
  std::optional<Json> json = Json::parse(text);
  if (json && !json->is_object()) json.reset();
  return json;
}

std::optional<ConversationKey> parse_key(std::string_view text) {
  if (text.starts_with('#')) {
    if (!is_room_id(text.substr(1))) return std::nullopt;
    return ConversationKey::of_room(text.substr(1));
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view first = text.substr(0, slash);
  const std::string_view second = text.substr(slash + 1);
  if (!check_user_name(first).empty() || !check_user_name(second).empty()) return std::nullopt;
  return ConversationKey(std::string(first), std::string(second));
}

// A delivery state belongs to the account's own messages only. Format 1 could hold one for another's message that had
// the same identifier, and none for one's own.
SendState state_of(std::string_view account, std::string_view sender, std::int64_t stored) {
  if (account.substr(0, account.find('/')) != sender) return SendState::none;
  const auto state = static_cast<SendState>(stored);
  return state == SendState::none ? SendState::delivered : state;
}

// The same words as in chat/groups/of/<user> (groups.hpp).
std::string group_json(const GroupView& view) { return write_groups({view.group}); }

void read_group(const Json& json, GroupView& view) {
  std::string text;
  read_string(json, "group", text);
  Parsed<Groups> parsed = parse_groups(text);
  const std::string room = view.group.room;
  if (parsed.value && parsed.value->size() == 1 && parsed.value->front().room == room) view.group = parsed.value->front();
  const Json* member = json.find("member");
  if (member != nullptr) view.member = member->boolean().value_or(true);
}

}  // namespace

std::string account_prefix(std::string_view user, std::string_view broker) {
  return std::string(user).append("/").append(broker).append("\n");
}

std::string message_key(std::string_view account, const ConversationKey& key, std::uint64_t number) {
  return std::string(account).append("m\n").append(key.text()).append("\n").append(digits(number, 16));
}

Record message_record(std::string_view account, const ConversationKey& key, const ChatMessage& message) {
  JsonObject json;
  json.add("id", message.id).add("from", message.sender).add("text", message.text);
  json.add("sent", message.sent_at.time_since_epoch().count());
  json.add("arrived", message.arrived_at.time_since_epoch().count());
  json.add("state", static_cast<std::int64_t>(message.state));
  json.add("number", static_cast<std::int64_t>(message.number));
  if (!message.problem.empty()) json.add("problem", message.problem);
  if (message.tab != 0) json.add("tab", static_cast<std::int64_t>(message.tab));
  return {message_key(account, key, message.number), json.take()};
}

Record conversation_record(std::string_view account, const Conversation& conversation) {
  JsonObject json;
  json.add("unread", static_cast<std::int64_t>(conversation.unread())).add("draft", conversation.draft);
  json.add("active", conversation.active_at().time_since_epoch().count());
  if (conversation.draft_at != Time{}) json.add("drafted", conversation.draft_at.time_since_epoch().count());
  if (conversation.read_mark() != 0) json.add("read", static_cast<std::int64_t>(conversation.read_mark()));
  if (conversation.forgotten() != 0) json.add("cleared", static_cast<std::int64_t>(conversation.forgotten()));
  if (conversation.group)
    json.add("group", group_json(*conversation.group)).add("member", conversation.group->member);
  return {std::string(account).append("c\n").append(conversation.key().text()), json.take()};
}

Record format_record(std::string_view account) {
  return {std::string(account), JsonObject().add("format", static_cast<std::int64_t>(history_format)).take()};
}

void HistoryReader::read(std::string_view key, std::string_view value) {
  if (is_newer()) return;
  std::string_view where = key.substr(std::min(key.size(), account_.size()));
  Result result = Result::unreadable;
  if (where.empty()) result = read_format(value);
  if (where.starts_with("c\n")) result = read_conversation(where, value);
  if (where.starts_with("m\n")) result = read_message(where, value);
  if (result == Result::unreadable) ++unreadable_;
  if (result == Result::no_room) without_room_.emplace_back(key);
  if (result == Result::cleared) cleared_.emplace_back(key);
}

HistoryReader::Result HistoryReader::read_format(std::string_view value) {
  const std::optional<Json> json = parse(value);
  if (!json) return Result::unreadable;
  format_ = static_cast<int>(std::clamp<std::int64_t>(read_integer(*json, "format"), 1, 1'000'000));
  return Result::read;
}

std::optional<StoredMessage> read_message_record(std::string_view account, std::string_view where, std::string_view value) {
  if (!where.starts_with("m\n")) return {};
  where.remove_prefix(2);
  const std::size_t line_break = where.rfind('\n');
  if (line_break == std::string_view::npos) return {};
  const std::optional<ConversationKey> key = parse_key(where.substr(0, line_break));
  const std::optional<Json> json = parse(value);
  if (!key || !json) return {};
  ChatMessage message;
  read_string(*json, "id", message.id);
  read_string(*json, "from", message.sender);
  read_string(*json, "text", message.text);
  read_string(*json, "problem", message.problem);
  message.sent_at = read_time(*json, "sent");
  message.arrived_at = read_time(*json, "arrived");
  const std::int64_t state = read_integer(*json, "state");
  const std::int64_t number = read_integer(*json, "number");
  if (message.id.empty() || !key->has(message.sender) || !check_user_name(message.sender).empty() || state < 0 ||
      state > static_cast<std::int64_t>(last_send_state) || number <= 0 || number > most_number)
    return {};
  message.receiver = key->partner_of(message.sender);
  message.state = state_of(account, message.sender, state);
  message.number = static_cast<std::uint64_t>(number);
  message.tab = read_mark(*json, "tab");
  return StoredMessage{*key, std::move(message)};
}

std::optional<StoredConversation> read_conversation_record(std::string_view where, std::string_view value) {
  if (!where.starts_with("c\n")) return {};
  const std::optional<ConversationKey> key = parse_key(where.substr(2));
  const std::optional<Json> json = parse(value);
  if (!key || !json) return {};
  StoredConversation stored{.key = *key};
  read_string(*json, "draft", stored.draft);
  stored.draft_at = read_time(*json, "drafted");
  stored.active_at = read_time(*json, "active");
  stored.unread = static_cast<unsigned>(std::clamp<std::int64_t>(read_integer(*json, "unread"), 0, 1'000'000));
  stored.read_mark = read_mark(*json, "read");
  stored.forgotten = read_mark(*json, "cleared");
  if (key->is_room()) {
    stored.group.emplace().group.room = key->room();
    read_group(*json, *stored.group);
  }
  return stored;
}

HistoryReader::Result HistoryReader::read_message(std::string_view where, std::string_view value) {
  std::optional<StoredMessage> stored = read_message_record(account_, where, value);
  if (!stored) return Result::unreadable;
  Conversation* conversation = list_.get(stored->key);
  if (conversation == nullptr) return Result::no_room;
  if (stored->message.number <= conversation->forgotten()) return Result::cleared;
  list_.insert(*conversation, std::move(stored->message));
  return Result::read;
}

HistoryReader::Result HistoryReader::read_conversation(std::string_view where, std::string_view value) {
  std::optional<StoredConversation> stored = read_conversation_record(where, value);
  if (!stored) return Result::unreadable;
  Conversation* conversation = list_.get(stored->key);
  if (conversation == nullptr) return Result::no_room;
  conversation->draft = std::move(stored->draft);
  conversation->draft_at = stored->draft_at;
  if (stored->group) conversation->group = std::move(stored->group);
  conversation->touch(stored->active_at);
  conversation->set_unread(stored->unread);
  conversation->restore_read_mark(stored->read_mark);
  conversation->restore_forgotten(stored->forgotten);
  list_.reorder();
  return Result::read;
}

std::string waiting_key(std::string_view user, std::string_view broker) {
  return std::string(waiting_prefix).append(user).append("/").append(broker);
}

Record waiting_record(const Waiting& waiting) {
  return {waiting_key(waiting.user, waiting.broker),
          JsonObject().add("messages", static_cast<std::int64_t>(waiting.messages)).take()};
}

Waiting read_waiting_record(std::string_view key, std::string_view value) {
  key.remove_prefix(std::min(key.size(), waiting_prefix.size()));
  const std::size_t slash = key.find('/');
  const std::optional<Json> json = parse(value);
  if (slash == std::string_view::npos || !json || !check_user_name(key.substr(0, slash)).empty()) return {};
  const std::int64_t messages = std::clamp<std::int64_t>(read_integer(*json, "messages"), 0, 1'000'000);
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1)), static_cast<std::size_t>(messages)};
}

Record device_record(const DeviceMemory& memory) {
  const PacketLayout& packets = memory.packet_layout;
  JsonObject json;
  json.add("user", memory.user).add("theme", memory.theme);
  json.add("dock", static_cast<std::int64_t>(packets.dock));
  json.add("beside", static_cast<std::int64_t>(packets.beside)).add("above", static_cast<std::int64_t>(packets.above));
  json.add("seen", memory.stages_seen.bits());
  return {std::string(device_key), json.take()};
}

DeviceMemory read_device_record(std::string_view value) {
  DeviceMemory memory;
  const std::optional<Json> json = parse(value);
  if (!json) return memory;
  read_string(*json, "user", memory.user);
  read_string(*json, "theme", memory.theme);
  PacketLayout& packets = memory.packet_layout;
  const std::int64_t dock = read_integer(*json, "dock");
  if (dock == 1 || dock == 2) packets.dock = static_cast<PacketLayout::Dock>(dock);
  const auto percentage = [&](const char* name, int& into) {
    const std::int64_t read = read_integer(*json, name);
    if (read > 0 && read < 100) into = static_cast<int>(read);
  };
  percentage("beside", packets.beside);
  percentage("above", packets.above);
  memory.stages_seen = StagesSeen::from_bits(read_integer(*json, "seen"));
  return memory;
}

}  // namespace chat
