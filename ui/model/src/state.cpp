#include "chat/state.hpp"

namespace chat {

std::string presence_words(const State& state, const std::string& user) {
  if (!state.settings.status) return "unknown: status messages are off";
  return presence_text(state.presence.of(user, state.now), *state.zone, state.clock);
}

std::string write_obstacle(const State& state, const ConversationKey& key) {
  if (key.is_room()) {
    const Conversation* const room = state.conversations.find(key);
    if (room == nullptr || !room->group->member) return "You are no longer a member of this group. You can still read it.";
    if (state.admin) return "You are viewing this group as admin. Only its members can post.";
  }
  if (!key.has(state.user)) return "You are viewing this conversation as admin. Only " + key.first + " and " + key.second + " can post.";
  if (state.connection.kind == ConnectionStatus::Kind::elsewhere) return "You are signed in elsewhere. Choose \"Use here\" to continue here.";
  return {};
}

std::string delivery_hint(const State& state, const ConversationKey& key) {
  if (!key.has(state.user)) return {};
  const std::string& partner = key.partner_of(state.user);
  if (state.connection.kind != ConnectionStatus::Kind::connected) {
    return state.settings.qos1 ? "Not connected. Messages are queued and sent after the reconnect."
                               : "Not connected. With QoS 0 a message would be lost.";
  }
  if (partner == state.user) return {};
  if (key.is_room()) return state.settings.qos1 ? std::string() : "With QoS 0 the members who are offline miss a message.";
  const Presence::Shown shown = state.presence.of(partner, state.now);
  if (state.settings.qos1) {
    const Conversation* const conversation = state.conversations.find(key);
    const bool heard_from = conversation != nullptr && conversation->count_from(partner) != 0;
    if (shown.kind != Presence::Kind::unknown || heard_from) return {};
    return "The broker queues messages for " + partner + " only after " + partner + " has signed in with QoS 1 once. Until then they are lost.";
  }
  if (shown.kind == Presence::Kind::offline) return partner + " is offline. With QoS 0 a message would be lost.";
  if (shown.kind == Presence::Kind::unknown) return "With QoS 0 a message is lost if " + partner + " is offline.";
  return {};
}

std::string waiting_words(const State& state) {
  const std::string broker = broker_url(state.settings, state.page);
  std::string words;
  for (const Waiting& waiting : state.waiting) {
    if (waiting.broker != broker) continue;
    if (!words.empty()) words += ' ';
    words += waiting.messages == 1 ? "A message" : std::to_string(waiting.messages) + " messages";
    words += " from " + waiting.user + (waiting.messages == 1 ? " waits" : " wait") + " to be sent: sign in as " +
             waiting.user + " to send " + (waiting.messages == 1 ? "it." : "them.");
  }
  return words;
}

std::string page_title(const State& state) {
  const unsigned unread = state.screen == Screen::chat ? state.conversations.unread() : 0;
  return unread == 0 ? "MQTT Chat" : "(" + std::to_string(unread) + ") MQTT Chat";
}

std::string_view describe(SendState state) {
  switch (state) {
    case SendState::none: return "";
    case SendState::queued: return "queued";
    case SendState::sent: return "sent";
    case SendState::delivered: return "delivered to the broker";
    case SendState::failed: return "not sent";
    case SendState::checking: return "checking";
    case SendState::accepted: return "accepted";
    case SendState::rejected: return "rejected";
  }
  return "";
}

}  // namespace chat
