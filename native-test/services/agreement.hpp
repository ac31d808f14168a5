// Whether the broker has exactly the rights that the database says.
#pragma once

#include <string>

#include "broker.hpp"

namespace test {

// `database` is an address; both have to be at rest.
bool agree(const std::string& database, const Broker& broker);

}  // namespace test
