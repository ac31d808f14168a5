// MQTT Chat without a user interface: signs in, keeps the connection, sends, receives, remembers.
//
//   ChatApp app({.loop = loop, .transport = transport, .store = store, .zone = zone, .page = {.host = "localhost"}},
//               settings_from_query(query));
//   app.on_change = [] { want_a_frame(); };
//   each frame:  app.update();  view.draw(ui, app.state(), intents);  app.handle(intents);
//   when there is no other reason for a frame:  wake at app.next_change()
//
// Inputs (handle*) report what the user or the platform did; update() brings the state up to the current time; outputs are
// the on_* functions, called from inputs or from the event loop, never from update(), state() or next_change(). Everything
// from the network is checked: what is malformed becomes a notice, never a crash. The password is held in memory while
// signed in, for reconnects, and nowhere else. Neither copyable nor movable; must not be destroyed from inside its own
// callbacks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chat/chat_store.hpp"
#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "chat/tab_share.hpp"
#include "chat/trouble_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace chat {

// What the application runs on; all of it outlives the application. `store` is used when the user wants to be remembered,
// else memory.
struct Platform {
  wasmqtt::EventLoop& loop;
  wasmqtt::Transport& transport;
  ChatStore& store;
  const LocalTime& zone;
  PageOrigin page;
  TroubleTransport* trouble = nullptr;  // `transport` itself, where the user may make trouble on it
  // Tabs of this device in which the same user signs in are to share the connection, if they are to remember anything. Empty, or
  // nullptr from it: each has its own, and the broker lets one of them have it.
  ShareTabs share{};
};

class ChatApp {
 public:
  ChatApp(Platform platform, Settings settings);
  ~ChatApp();
  ChatApp(const ChatApp&) = delete;
  ChatApp& operator=(const ChatApp&) = delete;

  // ---- inputs: the user ----
  void handle(const Intent& intent);
  void handle(const Intents& intents);

  // ---- inputs: the platform ----
  // Whether somebody looks at the page, as far as the platform can tell (it is visible and has the focus): what arrives
  // while nobody does counts as unread.
  void handle_visible(bool visible);
  // Whether frames reach the screen (a lost WebGL context: not): what arrives meanwhile counts as unread.
  void handle_drawing(bool drawing);
  // The page is being left, or put into the browser's cache: writes what has not been written yet.
  void handle_leave();
  // Visible again, resumed, woken: checks the connection immediately.
  void handle_wake();
  // The device is online again, or has certainly gone offline.
  void handle_online();
  void handle_offline();
  // Another tab of this browser signed in with a broker. As this tab's user at this tab's broker: disconnect here and stay
  // disconnected, unless both share the connection. As somebody else there: what was written to them before, with QoS 0, has not
  // reached them.
  void handle_signed_in_elsewhere(std::string_view user, std::string_view broker, bool shares = false);
  // The platform's notification permission: at the start, and after it asked the user. Notifications::on holds until
  // MuteNotifications.
  void handle_notifications(Notifications notifications);
  // This page was reloaded, and `user` was signed in on it with `broker`: is signed in again, if that needs no password.
  // Else the login asks for it, and the history is shown while the connection is made. Before any other input.
  void handle_returned(std::string_view user, std::string_view broker);
  // The address at the start, and when it changes without a reload (Back, Forward); ignored while signed in.
  void handle_address(std::string_view query);
  // What on_load_text asked for; nullopt: it could not be had.
  void handle_text(TextFile file, std::optional<std::string_view> json);

  // The file that the user chose after on_open_file, which is not trusted. No bytes: it could not be read, or is too large.
  void handle_file(std::string_view name, std::string_view bytes);

  // ---- outputs ----
  // The state changed: draw a frame, set the title to page_title(state()). Called often; must return quickly.
  std::function<void()> on_change;
  // Put this query ("?stage=20") into the address bar.
  std::function<void(const std::string& query)> on_address;
  // Offer this file as a download.
  std::function<void(const std::string& name, const std::string& text)> on_download;
  // Let the user choose a file, and call handle_file().
  std::function<void()> on_open_file;
  std::function<void(const std::string& text)> on_copy;
  // Signed in: tell the other tabs, which call handle_signed_in_elsewhere(), and remember it for handle_returned().
  std::function<void(const std::string& user, const std::string& broker)> on_signed_in;
  // Signed out, refused, or signed in elsewhere: a reload of this page signs nobody in.
  std::function<void()> on_signed_out;
  // A message arrived unseen, and notifications are on.
  std::function<void(const std::string& title, const std::string& text)> on_unseen_message;
  std::function<void()> on_ask_for_notifications;
  // Fetch data/explanations.json or data/lessons.json, and call handle_text().
  std::function<void(TextFile)> on_load_text;

  // ---- the frame ----
  // Brings what depends on the time up to date and writes drafts that are due. Call it before each frame, not from inside
  // the on_* functions.
  void update();
  // When update() has something to do without further input: a countdown's next second, a draft that is due. nullopt: never.
  std::optional<Time> next_change() const;
  const State& state() const { return state_; }
  // The account shares its connection with other tabs.
  bool shares() const;
  // nullptr when signed out, or when another tab has the connection. For tests and diagnosis.
  wasmqtt::MqttClient* mqtt();

 private:
  friend class Account;

  void sign_in(const SignIn& intent);
  void expect_sign_in(const ExpectSignIn& intent);
  void begin_account(const std::string& user, const std::string& password, const std::string& broker, bool returning);
  void signed_in();
  void sign_in_failed(std::string problem);
  void logout();
  void end_account();
  void forget_account();
  void on_used_here();
  void signed_out();
  void signed_out_in_other_tab();
  void keep_packets(wasmqtt::PacketTrace& trace);
  void show_packets();
  void clear_packets();
  void change_settings(const Settings& settings);
  void open_chat(const ConversationKey& key);
  void add_chat(const std::string& user);
  void read_up_to(const ReadUpTo& read);
  void clear_chat(const ConversationKey& key);
  void remove_chat(const ConversationKey& key);
  void leave_chat();
  void save_draft(const ConversationKey& key, const std::string& text);
  TextStatus& status_of(TextFile file);
  void load_text(TextFile file);
  void export_packets(PacketFile format);
  void close_packets();
  void make_trouble(const MakeTrouble& intent);
  void show_trouble();
  // Whether it is on the screen of somebody who looks; and whether its newest messages are.
  bool is_seen(const Conversation& conversation) const;
  bool is_read(const Conversation& conversation) const;
  void see_open_chat();
  void keep(const Conversation& conversation);
  void changed();

  Platform platform_;
  State state_;
  MemoryChatStore memory_;
  std::unique_ptr<class Device> device_;
  std::shared_ptr<class Account> account_;
  std::shared_ptr<class Account> closing_;  // still disconnecting
  std::optional<wasmqtt::PacketTrace> packets_;  // of sign-ins that failed, for the next one
  std::string returning_broker_;                 // with State::returning
  bool visible_ = true;
  bool drawing_ = true;
  bool network_ = true;
  bool session_watched_ = false;
  std::optional<wasmqtt::PacketTrace> opened_;  // a file
};

}  // namespace chat
