// Section 4.7: names, filters, matching, and the trie against the plain matcher.
#include "wasmqtt/topic.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "wasmqtt/topic_trie.hpp"

using namespace wasmqtt;

namespace {

std::vector<std::uint32_t> matches(const TopicTrie& trie, std::string_view topic) {
  std::vector<std::uint32_t> values;
  trie.match(topic, [&](std::uint32_t value) { values.push_back(value); });
  std::sort(values.begin(), values.end());
  return values;
}

std::string random_topic(std::mt19937& random, bool filter) {
  const char* const levels[] = {"a", "b", "", "$s", "long level", "\xc3\xa9", "+", "+"};
  std::string text;
  const unsigned depth = 1 + random() % 4;
  for (unsigned i = 0; i < depth; ++i) text += (i == 0 ? "" : "/") + std::string(levels[random() % (filter ? 8 : 6)]);
  if (filter && random() % 4 == 0) text = random() % 3 == 0 ? "#" : text + "/#";
  return text.empty() ? "/" : text;
}

}  // namespace

TEST_CASE("topic names: one to 65535 bytes, no wildcard, no U+0000 [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] [MQTT-3.3.2-2]") {
  for (const char* name : {"a", "/", "//", "a/b", "/a", "a/", "$SYS/x", " ", "\xef\xbb\xbf"})
    CHECK_FALSE(static_cast<bool>(check_topic_name(name)));
  CHECK(check_topic_name("").code() == Errc::empty_topic);
  CHECK(check_topic_name({"\0", 1}).code() == Errc::nul_in_string);
  for (const char* name : {"+", "#", "a/+", "a/#", "a+b", "abcdefgh#", "abcdefghijkl+"})
    CHECK(check_topic_name(name).code() == Errc::wildcard_in_topic_name);
  CHECK_FALSE(static_cast<bool>(check_topic_name(std::string(65'535, 'x'))));
  CHECK(check_topic_name(std::string(65'536, 'x')).code() == Errc::string_too_long);
}

TEST_CASE("topic filters: # is last and alone, + is alone in its level [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.1-3]") {
  for (const char* filter : {"#", "+", "a/#", "+/#", "/#", "/+", "+/", "+/+", "a/+/b", "+/a/#", "a", "/", "$SYS/#"})
    CHECK_FALSE(static_cast<bool>(check_topic_filter(filter)));
  for (const char* filter : {"a#", "#a", "##", "#/", "#/a", "a/#/b", "a/b#", "a+", "+a", "++", "a/+b/c", "a/b+", "+#", "#+"})
    CHECK(check_topic_filter(filter).code() == Errc::bad_wildcard);
  CHECK(check_topic_filter("").code() == Errc::empty_topic);
  CHECK(check_topic_filter({"a\0/#", 4}).code() == Errc::nul_in_string);
  CHECK(check_topic_filter("\xff/#").code() == Errc::ill_formed_utf8);
  CHECK(check_topic_filter(std::string(65'535, 'x') + "/").code() == Errc::string_too_long);
}

TEST_CASE("matching: levels, empty levels, wildcards, $ topics, parents [MQTT-4.7.2-1]") {
  struct Row {
    const char* filter;
    const char* topic;
    bool match;
  };
  for (const Row& row : {Row{"a", "a", true},           {"a", "A", false},         {"a", "ab", false},
                         {"ab", "a", false},            {"a/b", "a", false},       {"a", "a/b", false},
                         {"a/", "a", false},            {"a/", "a/", true},        {"/", "/", true},
                         {"+", "a", true},              {"+", "", true},           {"+", "a/b", false},
                         {"+", "/", false},             {"+/+", "/", true},        {"/+", "/", true},
                         {"+/", "a/", true},            {"a/+", "a/", true},       {"a/+", "a", false},
                         {"a/+/c", "a/b/c", true},      {"a/+/c", "a//c", true},   {"a/+/c", "a/b/d", false},
                         {"#", "a", true},              {"#", "/", true},          {"#", "a/b/c", true},
                         {"a/#", "a", true},            {"a/#", "a/", true},       {"a/#", "a/b/c", true},
                         {"a/#", "ab", false},          {"a/#", "b", false},       {"a/b/#", "a", false},
                         {"+/#", "a", true},            {"+/b/#", "a/b", true},    {"a/+/#", "a", false},
                         {"a/+/#", "a/b", true},        {"/#", "a", false},        {"/#", "/", true},
                         {"#", "$SYS", false},          {"+", "$SYS", false},      {"+/a", "$SYS/a", false},
                         {"#", "$SYS/a", false},        {"+/#", "$SYS/a", false},  {"$SYS/#", "$SYS/a", true},
                         {"$SYS/#", "$SYS", true},      {"$SYS/+", "$SYS/a", true},{"$SYS", "$SYS", true},
                         {"a/+", "a/$x", true},         {"a/#", "a/$x", true},     {"$S/#", "$SYS/a", false}}) {
    CAPTURE(row.filter);
    CAPTURE(row.topic);
    CHECK(topic_matches(row.filter, row.topic) == row.match);
    if (row.topic[0] == '\0') continue;
    TopicTrie trie;
    trie.insert(row.filter, 1);
    CHECK(matches(trie, row.topic).size() == (row.match ? 1 : 0));
  }
}

TEST_CASE("matching: nothing is normalised: \xc3\xa9 is not e with U+0301 [MQTT-4.7.3-4]") {
  CHECK(topic_matches("caf\xc3\xa9", "caf\xc3\xa9"));
  CHECK_FALSE(topic_matches("caf\xc3\xa9", "cafe\xcc\x81"));
  TopicTrie trie;
  trie.insert("caf\xc3\xa9", 1);
  CHECK(matches(trie, "cafe\xcc\x81").empty());
}

TEST_CASE("trie: the same answers as the plain matcher, while filters come and go [MQTT-4.7.2-1]") {
  std::mt19937 random(7);
  TopicTrie trie;
  std::map<std::uint32_t, std::string> filters;
  for (std::uint32_t round = 0; round < 4000; ++round) {
    if (random() % 3 != 0 || filters.empty()) {
      const std::string filter = random_topic(random, true);
      REQUIRE_FALSE(static_cast<bool>(check_topic_filter(filter)));
      trie.insert(filter, round);
      filters[round] = filter;
    } else {
      const auto gone = std::next(filters.begin(), static_cast<std::ptrdiff_t>(random() % filters.size()));
      CHECK(trie.erase(gone->second, gone->first));
      CHECK_FALSE(trie.erase(gone->second, gone->first));
      filters.erase(gone);
    }
    CHECK(trie.size() == filters.size());
    if (round % 4 != 0) continue;
    const std::string topic = random_topic(random, false);
    std::vector<std::uint32_t> expected;
    for (const auto& [value, filter] : filters) {
      if (topic_matches(filter, topic)) expected.push_back(value);
    }
    CAPTURE(topic);
    CHECK(matches(trie, topic) == expected);
  }
}

TEST_CASE("trie: a pair is kept once; unknown ones can't be erased; a match in a match works") {
  TopicTrie trie;
  trie.insert("a/+", 1);
  trie.insert("a/+", 1);
  trie.insert("a/+", 2);
  CHECK(trie.size() == 2);
  CHECK_FALSE(trie.erase("a/+", 3));
  CHECK_FALSE(trie.erase("x/y", 1));
  CHECK_FALSE(trie.erase("a", 1));
  int inner = 0;
  trie.match("a/b", [&](std::uint32_t value) {
    trie.erase("a/+", value);
    trie.match("a/c", [&](std::uint32_t) { ++inner; });
    trie.insert("a/b", 10 + value);
  });
  CHECK(inner == 1);
  CHECK(matches(trie, "a/b") == std::vector<std::uint32_t>{11, 12});
}

TEST_CASE("trie: 100,000 filters, each found, all gone again") {
  TopicTrie trie;
  const auto filter = [](std::uint32_t i) { return "site/" + std::to_string(i % 1000) + "/+/" + std::to_string(i); };
  for (std::uint32_t i = 0; i < 100'000; ++i) trie.insert(filter(i), i);
  CHECK(trie.size() == 100'000);
  for (std::uint32_t i = 0; i < 100'000; i += 97)
    CHECK(matches(trie, "site/" + std::to_string(i % 1000) + "/x/" + std::to_string(i)) == std::vector{i});
  for (std::uint32_t i = 0; i < 100'000; ++i) REQUIRE(trie.erase(filter(i), i));
  CHECK(trie.size() == 0);
  CHECK(matches(trie, "site/1/x/1").empty());
}
