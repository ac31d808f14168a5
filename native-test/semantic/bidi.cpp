// The Unicode Bidirectional Algorithm, with cases from the Unicode Character Database's own test.
#include "bidi.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace semantic::bidi;

namespace {

// Of BidiCharacterTest-15.0.0.txt: code points; paragraph direction (2: the first strong character's); resulting base
// level; levels (x: removed by rule X9); visual order of the others.
const char* const cases[] = {
    "0627 0628 062C 0020 0062 006F 006F 006B 0028 0073 0029;0;0;1 1 1 0 0 0 0 0 0 0 0;2 1 0 3 4 5 6 7 8 9 10",
    "0627 0628 062C 0020 0062 006F 006F 006B 0028 0073 0029;1;1;1 1 1 1 2 2 2 2 2 2 2;4 5 6 7 8 9 10 3 2 1 0",
    "202E 0061 202A 0062 202C 2066 0063 2069 202A 0064 202C 0065 202C;2;0;x 1 x 2 x 1 2 1 x 2 x 1 x;11 9 7 6 5 3 1",
    "202E 0061 202A 0062 202C 2066 0063 2069 202A 0064 202C 0065 202C;1;1;x 3 x 4 x 3 4 3 x 4 x 3 x;11 9 7 6 5 3 1",
    "202D 05D0 202B 05D1 202C 2068 05D2 2069 202B 05D3 202C 05D4 202C;2;1;x 2 x 3 x 2 3 2 x 3 x 2 x;1 3 5 6 7 9 11",
    "202D 0661 202B 0662 202C 2068 0663 2069 202B 0664 202C 0665 202C;0;0;x 2 x 4 x 2 6 2 x 4 x 2 x;1 3 5 6 7 9 11",
    "202A 05D0 0028 05D1 202C 202D 0029;2;1;x 3 3 3 x x 2;3 2 1 6",
    "202A 05D0 0028 05D1 202C 202D 0029 202C;2;1;x 3 3 3 x x 2 x;3 2 1 6",
    "202B 0061 0028 0062 202C 202E 0029;2;0;x 2 2 2 x x 1;6 1 2 3",
    "202B 0061 0028 0062 202C 202E 0029 202C;2;0;x 2 2 2 x x 1 x;6 1 2 3",
    "202A 202E 0061 202C 0028 05D0 202C 202D 0029 202C;2;0;x x 3 x 3 3 x x 2 x;5 4 2 8",
    "202B 202D 05D0 202C 0028 0061 202C 202E 0029 202C;2;1;x x 4 x 4 4 x x 3 x;8 2 4 5",
    "202A 202E 0061 202C 0028 005B 05D0 202C 202D 005D 0029 202C;2;0;x x 3 x 3 3 3 x x 2 2 x;6 5 4 2 9 10",
    "202B 202D 05D0 202C 0028 005B 0061 202C 202E 005D 0029 202C;2;1;x x 4 x 4 4 4 x x 3 3 x;10 9 2 4 5 6",
    "202D 0028 202C 202A 05D0 0029 05D1;2;1;x 2 x x 3 3 3;1 6 5 4",
    "202D 0028 202C 202A 05D0 0029 05D1 202C;2;1;x 2 x x 3 3 3 x;1 6 5 4",
    "202E 0028 202C 202B 0061 0029 0062;2;0;x 1 x x 2 2 2;4 5 6 1",
    "202E 0028 202C 202B 0061 0029 0062 202C;2;0;x 1 x x 2 2 2 x;4 5 6 1",
    "202D 202E 0061 202C 0028 202C 202A 05D0 0029 05D1;2;0;x x 3 x 2 x x 3 3 3;2 4 9 8 7",
    "202E 202D 05D0 202C 0028 202C 202B 0061 0029 0062;2;1;x x 4 x 3 x x 4 4 4;7 8 9 4 2",
    "202D 202E 0061 202C 0028 005B 202C 202A 05D0 005D 0029 05D1;2;0;x x 3 x 2 2 x x 3 3 3 3;2 4 5 11 10 9 8",
    "202E 202D 05D0 202C 0028 005B 202C 202B 0061 005D 0029 0062;2;1;x x 4 x 3 3 x x 4 4 4 4;8 9 10 11 5 4 2",
    "0061 0028 0062 0029 0331;1;1;2 2 2 2 2;0 1 2 3 4",
    "0061 0028 0332 0062 0029 0333;1;1;2 2 2 2 2 2;0 1 2 3 4 5",
    "05D0 0028 05D1 0029 0331;0;0;1 1 1 1 1;4 3 2 1 0",
    "05D0 0028 0332 05D1 0029 0333;0;0;1 1 1 1 1 1;5 4 3 2 1 0",
    "0661 0028 0662 0029 0331;0;0;2 1 2 1 1;4 3 2 1 0",
    "0661 0028 0332 0662 0029 0333;0;0;2 1 1 2 1 1;5 4 3 2 1 0",
    "0041 200F 005B 05D0 005D 200D 20D6;0;0;0 1 1 1 1 x 1;0 6 4 3 2 1",
    "0041 200F 005B 05D0 005D 200D 20D6;1;1;2 1 1 1 1 x 1;6 4 3 2 1 0",
    "0041 200F 005B 200D 20D6 05D0 005D;0;0;0 1 1 x 1 1 1;0 6 5 4 2 1",
    "0041 200F 005B 200D 20D6 05D0 005D;1;1;2 1 1 x 1 1 1;6 5 4 2 1 0",
    "0041 200F 005B 200D 20D6 05D0 005D 200D 20D6;0;0;0 1 1 x 1 1 1 x 1;0 8 6 5 4 2 1",
    "0041 200F 005B 200D 20D6 05D0 005D 200D 20D6;1;1;2 1 1 x 1 1 1 x 1;8 6 5 4 2 1 0",
    "0041 200F 005B 200D 200B 20D6 05D0 005D 200B 200D 20D6;0;0;0 1 1 x x 1 1 1 x x 1;0 10 7 6 5 2 1",
    "0041 200F 005B 200D 200B 20D6 05D0 005D 200B 200D 20D6;1;1;2 1 1 x x 1 1 1 x x 1;10 7 6 5 2 1 0",
    "0627 202B 202C 0020 0031 002D 0032;0;0;1 x x 1 2 1 2;6 5 4 3 0",
    "0061 202B 05D1 202C 0020 0031 0020 0032;0;0;0 x 1 x 1 2 1 2;0 7 6 5 4 2",
    "0061 202E 202C 0020 0031 0020 0032 002D 0033;1;1;2 x x 2 2 2 2 2 2;0 3 4 5 6 7 8",
    "061C 0020 0031 002D 0032;0;0;1 1 2 1 2;4 3 2 1 0",
    "05D0 2066 202D 2069 05D1;0;0;1 1 x 1 1;4 3 1 0",
    "0061 2067 202A 2069 0062;1;1;2 2 x 2 2;0 1 3 4",
    "0061 0028 0661 0029;0;0;0 0 2 0;0 1 2 3",
    "05D0 202B 05D1 202C 0020 0031 0020 0032;1;1;1 x 3 x 1 2 1 2;7 6 5 4 2 0",
    "061C;0;0;1;0",
    "0061 202D 0062 202C 0020 0031 0020 0032 002D 0033;1;1;2 x 2 x 2 2 2 2 2 2;0 2 4 5 6 7 8 9",
    "05D0 202A 05D1 202C 0020 0031 0020 0032;0;0;1 x 3 x 0 0 0 0;2 0 4 5 6 7",
    "0028 0031 0029 0061;1;1;1 2 1 2;3 2 1 0",
    "05D0 0028 05D1 0028 05D2 005B 005D 2680 0029;1;1;1 1 1 1 1 1 1 1 1;8 7 6 5 4 3 2 1 0",
    "0061 0028 05D0 2680 0062 0028 0029 0029;0;0;0 0 1 0 0 0 0 0;0 1 2 3 4 5 6 7",
    "2680 0029 0028 0061 2681 0029 0062;1;1;1 1 1 2 1 1 2;6 5 4 3 2 1 0",
    "0028 2680 05D0 0028 005B 05D1 0061 005D 0029;1;1;1 1 1 1 1 1 2 1 1;8 7 6 5 4 3 2 1 0",
    "0028 0061 0028 005B 0062 0029 05D0 005D;1;1;1 2 2 2 2 2 1 1;7 6 1 2 3 4 5 0",
    "0028 05D0 2680 0029 0061 0028 2681 0029;0;0;0 1 0 0 0 0 0 0;0 1 2 3 4 5 6 7",
    "05D0 005D 2680 0028 2681 0061 0029;0;0;1 0 0 0 0 0 0;0 1 2 3 4 5 6",
    "0028 0061 005B 0062 005D 2680 0029 0063;1;1;1 2 2 2 2 1 1 2;7 6 5 1 2 3 4 0",
    "0028 2680 0061 0028 05D0 0062 0029 0028 0029;1;1;1 1 2 1 1 2 1 1 1;8 7 6 5 4 3 2 1 0",
    "0028 0061 0028 0029 05D0 0028 0029;1;1;1 2 1 1 1 1 1;6 5 4 3 2 1 0",
    "2680 0028 0061 005B 005D 0062 2681 0029;0;0;0 0 0 0 0 0 0 0;0 1 2 3 4 5 6 7",
    "0061 2680 0028 005B 005D 05D0 0029 05D1;0;0;0 0 0 0 0 1 0 1;0 1 2 3 4 5 6 7",
    "0028 0061 05D0 0028 05D1 0029;0;0;0 0 1 1 1 1;0 1 5 4 3 2",
    "0028 0028 0029 05D0 0029;0;0;0 0 0 1 0;0 1 2 3 4",
    "2680 0028 0061 0029 2681 05D0 005B 005D;0;0;0 0 0 0 0 1 0 0;0 1 2 3 4 5 6 7",
    "0028 05D0 2680 0029 0061 005B 005D 0062;1;1;1 1 1 1 2 2 2 2;4 5 6 7 3 2 1 0",
    "0028 05D0 0028 0029 0028 0061 05D1 0062 0029;1;1;1 1 1 1 1 2 1 2 1;8 7 6 5 4 3 2 1 0",
    "05D0 0028 0028 005B 2680 05D1 005D 0029 05D2;0;0;1 1 1 1 1 1 1 1 1;8 7 6 5 4 3 2 1 0",
    "2680 0028 2681 05D0 0028 0029 2682 0029;0;0;0 0 0 1 0 0 0 0;0 1 2 3 4 5 6 7",
    "05D0 0028 0028 0061 005B 0062 05D1 0029 005D;1;1;1 1 1 2 2 2 1 1 1;8 7 6 3 4 5 2 1 0",
    "2680 0028 2681 005D 0029;1;1;1 1 1 1 1;4 3 2 1 0",
    "0061 0028 2680 0062 0029 005B 005D;0;0;0 0 0 0 0 0 0;0 1 2 3 4 5 6",
    "0028 05D0 0061 005B 0029;1;1;1 1 2 1 1;4 3 2 1 0",
    "2680 0028 005B 0029 05D0 2681 005D 2682;0;0;0 0 0 0 1 0 0 0;0 1 2 3 4 5 6 7",
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

using Text = std::vector<std::uint32_t>;

std::vector<int> levels_of(const Text& text, std::uint8_t base) {
  std::vector<std::uint8_t> levels;
  resolve(text, base, levels);
  return {levels.begin(), levels.end()};
}

}  // namespace

TEST_CASE("levels and order are those of the Unicode Character Database's test [UAX #9]") {
  for (const char* const line : cases) {
    CAPTURE(line);
    const std::vector<std::string> fields = split(line, ';');
    REQUIRE(fields.size() == 5);
    Text text;
    for (const std::string& code : split(fields[0], ' ')) text.push_back(static_cast<std::uint32_t>(std::stoul(code, nullptr, 16)));
    const std::uint8_t base = fields[1] == "2" ? base_level(text) : static_cast<std::uint8_t>(std::stoi(fields[1]));
    CHECK(base == std::stoi(fields[2]));
    std::vector<std::uint8_t> levels, kept;
    std::vector<std::size_t> indices;
    resolve(text, base, levels);
    const std::vector<std::string> expected = split(fields[3], ' ');
    REQUIRE(expected.size() == text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (expected[i] == "x") continue;
      CHECK(levels[i] == std::stoi(expected[i]));
      kept.push_back(levels[i]);
      indices.push_back(i);
    }
    std::vector<std::uint32_t> order;
    visual_order(kept, order);
    std::string shown;
    for (const std::uint32_t i : order) shown += (shown.empty() ? "" : " ") + std::to_string(indices[i]);
    CHECK(shown == fields[4]);
  }
}

TEST_CASE("63 open brackets are paired, and with a 64th none is [UAX #9, BD16]") {
  const auto nested = [](std::size_t depth) {
    Text text{'a'};
    text.insert(text.end(), depth, '(');
    text.push_back('b');
    text.insert(text.end(), depth, ')');
    return levels_of(text, 1).back();
  };
  CHECK(nested(62) == 2);
  CHECK(nested(63) == 2);
  CHECK(nested(64) == 1);
  CHECK(nested(20000) == 1);
}

TEST_CASE("embeddings beyond the deepest level are ignored [UAX #9, X5a and BD2]") {
  const auto nested = [](std::size_t depth) {
    Text text(depth, 0x202B);  // RLE
    text.push_back(0x5D0);
    return levels_of(text, 0).back();
  };
  CHECK(nested(62) == 123);
  CHECK(nested(63) == 125);
  CHECK(nested(64) == 125);
  CHECK(nested(20000) == 125);
}

TEST_CASE("each paragraph is resolved by itself, with the base level that is given") {
  CHECK(levels_of({0x5D0, ' ', '\n', 'a', ' ', 0x5D1}, 0) == std::vector<int>{1, 0, 0, 0, 0, 1});
  CHECK(levels_of({0x5D0, ' ', '\n', 'a', ' ', 0x5D1}, 1) == std::vector<int>{1, 1, 1, 2, 1, 1});
  CHECK(levels_of({}, 1).empty());
}

TEST_CASE("text without right-to-left characters and controls needs no levels") {
  CHECK_FALSE(needs_levels(Text{'a', 0xE9, 0x4E2D, 0x1F600}));
  CHECK(needs_levels(Text{'a', 0x5D0}));
  CHECK(needs_levels(Text{'1', 0x661}));
  CHECK(needs_levels(Text{'a', 0x202E, 'b'}));
}

TEST_CASE("brackets and relations have mirror images, letters have none [UAX #9, L4]") {
  CHECK(mirrored('(') == ')');
  CHECK(mirrored('>') == '<');
  CHECK(mirrored(0xAB) == 0xBB);
  CHECK(mirrored(0x2264) == 0x2265);
  CHECK(mirrored('a') == 'a');
}
