// Checked messages on the wire: their topics, and what a rejection says.
#include <doctest/doctest.h>

#include "chat/checked_messages.hpp"
#include "chat/rooms.hpp"
#include "chat/topic_words.hpp"
#include "chat/topics.hpp"

using namespace chat;

TEST_CASE("checked topics: each step of messages and rooms is written and read back") {
  const std::string in_room = room_topic("AbCdEfGh01234-_x", "vy");
  const std::string to_user = message_topic("minh", "vy");
  for (const CheckStep step : {CheckStep::request, CheckStep::accepted, CheckStep::rejected}) {
    for (const std::string& message : {in_room, to_user}) {
      const std::string topic = checked_topic(message, step);
      CAPTURE(topic);
      const auto parsed = parse_checked_topic(topic);
      REQUIRE(parsed);
      CHECK(parsed->room == (message == in_room));
      CHECK(parsed->target == (parsed->room ? "AbCdEfGh01234-_x" : "minh"));
      CHECK(parsed->sender == "vy");
      CHECK(parsed->step == step);
      CHECK(parsed->message == message);
    }
  }
  CHECK(checked_topic(to_user, CheckStep::request) == "chat/messages/minh/vy/request");
}

TEST_CASE("checked topics: anything else is none") {
  for (const char* wrong : {"", "/request", "chat/messages/minh/vy", "chat/messages/minh/vy/requests", "chat/messages/minh/request",
                            "chat/rooms/short/vy/request", "chat/messages/minh/vy/x/request", "chat/status/vy/request",
                            "chat/messages/+/vy/request"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_checked_topic(wrong));
  }
}

TEST_CASE("rejections: written and read back, deviations refused") {
  const RejectedMessage rejected{"id-1", "It contains the word \"spam\"."};
  const auto parsed = parse_rejected(write_rejected(rejected));
  REQUIRE(parsed.value);
  CHECK(*parsed.value == rejected);
  for (const char* wrong : {"", "[]", "{}", R"({"messageId":"1"})", R"({"messageId":1,"reason":"x"})"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_rejected(wrong).value);
  }
}

TEST_CASE("each topic of the chat is told in words, and no other") {
  const std::string room = "chat/rooms/abcdefghijklmnop/peter";
  for (const std::string& topic : {std::string("chat/groups/request/alice"), std::string("chat/groups/answer/alice"),
                                   std::string("chat/groups/of/alice"), room, room + "/request", room + "/accepted",
                                   room + "/rejected", std::string("chat/messages/alice/peter"), std::string("chat/status/alice")})
    CHECK_FALSE(topic_words(topic).empty());
  CHECK(topic_words("chat/messages/alice/peter/request") == topic_words(room + "/request"));
  for (std::string_view other : {"", "chat", "greetings/world", "chat/messages/alice", "chat/rooms/short/peter"})
    CHECK(topic_words(other).empty());
}
