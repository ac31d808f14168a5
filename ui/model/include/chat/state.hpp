// All that the views draw from. Owned and changed by ChatApp only; the sentences in it are meant to be shown.
#pragma once

#include <optional>
#include <string>

#include "chat/conversation_list.hpp"
#include "chat/local_time.hpp"
#include "chat/notices.hpp"
#include "chat/presence.hpp"
#include "chat/settings.hpp"
#include "wasmqtt/trace.hpp"

namespace chat {

enum class Screen : std::uint8_t { login, chat };
// Whether the platform tells of messages that nobody saw, beside the title.
enum class Notifications : std::uint8_t { unavailable, off, on, refused };

struct Connection {
  enum class Kind : std::uint8_t { connecting, connected, reconnecting, offline, elsewhere };
  Kind kind = Kind::connecting;
  std::string text;    // "Connected", "Reconnecting in 3 s", "Offline", "Signed in elsewhere"
  std::string detail;  // why, in one or two sentences; empty when there is nothing to say
};

struct State {
  Time now{};
  const LocalTime* zone = nullptr;  // never null in a ChatApp

  Screen screen = Screen::login;
  Settings settings;
  PageOrigin page;
  bool signing_in = false;
  std::string login_problem;        // why signing in failed
  std::string theme;                // "light", "dark", empty: as the system
  Notifications notifications = Notifications::unavailable;

  std::string user;                 // signed in
  bool admin = false;               // reads all conversations
  Connection connection;
  std::string subscription_problem; // the broker refused a subscription
  std::string storage_problem;      // this device keeps nothing, and why

  ConversationList conversations;
  ConversationKey open;             // empty(): none
  Presence presence;
  Notices notices;
  const wasmqtt::PacketTrace* trace = nullptr;  // null when signed out

  const Conversation* open_conversation() const { return open.empty() ? nullptr : conversations.find(open); }
};

// Whether somebody is online, in words: presence_text(), or that nobody tells.
std::string presence_words(const State& state, const std::string& user);
// Why one cannot write into this conversation; empty when one can.
std::string write_obstacle(const State& state, const ConversationKey& key);
// What will become of a message sent now, where that is worth a word: it waits, or it would or may be lost. Else empty.
std::string delivery_hint(const State& state, const ConversationKey& key);
// "(2) MQTT Chat" with the count of unread messages.
std::string page_title(const State& state);
// "queued", "sent", "delivered to the broker", "not sent".
std::string_view describe(SendState state);

}  // namespace chat
