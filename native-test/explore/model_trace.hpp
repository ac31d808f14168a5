// What the explored client did, in the words of native-test/model/session.pml: so that Spin can say whether the model, too,
// would have done it.
#pragma once

#include <string>
#include <vector>

#include "small_world.hpp"

namespace wasmqtt::explore {

// The events of a path, in order: "accept", "durable", "w_publish" ...
std::vector<std::string> model_trace(const Mix& mix, const Path& path);

// Promela that asks for the events of random paths, a line for each path.
std::string model_traces(const Mix& mix, std::size_t count, std::uint64_t seed);

}  // namespace wasmqtt::explore
