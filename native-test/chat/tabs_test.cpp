// Several tabs of one user over one connection: what all of them show, and what becomes of it when one ends.
#include "tabs_world.hpp"

#include <algorithm>
#include <set>

#include "chat/wire.hpp"

using namespace chat;
using namespace chat::test;

namespace {

using Texts = std::vector<std::string>;

// What a tab shows that is opened when all others are gone.
Texts stored(TabsWorld& world, const std::string& partner) {
  for (const auto& page : world.pages)
    if (page->app) world.kill(*page);
  world.pass(200ms);
  Page& last = world.open();
  world.pass(5s);
  return last.reads(partner);
}

bool is_online(const std::string& payload) { return payload.find("online\"") != std::string::npos && payload.find("offline") == std::string::npos; }

}  // namespace

TEST_CASE("two tabs of one user: both are connected, over one connection, and nobody is signed in elsewhere") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  CHECK(one.state().connection.text == "Connected");
  CHECK(two.state().connection.text == "Connected");
  CHECK(world.group.connections() == 1);
  CHECK(one.leads());
  world.receive("peter", "1", "hi");
  world.pass(200ms);
  for (Page* page : {&one, &two}) CHECK(page->reads("peter") == Texts{"hi"});
  CHECK(one.chat_with("peter")->unread() == 1);
  CHECK(two.chat_with("peter")->unread() == 1);
}

TEST_CASE("who signs in asks for all that it reads in one SUBSCRIBE, as without other tabs, and another tab adds none") {
  TabsWorld world;
  Page& one = world.open();
  world.open();
  const wasmqtt::PacketTrace& trace = *one.state().trace;
  int count = 0;
  for (std::uint64_t n = trace.first(); n < trace.end(); ++n)
    count += trace[n].type == wasmqtt::PacketType::subscribe ? 1 : 0;
  CHECK(count == 2);
}

TEST_CASE("the session says which tab has the connection, and for how many") {
  TabsWorld world;
  Page& one = world.open();
  const auto tabs_of = [](Page& page) {
    page.app->handle(WatchSession{true});
    const std::optional<SessionInfo>& session = page.state().session;
    return session ? session->tabs : std::string("no session");
  };
  CHECK(tabs_of(one) == "of this tab");
  Page& two = world.open();
  CHECK(tabs_of(one) == "of this tab, and 1 other");
  CHECK(tabs_of(two) == "of another tab");
  world.close(one);
  world.pass(500ms);
  CHECK(tabs_of(two) == "of this tab");
}

TEST_CASE("what is said in one tab is in the other, with what becomes of it") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.open_chat("peter");
  world.pass(50ms);
  CHECK(two.chat_with("peter") != nullptr);
  one.send("peter", "from one");
  two.send("peter", "from two");
  world.pass(200ms);
  const Texts all = {"from one delivered to the broker", "from two delivered to the broker"};
  CHECK(one.reads("peter") == all);
  CHECK(two.reads("peter") == all);
  CHECK(world.published("chat/messages/peter/alice").size() == 2);
  CHECK(stored(world, "peter") == all);
}

TEST_CASE("read in one tab is read in both, whichever leads; and it stays read") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  world.receive("peter", "1", "hi");
  world.receive("peter", "2", "there");
  world.pass(200ms);
  two.app->handle(OpenChat{{"alice", "peter"}});
  two.read_all("peter");
  world.pass(50ms);
  CHECK(page_title(two.state()) == "MQTT Chat");
  CHECK(page_title(one.state()) == "MQTT Chat");
  world.receive("peter", "3", "still looking?");
  world.pass(200ms);
  CHECK(one.chat_with("peter")->unread() == 0);
  world.receive("vy", "4", "not seen");
  world.pass(200ms);
  for (Page* page : {&one, &two}) CHECK(page_title(page->state()) == "(1) MQTT Chat");
  one.app->handle(OpenChat{{"alice", "vy"}});
  one.read_all("vy");
  world.pass(50ms);
  for (Page* page : {&one, &two}) CHECK(page_title(page->state()) == "MQTT Chat");
}

TEST_CASE("a notification comes once, and not about a chat that is looked at in another tab") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.app->handle_visible(false);
  two.open_chat("peter");
  world.pass(50ms);
  world.receive("peter", "1", "seen in two");
  world.pass(200ms);
  CHECK(one.notified.empty());
  world.receive("vy", "2", "seen nowhere");
  world.pass(200ms);
  CHECK(one.notified.size() + two.notified.size() == 1);
}

TEST_CASE("a draft is in the other tab once its author pauses or looks elsewhere; the later one counts, and sending ends it") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.open_chat("peter");
  one.type("peter", "half a thou");
  one.app->handle_visible(false);
  world.pass(50ms);
  CHECK(two.chat_with("peter")->draft == "half a thou");
  CHECK(two.chat_with("peter")->drafts_from_others != 0);
  two.type("peter", "half a thought");
  world.pass(2s);
  CHECK(one.chat_with("peter")->draft == "half a thought");
  two.send("peter", "a whole thought");
  world.pass(100ms);
  CHECK(one.chat_with("peter")->draft.empty());
}

TEST_CASE("a draft that is being typed is not replaced by one that was typed before") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.open_chat("peter");
  world.pass(100ms);
  one.type("peter", "earlier");
  one.app->handle_visible(false);
  two.type("peter", "later");
  world.pass(3s);
  for (Page* page : {&one, &two}) CHECK(page->chat_with("peter")->draft == "later");
}

TEST_CASE("what somebody has typed in a tab is not replaced there until they look elsewhere, and then the others have it") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.open_chat("peter");
  world.pass(100ms);
  one.type("peter", "typed here");
  world.pass(2s);
  CHECK(two.chat_with("peter")->draft == "typed here");
  two.type("peter", "typed there");
  world.pass(10s);
  CHECK(one.chat_with("peter")->draft == "typed here");
  CHECK(two.chat_with("peter")->draft == "typed there");
  SUBCASE("the one looks elsewhere first") {
    two.app->handle_visible(false);
    one.app->handle_visible(false);
    world.pass(100ms);
    for (Page* page : {&one, &two}) CHECK(page->chat_with("peter")->draft == "typed here");
  }
  SUBCASE("the other does") {
    one.app->handle_visible(false);
    world.pass(100ms);
    two.app->handle_visible(false);
    world.pass(100ms);
    for (Page* page : {&one, &two}) CHECK(page->chat_with("peter")->draft == "typed there");
  }
  SUBCASE("the last key comes after that") {
    one.app->handle_visible(false);
    one.type("peter", "typed here!");
    world.pass(100ms);
    two.app->handle_visible(false);
    two.type("peter", "only there");
    world.pass(100ms);
    for (Page* page : {&one, &two}) CHECK(page->chat_with("peter")->draft == "only there");
  }
  SUBCASE("it is sent from there: here it stays") {
    two.send("peter", "typed there");
    world.pass(2s);
    CHECK(one.chat_with("peter")->draft == "typed here");
    CHECK(two.chat_with("peter")->draft.empty());
    one.app->handle_visible(false);
    world.pass(100ms);
    CHECK(two.chat_with("peter")->draft == "typed here");
  }
}

TEST_CASE("a chat that is cleared, or removed, is so in all tabs, and what comes then is shown") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  for (const char* id : {"1", "2"}) world.receive("peter", id, "old");
  world.receive("vy", "3", "old");
  world.pass(200ms);
  two.app->handle(ClearChat{{"alice", "peter"}});
  one.app->handle(RemoveChat{{"alice", "vy"}});
  world.pass(100ms);
  for (Page* page : {&one, &two}) {
    CHECK(page->reads("peter").empty());
    CHECK(page->chat_with("vy") == nullptr);
  }
  world.receive("peter", "4", "new");
  world.receive("vy", "5", "new");
  world.pass(200ms);
  for (Page* page : {&one, &two}) {
    CHECK(page->reads("peter") == Texts{"new"});
    CHECK(page->reads("vy") == Texts{"new"});
  }
  CHECK(stored(world, "peter") == Texts{"new"});
}

TEST_CASE("a tab that is opened later has all, also what is said while it reads the history") {
  TabsWorld world;
  Page& one = world.open();
  world.receive("peter", "1", "before");
  world.pass(200ms);
  for (int delay = 0; delay < 20; ++delay) {
    Page& other = world.add();
    other.app->handle(SignIn{"alice", ""});
    world.pass(std::chrono::milliseconds{delay});
    world.receive("peter", "d" + std::to_string(delay), "meanwhile " + std::to_string(delay));
    one.send("peter", "from here " + std::to_string(delay));
    world.pass(300ms);
    CHECK(other.reads("peter") == one.reads("peter"));
    CHECK(other.reads("peter").size() == 3 + 2 * static_cast<std::size_t>(delay));
    world.kill(other);
  }
}

TEST_CASE("online is said once, and offline when the last tab goes") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  const auto statuses = [&] { return world.published("chat/status/alice"); };
  REQUIRE(statuses().size() == 1);
  CHECK(is_online(statuses()[0]));
  SUBCASE("the one that does not lead is closed") {
    world.close(two);
    world.pass(1s);
    CHECK(statuses().size() == 1);
  }
  SUBCASE("the one that leads is closed: the other goes on, and nobody has been told of an end") {
    world.close(one);
    world.pass(1s);
    CHECK(two.leads());
    CHECK(two.state().connection.text == "Connected");
    CHECK(std::ranges::all_of(statuses(), is_online));
    CHECK(world.ledger.wills == 0);
    world.kill(two);
    world.pass(1s);
    CHECK(world.ledger.wills == 1);
  }
  SUBCASE("sign-out in either ends both, in order, and says why in the other") {
    for (const bool leader : {true, false}) {
      Page& here = leader ? one : two;
      Page& there = leader ? two : one;
      here.app->handle(Logout{});
      world.pass(3s);
      CHECK(here.state().screen == Screen::login);
      CHECK(there.state().screen == Screen::login);
      CHECK(here.state().login_problem.empty());
      CHECK(there.state().login_problem == "You signed out in another tab.");
      CHECK(there.state().conversations.size() == 0);
      CHECK(there.signed_out == 1);
      CHECK_FALSE(is_online(statuses().back()));
      CHECK(world.broker.saw_disconnect());
      CHECK(world.ledger.wills == 0);
      if (!leader) break;
      // Again, the other way round.
      one.signed_out = two.signed_out = 0;
      one.app->handle(SignIn{"alice", ""});
      world.pass(500ms);
      two.app->handle(SignIn{"alice", ""});
      world.pass(500ms);
      REQUIRE(two.state().screen == Screen::chat);
      two.state();
    }
  }
}

TEST_CASE("a tab with another password is not let in by the other tab: the broker decides") {
  TabsWorld world(stage_settings(40));
  Page& one = world.open("test");
  REQUIRE(one.state().screen == Screen::chat);
  Page& two = world.add();
  two.app->handle(SignIn{"alice", "guess"});
  world.pass(500ms);
  // The model broker takes any password: a connection of its own, which takes the session over.
  CHECK_FALSE(two.app->shares());
  CHECK(two.own_connections() == 1);
}

TEST_CASE("without a device's memory, or where tabs cannot know of each other, each tab has a connection of its own") {
  Settings forgetful = stage_settings(30);
  forgetful.remember = false;
  TabsWorld world(forgetful);
  Page& one = world.open();
  CHECK(one.state().connection.text == "Connected");
  CHECK_FALSE(one.app->shares());
}

TEST_CASE("another device: all tabs say so, and one of them takes the connection back for all") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.app->handle_signed_in_elsewhere("alice", "ws://localhost:8081", true);
  CHECK(one.state().connection.text == "Connected");
  for (Page* page : {&one, &two}) page->app->handle_signed_in_elsewhere("alice", "ws://localhost:8081", false);
  world.pass(200ms);
  for (Page* page : {&one, &two}) CHECK(page->state().connection.text == "Signed in elsewhere");
  two.app->handle(UseHere{});
  world.pass(500ms);
  CHECK(two.state().connection.text == "Connected");
  CHECK(one.state().connection.text == "Connected");
}

TEST_CASE("the tab that leads shows all packets, the other those since it came, and takes them along when it leads") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  one.send("peter", "hi");
  world.pass(200ms);
  const auto publishes = [](Page& page) {
    const wasmqtt::PacketTrace& trace = *page.state().trace;
    int count = 0;
    for (std::uint64_t n = trace.first(); n < trace.end(); ++n)
      if (trace[n].type == wasmqtt::PacketType::publish) ++count;
    return count;
  };
  CHECK(publishes(one) != 0);
  const int before = publishes(two);
  CHECK(before != 0);
  world.kill(one);
  world.pass(1s);
  CHECK(publishes(two) >= before);
}

TEST_CASE("the leader is killed while messages arrive, at any moment: each of them is shown once, in every tab") {
  for (int at = 0; at < 60; ++at) {
    CAPTURE(at);
    TabsWorld world;
    Page& one = world.open();
    Page& two = world.open();
    Page& three = world.open();
    Texts all;
    for (int i = 0; i < 6; ++i) {
      all.push_back("m" + std::to_string(i));
      world.receive("peter", std::to_string(i), all.back());
    }
    world.pass(std::chrono::milliseconds{at});
    world.kill(one);
    world.pass(3s);
    CHECK(two.reads("peter") == all);
    CHECK(three.reads("peter") == all);
    CHECK(two.chat_with("peter")->unread() == 6);
    CHECK(three.chat_with("peter")->unread() == 6);
    CHECK(stored(world, "peter") == all);
  }
}

TEST_CASE("a tab is killed while all of them send, at any moment: nothing is lost, nothing shown twice, nothing waits for ever") {
  for (int victim = 0; victim < 2; ++victim)
    for (int at = 0; at < 40; ++at) {
      CAPTURE(victim);
      CAPTURE(at);
      TabsWorld world;
      std::vector<Page*> tabs = {&world.open(), &world.open(), &world.open()};
      for (std::size_t i = 0; i < 9; ++i) tabs[i % 3]->send("peter", std::string(1, static_cast<char>('a' + i % 3)) + std::to_string(i));
      world.pass(std::chrono::milliseconds{at});
      world.kill(*tabs[static_cast<std::size_t>(victim)]);
      tabs.erase(tabs.begin() + victim);
      world.pass(5s);
      const char lost = static_cast<char>('a' + victim);
      // QoS 1: what was acknowledged to the one that died is sent again, under the same identifier.
      const Texts published = world.published("chat/messages/peter/alice");
      const std::set<std::string> sent(published.begin(), published.end());
      for (Page* tab : tabs) {
        CHECK(tab->reads("peter") == tabs[0]->reads("peter"));
        std::size_t of_living = 0;
        for (const std::string& line : tab->reads("peter")) {
          const bool delivered = line.find("delivered") != std::string::npos;
          if (line[0] != lost) ++of_living;
          // Of the one that died: it was sent, or says that nobody knows.
          const bool told = line[0] == lost && line.find("not sent") != std::string::npos;
          CHECK((delivered || told));
        }
        CHECK(of_living == 6);
      }
      // What was sent is shown.
      CHECK(tabs[0]->reads("peter").size() >= sent.size());
    }
}

TEST_CASE("the leader is frozen: another one takes over, and when it thaws it has what it missed") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  world.freeze(one);
  world.pass(2s);
  CHECK(two.leads());
  CHECK(two.state().connection.text == "Connected");
  Texts all;
  for (int i = 0; i < 5; ++i) {
    all.push_back("m" + std::to_string(i));
    world.receive("peter", std::to_string(i), all.back());
  }
  two.send("peter", "answer");
  world.pass(1s);
  world.thaw(one);
  world.pass(2s);
  CHECK_FALSE(one.leads());
  CHECK(one.state().connection.text == "Connected");
  CHECK(one.reads("peter") == two.reads("peter"));
  one.send("peter", "again");
  world.pass(500ms);
  CHECK(two.reads("peter").back() == "again delivered to the broker");
  CHECK(one.reads("peter") == two.reads("peter"));
}

TEST_CASE("offline, messages of every tab wait, and a tab that is closed leaves its own to the others") {
  TabsWorld world;
  Page& one = world.open();
  Page& two = world.open();
  world.broker.go_down(20s);
  world.group.leader()->cut();
  world.pass(1s);
  one.send("peter", "one");
  two.send("peter", "two");
  world.pass(200ms);
  CHECK(one.reads("peter") == Texts{"one queued", "two queued"});
  CHECK(two.reads("peter") == one.reads("peter"));
  world.close(two);
  world.pass(4s);
  CHECK(one.reads("peter") == Texts{"one queued", "two queued"});
  world.pass(60s);
  CHECK(one.reads("peter") == Texts{"one delivered to the broker", "two delivered to the broker"});
}

TEST_CASE("the last tab is closed with messages that wait: the next one sends them") {
  TabsWorld world;
  Page& one = world.open();
  world.broker.go_down(20s);
  world.group.leader()->cut();
  world.pass(1s);
  one.send("peter", "later");
  world.pass(200ms);
  world.close(one);
  world.pass(60s);
  Page& next = world.open();
  REQUIRE(next.state().waiting.empty() == false);
  world.pass(5s);
  CHECK(next.reads("peter") == Texts{"later delivered to the broker"});
  CHECK(world.published("chat/messages/peter/alice").size() == 1);
}
