#include "chat/conversation.hpp"

#include <algorithm>

namespace chat {

ConversationKey::ConversationKey(std::string one, std::string other) : first(std::move(one)), second(std::move(other)) {
  if (second < first) std::swap(first, second);
}

std::string ConversationKey::title_for(std::string_view user) const {
  return has(user) ? partner_of(user) : first + " and " + second;
}

std::string ConversationKey::heading_for(std::string_view user) const {
  return has(user) ? "Conversation with " + partner_of(user) : "Conversation between " + first + " and " + second;
}

std::size_t Conversation::insert(Message message) {
  if (message.number == 0) message.number = next_number_;
  next_number_ = std::max(next_number_, message.number + 1);
  touch(message.sort_time());
  std::size_t at = messages_.size();
  const auto comes_before = [&](const Message& other) {
    return other.sender != message.sender && other.sort_time() > message.sort_time() + clock_slack;
  };
  while (at > 0 && comes_before(messages_[at - 1])) --at;
  if (at != messages_.size()) ++reordered_;
  messages_.insert(messages_.begin() + static_cast<std::ptrdiff_t>(at), std::move(message));
  if (messages_.size() <= max_messages) return at;
  // In steps, since each moves all the others.
  const std::size_t step = std::min(max_messages / 20, at);
  for (std::size_t i = 0; i < step; ++i) removed_numbers_.push_back(messages_[i].number);
  messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(step));
  removed_ += step;
  return at - step;
}

Message* Conversation::find(std::string_view sender, std::string_view id) {
  const auto found = std::find_if(messages_.rbegin(), messages_.rend(),
                                  [&](const Message& m) { return m.id == id && m.sender == sender; });
  return found == messages_.rend() ? nullptr : &*found;
}

std::size_t Conversation::first_new() const {
  if (new_from_ == 0) return messages_.size();
  const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) {
    return m.number >= new_from_ && m.state == SendState::none;
  });
  return static_cast<std::size_t>(found - messages_.begin());
}

void Conversation::mark_read() { unread_ = 0; }

void Conversation::open() {
  new_from_ = 0;
  // The unread ones are the `unread_` newest by arrival that others sent.
  std::vector<std::uint64_t> numbers;
  for (const Message& message : messages_)
    if (message.state == SendState::none) numbers.push_back(message.number);
  if (unread_ > 0 && !numbers.empty()) {
    std::sort(numbers.begin(), numbers.end());
    new_from_ = numbers[numbers.size() - std::min<std::size_t>(unread_, numbers.size())];
  }
  unread_ = 0;
}

}  // namespace chat
