// The Unicode Bidirectional Algorithm against the Unicode Character Database's own tests of it, which Debian's package
// unicode-data has.
#include "bidi.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace semantic::bidi;

namespace {

using Numbers = std::vector<std::uint32_t>;
constexpr std::uint32_t removed = 0xFFFFFFFF;  // by rule X9: "x" among the levels

// What comes before the next `at`, taken from `text` together with it.
std::string_view take(std::string_view& text, char at) {
  const std::size_t end = std::min(text.find(at), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

Numbers numbers(std::string_view text, int base) {
  Numbers all;
  while (!text.empty()) {
    const std::string_view part = take(text, ' ');
    if (part.empty()) continue;
    std::uint32_t number = removed;
    std::from_chars(part.data(), part.data() + part.size(), number, base);
    all.push_back(number);
  }
  return all;
}

bool as_expected(const Numbers& text, std::uint8_t base, const Numbers& expected, const Numbers& expected_order) {
  static std::vector<std::uint8_t> levels, kept;
  static Numbers indices, order;
  resolve(text, base, levels);
  kept.clear();
  indices.clear();
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    if (expected[i] == removed) continue;
    if (levels[i] != expected[i]) return false;
    kept.push_back(levels[i]);
    indices.push_back(i);
  }
  visual_order(kept, order);
  if (order.size() != expected_order.size()) return false;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (indices[order[i]] != expected_order[i]) return false;
  return true;
}

// Calls test(line) with each line of the file that is no remark.
template <typename Test>
void for_each_line(const std::string& name, Test test) {
  std::ifstream file(std::string(WASMQTT_UNICODE) + "/" + name);
  REQUIRE_MESSAGE(file.is_open(), "Please install unicode-data");
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') test(std::string_view(line));
}

}  // namespace

// Of each line: code points; paragraph direction (2: the first strong character's); resulting base level; levels; visual order.
TEST_CASE("levels and order are those of BidiCharacterTest.txt, all of it [UAX #9]") {
  std::size_t cases = 0;
  for_each_line("BidiCharacterTest.txt", [&](std::string_view line) {
    std::string_view rest = line;
    const Numbers text = numbers(take(rest, ';'), 16);
    const std::string_view direction = take(rest, ';');
    const auto base = direction == "2" ? base_level(text) : static_cast<std::uint8_t>(direction == "1");
    const bool right_base = take(rest, ';') == std::to_string(base);
    const Numbers levels = numbers(take(rest, ';'), 10), order = numbers(rest, 10);
    ++cases;
    if (!right_base || !as_expected(text, base, levels, order)) FAIL(line);
  });
  CHECK(cases > 90'000);
}

// Classes of characters instead of characters, up to four of them in every order. Above the lines of one result: "@Levels: ...",
// "@Reorder: ..."; then "L R; 7": 1 the first strong character's direction, 2 left to right, 4 right to left.
TEST_CASE("levels and order are those of BidiTest.txt, all of it [UAX #9]") {
  static constexpr std::array<std::string_view, 23> classes = {"L", "R", "AL", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S",
      "WS", "ON", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"};
  static constexpr std::array<std::uint32_t, 23> examples = {'a', 0x5D0, 0x627, '1', '+', '#', 0x661, ',', 0x300, 0xAD, 0x2029, 9,
      ' ', '!', 0x202A, 0x202D, 0x202B, 0x202E, 0x202C, 0x2066, 0x2067, 0x2068, 0x2069};
  std::size_t cases = 0;
  Numbers levels, order, text;
  for_each_line("BidiTest.txt", [&](std::string_view line) {
    std::string_view rest = line;
    if (line.starts_with("@Levels:\t")) return void(levels = numbers(line.substr(9), 10));
    if (line.starts_with("@Reorder:\t")) return void(order = numbers(line.substr(10), 10));
    if (line.front() == '@') return;
    text.clear();
    for (std::string_view names = take(rest, ';'); !names.empty();) {
      const std::string_view name = take(names, ' ');
      text.push_back(examples[static_cast<std::size_t>(std::find(classes.begin(), classes.end(), name) - classes.begin())]);
    }
    const Numbers directions = numbers(rest, 10);
    for (const int base : {0, 1})
      if (directions.at(0) & (2u << base) && ++cases && !as_expected(text, static_cast<std::uint8_t>(base), levels, order)) FAIL(line);
    if (directions.at(0) & 1 && ++cases && !as_expected(text, base_level(text), levels, order)) FAIL(line);
  });
  CHECK(cases > 700'000);
}
