// RabbitMQ and Aedes, each a process of the test's own, on free ports of 127.0.0.1, for one user. (Mosquitto: Broker.)
//
//   RabbitMq rabbit;            // started; takes seconds to come up
//   rabbit.require_ready();     // fails the test, with the reason, if it does not
//   Peer peer(world, options_for(rabbit.websocket_url(), "x"));
//
// Gone with the object, and killed by the kernel if the test is killed.
#pragma once

#include <memory>
#include <string>

#include "world.hpp"

namespace test {

inline constexpr char broker_user[] = "peter";
inline constexpr char broker_password[] = "test";

class BrokerProcess {
 public:
  // Waits the first time; later calls say the same at once.
  void require_ready();
  std::string url() const { return "mqtt://localhost:" + std::to_string(port_); }
  std::string websocket_url() const { return "ws://localhost:" + std::to_string(websocket_port_) + "/mqtt"; }

 protected:
  explicit BrokerProcess(std::string name) : name_(std::move(name)) {}

  std::string name_;
  std::string problem_;  // why it can't be used
  bool ready_ = false;
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::uint16_t websocket_port_ = free_port();
  std::unique_ptr<Process> process_;
};

// A node by itself: its name, its cookie, its Erlang port mapper, its database and its plugins are its own. The system's
// service and its files in /etc and /var are not looked at.
class RabbitMq final : public BrokerProcess {
 public:
  RabbitMq();

 private:
  bool start_port_mapper();
  void write_configuration() const;
  std::vector<std::string> environment() const;

  std::uint16_t mapper_port_ = free_port();
  std::unique_ptr<Process> port_mapper_;
};

// Under the Node.js in PATH, with the packages that `npm ci` puts beside aedes.mjs.
class Aedes final : public BrokerProcess {
 public:
  Aedes();
};

}  // namespace test
