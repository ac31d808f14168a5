#include "semantic/headless.hpp"
#include "semantic/semantic.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace semantic;

namespace {

struct Messages {
  std::vector<std::string> texts;
  LogState state;
  int drawn = 0;
  bool from_bottom = false;

  explicit Messages(int count) {
    for (int i = 0; i < count; ++i) texts.push_back("message " + std::to_string(i) + (i % 3 ? "" : "\nwith a second line"));
  }
  Headless::Draw draw() {
    return [this](Ui& ui) {
      drawn = 0;
      const auto all = screen(ui);
      log(ui, "Messages", state, static_cast<int>(texts.size()), [&](int i) {
        ++drawn;
        text(ui, texts[static_cast<std::size_t>(i)]);
      }, {.estimated_height = 100, .from_bottom = from_bottom,
          .text = [this](int i) { return std::string_view(texts[static_cast<std::size_t>(i)]); }});
    };
  }
};

const Node* message(const Headless& page, const std::string& text) { return page.find(Role::text, text); }

}  // namespace

TEST_CASE("a log starts at its end and follows new messages") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  REQUIRE(message(page, "message 998"));
  CHECK(message(page, "message 998")->rect.y < 300);
  messages.texts.push_back("newest");
  page.frame();
  REQUIRE(message(page, "newest"));
  CHECK(message(page, "newest")->rect.max().y <= 300);
  CHECK(messages.drawn < 40);
}

TEST_CASE("items that leave at the front do not move what is in sight, nor take the reader to the end") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  messages.state.scroll_to(500);
  page.frame();
  page.frame();
  REQUIRE(message(page, "message 500"));
  const float before = message(page, "message 500")->rect.y;
  messages.texts.erase(messages.texts.begin(), messages.texts.begin() + 50);
  messages.texts.push_back("newest");
  messages.state.dropped_first(50);
  page.frame();
  REQUIRE(message(page, "message 500"));
  CHECK(message(page, "message 500")->rect.y == before);
  CHECK_FALSE(messages.state.at_bottom());
  messages.texts.erase(messages.texts.begin(), messages.texts.begin() + 800);  // what was in sight, too
  messages.state.dropped_first(800);
  page.frame();
  REQUIRE(message(page, "message 850"));
  CHECK(message(page, "message 850")->rect.y >= 0);
  CHECK_FALSE(messages.state.at_bottom());
}

TEST_CASE("a few messages stand at the top, or at the bottom where the next one comes") {
  for (const bool from_bottom : {false, true}) {
    Headless page(400, 300);
    Messages messages(1);
    messages.from_bottom = from_bottom;
    page.show(messages.draw());
    messages.texts.push_back("second");
    page.frame();
    REQUIRE(message(page, "second"));
    CHECK(page.tree().nodes().front().rect.h == 300);
    CHECK((message(page, "second")->rect.max().y == 300 - LogOptions{}.padding.y) == from_bottom);
    CHECK((message(page, messages.texts[0])->rect.y == LogOptions{}.padding.y) != from_bottom);
  }
}

TEST_CASE("scrolled up, a log stays where it is while messages come, and jumps when told") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  page.scroll("Messages", 20000);
  CHECK_FALSE(messages.state.at_bottom());
  page.frame();
  std::string seen;
  float y = 0;
  for (const Node& node : page.tree().nodes())
    if (node.role == Role::text && node.rect.y > 50 && seen.empty()) seen = node.name, y = node.rect.y;
  for (int i = 0; i < 20; ++i) messages.texts.push_back("more " + std::to_string(i));
  page.frame();
  REQUIRE(message(page, seen));
  CHECK(message(page, seen)->rect.y == y);
  messages.state.jump_to_latest();
  page.frame();
  CHECK(message(page, "more 19"));
}

TEST_CASE("an item after the last leads a log to its very end, though heights are estimated and the platform tells of another place") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  for (int i = 0; i < 20; ++i) page.scroll("Messages", 20000.0f - 900.0f * static_cast<float>(i));
  REQUIRE_FALSE(messages.state.at_bottom());
  const Id id = page.find(Role::log, "Messages")->id;
  page.ui().handle_row(id, 0x7fffffff);
  page.ui().handle_scroll(id, 5000);
  page.frame();
  CHECK(messages.state.at_bottom());
  REQUIRE(message(page, messages.texts.back()));
  CHECK(message(page, messages.texts.back())->rect.max().y <= 300);
}

TEST_CASE("the items of a log know their place among all") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  int articles = 0;
  for (const Node& node : page.tree().nodes()) {
    if (node.role != Role::article) continue;
    ++articles;
    CHECK(node.set_size == 1000);
    CHECK(node.position > 900);
  }
  CHECK(articles == messages.drawn);
  CHECK(page.tree().duplicates() == 0);
}

TEST_CASE("ten thousand messages cost no more to draw than the ones in sight") {
  Headless page(400, 300);
  Messages messages(10000);
  page.show(messages.draw());
  page.scroll("Messages", 400000);
  CHECK(messages.drawn < 40);
  CHECK(page.tree().nodes().size() < 120);
}

TEST_CASE("what comes while the end of a log is in sight is announced by its name, once; the user's own, and what comes unseen, is not") {
  Headless page(400, 300);
  std::vector<ItemWords> items(40, {"bob, 10:42, old"});
  LogState state;
  const auto said = [&] {
    page.requests.clear();
    page.frame();
    std::vector<std::string> all;
    for (const Request& request : page.requests) all.push_back(request.text);
    return all;
  };
  page.show([&](Ui& ui) {
    const auto all = screen(ui);
    log(ui, "Messages", state, static_cast<int>(items.size()), [&](int i) { text(ui, items[static_cast<std::size_t>(i)].name); },
        {.words = [&](int i) { return items[static_cast<std::size_t>(i)]; }});
  });
  CHECK(said() == std::vector<std::string>{});
  items.push_back({"bob, 10:43, good day"});
  items.push_back({.name = "You, 10:43, hello", .quiet = true});
  CHECK(said() == std::vector<std::string>{"bob, 10:43, good day"});
  CHECK(said() == std::vector<std::string>{});
  for (int i = 0; i < 300; ++i) items.push_back({"flood " + std::to_string(i)});
  CHECK(said() == std::vector<std::string>{"flood 297", "flood 298", "flood 299"});
  page.scroll("Messages", 0);
  items.push_back({"bob, 10:44, unseen"});
  CHECK(said() == std::vector<std::string>{});
}

TEST_CASE("a log offers all its items to find-in-page, and brings into sight what was found") {
  Headless page(400, 300);
  Messages messages(1000);
  page.show(messages.draw());
  const Findable& offered = page.ui().findable();
  CHECK(offered.count == 1000);
  CHECK(offered.end_drawn == 1000);
  CHECK(offered.end_drawn - offered.first_drawn == messages.drawn);
  CHECK(offered.text(500) == "message 500");
  REQUIRE_FALSE(message(page, "message 500"));
  page.ui().handle_found(500);
  page.frame();
  REQUIRE(message(page, "message 500"));
  CHECK(message(page, "message 500")->rect.y >= 0);
  CHECK(message(page, "message 500")->rect.max().y <= 300);
  CHECK(offered.first_drawn <= 500);
  CHECK(offered.end_drawn > 500);
  CHECK_FALSE(messages.state.at_bottom());
  page.frame();
  CHECK(message(page, "message 500"));
}
