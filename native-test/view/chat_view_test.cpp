#include "view_world.hpp"

#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

const ConversationKey peter{"alice", "peter"};

Settings with_status() {
  Settings settings = stage_settings(10);
  settings.status = true;
  return settings;
}

}  // namespace

TEST_CASE("the chat page says who and how connected, and what can be done") {
  ViewWorld world;
  world.sign_in_as("alice");
  CHECK(world.has(Role::heading, "MQTT Chat"));
  CHECK(world.has(Role::text, "Signed in as alice"));
  CHECK(world.has(Role::status, "Connected"));
  CHECK(world.has(Role::heading, "Chats"));
  CHECK(world.has(Role::textbox, "New chat"));
  CHECK(world.has(Role::text, "No chats yet"));
  REQUIRE(world.has(Role::button, "Show Packets"));
  CHECK(world.find(Role::button, "Show Packets")->is(semantic::state_toggles));
  CHECK_FALSE(world.find(Role::button, "Show Packets")->is(semantic::state_pressed));
  for (std::string_view name : {"Logout", "Theme", "Add Chat"}) CHECK(world.has(Role::button, name));
}

TEST_CASE("who has no chats yet reads who is online, and writes to them with one click; the admin, what will appear") {
  ViewWorld world(stage_settings(30));
  world.sign_in_as("alice");
  CHECK_FALSE(world.says("Online now"));
  for (const char* name : {"peter", "hannes", "alice"})
    world.receive("chat/status/" + std::string(name), status_json("online"), Qos::at_least_once, true);
  world.settle();
  CHECK(world.has(Role::group, "Online now"));
  for (const char* name : {"hannes", "peter"}) CHECK(world.has(Role::button, name));
  CHECK_FALSE(world.has(Role::button, "alice"));
  CHECK(world.click(Role::button, "peter"));
  CHECK(world.has(Role::heading, "Conversation with peter"));
  CHECK_FALSE(world.says("Online now"));
  ViewWorld admin(stage_settings(40));
  admin.sign_in_as("admin", "admin");
  CHECK(admin.says("You are signed in as admin"));
}

TEST_CASE("a chat is added, a message written and sent with Enter, an answer arrives") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.fill("New chat", "a/b");
  world.click(Role::button, "Add Chat");
  CHECK(world.find(Role::textbox, "New chat")->is(semantic::state_invalid));
  world.fill("New chat", " peter ");
  world.press_enter("New chat");
  CHECK(world.has(Role::heading, "Conversation with peter"));
  CHECK(world.has(Role::list, "Chats"));
  CHECK(world.find(Role::button, "peter")->is(semantic::state_current));
  CHECK(world.find(Role::textbox, "New chat")->value.empty());
  REQUIRE(world.has(Role::textbox, "Message"));
  CHECK(world.find(Role::textbox, "Message")->is(semantic::state_multiline));
  CHECK(world.screen.ui().focused() == world.find(Role::textbox, "Message")->id);
  world.fill("Message", "Grüße 你好 👩‍👩‍👧 مرحبا");
  world.press_enter("Message");
  CHECK(world.find(Role::textbox, "Message")->value.empty());
  REQUIRE(world.published.size() == 1);
  CHECK(world.has(Role::log, "Messages"));
  CHECK(world.has(Role::text, "Grüße 你好 👩‍👩‍👧 مرحبا"));
  CHECK(world.says("sent"));
  world.receive("chat/messages/alice/peter", message_json("1", "you said 100% ##x"));
  world.settle();
  CHECK(world.has(Role::text, "you said 100% ##x"));
  CHECK(world.says("peter"));
  world.fill("Message", "with the button");
  CHECK(world.click(Role::button, "Send"));
  CHECK(world.published.size() == 2);
  world.fill("Message", "  \n ");
  world.press_enter("Message");
  CHECK(world.published.size() == 2);
}

TEST_CASE("the list tells presence, unread count and last line of each chat, newest first") {
  ViewWorld world(with_status());
  world.sign_in_as("alice");
  world.receive("chat/status/peter", status_json("online"), Qos::at_most_once, true);
  world.receive("chat/messages/alice/peter", message_json("1", "first"));
  world.receive("chat/messages/alice/hannes", message_json("2", "second", "2023-11-14T23:13:21+01:00"));
  world.settle();
  const Node* node = world.find(Role::button, "peter");
  REQUIRE(node);
  CHECK(node->description == "online, 1 unread, first, 23:13");
  CHECK(world.find(Role::button, "hannes")->description.substr(0, 8) == "unknown,");
  CHECK(world.count(Role::list_item) == 2);
  world.click(Role::button, "peter");
  CHECK(world.find(Role::button, "peter")->description == "online, first, 23:13");
  CHECK(world.has(Role::text, "online"));
  CHECK(world.has(Role::separator, "New"));
  CHECK(world.has(Role::separator, "Today"));
}

TEST_CASE("what is typed stays with its chat") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.app.handle(AddChat{"hannes"});
  world.app.handle(AddChat{"peter"});
  world.settle();
  world.fill("Message", "for peter");
  world.activate(Role::button, "hannes");
  CHECK(world.find(Role::textbox, "Message")->value.empty());
  world.activate(Role::button, "peter");
  CHECK(world.find(Role::textbox, "Message")->value == "for peter");
}

TEST_CASE("without a connection the page says why, what becomes of a message, and lets one try again") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.broker.cut();
  world.settle();
  CHECK(world.says("Reconnecting in "));
  CHECK(world.count(Role::alert) == 1);
  CHECK(world.has(Role::text, "Not connected. With QoS 0 a message would be lost."));
  world.fill("Message", "lost");
  world.press_enter("Message");
  CHECK(world.has(Role::text, "Not connected. With QoS 0, messages are not queued."));
  CHECK(world.click(Role::button, "Connect now"));
  REQUIRE(world.broker.is_opening());
  world.broker.accept();
  (void)world.broker.expect<wasmqtt::Connect>();
  world.broker.reply(wasmqtt::Connack{});
  world.settle();
  CHECK(world.has(Role::status, "Connected"));
  CHECK(world.count(Role::alert) == 0);
  CHECK(world.click(Role::button, "Retry"));
  CHECK_FALSE(world.has(Role::button, "Retry"));
  CHECK(world.published.size() == 1);
}

TEST_CASE("a chat is cleared or removed after a question, and not when one thinks better of it") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "hello"));
  world.receive("chat/messages/alice/hannes", message_json("2", "It is noon."));
  world.settle();
  world.click(Role::button, "peter");
  CHECK(world.click(Role::button, "Delete chat"));
  CHECK(world.has(Role::dialog, "Delete chat"));
  CHECK(world.has(Role::heading, "Delete the chat with peter?"));
  CHECK(world.click(Role::button, "Cancel"));
  CHECK_FALSE(world.has(Role::dialog, "Delete chat"));
  CHECK(world.texts("peter").size() == 1);
  world.click(Role::button, "Delete chat");
  CHECK(world.click(Role::button, "Clear messages"));
  CHECK(world.has(Role::text, "No messages yet"));
  CHECK(world.has(Role::button, "peter"));
  world.click(Role::button, "Delete chat");
  CHECK(world.find(Role::button, "Clear messages")->is(semantic::state_disabled));
  CHECK(world.click(Role::button, "Remove chat"));
  CHECK_FALSE(world.has(Role::button, "peter"));
  CHECK(world.has(Role::button, "hannes"));
  CHECK_FALSE(world.has(Role::dialog, "Delete chat"));
  world.receive("chat/messages/alice/peter", message_json("3", "me again"));
  world.settle();
  CHECK(world.has(Role::button, "peter"));
}

TEST_CASE("zoomed in, the composer and messages stay in sight, and so does a packet") {
  for (const ImVec2 window : {ImVec2{640, 400}, {320, 256}, {320, 640}}) {
    const float width = window.x, height = window.y;
    CAPTURE(width);
    CAPTURE(height);
    ViewWorld world(stage_settings(10), width, height);
    world.sign_in_as("alice");
    world.fill("New chat", "peter");
    world.press_enter("New chat");
    for (int i = 0; i < 20; ++i) world.app.handle(SendMessage{peter, "message " + std::to_string(i)});
    world.settle();
    CHECK(world.count(Role::banner) == 0);  // one heading
    CHECK(world.has(Role::status, "Connected"));
    const auto in_sight = [&, low = height](const Node* node) {
      return node != nullptr && node->rect.y >= 0 && node->rect.y + node->rect.h <= low + 0.5f;
    };
    for (std::string_view name : {"Message"}) CHECK(in_sight(world.find(Role::textbox, name)));
    for (std::string_view name : {"Send", "Back to chats", "Show Packets"}) CHECK(in_sight(world.find(Role::button, name)));
    CHECK(in_sight(world.find(Role::text, "message 19")));
    CHECK(world.click(Role::button, "Delete chat"));
    for (std::string_view name : {"Remove chat", "Clear messages", "Cancel"}) CHECK(in_sight(world.find(Role::button, name)));
    CHECK(world.click(Role::button, "Cancel"));
    world.broker.cut();
    world.settle();
    CHECK(world.says("Reconnecting in"));
    CHECK(in_sight(world.find(Role::textbox, "Message")));
    world.app.handle(Logout{});
  }
}

TEST_CASE("in the smallest window the packets scroll, and rows can be reached") {
  ViewWorld world(stage_settings(10), 320, 256);
  world.sign_in_as("alice");
  CHECK(world.click(Role::button, "Show Packets"));
  REQUIRE(world.has(Role::table, "Packets"));
  CHECK(world.find(Role::table, "Packets")->rect.h >= 100);
  bool scrolls = false;
  for (const Node& node : world.screen.tree().nodes())
    scrolls = scrolls || (node.is(semantic::state_scrolls) && node.name == "Pane" && node.content_height > node.rect.h);
  CHECK(scrolls);
}

TEST_CASE("on a phone there is one column, and a way back") {
  ViewWorld world(stage_settings(10), 390, 844);
  world.sign_in_as("alice");
  world.fill("New chat", "peter");
  world.click(Role::button, "Add Chat");
  CHECK(world.has(Role::heading, "Conversation with peter"));
  CHECK_FALSE(world.has(Role::textbox, "New chat"));
  CHECK(world.click(Role::button, "Back to chats"));
  CHECK(world.has(Role::textbox, "New chat"));
  CHECK_FALSE(world.has(Role::textbox, "Message"));
  CHECK(world.click(Role::button, "peter"));
  CHECK(world.has(Role::textbox, "Message"));
  world.screen.press_escape();
  world.settle();
  CHECK(world.has(Role::textbox, "New chat"));
}

TEST_CASE("signed in elsewhere: said, nothing can be written, and it can be taken back") {
  ViewWorld world(stage_settings(20));
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  world.settle();
  CHECK(world.has(Role::status, "Signed in elsewhere"));
  CHECK(world.find(Role::textbox, "Message")->is(semantic::state_disabled));
  CHECK(world.find(Role::button, "Send")->is(semantic::state_disabled));
  CHECK(world.click(Role::button, "Use here"));
  CHECK(world.broker.is_opening());
}

TEST_CASE("the admin sees pairs and is told why writing is not possible") {
  ViewWorld world(stage_settings(40));
  world.sign_in_as("admin", "admin");
  world.receive("chat/messages/peter/alice", message_json("1", "hi peter"), Qos::at_least_once);
  world.settle();
  CHECK(world.click(Role::button, "alice and peter"));
  CHECK(world.has(Role::heading, "Conversation between alice and peter"));
  CHECK(world.find(Role::textbox, "Message")->is(semantic::state_disabled));
  CHECK(world.find(Role::textbox, "Message")->description.find("as admin") != std::string_view::npos);
}

TEST_CASE("logout leads back to the login and shows nothing of the chat") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "secret words"));
  world.click(Role::button, "peter");
  world.fill("Message", "typed");
  CHECK(world.click(Role::button, "Logout"));
  CHECK(world.has(Role::heading, "Login"));
  CHECK_FALSE(world.says("secret words"));
  CHECK_FALSE(world.says("typed"));
}

TEST_CASE("notifications can be asked for where the platform has them, and be muted") {
  ViewWorld world;
  world.sign_in_as("alice");
  CHECK_FALSE(world.has(Role::button, "Notifications"));
  world.app.on_ask_for_notifications = [&] { world.app.handle_notifications(Notifications::on); };
  world.app.handle_notifications(Notifications::off);
  world.settle();
  CHECK(world.activate(Role::button, "Notifications"));
  CHECK(world.state().notifications == Notifications::on);
  CHECK(world.says("You are notified about unread messages"));
  CHECK(world.activate(Role::button, "Notifications"));
  CHECK(world.state().notifications == Notifications::off);
  world.app.handle_notifications(Notifications::refused);
  world.settle();
  CHECK(world.says("Notifications are blocked"));
}

TEST_CASE("the message's field stays the same one when a soft keyboard leaves room for one column only") {
  ViewWorld world(stage_settings(20), 1024, 768);
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.settle();
  const semantic::Id field = world.find(Role::textbox, "Message")->id;
  world.resize(1024, 380);
  REQUIRE(world.has(Role::button, "Back to chats"));
  CHECK(world.find(Role::textbox, "Message")->id == field);
}

TEST_CASE("the header's stage leads to all of them, with a tick where it has been seen, and to a sign-in at another one") {
  for (const float width : {1280.0f, 390.0f}) {
    ViewWorld world(stage_settings(10), width, 844);
    world.sign_in_as("alice");
    world.app.handle(AddChat{"peter"});
    world.app.handle(SendMessage{{"alice", "peter"}, "hello"});
    world.app.handle_signed_in_elsewhere("peter", "ws://localhost:8081");
    world.app.handle(LeaveChat{});
    world.settle();
    CHECK(world.click(Role::button, "Stage 10"));
    REQUIRE(world.has(Role::dialog, "Stages"));
    CHECK(world.has(Role::heading, "Stage 10, where you are (seen)"));
    CHECK(world.has(Role::heading, "Stage 60"));
    CHECK(world.says(stage_words(50)));
    CHECK_FALSE(world.has(Role::button, "Sign in at stage 10"));
    CHECK(world.activate(Role::button, "Sign in at stage 30"));
    CHECK(world.state().screen == Screen::login);
    CHECK(stage_of(world.state().settings) == 30);
    CHECK(world.find(Role::radio, "Stage 10")->description == "Seen");
    CHECK(world.find(Role::radio, "Stage 30")->description.empty());
  }
}
