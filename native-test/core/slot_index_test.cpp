// The index of entries by what lies in them, against a map that is known to be right; and the table of entries.
#include "wasmqtt/slot_table.hpp"

#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace wasmqtt;

TEST_CASE("slot index: finds what was inserted and not erased, whatever collides, through growth and emptiness") {
  std::mt19937 generator(11);
  const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
  // Few hashes: long runs that wrap around the table's end, with holes torn into them.
  for (const std::uint32_t hashes : {1u, 7u, 200u, 0xffff'ffffu}) {
    CAPTURE(hashes);
    SlotIndex index;
    std::map<Slot, std::uint32_t> kept;
    Slot next = 0;
    const auto same = [](Slot slot) { return [slot](Slot one) { return one == slot; }; };
    for (int i = 0; i < 4000; ++i) {
      const bool grow = i % 2000 < 1000;
      if (random() % 10 < (grow ? 7u : 3u)) {
        // The last places of the table first: the run that wraps around is the one that goes wrong.
        const std::uint32_t hash = hashes == 0xffff'ffffu ? random() : 0u - 1u - random() % hashes;
        index.insert(hash, next);
        kept.emplace(next++, hash);
      } else if (!kept.empty()) {
        auto gone = kept.lower_bound(random() % next);
        if (gone == kept.end()) gone = kept.begin();
        const auto [slot, hash] = *gone;
        index.erase(hash, slot);
        kept.erase(gone);
        REQUIRE(index.find(hash, same(slot)) == no_slot);
        index.erase(hash, slot);  // a second time: no-op
      }
      if (i % 37 != 0) continue;
      for (const auto& [slot, hash] : kept) REQUIRE(index.find(hash, same(slot)) == slot);
    }
    for (const auto& [slot, hash] : kept) index.erase(hash, slot);
    CHECK(index.find(0u - 1u, [](Slot) { return true; }) == no_slot);
  }
}

TEST_CASE("slot index: the hash of a topic or a number spreads over the low bits") {
  std::map<std::uint32_t, int> topics;
  std::map<std::uint32_t, int> numbers;
  for (std::uint64_t i = 0; i < 4096; ++i) {
    ++topics[hash_of("device/" + std::to_string(i) + "/state") & 1023];
    ++numbers[hash_of(1'700'000'000'000'000u + i) & 1023];
  }
  // Four each on average; a bad hash puts hundreds in one place.
  for (const auto& [place, count] : topics) CHECK(count < 20);
  for (const auto& [place, count] : numbers) CHECK(count < 20);
}

TEST_CASE("slot table: an entry keeps its slot, and a slot that came free is used again") {
  SlotTable<std::string> table;
  const Slot a = table.add("a");
  const Slot b = table.add("b");
  for (int i = 0; i < 100; ++i) (void)table.add(std::to_string(i));
  CHECK(table[a] == "a");
  CHECK(table[b] == "b");
  table.remove(a);
  CHECK(table[a].empty());
  CHECK(table.add("c") == a);
  CHECK(table[b] == "b");
  CHECK(table.all().size() == 102);
}
