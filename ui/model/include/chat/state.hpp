// Everything that the views draw. Owned and changed by ChatApp only; its sentences are meant to be shown as they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chat/conversation_list.hpp"
#include "chat/explanations.hpp"
#include "chat/lessons.hpp"
#include "chat/group_requests.hpp"
#include "chat/local_time.hpp"
#include "chat/notices.hpp"
#include "chat/packet_layout.hpp"
#include "chat/presence.hpp"
#include "chat/session_info.hpp"
#include "chat/settings.hpp"
#include "chat/stages_seen.hpp"
#include "chat/waiting.hpp"
#include "chat/workbench_state.hpp"
#include "wasmqtt/trace.hpp"

namespace chat {

enum class Screen : std::uint8_t { login, chat };
// Whether the platform notifies about unread messages, besides the title.
enum class Notifications : std::uint8_t { unavailable, off, on, refused };

// How far a text has come that is loaded when it is needed.
enum class TextStatus : std::uint8_t { not_asked, loading, there, failed };

struct ConnectionStatus {
  enum class Kind : std::uint8_t { connecting, connected, reconnecting, offline, elsewhere };
  Kind kind = Kind::connecting;
  std::string text;    // "Connected", "Reconnecting in 3 s", "Offline", "Signed in elsewhere"
  std::string detail;  // why, in one or two sentences; may be empty
};

struct State {
  Time now{};    // of the event loop: for what has a deadline, as Presence has
  Time clock{};  // as LocalTime::now(): for words
  const LocalTime* zone = nullptr;  // never null in a ChatApp

  Screen screen = Screen::login;
  Settings settings;
  PageOrigin page;
  bool signing_in = false;
  std::string login_problem;        // why signing in failed
  std::string returning;            // who was signed in here before the page was reloaded, and has to enter the password
  std::vector<Waiting> waiting;     // on this device; of those who are not signed in
  std::string theme;                // "light", "dark", empty: as the system
  PacketLayout packet_layout;
  StagesSeen stages_seen;
  Notifications notifications = Notifications::unavailable;

  std::string user;                 // signed in
  bool admin = false;               // reads all conversations
  ConnectionStatus connection;
  std::string subscription_problem; // the broker refused a subscription
  std::string storage_problem;      // why nothing is saved on this device; empty when it is

  ConversationList conversations;
  ConversationKey open;             // empty(): none
  bool attended = true;             // somebody looks at what is drawn
  bool reader_at_end = true;        // of the open conversation: a new message is read as it comes
  GroupRequests group_requests;
  Presence presence;
  Notices notices;
  // Of this session and of the sign-ins that failed before it, or of the opened file; null when there was none.
  const wasmqtt::PacketTrace* trace = nullptr;
  std::string opened_file;          // its name; empty: the trace is that of the connection
  std::optional<SessionInfo> session;  // as long as it is watched (WatchSession)
  WorkbenchState workbench;
  Explanations explanations;        // of packets and fields; empty until they were loaded
  std::vector<Lesson> lessons;
  TextStatus explanations_are = TextStatus::not_asked, lessons_are = TextStatus::not_asked;

  const Conversation* open_conversation() const { return open.empty() ? nullptr : conversations.find(open); }
};

// Presence in words: presence_text(), or that status messages are off.
std::string presence_words(const State& state, const std::string& user);
// Why the user cannot post in this conversation; empty when they can.
std::string write_obstacle(const State& state, const ConversationKey& key);
// What happens to a message sent now, when that is not the usual: it is queued, or it would or may be lost. Else empty.
std::string delivery_hint(const State& state, const ConversationKey& key);
// What waits to be sent with the broker of the login card, in a sentence; empty: nothing.
std::string waiting_words(const State& state);
// "(2) MQTT Chat" with the count of unread messages.
std::string page_title(const State& state);
// "queued", "sent", "delivered to the broker", "not sent", "checking", "accepted", "rejected".
std::string_view describe(SendState state);

}  // namespace chat
