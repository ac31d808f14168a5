#include <doctest/doctest.h>

#include <set>

#include "wasmqtt/native/asio_loop.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  test::World world;
  AsioLoop loop{world.context};
  int timers = 0;
  int turns = 0;

  Fixture() {
    loop.attach([this] { ++timers; }, [this] { ++turns; });
  }
};

}  // namespace

TEST_CASE("ForwardClock: a wall clock that is set back makes no time pass, and then time goes on") {
  ForwardClock clock;
  auto at = [](auto since_epoch) { return Time(since_epoch); };
  CHECK(clock.update(at(100s)) == at(100s));
  CHECK(clock.update(at(40s)) == at(100s));
  CHECK(clock.update(at(41s)) == at(101s));
  CHECK(clock.update(at(200s)) == at(260s));
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: the timer comes at its time, not before, and once") {
  Time when = loop.now() + 20ms;
  loop.set_timer(when);
  CHECK(timers == 0);
  REQUIRE(world.run_until([&] { return timers == 1; }));
  CHECK(loop.now() >= when);
  loop.request_turn();
  REQUIRE(world.run_until([&] { return turns == 1; }));
  CHECK(timers == 1);
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: a time that has passed calls back soon, not from inside") {
  loop.set_timer(loop.now() - 1h);
  CHECK(timers == 0);
  CHECK(world.run_until([&] { return timers == 1; }));
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: an earlier time replaces a later one, a later one an earlier one") {
  loop.set_timer(loop.now() + 1h);
  loop.set_timer(loop.now() + 5ms);
  REQUIRE(world.run_until([&] { return timers == 1; }, 2s));

  loop.set_timer(loop.now() + 5ms);
  Time later = loop.now() + 50ms;
  loop.set_timer(later);
  REQUIRE(world.run_until([&] { return timers == 2; }));
  CHECK(loop.now() >= later);
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: a cleared timer does not come") {
  loop.set_timer(loop.now() + 5ms);
  loop.set_timer(std::nullopt);
  CHECK(!world.run_until([&] { return timers != 0; }, 30ms));
  loop.set_timer(loop.now() + 5ms);
  CHECK(world.run_until([&] { return timers == 1; }));
}

TEST_CASE("AsioLoop: a cleared timer does not keep a run() from ending") {
  boost::asio::io_context context;
  AsioLoop loop(context);
  loop.attach([] {}, [] {});
  auto begin = std::chrono::steady_clock::now();
  loop.set_timer(loop.now() + 1h);
  loop.set_timer(std::nullopt);
  context.run();
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: many requests in one turn make one turn, and not from inside") {
  for (int i = 0; i < 100; ++i) loop.request_turn();
  CHECK(turns == 0);
  world.run_ready();
  CHECK(turns == 1);
  loop.request_turn();
  world.run_ready();
  CHECK(turns == 2);
}

TEST_CASE("AsioLoop: a loop that is gone, or detached, calls nothing any more") {
  test::World world;
  int calls = 0;
  auto count = [&] { ++calls; };
  {
    AsioLoop loop(world.context);
    loop.attach(count, count);
    loop.request_turn();
    loop.set_timer(loop.now());
  }
  AsioLoop loop(world.context);
  loop.attach(count, count);
  loop.request_turn();
  loop.set_timer(loop.now());
  loop.attach({}, {});
  CHECK(!world.run_until([&] { return calls != 0; }, 20ms));
}

TEST_CASE_FIXTURE(Fixture, "AsioLoop: random numbers differ") {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(loop.random());
  CHECK(seen.size() == 100);
}
