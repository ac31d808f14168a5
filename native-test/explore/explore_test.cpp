// A few small worlds, whole; that the fingerprint of a state leaves nothing out; and that going back is going back.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "arena.hpp"
#include "diagram.hpp"
#include "explorer.hpp"
#include "stage.hpp"

using namespace wasmqtt;
using namespace wasmqtt::explore;

namespace {

const char* const worlds[] = {
    "3 w1 release out=1", "5 w1 out=2", "3 w2 manual in=12", "5 w2 in=2 cut=1", "3 w1 out=12 cut=1",
    "5 w2 out=2 in=1 cut=1", "3 w2 out=2 crash=1", "5 w1 in=2 crash=1 cut=1", "3 w2 manual in=22 cut=1",
    "3 w2 out=1 in=2 forget=1", "5 w1 release out=2 crash=1 forget=1", "3 w2 out=1 in=1 stall=1", "5 w2 out=01 in=01 close=1",
    "3 w1 out=22 close=1 cancel=1", "5 w2 out=1 in=2 timer=1",
};

// Under AddressSanitizer a step is a path, and there is time for a part of each world.
bool is_too_large(const Report& report) { return !has_arena && report.transitions >= 500; }

void holds(const std::string& name) {
  CAPTURE(name);
  const auto mix = mix_from(name);
  REQUIRE(mix);
  CHECK(name_of(*mix) == name);
  const Report report = explore::explore(*mix, honest, {.stop = is_too_large});
  std::printf("explore: %-44s %8llu states %8llu transitions %6llu ends, depth %zu%s\n", name.c_str(),
              static_cast<unsigned long long>(report.states), static_cast<unsigned long long>(report.transitions),
              static_cast<unsigned long long>(report.ends), report.depth, report.complete ? "" : " (a part)");
  CHECK_MESSAGE(report.failures.empty(), diagram(*mix, honest, report.counterexample));
  CHECK((report.complete || !has_arena));
  CHECK((report.ends > 0 || !report.complete));
}

// What the world shows of itself, from here on: every choice that is offered, every byte on the wire, every state.
class Recorder final : public Observer {
 public:
  void happens(Choice choice) override { print << choice.kind << choice.argument; }
  void packet(Direction direction, Bytes bytes, bool arrives) override { print << direction << bytes << arrives; }
  chaos::Fingerprint print;
};

std::vector<std::uint64_t> future_of(const Mix& mix, const Path& path, std::uint64_t seed) {
  Recorder recorder;
  SmallWorld world(mix, honest, &recorder);
  world.note_durable();
  for (const Choice choice : path) {
    world.perform(choice);
    world.note_durable();
  }
  recorder.print = {};
  chaos::Random random(seed);
  std::vector<std::uint64_t> seen;
  Path next;
  for (;;) {
    const bool rests = world.choices(next);
    seen.push_back(world.fingerprint());
    chaos::Fingerprint offered;
    for (const Choice choice : next) offered << choice.kind << choice.argument;
    seen.push_back(offered.value());
    if (next.empty() || (rests && random.below(2) == 0)) break;
    world.perform(next[random.below(next.size())]);
    world.note_durable();
    seen.push_back(recorder.print.value());
  }
  world.finish();
  seen.push_back(recorder.print.value());
  seen.push_back(world.failures().size());
  return seen;
}

Path random_path(const Mix& mix, chaos::Random& random, std::size_t length, std::uint64_t& print) {
  SmallWorld world(mix, honest);
  world.note_durable();
  Path path, next;
  while (path.size() < length) {
    world.choices(next);
    if (next.empty()) break;
    path.push_back(next[random.below(next.size())]);
    world.perform(path.back());
    world.note_durable();
  }
  print = world.fingerprint();
  return path;
}

}  // namespace

TEST_CASE("every order of events in small worlds: all promises hold") {
  for (const char* name : worlds) holds(name);
}

TEST_CASE("two ways into one state have one future: its fingerprint leaves nothing out") {
  std::size_t pairs = 0;
  for (const char* name : {"3 w2 out=12 in=21 cut=1 crash=1", "5 w1 out=22 in=2 crash=1 forget=1",
                           "5 w2 manual out=1 in=22 stall=1 timer=1", "3 w1 release out=222 close=1 cancel=1 crash=1"}) {
    const auto mix = mix_from(name);
    REQUIRE(mix);
    chaos::Random random(7);
    std::map<std::uint64_t, Path> paths;
    for (int walk = 0; walk < (has_arena ? 3'000 : 60); ++walk) {
      std::uint64_t print = 0;
      const Path path = random_path(*mix, random, 4 + random.below(50), print);
      const auto [known, is_new] = paths.emplace(print, path);
      const Path& other = known->second;
      if (is_new || other == path) continue;
      ++pairs;
      const std::uint64_t seed = random.next();
      const bool same = future_of(*mix, other, seed) == future_of(*mix, path, seed);
      REQUIRE_MESSAGE(same, std::string(name) << "\n" << to_text(other) << "\n" << to_text(path) << "\nseed " << seed);
    }
  }
  std::printf("explore: %zu pairs of ways into one state had the same future\n", pairs);
  CHECK(pairs > (has_arena ? 500 : 3));
}

TEST_CASE("a world that goes back to a state and on again is in the same states as one that never left it") {
  const auto mix = mix_from("5 w2 out=12 in=2 crash=1 cut=1");
  REQUIRE(mix);
  chaos::Random random(3);
  for (int walk = 0; walk < (has_arena ? 200 : 10); ++walk) {
    std::uint64_t straight = 0;
    const Path path = random_path(*mix, random, 30, straight);
    Stage stage(*mix, honest);
    Path next;
    for (std::size_t level = 0; level < path.size(); ++level) {
      stage.save(level);
      stage.world().choices(next);
      stage.perform(next[random.below(next.size())]);  // a detour
      stage.restore(level);
      stage.perform(path[level]);
    }
    CHECK(stage.world().fingerprint() == straight);
  }
}
