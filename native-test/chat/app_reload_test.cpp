// ChatApp on a page that is loaded again: what it remembers, and of whom.
#include "chat_world.hpp"

#include "chat/records.hpp"
#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

ConversationKey with(const std::string& partner) { return {"alice", partner}; }

}  // namespace

TEST_CASE("remembering: history, waiting messages and the name survive a new page; nothing of the password is kept") {
  MemoryChatStore store;
  {
    World world(stage_settings(40), &store);
    world.sign_in("alice", "s3cret-password");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
    world.broker.cut();
    world.app.handle(SendMessage{with("peter"), "waits"});
    world.app.handle(SaveDraft{with("peter"), "half a senten"});
    world.loop.run_turns();
  }
  for (const auto& [key, value] : store.records()) CHECK((key + value).find("s3cret") == std::string::npos);
  World again(stage_settings(40), &store);
  CHECK(again.state().settings.user == "alice");
  again.sign_in("alice", "s3cret-password", true);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello", "waits"});
  CHECK(again.chat_with("peter")->messages()[1].state == SendState::delivered);
  CHECK(again.chat_with("peter")->draft == "half a senten");
  // The broker delivers again what it thinks unacknowledged: the identifier is known.
  again.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once, false, true);
  CHECK(again.texts("peter").size() == 2);
}

TEST_CASE("after a reload who needs no password is signed in at once, reads the history, and writes, though the broker is down") {
  MemoryChatStore store;
  {
    World world(stage_settings(20), &store);
    int signed_out = 0;
    world.app.on_signed_out = [&] { ++signed_out; };
    world.sign_in("alice");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
    CHECK(signed_out == 0);
  }
  World again(stage_settings(20), &store);
  again.app.handle_returned("alice", "ws://localhost:8081");
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello"});
  CHECK(again.state().connection.text == "Connecting");
  CHECK(again.state().connection.detail.empty());
  again.broker.cut();
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.state().connection.text.find("Reconnecting in") == 0);
  CHECK_FALSE(again.state().connection.detail.empty());
  again.app.handle(SendMessage{with("peter"), "waits"});
  again.loop.run_turns();
  again.app.handle(ConnectNow{});
  again.loop.run_turns();
  again.broker.accept();
  (void)again.broker.expect<wasmqtt::Connect>();
  again.broker.reply(wasmqtt::Connack{true});
  again.answer();
  CHECK(again.state().connection.text == "Connected");
  CHECK(again.chat_with("peter")->messages()[1].state == SendState::delivered);
}

TEST_CASE("after a reload who needs a password enters it, reads the history meanwhile, and is signed out when it is wrong") {
  MemoryChatStore store;
  {
    World world(stage_settings(40), &store);
    world.sign_in("alice", "test");
    world.receive("chat/messages/alice/peter", message_json("1", "hello"), Qos::at_least_once);
  }
  World again(stage_settings(40), &store);
  int signed_out = 0;
  again.app.on_signed_out = [&] { ++signed_out; };
  again.app.handle_returned("alice", "ws://localhost:8080");
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
  CHECK(again.state().returning == "alice");
  CHECK(again.broker.opened() == 0);
  again.app.handle(SignIn{"alice", "wrong"});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::chat);
  CHECK(again.texts("peter") == std::vector<std::string>{"hello"});
  again.broker.accept();
  (void)again.broker.expect<wasmqtt::Connect>();
  again.broker.reply(wasmqtt::Connack{false, wasmqtt::ConnectReturnCode::bad_user_name_or_password});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
  CHECK(again.state().login_problem == "Bad user name or password.");
  CHECK(again.state().conversations.size() == 0);
  CHECK(signed_out == 1);
  // A second guess is an ordinary one: nothing is shown before the broker agrees.
  again.app.handle(SignIn{"alice", "guess"});
  again.loop.run_turns();
  CHECK(again.state().screen == Screen::login);
}

TEST_CASE("a reload signs nobody in at another broker, nor under a name that is none, nor whom another tab has replaced") {
  World world(stage_settings(20));
  world.app.handle_returned("alice", "ws://elsewhere:1");
  world.app.handle_returned("a/b", "ws://localhost:8081");
  world.loop.run_turns();
  CHECK(world.broker.opened() == 0);
  CHECK(world.state().screen == Screen::login);
  int signed_out = 0;
  world.app.on_signed_out = [&] { ++signed_out; };
  world.sign_in("alice");
  world.app.handle_signed_in_elsewhere("alice", "ws://localhost:8081");
  CHECK(signed_out == 1);
}

TEST_CASE("what waits to be sent is counted on the device, until it is sent") {
  MemoryChatStore store;
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    world.broker.cut();
    for (const char* text : {"one", "two"}) world.app.handle(SendMessage{with("peter"), text});
    world.loop.run_turns();
  }
  World again(stage_settings(20), &store);
  CHECK(waiting_words(again.state()) == "2 messages from alice wait to be sent: sign in as alice to send them.");
  again.sign_in("alice", "", true);
  CHECK(again.state().waiting.empty());
  again.app.handle(Logout{});
  CHECK(waiting_words(again.state()).empty());
  World third(stage_settings(20), &store);
  CHECK(third.state().waiting.empty());
}

TEST_CASE("the identifier of a message that waited, repeated by its receiver, adopts nothing after a reload") {
  MemoryChatStore store;
  std::string id;
  {
    World world(stage_settings(20), &store);
    world.sign_in("alice");
    world.app.handle(AddChat{"peter"});
    world.app.handle(SendMessage{with("peter"), "waits"});
    world.loop.run_turns();
    (void)world.broker.next();
    id = world.chat_with("peter")->messages()[0].id;
    world.broker.reply(wasmqtt::Publish{"chat/messages/alice/peter", as_bytes(message_json(id, "an echo")), 9,
                                        Qos::at_least_once, false, false});
    world.loop.run_turns();
    world.broker.cut();
  }
  World again(stage_settings(20), &store);
  again.sign_in("alice", "", true);
  const auto& messages = again.chat_with("peter")->messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].state == SendState::delivered);
  CHECK(messages[1].state == SendState::none);
}
