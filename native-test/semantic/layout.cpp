#include "semantic/headless.hpp"
#include "semantic/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace semantic;

namespace {

// Lays out inside a frame, where fonts exist, and returns each line's text.
std::vector<std::string> lines_of(std::string_view text, float columns) {
  Headless page(800, 600);
  std::vector<std::string> lines;
  page.show([&](Ui& ui) {
    lines.clear();
    const float column = ui.text_width("mmmmmmmmmm", TextStyle::body) / 10;
    const TextLayout& layout = ui.layout(text, TextStyle::body, columns > 0 ? columns * column + 0.5f : 0);
    for (const LayoutLine& line : layout.lines) lines.emplace_back(text.substr(line.begin, line.end - line.begin));
  });
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a line breaks after spaces, which hang over the edge") {
  CHECK(lines_of("one two  three", 5) == Lines{"one ", "two  ", "three"});
}

TEST_CASE("a newline breaks, and a text that ends in one has an empty last line") {
  CHECK(lines_of("a\n\nb\n", 0) == Lines{"a\n", "\n", "b\n", ""});
  CHECK(lines_of("", 10) == Lines{""});
}

TEST_CASE("a word breaks inside only where it alone is too long") {
  CHECK(lines_of("ab abcdefgh", 4) == Lines{"ab ", "abcd", "efgh"});
}

TEST_CASE("joined, the lines are the text") {
  const std::string text = "The quick brown fox-terrier\njumps over  你好，世界。 and https://example.org/a/very/long/path ok";
  for (const float columns : {1.0f, 3.0f, 7.0f, 20.0f, 0.0f}) {
    std::string joined;
    for (const std::string& line : lines_of(text, columns)) joined += line;
    CHECK(joined == text);
  }
}

TEST_CASE("the caret stands before its byte, at the start of a wrapped line and behind the last character") {
  Headless page(800, 600);
  page.show([](Ui& ui) {
    const TextLayout& layout = ui.layout("ab\ncd", TextStyle::body);
    const float m = ui.text_width("m", TextStyle::body);
    int line = -1;
    CHECK(layout.caret_x(0, line) == 0);
    CHECK(line == 0);
    CHECK(layout.caret_x(2, line) == doctest::Approx(2 * m));
    CHECK(line == 0);
    CHECK(layout.caret_x(3, line) == 0);
    CHECK(line == 1);
    CHECK(layout.caret_x(5, line) == doctest::Approx(2 * m));
    CHECK(line == 1);
  });
}

TEST_CASE("broken UTF-8 becomes replacement characters and never reads past the end") {
  IdentityShaper shaper;
  for (const std::string_view text : {"\xFF", "\xE4\xBD", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\x80z"}) {
    std::vector<Cluster> clusters;
    shaper.shape(text, clusters);
    REQUIRE(!clusters.empty());
    CHECK(clusters.back().end == text.size());
    bool replaced = false;
    for (const Cluster& cluster : clusters) replaced = replaced || cluster.codepoint == 0xFFFD;
    CHECK(replaced);
  }
}

TEST_CASE("addresses are found without the punctuation around them") {
  std::vector<LinkSpan> links;
  const std::string_view text = "see (https://example.org/a_(b)), http://x.y/z. httpx://no https:// end";
  find_links(text, links);
  REQUIRE(links.size() == 2);
  CHECK(text.substr(links[0].begin, links[0].end - links[0].begin) == "https://example.org/a_(b)");
  CHECK(text.substr(links[1].begin, links[1].end - links[1].begin) == "http://x.y/z");
}

namespace {

// The clusters of the first line from left to right, as text; mirrored where they are drawn mirrored.
std::string drawn(std::string_view text) {
  Headless page(800, 600);
  std::string shown;
  page.show([&](Ui& ui) {
    const TextLayout& layout = ui.layout(text, TextStyle::body);
    std::vector<LayoutCluster> clusters(layout.clusters.begin(), layout.clusters.begin() + layout.lines.front().last);
    std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    shown.clear();
    for (const LayoutCluster& cluster : clusters) append_utf8(cluster.codepoint, shown);
  });
  return shown;
}

}  // namespace

TEST_CASE("right-to-left text is drawn in the order of the Unicode Bidirectional Algorithm") {
  CHECK(drawn("abc (def) 1.") == "abc (def) 1.");
  CHECK(drawn("אבג") == "גבא");
  CHECK(drawn("אבג 12.5 דה") == "הד 12.5 גבא");
  CHECK(drawn("אבג.") == ".גבא");
  CHECK(drawn("אבג (דה) abc!") == "!abc (הד) גבא");
  CHECK(drawn("abc אבג, דה 12!") == "abc 12 הד ,גבא!");
}

TEST_CASE("lines of right-to-left text end at the right edge, and what hangs, hangs over the left one") {
  Headless page(800, 600);
  page.show([](Ui& ui) {
    const float m = ui.text_width("m", TextStyle::body);
    const TextLayout& layout = ui.layout("אבג דה", TextStyle::body, 4.5f * m);
    REQUIRE(layout.lines.size() == 2);
    CHECK(layout.rtl);
    CHECK(layout.lines[0].width == doctest::Approx(3 * m));
    CHECK(layout.indent(layout.lines[0], 10 * m) == doctest::Approx(7 * m));
    CHECK(layout.clusters[0].x == doctest::Approx(2 * m));
    CHECK(layout.clusters[3].x == doctest::Approx(-m));
    int line = 0;
    CHECK(layout.caret_x(0, line) == doctest::Approx(3 * m));
    CHECK(layout.caret_x(4, line) == doctest::Approx(m));
  });
}

TEST_CASE("a selection over both directions is several stretches") {
  Headless page(800, 600);
  page.show([](Ui& ui) {
    const float m = ui.text_width("m", TextStyle::body);
    const TextLayout& layout = ui.layout("ab אב", TextStyle::body);
    std::vector<float> edges;
    layout.each_stretch(layout.lines.front(), 1, 5, [&](float from, float to) { edges.insert(edges.end(), {from, to}); });
    REQUIRE(edges.size() == 4);  // "b ", and the first Hebrew letter, which stands last
    CHECK(edges[0] == doctest::Approx(m));
    CHECK(edges[1] == doctest::Approx(3 * m));
    CHECK(edges[2] == doctest::Approx(4 * m));
    CHECK(edges[3] == doctest::Approx(5 * m));
  });
}

TEST_CASE("4,000 closing brackets behind an address cost one pass, not one for each") {
  std::vector<LinkSpan> links;
  for (const std::size_t count : {0u, 1u, 1'000'000u}) {
    find_links("http://x" + std::string(count, ')'), links);
    REQUIRE(links.size() == 1);
    CHECK(links[0].end == 8);
  }
  find_links("http://x/(a)" + std::string(3, ')'), links);
  CHECK(links[0].end == 12);
}
