#include "chat/conversation.hpp"

#include <algorithm>

namespace chat {

ConversationKey::ConversationKey(std::string one, std::string other) : first(std::move(one)), second(std::move(other)) {
  if (second < first) std::swap(first, second);
}

ConversationKey ConversationKey::of_room(std::string_view id) {
  ConversationKey key;
  key.first.append("#").append(id);
  return key;
}

std::string ConversationKey::title_for(std::string_view user) const {
  return has(user) ? partner_of(user) : first + " and " + second;
}

std::string ConversationKey::heading_for(std::string_view user) const {
  return has(user) ? "Conversation with " + partner_of(user) : "Conversation between " + first + " and " + second;
}

Conversation::Conversation(ConversationKey key) : key_(std::move(key)) {
  if (key_.is_room()) group.emplace().group.room = key_.room();
}

std::string Conversation::title_for(std::string_view user) const {
  if (!group) return key_.title_for(user);
  return group->group.name.empty() ? "Group " + group->group.room : group->group.name;
}

std::string Conversation::heading_for(std::string_view user) const {
  if (!group) return key_.heading_for(user);
  return group->group.name.empty() ? title_for(user) : "Group " + group->group.name;
}

std::size_t Conversation::insert(ChatMessage message) {
  const auto arrived = static_cast<std::uint64_t>(std::max(message.arrived_at, Time{}).time_since_epoch().count());
  if (message.number == 0) message.number = std::max(next_number_, arrived);
  next_number_ = std::max(next_number_, message.number + 1);
  // What was there before this one arrived is no newer than that: where it is, the clock was ahead and has been set right.
  touch(std::max(message.sort_time(), std::min(active_at_, message.arrived_at)));
  std::size_t at = messages_.size();
  const auto comes_before = [&](const ChatMessage& other) {
    return other.sender != message.sender &&
           std::min(other.sort_time(), message.arrived_at) > message.sort_time() + clock_slack;
  };
  // One with a number comes from a store, or from another tab: there, too, it stands before those that came later.
  while (at > 0 && (comes_before(messages_[at - 1]) || messages_[at - 1].number > message.number)) --at;
  if (at != messages_.size()) ++reordered_;
  const std::uint64_t number = message.number;
  bytes_ += message.bytes();
  ++count_of(message);
  messages_.insert(messages_.begin() + static_cast<std::ptrdiff_t>(at), std::move(message));
  if (messages_.size() <= max_messages && bytes_ <= max_bytes) return at;
  // In steps, since each moves all the others.
  const std::size_t before = messages_.size();
  drop_oldest(max_messages - max_messages / 20, max_bytes - max_bytes / 20, number);
  const std::size_t dropped = before - messages_.size();
  return at > dropped ? at - dropped : 0;
}

void Conversation::drop_oldest(std::size_t messages, std::size_t bytes, std::uint64_t keep) {
  std::size_t left = messages_.size();
  std::size_t end = 0;
  for (; end < messages_.size() && (left > messages || bytes_ > bytes); ++end) {
    const ChatMessage& message = messages_[end];
    if (message.number == keep) continue;
    bytes_ -= message.bytes();
    --count_of(message);
    --left;
    removed_numbers_.push_back(message.number);
  }
  const auto last = messages_.begin() + static_cast<std::ptrdiff_t>(end);
  const auto kept = std::find_if(messages_.begin(), last, [&](const ChatMessage& m) { return m.number == keep; });
  // It moves to the front of what is left.
  if (kept != last) std::swap(*std::prev(last), *kept);
  messages_.erase(messages_.begin(), kept != last ? std::prev(last) : last);
  removed_ = removed_ + end - (kept != last ? 1 : 0);
}

std::size_t Conversation::count_from(std::string_view user) const {
  return key_.has(user) ? counts_[user == key_.first ? 0 : 1] : 0;
}

ChatMessage* Conversation::find(std::string_view sender, std::string_view id) {
  const auto found = std::find_if(messages_.rbegin(), messages_.rend(),
                                  [&](const ChatMessage& m) { return m.id == id && m.sender == sender; });
  return found == messages_.rend() ? nullptr : &*found;
}

ChatMessage* Conversation::find_number(std::uint64_t number) {
  return const_cast<ChatMessage*>(std::as_const(*this).find_number(number));
}

const ChatMessage* Conversation::find_number(std::uint64_t number) const {
  const auto found = std::find_if(messages_.rbegin(), messages_.rend(), [&](const ChatMessage& m) { return m.number == number; });
  return found == messages_.rend() ? nullptr : &*found;
}

std::size_t Conversation::first_new() const {
  if (new_from_ == 0) return messages_.size();
  const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const ChatMessage& m) {
    return m.number >= new_from_ && m.state == SendState::none;
  });
  return static_cast<std::size_t>(found - messages_.begin());
}

void Conversation::open() {
  new_from_ = 0;
  // The unread ones are the `unread_` newest by arrival that others sent.
  std::vector<std::uint64_t> numbers;
  for (const ChatMessage& message : messages_)
    if (message.state == SendState::none) numbers.push_back(message.number);
  if (unread_ > 0 && !numbers.empty()) {
    std::sort(numbers.begin(), numbers.end());
    new_from_ = numbers[numbers.size() - std::min<std::size_t>(unread_, numbers.size())];
  }
}

unsigned Conversation::unread_below(std::uint64_t number) const {
  unsigned below = 0;
  for (auto message = messages_.rbegin(); message != messages_.rend() && message->number != number; ++message) {
    if (message->state == SendState::none) ++below;
    if (below == unread_) break;
  }
  return below;
}

std::uint64_t Conversation::next_number_of(unsigned tab, Time arrived_at) const {
  const auto arrived = static_cast<std::uint64_t>(std::max(arrived_at, Time{}).time_since_epoch().count());
  const std::uint64_t least = std::max(next_number_, arrived);
  return least + (tab + tabs - least % tabs) % tabs;
}

// What arrives later has a greater number, whatever the clock says then.
void Conversation::restore_read_mark(std::uint64_t number) {
  read_mark_ = number;
  next_number_ = std::max(next_number_, number + 1);
}

void Conversation::restore_forgotten(std::uint64_t number) {
  forgotten_ = number;
  next_number_ = std::max(next_number_, number + 1);
}

void Conversation::mark_read(std::uint64_t number) {
  if (number <= read_mark_) return;
  restore_read_mark(number);
  const auto unread = std::count_if(messages_.begin(), messages_.end(), [&](const ChatMessage& m) {
    return m.state == SendState::none && m.number > number;
  });
  unread_ = std::min(unread_, static_cast<unsigned>(unread));
}

void Conversation::forget_up_to(std::uint64_t number) {
  if (number <= forgotten_) return;
  restore_forgotten(number);
  ++reordered_;
  std::erase_if(messages_, [&](const ChatMessage& m) {
    if (m.number > number) return false;
    bytes_ -= m.bytes();
    --count_of(m);
    return true;
  });
  mark_read(number);
  if (new_from_ <= number) new_from_ = 0;
}

std::optional<ChatMessage> Conversation::take_out(std::uint64_t number) {
  const auto found = std::find_if(messages_.rbegin(), messages_.rend(), [&](const ChatMessage& m) { return m.number == number; });
  if (found == messages_.rend()) return {};
  ++reordered_;
  bytes_ -= found->bytes();
  --count_of(*found);
  std::optional<ChatMessage> taken = std::move(*found);
  messages_.erase(std::next(found).base());
  return taken;
}

}  // namespace chat
