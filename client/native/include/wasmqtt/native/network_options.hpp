// How NetworkTransport connects: timeouts, limits and TLS. The defaults are meant for use.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

// For mqtts and wss. Files are PEM and are read for every attempt, so that a renewed certificate is picked up. A file
// that can't be read ends the attempt with TransportFault::tls and a sentence that names it. TLS 1.2 or newer. The
// server's certificate has to be valid for the name; if it is not (expired, unknown authority, another name), the
// attempt ends with TransportFault::tls and a sentence that says which.
struct TlsOptions {
  std::string ca_file{};           // trusted authorities; empty: the system's
  std::string certificate_file{};  // our own certificate, with its chain; empty: none
  std::string key_file{};          // its private key; empty: in certificate_file too
  std::string key_password{};      // when the key is encrypted
  std::string server_name{};       // the name to ask for and to check; empty: the host of the URL
  // ALPN: protocols to offer, by preference: "mqtt"; "x-amzn-mqtt-ca" for AWS IoT on port 443; "http/1.1" for wss. Each 1 to 255
  // bytes, else the attempt ends with TransportFault::tls. A server that knows none of them ends the handshake, or goes on without.
  std::vector<std::string> alpn{};
  bool verify_server = true;     // false trusts whoever answers: for experiments only
};

struct HttpHeader {
  std::string name{};
  std::string value{};
};

struct NetworkOptions {
  // From open() to on_transport_open(): name, connection, TLS and WebSocket handshake together. Where a name has
  // several addresses they share it, so that a dead one leaves time for the next.
  Duration open_timeout = std::chrono::seconds{15};
  // How long close() continues in the background, to send what was written and to complete the closing handshake.
  Duration close_timeout = std::chrono::seconds{2};
  // write() takes bytes until so many are waiting for the kernel; on_transport_writable() comes at half of it. Small, so
  // that PINGREQ and DISCONNECT do not wait for long behind it on a slow uplink.
  std::size_t write_buffer_bytes = 64 * 1024;
  // What one read takes at most; an open connection has it all the time. Smaller for a program with thousands of them.
  std::size_t read_buffer_bytes = 64 * 1024;
  // The address of this machine to connect from, "127.0.0.2"; empty: the system chooses. One address has as many ports for
  // connections to one broker as the system sets apart, on Linux 28,232. One that is none, or that this machine has not, or of
  // another family than the broker's, ends the attempt with TransportFault::unreachable.
  std::string source_address{};
  // Of one incoming WebSocket message; a longer one ends in TransportFault::too_large.
  std::size_t max_message_bytes = 64 * 1024 * 1024;
  TlsOptions tls{};
  // Of the WebSocket upgrade, beside those that it needs itself: a token for a proxy, a cookie, an Origin, another User-Agent. Of
  // several with one name the last counts. One that HTTP does not allow (a line break, say), or that the upgrade sets itself (Host,
  // Connection, Upgrade, Sec-WebSocket-*, Content-Length, Transfer-Encoding), ends the attempt with TransportFault::handshake.
  std::vector<HttpHeader> websocket_headers{};
};

}  // namespace wasmqtt
