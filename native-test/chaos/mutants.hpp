// Clients with one bug each, made from the honest one by adapters at its edges (see faulty.hpp for why there).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "faulty.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt::chaos {

struct Mutant {
  const char* name;
  const char* clause;  // a word of the failure that has to be reported
  std::function<std::unique_ptr<Faulty>()> make;
  bool only_in_5 = false;
};

const std::vector<Mutant>& mutants();

}  // namespace wasmqtt::chaos
