// Topics, times and messages as they are on the wire.
#include <doctest/doctest.h>

#include "chat/iso_time.hpp"
#include "chat/message_id.hpp"
#include "chat/topics.hpp"
#include "chat/wire.hpp"
#include "chat_world.hpp"

using namespace chat;
using namespace std::chrono_literals;

namespace {

Time at(std::string_view iso) { return parse_iso_time(iso).value(); }

}  // namespace

TEST_CASE("topics are made and parsed back, and others are not taken for ours") {
  CHECK(message_topic("peter", "alice") == "chat/messages/peter/alice");
  CHECK(status_topic("alice") == "chat/status/alice");
  CHECK(own_messages_filter("alice") == "chat/messages/alice/+");
  CHECK(client_id("alice") == "mqtt-chat-client-alice");
  const auto names = parse_message_topic("chat/messages/peter/alice");
  REQUIRE(names);
  CHECK(names->receiver == "peter");
  CHECK(names->sender == "alice");
  CHECK(parse_status_topic("chat/status/alice") == "alice");
  for (std::string_view bad : {"chat/messages/peter", "chat/messages/peter/", "chat/messages//alice", "chat/messages/a/b/c",
                               "chat/message/a/b", "chat/status/", "chat/status/a/b", "", "chat"}) {
    CHECK_FALSE(parse_message_topic(bad));
    CHECK_FALSE(parse_status_topic(bad));
  }
}

TEST_CASE("times are written with milliseconds and the zone's offset, and read back to the same moment") {
  const Time time = at("2025-03-01T09:42:05.123Z");
  CHECK(format_iso_time(time, 60min) == "2025-03-01T10:42:05.123+01:00");
  CHECK(format_iso_time(time, -570min) == "2025-03-01T00:12:05.123-09:30");
  CHECK(at(format_iso_time(time, 345min)) == time);
}

TEST_CASE("times are read in every form that ISO 8601 writers use, and nothing else") {
  const Time time = at("2025-03-01T09:42:05Z");
  for (std::string_view same : {"2025-03-01T10:42:05+01:00", "2025-03-01T10:42:05+0100", "2025-03-01T10:42:05+01",
                                "2025-03-01T09:42:05.000000000Z", "2025-03-01t09:42:05,0z", "2025-03-01T04:12:05-05:30"})
    CHECK_MESSAGE(parse_iso_time(same) == time, same);
  CHECK(parse_iso_time("2025-03-01T09:42Z") == time - 5s);
  CHECK(parse_iso_time("2016-12-31T23:59:60Z") == at("2017-01-01T00:00:00Z"));
  CHECK(parse_iso_time("2024-02-29T00:00:00Z"));
  for (std::string_view bad : {"", "now", "2025-03-01", "2025-03-01T10:42:05", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
                               "2025-03-01T24:00:00Z", "2025-03-01T10:60:00Z", "2025-03-01T10:42:05+25:00",
                               "2025-03-01T10:42:05.Z", "2025-03-01T10:42:05Zx", "1969-12-31T23:59:59Z", "2025-3-1T1:2:3Z",
                               "2025-03-01T10:42:05+1:00"})
    CHECK_MESSAGE(!parse_iso_time(bad), bad);
}

TEST_CASE("a message id is a UUID of version 4") {
  CHECK(make_message_id(0, 0) == "00000000-0000-4000-8000-000000000000");
  CHECK(make_message_id(~std::uint64_t{0}, ~std::uint64_t{0}) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST_CASE("messages on the wire are the article's JSON, whatever the text holds") {
  const std::string text = "Grüße \"你好\" \\ 👩‍👩‍👧 مرحبا\n</script>\t\x01";
  const std::string json = write_message({"id-1", text, at("2025-03-01T09:42:05.123Z")}, 60min);
  CHECK(json.substr(0, 32) == "{\"messageId\":\"id-1\",\"content\":\"G");
  CHECK(json.find("\"timestamp\":\"2025-03-01T10:42:05.123+01:00\"}") != std::string::npos);
  const auto parsed = parse_message(json);
  REQUIRE(parsed.value);
  CHECK(parsed.value->message_id == "id-1");
  CHECK(parsed.value->content == text);
  CHECK(parsed.value->timestamp == at("2025-03-01T09:42:05.123Z"));
  CHECK(write_message({"1", "a\xff", {}}, 0min).find("a\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("a message that deviates is refused with a sentence that says how") {
  const std::string time = "\"timestamp\":\"2025-03-01T09:42:05Z\"";
  CHECK(parse_message("{\"messageId\":\"1\",\"content\":\"\",\"more\":[1]," + time + "}").value);
  const std::pair<std::string, std::string_view> bad[] = {
      {"", "not JSON"},
      {"hello", "not JSON"},
      {"{", "not JSON"},
      {"{\"messageId\":\"\xff\"}", "not JSON"},
      {"[]", "not an object"},
      {"null", "not an object"},
      {"{}", "\"messageId\" is missing"},
      {"{\"messageId\":1,\"content\":\"a\"," + time + "}", "\"messageId\" is not a string"},
      {"{\"messageId\":\"\",\"content\":\"a\"," + time + "}", "\"messageId\" is empty"},
      {"{\"messageId\":\"1\",\"content\":null," + time + "}", "\"content\" is not a string"},
      {"{\"messageId\":\"1\",\"content\":\"a\"}", "\"timestamp\" is missing"},
      {"{\"messageId\":\"1\",\"content\":\"a\",\"timestamp\":\"yesterday\"}", "\"timestamp\" is not a time"},
      {"{\"messageId\":\"" + std::string(129, 'a') + "\",\"content\":\"a\"," + time + "}", "too long"},
      {"{\"messageId\":\"1\",\"content\":\"" + std::string(max_content_bytes + 1, 'a') + "\"," + time + "}", "65537 bytes"},
      {std::string(max_payload_bytes + 1, ' '), "The limit is"},
      {std::string(max_payload_bytes, '['), "not JSON"},
  };
  for (const auto& [payload, words] : bad) {
    const auto parsed = parse_message(payload);
    CHECK_FALSE(parsed.value);
    CHECK_MESSAGE(parsed.problem.find(words) != std::string::npos, parsed.problem);
  }
}

TEST_CASE("a status is online or offline and nothing else") {
  CHECK(parse_status(write_status({true, at("2025-03-01T09:42:05Z")}, 0min)).value->online);
  const auto offline = parse_status("{\"status\":\"offline\",\"lastOnlineTimestamp\":\"2025-03-01T09:42:05Z\"}");
  REQUIRE(offline.value);
  CHECK_FALSE(offline.value->online);
  CHECK(offline.value->last_online == at("2025-03-01T09:42:05Z"));
  CHECK_FALSE(parse_status("{\"status\":\"away\",\"lastOnlineTimestamp\":\"2025-03-01T09:42:05Z\"}").value);
  CHECK_FALSE(parse_status("{\"status\":true}").value);
}
