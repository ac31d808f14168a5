// MQTT Chat without a face: signs in, keeps the connection, sends, receives, remembers.
//
//   ChatApp app({.loop = loop, .transport = transport, .store = store, .zone = zone, .page = {.host = "localhost"}},
//               settings_from_query(query));
//   app.on_change = [] { want_a_frame(); };
//   each frame:  app.update();  view.draw(ui, app.state(), intents);  app.handle(intents);
//   when there is no other reason for a frame:  wake at app.next_change()
//
// Inputs (handle*) tell what the user or the platform did; update() lets time pass in the state; outputs are the on_*
// functions, called from inputs or from the event loop, never from update(), state() or next_change(). Everything that
// the network says is checked: what does not fit is a notice, never a crash. The password is held by the MQTT client
// for its reconnects, and by nothing else. Not movable; destroy it at any time, but not from inside its own callbacks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "chat/chat_store.hpp"
#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace chat {

// What the application stands on; all outlive it. `store` is used where the user wants to be remembered, memory else.
struct Platform {
  wasmqtt::EventLoop& loop;
  wasmqtt::Transport& transport;
  ChatStore& store;
  const LocalTime& zone;
  PageOrigin page;
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
  // Whether somebody can see the page: what arrives unseen counts as unread.
  void handle_visible(bool visible);
  // Visible again, resumed, woken: checks the link at once.
  void handle_wake();
  // The network came, or went for certain.
  void handle_online();
  void handle_offline();
  // Another tab of this browser signed in as this user with this broker: stop here without a fight.
  void handle_signed_in_elsewhere(std::string_view user, std::string_view broker);
  // What the platform does about notifications now: after it asked the user, and at the start. "on" is what the user
  // wanted some time; until MuteNotifications.
  void handle_notifications(Notifications notifications);
  // The address changed without a reload (Back, Forward); ignored while signed in.
  void handle_address(std::string_view query);

  // ---- outputs ----
  // The state changed: draw a frame, set the title to page_title(state()). May come often; be quick.
  std::function<void()> on_change;
  // The address bar shall show this query ("?stage=20").
  std::function<void(const std::string& query)> on_address;
  // A file for the user.
  std::function<void(const std::string& name, const std::string& text)> on_download;
  // Signed in: tell the other tabs, which call handle_signed_in_elsewhere().
  std::function<void(const std::string& user, const std::string& broker)> on_signed_in;
  // A message arrived that nobody saw, and the user asked for notifications.
  std::function<void(const std::string& title, const std::string& text)> on_unseen_message;
  std::function<void()> on_ask_for_notifications;

  // ---- the frame ----
  // Brings the texts that depend on the time up to date, and frees what has ended. Call it before the frame, not from
  // inside the on_* functions.
  void update();
  // When the state will change by itself: a countdown's next second, the end of a grace. nullopt: not.
  std::optional<Time> next_change() const;
  const State& state() const { return state_; }
  // nullptr when signed out. For tests and diagnosis.
  wasmqtt::MqttClient* mqtt();

 private:
  friend class Session;

  void sign_in(const SignIn& intent);
  void begin_session(const std::string& user, const std::string& password, const std::string& broker);
  void signed_in();
  void sign_in_failed(std::string problem);
  void logout();
  void forget_account();
  void on_used_here();
  void change_settings(const Settings& settings);
  void open_chat(const ConversationKey& key);
  void add_chat(const std::string& user);
  void leave_chat();
  void save_draft(const ConversationKey& key, const std::string& text);
  void choose_theme(const std::string& theme);
  void remember_device();
  void changed();

  Platform platform_;
  State state_;
  MemoryChatStore memory_;
  std::shared_ptr<class Session> session_;
  std::shared_ptr<class Session> closing_;  // has to say goodbye still
  bool visible_ = true;
  bool network_ = true;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chat
