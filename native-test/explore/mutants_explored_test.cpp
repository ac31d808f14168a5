// Each broken client of native-test/chaos is found by exploration, too: in the smallest world that shows its bug, by the
// shortest way into it.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>

#include "arena.hpp"
#include "chaos/mutants.hpp"
#include "diagram.hpp"
#include "explorer.hpp"

using namespace wasmqtt;
using namespace wasmqtt::explore;

namespace {

struct Case {
  const char* mutant;
  const char* world;  // without its version
};

// What the bug needs to show itself.
constexpr Case cases[] = {
    {"resends without DUP", "w2 out=1 cut=1"},
    {"sets DUP the first time", "w2 out=1"},
    {"reuses a packet id in use", "w2 out=22"},
    {"loses a queued message", "w2 out=1"},
    {"sends out of order", "w2 out=22"},
    {"sends again on a live connection", "w2 out=1"},
    {"sends a packet after DISCONNECT", "w2 out=0"},
    {"never pings", "w2 out=0 timer=2"},
    {"never sends PUBCOMP", "w2 in=2"},
    {"acknowledges out of order", "w2 in=22"},
    {"sends before the record is durable", "w2 out=1"},
    {"does not record received ids", "w2 in=2"},
    {"does not record PUBRECs", "w2 out=2"},
    {"delivers a QoS 2 message twice", "w2 in=22"},
    {"acknowledges a message that nobody had", "w2 in=11"},
    {"swallows a completion", "w2 out=11"},
    {"completes twice", "w2 out=11"},
    {"sends more than the Receive Maximum", "w9 out=11111"},
    {"sends again more than the Receive Maximum", "w9 out=11 cut=1"},
    {"sends packets larger than the broker takes", "w2 out=1 cut=1"},
    {"uses the aliases of an earlier connection", "w2 out=00 cut=1"},
    {"sends again with an alias", "w2 out=1 cut=1"},
    {"sends a message that has expired", "w2 out=10 timer=1"},
    {"tells an expiry that is not what is left", "w2 out=1"},
};

const char* world_of(const chaos::Mutant& mutant) {
  for (const Case& one : cases) {
    if (std::strcmp(one.mutant, mutant.name) == 0) return one.world;
  }
  return nullptr;
}

// Those of MQTT 5 look at messages that expire, and at where they go.
void add_what_5_has(Mix& mix, const std::string& name) {
  if (name == "sends a message that has expired") {
    mix.out[0].expiry = 2;
    mix.out[1].topic = "out/b";
  }
  if (name == "tells an expiry that is not what is left") mix.out[0].expiry = 2;
}

}  // namespace

TEST_CASE("each client that is broken on purpose is found by exploration, with its shortest counterexample") {
  for (const chaos::Mutant& mutant : chaos::mutants()) {
    const char* const world = world_of(mutant);
    REQUIRE_MESSAGE(world != nullptr, mutant.name);
    auto mix = mix_from((mutant.only_in_5 ? "5 " : "3 ") + std::string(world));
    REQUIRE(mix);
    add_what_5_has(*mix, mutant.name);
    const auto too_long = [](const Report& report) { return report.transitions > (has_arena ? 10'000'000 : 1'000); };
    const Report report = shortest(*mix, mutant.make, {.depth = 60, .stop = too_long}, mutant.clause);
    // AddressSanitizer has no time for the long ones.
    if (!has_arena && report.failures.empty()) continue;
    CHECK_MESSAGE(!report.failures.empty(), "not found: " << mutant.name << " in " << name_of(*mix));
    std::printf("explore: %s, found in %zu events, %llu transitions: %s\n", mutant.name, report.counterexample.size(),
                static_cast<unsigned long long>(report.transitions), to_text(report.counterexample).c_str());
  }
}
