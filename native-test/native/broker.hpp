// A real mosquitto on free ports, started and killed by a test.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "world.hpp"

namespace test {

struct BrokerOptions {
  bool websocket = false;
  bool tls = false;           // and WebSocket over TLS; the plain TLS port demands a client certificate
  bool persistence = false;   // written when asked (save()), and at an orderly end
  bool as_packaged = false;   // the limits of the package's configuration, which loses messages beyond some of them
  bool quick = false;         // logs nothing, and does not wait for more to send: for benchmarks
  std::string user{};         // with a password: nobody else may come in
  std::string password{};
};

class Broker {
 public:
  explicit Broker(const BrokerOptions& options = {});

  // Returns when the broker answers. The constructor has called it.
  void start();
  void stop();      // SIGTERM, and the end awaited
  void kill();      // SIGKILL
  void save();      // returns when what it knows is on the disk

  std::string url() const { return "mqtt://localhost:" + std::to_string(port_); }
  std::string websocket_url() const { return "ws://localhost:" + std::to_string(websocket_port_) + "/mqtt"; }
  std::string tls_url() const { return "mqtts://localhost:" + std::to_string(tls_port_); }
  std::string secure_websocket_url() const { return "wss://localhost:" + std::to_string(wss_port_) + "/mqtt"; }
  std::uint16_t port() const { return port_; }
  std::string log() const { return directory_ / "log"; }

 private:
  std::string configuration() const;
  void await_port(std::uint16_t port);

  BrokerOptions options_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::uint16_t websocket_port_ = free_port();
  std::uint16_t tls_port_ = free_port();
  std::uint16_t wss_port_ = free_port();
  std::unique_ptr<Process> process_;
};

}  // namespace test
