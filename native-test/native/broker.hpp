// A real mosquitto on free ports, started and killed by a test. It is configured as Debian's package configures it:
// persistence, and mosquitto's own defaults for every limit (20 messages in flight and 1,000 queued for a client).
// Beside that it gets what any test needs: its ports, a directory of its own, a log; and what one test needs, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "world.hpp"

namespace test {

// A line of mosquitto.conf that is not the package's, and why a test can't do without it.
struct BrokerSetting {
  std::string line;
  std::string reason;
};

struct BrokerOptions {
  bool websocket = false;
  bool tls = false;           // and WebSocket over TLS; the plain TLS port demands a client certificate
  std::string user{};         // with a password: nobody else may come in
  std::string password{};
  // More users, and files in the broker's directory; in settings @STATE@ is that directory.
  std::vector<std::pair<std::string, std::string>> accounts{};
  std::vector<std::pair<std::string, std::string>> files{};
  std::vector<BrokerSetting> settings{};
};

class Broker {
 public:
  explicit Broker(const BrokerOptions& options = {});

  // Returns when the broker answers. The constructor has called it.
  void start();
  void stop();      // SIGTERM, and the end awaited
  void kill();      // SIGKILL
  void save();      // returns when what it knows is on the disk; it saves by itself only after half an hour, and in stop()

  std::string url() const { return "mqtt://localhost:" + std::to_string(port_); }
  std::string websocket_url() const { return "ws://localhost:" + std::to_string(websocket_port_) + "/mqtt"; }
  std::string tls_url() const { return "mqtts://localhost:" + std::to_string(tls_port_); }
  std::string secure_websocket_url() const { return "wss://localhost:" + std::to_string(wss_port_) + "/mqtt"; }
  std::uint16_t port() const { return port_; }
  pid_t id() const { return process_->id(); }
  std::string log() const { return directory_ / "log"; }
  std::string file(const std::string& name) const { return directory_ / name; }

 private:
  std::string configuration() const;
  std::string with_directory(std::string line) const;
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
