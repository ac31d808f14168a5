// What the tests look up and check of tabs.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "tabs.hpp"

namespace wasmqtt::test {

inline std::string words(const std::vector<std::string>& failures) {
  std::string all;
  for (const std::string& failure : failures) all += failure + "\n";
  return all;
}

inline void check_all(Tabs& tabs) {
  const auto failures = tabs.failures();
  INFO(words(failures));
  CHECK(failures.empty());
}

// Of the newest link: what the tab was told last of that kind.
template <class Event>
const Event* last(const Tab& tab) {
  const Event* found = nullptr;
  for (const SharedEvent& event : tab.shared) {
    if (const auto* one = std::get_if<Event>(&event)) found = one;
  }
  return found;
}

inline std::size_t stored(const Tab& tab, const std::string& topic) {
  return static_cast<std::size_t>(std::count(tab.stored.begin(), tab.stored.end(), topic));
}

inline DeliveryChanged end_of(const Tab& tab, std::uint64_t number) {
  const auto found = tab.deliveries.find(number);
  return found == tab.deliveries.end() ? DeliveryChanged{} : found->second.back();
}

}  // namespace wasmqtt::test
