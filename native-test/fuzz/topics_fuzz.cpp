// Topic rules and matching: the trie against asking each filter, and both against the standard's words taken literally.
#include <algorithm>
#include <vector>

#include "fuzz.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/topic_trie.hpp"
#include "wasmqtt/utf8.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

std::vector<std::string> levels_of(std::string_view topic) {
  std::vector<std::string> levels(1);
  for (const char c : topic) {
    if (c == '/') {
      levels.emplace_back();
    } else {
      levels.back() += c;
    }
  }
  return levels;
}

bool legal_filter(const std::string& filter) {
  if (filter.empty() || check_utf8(filter)) return false;
  const auto levels = levels_of(filter);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool last = i + 1 == levels.size();
    if (levels[i].find('#') != std::string::npos && (levels[i] != "#" || !last)) return false;
    if (levels[i].find('+') != std::string::npos && levels[i] != "+") return false;
  }
  return true;
}

bool matches(const std::string& filter, const std::string& topic) {
  if (topic[0] == '$' && (filter[0] == '#' || filter[0] == '+')) return false;
  const auto wanted = levels_of(filter);
  const auto levels = levels_of(topic);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "#") return levels.size() >= i;
    if (i >= levels.size() || (wanted[i] != "+" && wanted[i] != levels[i])) return false;
  }
  return wanted.size() == levels.size();
}

// Few characters, so that topics meet filters.
std::string topic_from(Input& input) {
  constexpr std::string_view alphabet = "ab/+#$/a";
  std::string text = input.text();
  if (input.flag()) return text;
  for (char& c : text) c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return text;
}

void check_trie(const TopicTrie& trie, const std::vector<std::string>& filters, const std::string& topic) {
  std::vector<std::uint32_t> found;
  trie.match(topic, [&](std::uint32_t value) { found.push_back(value); });
  std::sort(found.begin(), found.end());
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < filters.size(); ++i) {
    if (filters[i].empty()) continue;
    const bool match = matches(filters[i], topic);
    check(topic_matches(filters[i], topic) == match, "topic_matches() does what 4.7 says");
    if (match) expected.push_back(i);
  }
  check(found == expected, "the trie finds each matching filter once");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  TopicTrie trie;
  std::vector<std::string> filters;  // by value; empty: erased
  std::size_t held = 0;
  while (!input.empty() && filters.size() < 64) {
    const std::size_t what = input.below(4);
    std::string text = topic_from(input);
    if (what == 0 && !filters.empty()) {
      const std::size_t index = input.below(filters.size());
      const bool had = !filters[index].empty();
      if (had) check(trie.erase(filters[index], static_cast<std::uint32_t>(index)), "what was inserted can be erased");
      if (had) --held;
      filters[index].clear();
    } else if (what == 1) {
      const bool legal = !text.empty() && !check_utf8(text) && text.find_first_of("+#") == std::string::npos;
      check(!check_topic_name(text) == legal, "check_topic_name() does what 4.7 says");
      if (legal) check_trie(trie, filters, text);
    } else {
      const bool legal = legal_filter(text);
      check(!check_topic_filter(text) == legal, "check_topic_filter() does what 4.7 says");
      if (!legal) continue;
      trie.insert(text, static_cast<std::uint32_t>(filters.size()));
      trie.insert(text, static_cast<std::uint32_t>(filters.size()));
      filters.push_back(std::move(text));
      ++held;
    }
    check(trie.size() == held, "the trie counts its pairs");
  }
  return 0;
}
