// The whole page: the login, or the chat with its packets. Draws a State and returns the user's actions as Intents.
//
// How a platform runs it, once:
//
//   chat::ChatApp app({.loop = loop, .transport = websocket, .store = store, .zone = zone,
//                      .page = {.secure = false, .host = "localhost", .port = "5173"}},
//                     chat::settings_from_query("?stage=20&user=alice"));
//   chat_view::Page page;
//   semantic::Ui ui;                                    // its theme: make_theme(scheme(app.state().theme))
//   app.on_change = [&] { want_a_frame(); set_title(chat::page_title(app.state())); };
//   app.on_address = [&](const std::string& query) { replace_address(query); };
//   app.on_download = [&](const std::string& name, const std::string& text) { download(name, text); };
//   app.on_signed_in = ...                              // tell the other tabs (BroadcastChannel)
//   app.on_unseen_message, app.on_ask_for_notifications // optional
//
// Each frame, between ImGui::NewFrame() and ImGui::Render():
//
//   app.update();
//   ui.begin_frame();
//   page.draw(ui, app.state(), intents);
//   ui.end_frame();
//   app.handle(intents);                                // calls on_change: what they changed is drawn in another frame
//   intents.clear();
//
// The next frame is due at the earliest of: an input or network event, ui.wake_seconds(), app.next_change().
// Nothing has to be connected for the first frame: it shows the login.
//
// Inputs of the platform: app.handle_visible(bool) at visibilitychange, focus and blur; app.handle_leave() at pagehide and freeze;
// app.handle_drawing(bool) when the graphics context is lost or back; app.handle_wake() at resume and pageshow;
// app.handle_online(), app.handle_offline(); app.handle_signed_in_elsewhere(user, broker) from the other tabs;
// app.handle_address(query) at popstate. Back leaves a chat before it leaves the page: push a history entry when
// state().open turns from empty() to a chat, and give chat::LeaveChat{} to app.handle() at popstate.
//
// Theme: state().theme is "light", "dark", or empty for prefers-color-scheme; forced-colors takes precedence over both.
#pragma once

#include <optional>

#include "chat/intent.hpp"
#include "chat/packet_message.hpp"
#include "chat/state.hpp"
#include "chat_view/announcer.hpp"
#include "chat_view/chat_list.hpp"
#include "chat_view/composer.hpp"
#include "chat_view/conversation.hpp"
#include "chat_view/group_members.hpp"
#include "chat_view/header.hpp"
#include "chat_view/login.hpp"
#include "chat_view/new_group.hpp"
#include "chat_view/packets.hpp"
#include "chat_view/stages.hpp"
#include "semantic/ui.hpp"

namespace chat_view {

class Page {
 public:
  // Appends the user's actions in this frame to `intents`.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

 private:
  void draw_login(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_chat(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_narrow(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_packets(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, float enough);
  void draw_narrow_conversation(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_wide(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  int draw_splitter(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, const semantic::Rect& whole, bool beside);
  void draw_columns(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, ImVec2 size);
  void draw_conversation(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow);
  void draw_dialogs(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void follow_message(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

  LoginView login_;
  HeaderView header_;
  ChatListView chat_list_;
  ConversationView conversation_;
  ComposerView composer_;
  PacketsView packets_;
  NewGroupView new_group_;
  GroupMembersView group_members_;
  StagesView stages_;
  Announcer announcer_;
  bool show_packets_ = false;
  bool was_signed_in_ = false;
  std::optional<chat::PacketMessage> marked_;
};

}  // namespace chat_view
