// The pure parts: names, topics, times, wire, settings, conversations, presence.
#include <doctest/doctest.h>

#include "chat/conversation_list.hpp"
#include "chat/iso_time.hpp"
#include "chat/look_alikes.hpp"
#include "chat/message_id.hpp"
#include "chat/names.hpp"
#include "chat/notices.hpp"
#include "chat/presence.hpp"
#include "chat/records.hpp"
#include "chat/settings.hpp"
#include "chat/topics.hpp"
#include "chat/wire.hpp"
#include "chat_world.hpp"

using namespace chat;
using namespace std::chrono_literals;

namespace {

Time at(std::string_view iso) { return parse_iso_time(iso).value(); }

ChatMessage said(std::string sender, std::string id, Time sent, Time arrived) {
  return {.id = std::move(id), .sender = std::move(sender), .text = "x", .sent_at = sent, .arrived_at = arrived};
}

std::string ids(const Conversation& conversation) {
  std::string all;
  for (const ChatMessage& message : conversation.messages()) all += message.id;
  return all;
}

}  // namespace

TEST_CASE("a user name that would break out of its topic level is refused with a sentence") {
  CHECK(check_user_name("alice").empty());
  CHECK(check_user_name("Grüße 你好 👩‍👩‍👧").empty());
  CHECK(check_user_name(std::string(64, 'a')).empty());
  for (std::string_view bad : {"", "a/b", "+", "a#", "a\nb", "a\x7f", "a\xc2\x85", "\xff", "a\xc0\xaf", "\xed\xa0\x80"})
    CHECK_MESSAGE(!check_user_name(bad).empty(), bad);
  CHECK_FALSE(check_user_name(std::string_view("a\0b", 3)).empty());
  CHECK_FALSE(check_user_name(std::string(65, 'a')).empty());
}

TEST_CASE("a user name with characters that do not show, which another name could hide behind, is refused") {
  for (std::string_view bad : {"pe\u200Bter", "peter\u200B", "\u2060peter", "pe\u00ADter", "pe\uFEFFter", "pe\u200Dter", "pe\u200Cter",
                               "pe\u034Fter", "\u202Eretep", "pe\u2066ter", "peter\u3164", "pe\uFE0Fter", "pe\u2800ter",
                               "a\u00A0b", "a\u2003b", "a\u3000b", " peter", "peter ", "peter\U000E0061", "\uE000",
                               "\U0001F469\u200D", "\u200D\U0001F469"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_user_name(bad).empty());
    CHECK_FALSE(parse_message_topic("chat/messages/alice/" + std::string(bad)));
  }
  for (std::string_view good : {"👩‍👩‍👧", "❤️", "👩🏽‍🚀", "می‌خواهم", "क्‍ष", "Zoë", "Пётр", "Ω", "李小龙", "o'brien-2"}) {
    CAPTURE(good);
    CHECK(check_user_name(good).empty());
  }
}

TEST_CASE("a user name that may be mistaken for another one is said to be so") {
  for (std::string_view alike : {"\u0430lice", "реtеr", "раура", "ΑΝΝΑ", "ｐeter", "𝐩eter", "pete\u0301r", "می‌خواهم"}) {
    CAPTURE(alike);
    CHECK(check_user_name(alike).empty());
    CHECK_FALSE(look_alike_warning(alike).empty());
  }
  for (std::string_view plain : {"alice", "peter 2", "Zoë", "Jürgen", "Пётр", "Мария", "Δημήτρης", "李小龙", "مرحبا", "👩‍👩‍👧", "❤️"}) {
    CAPTURE(plain);
    CHECK(look_alike_warning(plain).empty());
  }
}

TEST_CASE("white space around a name does not count, Unicode's included") {
  CHECK(trim("  alice\t\n") == "alice");
  CHECK(trim("\xC2\xA0\xE3\x80\x80 alice b \xC2\xA0") == "alice b");
  CHECK(trim(" \t ").empty());
}

TEST_CASE("a text is cut between code points only") {
  CHECK(cut_utf8("aé", 2) == "a");
  CHECK(cut_utf8("aé", 3) == "aé");
  CHECK(cut_utf8("\xF0\x9F\x98\x80", 3).empty());
}

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

TEST_CASE("each stage is seven toggles, and no stage is the fourth one; MQTT 5 is in none") {
  const Settings ten = settings_from_query("?stage=10");
  CHECK_FALSE((ten.qos1 || ten.status || ten.authentication || ten.deduplicate || ten.remember));
  const Settings twenty = settings_from_query("?stage=20");
  CHECK((twenty.qos1 && twenty.deduplicate && twenty.remember && !twenty.status && !twenty.authentication));
  const Settings thirty = settings_from_query("stage=30");
  CHECK((thirty.qos1 && thirty.status && !thirty.authentication));
  for (std::string_view last : {"?stage=40", "", "?stage=99", "?stage=abc"}) CHECK(settings_from_query(last) == stage_settings(40));
  for (const int stage : {10, 20, 30, 40, 50, 60}) {
    const Settings settings = settings_from_query("?stage=" + std::to_string(stage));
    CHECK(settings == stage_settings(stage));
    CHECK_FALSE(settings.mqtt5);
    CHECK(settings.groups == (stage >= 50));
    CHECK(settings.check == (stage == 60));
    CHECK(settings.authentication == (stage >= 40));
  }
  CHECK(settings_from_query("?stage=40&mqtt5=1").mqtt5);
}

TEST_CASE("groups and checked messages need authentication: one switches the other, in the card and in the address") {
  CHECK(settings_from_query("?stage=10&groups=1").authentication);
  CHECK(settings_from_query("?stage=30&check=1").authentication);
  CHECK(settings_from_query("?stage=60&authentication=0") == settings_from_query("?stage=30"));
  const Settings thirty = stage_settings(30);
  Settings with_groups = thirty;
  with_groups.groups = true;
  CHECK(with_dependencies(thirty, with_groups) == stage_settings(50));
  Settings without = stage_settings(60);
  without.authentication = false;
  CHECK(with_dependencies(stage_settings(60), without) == thirty);
  CHECK(with_dependencies(stage_settings(60), stage_settings(40)) == stage_settings(40));
}

TEST_CASE("a message's expiry in the address is whole seconds that MQTT 5 can say, else never") {
  CHECK(settings_from_query("?mqtt5=1&expiry=60").expiry == 60);
  CHECK(settings_from_query("?expiry=4294967295").expiry == 4'294'967'295);
  for (std::string_view never : {"", "0", "-1", "4294967296", "1.5", "1s", "soon"})
    CHECK(settings_from_query(std::string("?expiry=").append(never)).expiry == 0);
}

TEST_CASE("the address shares the whole set-up, but never a password") {
  Settings settings = stage_settings(20);
  CHECK(query_of(settings) == "?stage=20");
  settings.deduplicate = false;
  settings.user = "Jürgen & co";
  settings.broker = "ws://example.org:9001/mqtt?a=b";
  const std::string query = query_of(settings);
  CHECK(query == "?stage=20&deduplicate=0&user=J%C3%BCrgen%20%26%20co&broker=ws://example.org:9001/mqtt%3Fa%3Db");
  CHECK(settings_from_query(query) == settings);
  CHECK(settings_from_query("?stage=30&password=secret&user=a+b").user == "a b");
  CHECK(query_of(settings_from_query("?password=secret")).find("secret") == std::string::npos);
  for (unsigned bits = 0; bits < 512; ++bits) {
    const auto bit = [&](unsigned n) { return (bits >> n & 1) != 0; };
    const Settings any{.qos1 = bit(0), .status = bit(1), .authentication = bit(2), .deduplicate = bit(3), .remember = bit(4),
                       .groups = bit(2) && bit(7), .check = bit(2) && bit(8), .mqtt5 = bit(5),
                       .expiry = bit(6) ? 60u : 0u, .broker = "", .user = ""};
    CHECK(settings_from_query(query_of(any)) == any);
  }
}

TEST_CASE("the broker comes from the page's host and the toggle, or from the address") {
  CHECK(default_broker({}, stage_settings(40)) == "ws://localhost:8080");
  for (const int stage : {50, 60}) {
    CHECK(default_broker({}, stage_settings(stage)) == "ws://localhost:8082");
    CHECK(default_broker({.secure = true, .host = "chat.example"}, stage_settings(stage)) == "wss://chat.example/mqtt-dynamic");
  }
  CHECK(default_broker({.dynamic_ports = {9}}, settings_from_query("?stage=60&groups=0")) == "ws://localhost:9");
  CHECK(default_broker({.host = "192.168.0.7", .port = "5173"}, stage_settings(10)) == "ws://192.168.0.7:8081");
  CHECK(default_broker({.secure = true, .host = "chat.example", .port = ""}, stage_settings(40)) == "wss://chat.example/mqtt");
  CHECK(default_broker({.secure = true, .host = "chat.example", .port = "8443"}, stage_settings(10)) == "wss://chat.example:8443/mqtt-open");
  CHECK(broker_url(settings_from_query("?broker=ws%3A%2F%2Fa%3A1"), {}) == "ws://a:1");
  CHECK(check_broker_url("ws://localhost:8081", {}).empty());
  CHECK(check_broker_url("wss://a", {.secure = true}).empty());
  CHECK(check_broker_url("ws://localhost:1", {.secure = true}).empty());
  for (std::string_view bad : {"", "localhost:8081", "http://a", "ws://", "ws:///x", "ws://:80", "ws://a b", "ws://a#b"})
    CHECK_FALSE(check_broker_url(bad, {}).empty());
  CHECK(check_broker_url("ws://example.org", {.secure = true}).find("mixed content") != std::string_view::npos);
}

TEST_CASE("several brokers are one string with spaces: from the page's ports, or from the address, which may name broker several times") {
  const PageOrigin cluster{.open_ports = {1, 2, 3}};
  CHECK(default_broker(cluster, stage_settings(10)) == "ws://localhost:1 ws://localhost:2 ws://localhost:3");
  const Settings settings = settings_from_query("?stage=20&broker=ws://a&broker=&broker=ws://b:1");
  CHECK(settings.broker == "ws://a ws://b:1");
  CHECK(query_of(settings) == "?stage=20&broker=ws://a&broker=ws://b:1");
  CHECK(addresses_of(settings.broker) == std::vector<std::string>{"ws://a", "ws://b:1"});
  CHECK(addresses_of("  ").empty());
  CHECK(check_broker_url(settings.broker, {}).empty());
  CHECK_FALSE(check_broker_url("ws://a ws://", {}).empty());
  CHECK_FALSE(check_broker_url(" ", {}).empty());
}

TEST_CASE("a conversation has the same key from both sides, and a title for each reader") {
  const ConversationKey key("peter", "alice");
  CHECK(key == ConversationKey("alice", "peter"));
  CHECK(key.title_for("alice") == "peter");
  CHECK(key.heading_for("alice") == "Conversation with peter");
  CHECK(key.title_for("admin") == "alice and peter");
  CHECK(key.heading_for("admin") == "Conversation between alice and peter");
  CHECK(ConversationKey("a", "a").title_for("a") == "a");
}

TEST_CASE("a message that waited takes its place by the time of sending, but one sender's never against their arrival") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t, t));
  conversation.insert(said("a", "4", t + 30min, t + 30min));
  conversation.insert(said("b", "2", t + 10min, t + 40min));  // waited at the broker
  conversation.insert(said("b", "3", t + 5min, t + 41min));   // b's clock was set back
  CHECK(ids(conversation) == "1234");
  conversation.insert(said("b", "5", t + 5h, t + 50min));     // b's clock runs ahead
  conversation.insert(said("a", "6", t + 60min, t + 60min));
  CHECK(ids(conversation) == "123456");
  CHECK(conversation.reordered() == 2);
}

TEST_CASE("our clock was a day ahead and has been set right: what arrives then stands below what stood there") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t, t));
  conversation.insert(said("a", "2", t + 24h, t + 24h));
  CHECK(conversation.active_at() == t + 24h);
  conversation.insert(said("b", "3", t + 1min, t + 1min));
  conversation.insert(said("b", "4", t + 2min, t + 2min));
  conversation.insert(said("a", "5", t + 3min, t + 3min));
  CHECK(ids(conversation) == "12345");
  CHECK(conversation.reordered() == 0);
  CHECK(conversation.active_at() == t + 3min);
  CHECK(conversation.messages()[3].number > conversation.messages()[2].number);
}

TEST_CASE("an answer stands below what it answers, though its clock is behind or tells whole seconds") {
  const Time t = at("2025-03-01T10:00:00Z");
  Conversation conversation({"a", "b"});
  conversation.insert(said("a", "1", t + 700ms, t + 700ms));
  conversation.insert(said("b", "2", t, t + 900ms));
  conversation.insert(said("a", "3", t + 2s, t + 2s));
  conversation.insert(said("b", "4", t - 40s, t + 3s));
  CHECK(ids(conversation) == "1234");
}

TEST_CASE("a conversation holds its limit of messages, and above it the oldest are dropped and counted") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  std::size_t next = 0;
  const auto fill = [&](std::size_t to) {
    for (; next < to; ++next) conversation.insert(said("a", std::to_string(next), t, t));
  };
  fill(Conversation::max_messages - 1);
  fill(Conversation::max_messages);
  CHECK(conversation.messages().size() == Conversation::max_messages);
  CHECK(conversation.removed() == 0);
  for (const std::size_t above : {Conversation::max_messages + 1, 3 * Conversation::max_messages}) {
    fill(above);
    CHECK(conversation.messages().size() <= Conversation::max_messages);
    CHECK(conversation.messages().back().id == std::to_string(above - 1));
    CHECK(conversation.messages().size() + conversation.removed() == above);
  }
  CHECK(conversation.removed() == conversation.take_removed_numbers().size());
  CHECK(conversation.find("a", "0") == nullptr);
}

TEST_CASE("a conversation holds its limit in bytes: one below, at, one above and far above it") {
  const Time t = at("2025-03-01T10:00:00Z");
  ChatMessage message = said("a", "1", t, t);
  message.text.assign(64 * 1024, 'x');
  const std::size_t whole = Conversation::max_bytes / message.bytes();
  for (const int above : {-1, 0, 1}) {
    CAPTURE(above);
    Conversation conversation({"a", "b"});
    for (std::size_t i = 0; i < whole; ++i) conversation.insert(message);
    ChatMessage last = said("a", "last", t, t);
    const std::size_t left = Conversation::max_bytes - conversation.bytes() - last.bytes();
    last.text.resize(static_cast<std::size_t>(static_cast<long>(left + last.text.size()) + above), 'x');
    conversation.insert(last);
    CHECK(conversation.messages().back().id == "last");
    CHECK((conversation.removed() != 0) == (above > 0));
    CHECK(conversation.bytes() <= Conversation::max_bytes);
    for (int i = 0; i < 2'000; ++i) conversation.insert(message);
    CHECK(conversation.bytes() <= Conversation::max_bytes);
  }
}

TEST_CASE("a message that comes late into a full conversation is not the one that is dropped") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  for (std::size_t i = 0; i < Conversation::max_messages; ++i) conversation.insert(said("a", std::to_string(i), t, t));
  const std::size_t index = conversation.insert(said("b", "late", t - 24h, t));
  CHECK(index == 0);
  CHECK(conversation.messages()[index].id == "late");
  CHECK(conversation.messages()[1].id == std::to_string(conversation.removed()));
}

TEST_CASE("who said how much is counted, also after the oldest were dropped") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  CHECK(conversation.count_from("b") == 0);
  conversation.insert(said("b", "first", t, t));
  CHECK(conversation.count_from("b") == 1);
  for (std::size_t i = 0; i < Conversation::max_messages; ++i) conversation.insert(said("a", std::to_string(i), t, t));
  CHECK(conversation.count_from("b") == 0);
  CHECK(conversation.count_from("a") == conversation.messages().size());
  CHECK(conversation.count_from("c") == 0);
}

TEST_CASE("all conversations hold their limit in bytes, and whoever floods one loses nothing of another") {
  ConversationList list;
  const Time t = at("2025-03-01T10:00:00Z");
  list.insert(list.create({"friend", "me"}), said("friend", "kept", t, t));
  for (int round = 0; round < 100; ++round) {
    for (int stranger = 0; stranger < 20; ++stranger) {
      const std::string name = "stranger" + std::to_string(stranger);
      ChatMessage message = said(name, std::to_string(round), t, t);
      message.text.assign(64 * 1024, 'x');
      const ChatMessage& added = list.insert(list.create({name, "me"}), message);
      CHECK(added.id == message.id);
      REQUIRE(list.bytes() <= ConversationList::max_bytes);
    }
  }
  std::size_t sum = 0;
  for (const Conversation* conversation : list.newest_first()) sum += conversation->bytes();
  CHECK(list.bytes() == sum);
  CHECK(list.find({"friend", "me"})->messages().size() == 1);
  CHECK_FALSE(list.take_dropped().empty());
  CHECK(list.take_dropped().empty());
}

TEST_CASE("strangers open conversations up to the limit; the user opens one above it") {
  ConversationList list;
  for (std::size_t i = 0; i < ConversationList::max_conversations; ++i)
    REQUIRE(list.get({"me", "stranger" + std::to_string(i)}) != nullptr);
  CHECK(list.get({"me", "one more"}) == nullptr);
  CHECK(list.get({"me", "stranger7"}) != nullptr);
  CHECK(list.create({"me", "one more"}).empty());
  CHECK(list.get({"me", "one more"}) != nullptr);
}

TEST_CASE("opening a conversation puts the divider before the first unread message") {
  Conversation conversation({"a", "b"});
  const Time t = at("2025-03-01T10:00:00Z");
  conversation.insert(said("b", "1", t, t));
  conversation.insert(said("b", "2", t + 1s, t + 1s));
  conversation.count_unread();
  conversation.insert(said("b", "3", t + 2s, t + 2s));
  conversation.count_unread();
  conversation.open();
  CHECK(conversation.first_new() == 1);
  CHECK(conversation.unread_below(conversation.messages()[0].number) == 2);
  CHECK(conversation.unread_below(conversation.messages()[1].number) == 1);
  CHECK(conversation.unread_below(conversation.messages()[2].number) == 0);
  conversation.set_unread(0);
  conversation.open();
  CHECK(conversation.first_new() == conversation.messages().size());
}

TEST_CASE("the list is newest first, and sums what is unread") {
  ConversationList list;
  list.get({"a", "me"})->touch(at("2025-03-01T10:00:00Z"));
  list.get({"b", "me"})->touch(at("2025-03-01T12:00:00Z"));
  list.get({"c", "me"})->touch(at("2025-03-01T11:00:00Z"));
  list.find({"a", "me"})->count_unread();
  list.find({"c", "me"})->count_unread();
  list.reorder();
  std::string order;
  for (const Conversation* conversation : list.newest_first()) order += conversation->key().first;
  CHECK(order == "bca");
  CHECK(list.unread() == 2);
  CHECK(list.find({"z", "me"}) == nullptr);
}

TEST_CASE("presence: unknown until heard of, retained statuses at once") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  CHECK(presence.of("peter", now).kind == Presence::Kind::unknown);
  presence.handle_status("peter", {false, now - 1h}, {.retained = true, .now = now});
  CHECK(presence.of("peter", now).kind == Presence::Kind::offline);
  CHECK(presence.of("peter", now).last_seen == now - 1h);
}

TEST_CASE("presence: a will counts from its arrival, and shows at once, unless its owner is there again with it") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  presence.handle_status("peter", {true, now - 1h}, {.retained = true, .now = now});
  presence.handle_status("peter", {false, now - 1h}, {.now = now});
  CHECK(presence.of("peter", now).kind == Presence::Kind::online);
  CHECK(presence.next_change(now) == now + Presence::grace);
  CHECK(presence.of("peter", now + Presence::grace).kind == Presence::Kind::offline);
  CHECK(presence.of("peter", now + Presence::grace).last_seen == now);
  CHECK_FALSE(presence.next_change(now + Presence::grace));

  presence.handle_status("peter", {true, now + 10s}, {.now = now + 10s});
  presence.handle_status("peter", {false, now - 1h}, {.now = now + 20s});
  CHECK(presence.of("peter", now + 20s).kind == Presence::Kind::online);
  presence.handle_status("peter", {true, now + 20s}, {.now = now + 20s + 200ms});
  CHECK(presence.of("peter", now + 1min).kind == Presence::Kind::online);
  CHECK(Presence::grace < 500ms);
}

TEST_CASE("presence: a logout is shown at once") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  presence.handle_status("peter", {true, now}, {.now = now});
  presence.handle_status("peter", {false, now + 9s}, {.now = now + 10s});
  CHECK(presence.of("peter", now + 10s).kind == Presence::Kind::offline);
}

TEST_CASE("presence: who is online is listed by name, as many as asked for, without oneself") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  for (const char* name : {"vy", "me", "peter", "hannes"}) presence.handle_status(name, {true, now}, {.now = now});
  presence.handle_status("minh", {false, now}, {.now = now});
  CHECK(presence.online(now, 9, "me") == std::vector<std::string>{"hannes", "peter", "vy"});
  CHECK(presence.online(now, 2, "me") == std::vector<std::string>{"hannes", "peter"});
}

TEST_CASE("presence in words") {
  const chat::test::VirtualLoop loop;
  const chat::test::TestZone zone(loop);
  const Time now = at("2025-03-05T10:00:00Z");
  using Kind = Presence::Kind;
  CHECK(presence_text({Kind::online, {}}, zone, now) == "online");
  CHECK(presence_text({Kind::unknown, {}}, zone, now) == "unknown");
  CHECK(presence_text({Kind::offline, at("2025-03-05T09:42:00Z")}, zone, now) == "offline, last seen 10:42");
  CHECK(presence_text({Kind::offline, at("2025-03-04T09:42:00Z")}, zone, now) == "offline, last seen Yesterday 10:42");
  CHECK(zone.day(at("2025-03-01T23:30:00Z"), now) == "Sunday");
  CHECK(zone.day(at("2024-12-24T12:00:00Z"), now) == "24 December 2024");
  CHECK(zone.short_day(at("2025-03-01T23:30:00Z"), now) == zone.day(at("2025-03-01T23:30:00Z"), now).substr(0, 3));
  CHECK(zone.short_day(at("2025-02-01T12:00:00Z"), now) == "1 Feb");
  CHECK(zone.short_day(at("2024-12-24T12:00:00Z"), now) == "24 Dec 2024");
  CHECK(zone.short_day(now, now) == zone.clock(now));
}

TEST_CASE("ten thousand statuses are held, and more than the bound are not") {
  Presence presence;
  for (std::size_t i = 0; i < Presence::max_users + 10; ++i)
    CHECK(presence.handle_status("user" + std::to_string(i), {true, Time{}}, {.retained = true, .now = Time{}}) ==
          (i < Presence::max_users));
  CHECK(presence.handle_status("user0", {false, Time{}}, {.retained = true, .now = Time{}}));
  CHECK(presence.size() == Presence::max_users);
}

TEST_CASE("notices are bounded, and the same one in a row is counted, not repeated") {
  Notices notices(3);
  for (int i = 0; i < 5; ++i) notices.add({}, "bad", "a");
  CHECK(notices.list().size() == 1);
  CHECK(notices.list().back().count == 5);
  for (int i = 0; i < 5; ++i) notices.add({}, std::to_string(i));
  CHECK(notices.list().size() == 3);
  CHECK(notices.total() == 10);
  for (const std::size_t size : {Notices::max_text_bytes - 1, Notices::max_text_bytes, 100 * Notices::max_text_bytes}) {
    notices.add({}, std::string(size, 'x'), std::string(size, 't'));
    CHECK(notices.list().back().text.size() <= Notices::max_text_bytes + 3);
    CHECK(notices.list().back().topic.size() <= Notices::max_topic_bytes + 3);
  }
}

TEST_CASE("records of format 1, whose delivery state could be another's, load: the state follows from the sender") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "peter");
  const auto record = [&](std::string_view from, int state, std::uint64_t number) {
    return Record{message_key(account, key, number), "{\"id\":\"same\",\"from\":\"" + std::string(from) +
                                                         "\",\"text\":\"x\",\"sent\":1,\"arrived\":2,\"state\":" +
                                                         std::to_string(state) + ",\"number\":" + std::to_string(number) + "}"};
  };
  ConversationList list;
  HistoryReader reader(account, list);
  for (const Record& one : {record("alice", 0, 1), record("peter", 3, 2), record("alice", 4, 3)})
    reader.read(one.key, one.value);
  CHECK(reader.unreadable() == 0);
  CHECK(reader.format() == 1);
  const auto& messages = list.find(key)->messages();
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].state == SendState::delivered);
  CHECK(messages[1].state == SendState::none);
  CHECK(messages[2].state == SendState::failed);
}

TEST_CASE("what is stored comes back: messages, order, unread, drafts; what is damaged is skipped") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "peter");
  Conversation conversation(key);
  const Time t = at("2025-03-01T10:00:00Z");
  ChatMessage mine = said("alice", "1", t, t);
  mine.state = SendState::failed;
  mine.problem = "why";
  conversation.insert(mine);
  conversation.insert(said("peter", "2", t + 1s, t + 2s));
  conversation.count_unread();
  conversation.draft = "typed \"so far\"";
  std::vector<Record> records = {conversation_record(account, conversation)};
  for (const ChatMessage& message : conversation.messages()) records.push_back(message_record(account, key, message));
  for (std::string_view damaged : {"c\nalice", "m\nalice/peter\nx", "x\n", "m\n"})
    records.push_back({account + std::string(damaged), "{}"});
  records.push_back({message_key(account, key, 9), "{\"id\":\"9\",\"from\":\"mallory\",\"number\":9}"});
  records.push_back({message_key(account, key, 10), "not json"});

  ConversationList list;
  HistoryReader reader(account, list);
  reader.read(format_record(account).key, format_record(account).value);
  for (const Record& record : records) reader.read(record.key, record.value);
  CHECK(reader.unreadable() == 6);
  CHECK(reader.format() == history_format);
  const Conversation* back = list.find(key);
  REQUIRE(back);
  CHECK(ids(*back) == "12");
  CHECK(back->messages()[0].problem == "why");
  CHECK(back->messages()[0].receiver == "peter");
  CHECK(back->messages()[1].arrived_at == t + 2s);
  CHECK(back->unread() == 1);
  CHECK(back->draft == "typed \"so far\"");
  CHECK(read_device_record(device_record({"alice", "dark"}).value).theme == "dark");
  CHECK(read_device_record("[]").user.empty());
}

TEST_CASE("a stored history far above the limits is read without ever holding more than they allow") {
  const std::string account = account_prefix("alice", "ws://a");
  const ConversationKey key("alice", "stranger");
  const Time t = at("2025-03-01T10:00:00Z");
  ConversationList list;
  HistoryReader reader(account, list);
  ChatMessage message = said("stranger", "id", t, t);
  message.text.assign(64 * 1024, 'x');
  for (std::uint64_t number = 1; number <= 400; ++number) {
    message.number = number;
    const Record record = message_record(account, key, message);
    reader.read(record.key, record.value);
    REQUIRE(list.bytes() <= Conversation::max_bytes);
  }
  CHECK(reader.unreadable() == 0);
  CHECK(list.find(key)->messages().back().number == 400);
  CHECK(list.take_dropped().size() + list.find(key)->messages().size() == 400);
}
