// What the system gives one process: file descriptors, ports of an address, memory. And what to do when it is too little.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "load_options.hpp"

namespace wasmqtt::load {

// Beside the connections: standard streams, the event loop, files that are opened meanwhile.
inline constexpr std::size_t own_descriptors = 32;

// Raises the limit of open files as far as it may be raised. "": so many connections fit; else a sentence that says what to do.
std::string provide_descriptors(std::size_t connections);

// The addresses to connect from, in turn; empty: the system chooses. "" in `problem`, or a sentence that says what to do. Brokers
// on this machine can be reached from every address 127.x.x.x, so that these need not be named.
std::vector<std::string> source_addresses(const LoadOptions& options, std::size_t ports_of_an_address, std::string& problem);

std::size_t ports_of_an_address();  // Linux: net.ipv4.ip_local_port_range
std::size_t resident_bytes();       // of this process; 0: the system does not tell

}  // namespace wasmqtt::load
