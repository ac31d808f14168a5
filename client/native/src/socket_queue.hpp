// What only some kernels can do with a TCP connection, Linux and Android: tell and limit what they hold of its output, choose its port late.
#pragma once

#include <cstddef>

namespace wasmqtt {

// Bytes that the kernel took and the peer's TCP has not acknowledged yet; 0 where the system does not tell.
std::size_t unsent_in_kernel(int socket);

// Lets the kernel take a few tens of KiB beyond what is on its way, instead of the megabytes that its send buffer grows to.
// What is on its way is not limited, so that a fast and distant broker is served at full speed.
void limit_unsent_in_kernel(int socket);

// Of a socket that is bound to an address without a port: connect() chooses it, so that one port serves several destinations.
void choose_port_when_connecting(int socket);

}  // namespace wasmqtt
