// MQTT Chat in the browser: joins the application, its views and the page.
#pragma once

#include <optional>
#include <string>

#include "browser_chat_store.hpp"
#include "browser_page.hpp"
#include "chat/chat_app.hpp"
#include "chat_view/page.hpp"
#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"

namespace mqtt_chat {

class ChatPage {
 public:
  ChatPage();

  // One frame of it.
  void draw(semantic::Ui& ui);

 private:
  void connect_application();
  void connect_browser();
  void open_chat_titled(std::string_view title);
  void follow_state();
  void follow_open_chat();

  wasmqtt::BrowserLoop loop_;
  wasmqtt::WebSocketTransport transport_;
  chat::TroubleTransport trouble_{transport_, loop_};
  wasmqtt::PageLifeCycle life_;
  BrowserZone zone_;
  BrowserChatStore store_;
  chat::ChatApp app_;
  chat_view::Page view_;
  chat::Intents intents_;
  std::string theme_;
  chat::Screen screen_ = chat::Screen::login;
  bool handling_ = false;         // what the user asked for, in a frame that is laid out again
  bool chat_in_history_ = false;  // Back leaves the open chat
  bool went_back_ = false;        // by ourselves, out of it; until the browser has gone there
  std::optional<std::string> address_;  // what is to be put into its address bar then
};

}  // namespace mqtt_chat
