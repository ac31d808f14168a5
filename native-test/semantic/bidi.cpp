// The Unicode Bidirectional Algorithm at its limits, and what is asked before it; its rules are in bidi_conformance.cpp.
#include "bidi.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace semantic::bidi;

namespace {

using Text = std::vector<std::uint32_t>;

std::vector<int> levels_of(const Text& text, std::uint8_t base) {
  std::vector<std::uint8_t> levels;
  resolve(text, base, levels);
  return {levels.begin(), levels.end()};
}

}  // namespace

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
