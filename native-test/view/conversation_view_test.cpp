// A conversation on the screen: long ones, long texts, many, and what is said of them.
#include "view_world.hpp"

#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

const ConversationKey peter{"alice", "peter"};

}  // namespace

TEST_CASE("a chat with more unread messages than there is room for opens at the first; they are read as they come into sight") {
  ViewWorld world;
  world.sign_in_as("alice");
  for (int i = 0; i < 300; ++i) {
    if (i == 20) world.app.handle(OpenChat{peter}), world.read_all("peter"), world.app.handle(LeaveChat{});
    world.receive("chat/messages/alice/peter", message_json(std::to_string(i), "message " + std::to_string(i)));
  }
  CHECK(page_title(world.state()) == "(280) MQTT Chat");
  world.settle();
  world.click(Role::button, "peter");
  CHECK(world.has(Role::separator, "New"));
  CHECK(world.has(Role::text, "message 20"));
  CHECK_FALSE(world.has(Role::text, "message 299"));
  const unsigned unread = world.chat_with("peter")->unread();
  CHECK(unread > 250);
  CHECK(unread < 280);
  REQUIRE(world.has(Role::button, "Jump to latest"));
  // What comes now is not read either.
  world.receive("chat/messages/alice/peter", message_json("x", "one more"));
  world.settle();
  CHECK(world.chat_with("peter")->unread() == unread + 1);
  world.screen.scroll("Messages", 8000);
  world.settle();
  CHECK(world.chat_with("peter")->unread() < unread - 50);
  CHECK(world.chat_with("peter")->unread() > 0);
  CHECK(world.click(Role::button, "Jump to latest"));
  world.settle();
  CHECK(page_title(world.state()) == "MQTT Chat");
  world.receive("chat/messages/alice/peter", message_json("y", "at the end"));
  CHECK(page_title(world.state()) == "MQTT Chat");
}

TEST_CASE("a few unread messages are read at once, and what comes next stays in sight") {
  ViewWorld world;
  world.sign_in_as("alice");
  for (const char* id : {"1", "2", "3"}) world.receive("chat/messages/alice/peter", message_json(id, id));
  world.settle();
  world.click(Role::button, "peter");
  CHECK(page_title(world.state()) == "MQTT Chat");
  CHECK_FALSE(world.has(Role::button, "Jump to latest"));
  for (int i = 0; i < 30; ++i)
    world.receive("chat/messages/alice/peter", message_json("more " + std::to_string(i), "more " + std::to_string(i)));
  world.settle();
  CHECK(world.has(Role::text, "more 29"));
  CHECK(page_title(world.state()) == "MQTT Chat");
  // Nobody looks: it stays unread, and is where the reader comes back to.
  world.app.handle_visible(false);
  for (int i = 0; i < 60; ++i)
    world.receive("chat/messages/alice/peter", message_json("away " + std::to_string(i), "away " + std::to_string(i)));
  world.settle();
  CHECK(page_title(world.state()) == "(60) MQTT Chat");
  world.app.handle_visible(true);
  world.settle();
  CHECK(world.has(Role::separator, "New"));
  CHECK(world.has(Role::text, "away 0"));
}

TEST_CASE("the state of one's own messages is told of each, and drawn in words for the last") {
  ViewWorld world(stage_settings(20));
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  for (const char* text : {"one", "two"}) world.app.handle(SendMessage{peter, text});
  world.settle();
  std::vector<std::size_t> pieces;
  for (const Node& node : world.screen.tree().nodes()) {
    if (node.role != Role::text || node.name.find("delivered to the broker") == std::string_view::npos) continue;
    pieces.push_back(node.lines.size());
    CHECK((node.lines.back().rect.w == 0) == (node.lines.size() == 2));
  }
  CHECK(pieces == std::vector<std::size_t>{2, 1});
}

TEST_CASE("two long messages with one identifier are shown whole one by one") {
  ViewWorld world(stage_settings(10), 1280, 3000);
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{peter, std::string(5000, 'm')});
  const std::string id = world.chat_with("peter")->messages()[0].id;
  world.receive("chat/messages/alice/peter", message_json(id, std::string(5000, 'e')));
  world.settle();
  REQUIRE(world.count_named(Role::button, "Show the whole message") == 2);
  CHECK(world.click(Role::button, "Show the whole message"));
  CHECK(world.count_named(Role::button, "Show the whole message") == 1);
}

TEST_CASE("a text above 64 KB is not inserted, cut or sent: what stood in the field stays, and the page says why") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.settle();
  const std::size_t limit = max_content_bytes;
  for (const std::size_t size : {limit - 1, limit}) {
    world.fill("Message", std::string(size, 'x'));
    CHECK(world.find(Role::textbox, "Message")->value.size() == size);
    CHECK_FALSE(world.says("was not inserted"));
  }
  for (const std::size_t size : {limit + 1, 10 * limit}) {
    world.fill("Message", "");
    CHECK_FALSE(world.says("was not inserted"));
    world.fill("Message", "short");
    world.fill("Message", std::string(size, 'x'));
    CHECK(world.find(Role::textbox, "Message")->value == "short");
    CHECK(world.says("would have " + std::to_string(size) + " bytes"));
    CHECK(world.chat_with("peter")->draft == "short");
  }
  world.press_enter("Message");
  REQUIRE(world.published.size() == 1);
  CHECK(parse_message(world.published[0].payload).value->content == "short");
  CHECK_FALSE(world.says("was not inserted"));
}

TEST_CASE("a paste that is refused does not take with it what was typed in the same frame") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.app.handle(AddChat{"peter"});
  world.settle();
  const semantic::Id field = world.find(Role::textbox, "Message")->id;
  world.screen.ui().handle_text({.id = field, .text = "short"});
  world.screen.ui().handle_text({.id = field, .text = "short" + std::string(max_content_bytes, 'x')});
  world.settle();
  CHECK(world.find(Role::textbox, "Message")->value == "short");
  CHECK(world.says("would have " + std::to_string(max_content_bytes + 5) + " bytes"));
  CHECK(world.chat_with("peter")->draft == "short");
}

TEST_CASE("a name with look-alike letters is said to be one, in the list and in its conversation") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/реter", message_json("1", "hi"));
  world.settle();
  CHECK(world.find(Role::button, "реter")->description.find("Look-alike name.") != std::string_view::npos);
  world.click(Role::button, "реter");
  CHECK(world.has(Role::alert, "This name may look like another one: it has letters of another alphabet that look like Latin letters."));
}

TEST_CASE("what a full conversation has dropped is said above its oldest message") {
  ViewWorld world;
  world.sign_in_as("alice");
  const std::string text(60'000, 'x');
  for (int i = 0; i < 150; ++i) world.receive("chat/messages/alice/peter", message_json(std::to_string(i), text));
  world.app.handle(OpenChat{peter});
  world.settle();
  world.screen.scroll("Messages", 0);
  world.settle();
  const std::uint64_t removed = world.chat_with("peter")->removed();
  CHECK(world.has(Role::separator, std::to_string(removed) + " older messages were dropped"));
  // Nor does it take whoever reads there to its end, where all would count as read.
  for (int i = 150; i < 160; ++i) {
    world.receive("chat/messages/alice/peter", message_json(std::to_string(i), text));
    world.settle();
  }
  CHECK(world.chat_with("peter")->removed() > removed);
  CHECK(world.has(Role::button, "Jump to latest"));
  const Conversation& left = *world.chat_with("peter");
  CHECK(left.unread() + 5 > left.messages().size());
}

TEST_CASE("links open, markup does not") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("1", "<b>see</b> https://mqtt.org."));
  world.app.handle(OpenChat{peter});
  world.settle();
  const Node* node = world.find(Role::text, "<b>see</b> https://mqtt.org.");
  REQUIRE(node);
  std::vector<std::string_view> links;
  for (const semantic::TextLine& line : node->lines)
    if (!line.href.empty()) links.push_back(line.href);
  CHECK(links == std::vector<std::string_view>{"https://mqtt.org"});
}

TEST_CASE("ten thousand messages: only those in sight are drawn, and one can jump to the latest") {
  ViewWorld world;
  world.sign_in_as("alice");
  for (int i = 0; i < 10'000; ++i)
    world.broker.reply(wasmqtt::Publish{"chat/messages/alice/peter",
                                        as_bytes(message_json(std::to_string(i), "message " + std::to_string(i))), 0,
                                        Qos::at_most_once, false, false});
  world.app.handle(OpenChat{peter});
  world.settle();
  CHECK(world.find(Role::log, "Messages")->set_size == 10'000);
  CHECK(world.count(Role::article) < 60);
  CHECK(world.screen.tree().nodes().size() < 400);
  CHECK(world.has(Role::text, "message 0"));
  CHECK(world.click(Role::button, "Jump to latest"));
  CHECK(world.has(Role::text, "message 9999"));
  CHECK_FALSE(world.has(Role::button, "Jump to latest"));
  world.screen.scroll("Messages", 1000);
  CHECK_FALSE(world.has(Role::text, "message 9999"));
  CHECK(world.count(Role::article) < 60);
  world.receive("chat/messages/alice/peter", message_json("x", "message 10000"));
  world.settle();
  CHECK_FALSE(world.has(Role::text, "message 10000"));
  REQUIRE(world.has(Role::button, "Jump to latest"));
  CHECK(world.find(Role::button, "Jump to latest")->description == "1 newer");
  CHECK(world.click(Role::button, "Jump to latest"));
  CHECK(world.has(Role::text, "message 10000"));
}

TEST_CASE("a long message is cut until its reader asks for the whole, and then it is drawn whole") {
  ViewWorld world;
  world.sign_in_as("alice");
  world.receive("chat/messages/alice/peter", message_json("1", std::string(60'000, 'x') + " the end"));
  world.app.handle(OpenChat{peter});
  world.settle();
  CHECK_FALSE(world.has(Role::text, std::string(60'000, 'x') + " the end"));
  CHECK(world.activate(Role::button, "Show the whole message"));
  CHECK(world.has(Role::text, std::string(60'000, 'x') + " the end"));
  CHECK_FALSE(world.has(Role::button, "Show the whole message"));
}

TEST_CASE("thousands of chats: only those in sight are drawn") {
  ViewWorld world;
  world.sign_in_as("alice");
  for (int i = 0; i < 3000; ++i) world.app.handle(AddChat{"user" + std::to_string(i)});
  world.settle();
  CHECK(world.count(Role::list_item) < 30);
  CHECK(world.says("Conversation with user2999"));
}
