#include "chat_view/announcer.hpp"

#include <algorithm>

#include "marks.hpp"

namespace chat_view {

namespace {

// What has news is among the newest conversations.
constexpr std::size_t most_conversations = 50;
constexpr chat::Duration news_age = std::chrono::minutes{1};

}  // namespace

void Announcer::tell(semantic::Ui& ui, const chat::State& state) {
  const auto& conversations = state.conversations.newest_first();
  const std::size_t count = std::min(conversations.size(), most_conversations);
  for (std::size_t i = 0; i < count; ++i) {
    const chat::Conversation& conversation = *conversations[i];
    Known& known = known_[conversation.key().text()];
    tell_message(ui, state, conversation, known);
    tell_presence(ui, state, conversation, known);
  }
}

void Announcer::tell_message(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation, Known& known) {
  const bool more = conversation.unread() > known.unread;
  known.unread = conversation.unread();
  const chat::ChatMessage* last = conversation.last();
  // What was stored on the device or by the broker is old.
  if (!more || last == nullptr || last->sender == state.user || state.open == conversation.key() ||
      state.clock - last->arrived_at > news_age)
    return;
  const std::string from = conversation.key().has(state.user) ? last->sender : conversation.key().title_for(state.user);
  ui.announce("Message from " + from + ": " + one_line(last->text));
}

void Announcer::tell_presence(semantic::Ui& ui, const chat::State& state, const chat::Conversation& conversation, Known& known) {
  if (!conversation.key().has(state.user)) return;
  const std::string partner = conversation.key().title_for(state.user);
  const chat::Presence::Kind now = state.presence.of(partner, state.now).kind;
  const chat::Presence::Kind before = known.presence;
  known.presence = now;
  using Kind = chat::Presence::Kind;
  if (now == before || now == Kind::unknown || before == Kind::unknown) return;
  ui.announce(partner + (now == Kind::online ? " is online" : " is offline"));
}

}  // namespace chat_view
