// Which topics JavaScript knows as a string already, in both directions. Bounded: a topic has one place, and another one with
// the same place pushes it out.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {

class TopicNames {
 public:
  static constexpr std::size_t places = 1024;

  struct Found {
    int place = 0;
    bool known = false;  // false: it stands there from now on
  };
  Found find(std::string_view topic) {
    const std::size_t place = hash_of(topic) % places;
    std::string& name = names_[place];
    const bool known = same_text(name, topic) && !name.empty();
    if (!known) name = topic;
    return {static_cast<int>(place), known};
  }

  // The topic that JavaScript publishes to by this number.
  std::string& outgoing(std::size_t number) { return outgoing_[number % places]; }

 private:
  std::array<std::string, places> names_;
  std::array<std::string, places> outgoing_;
};

}  // namespace wasmqtt
