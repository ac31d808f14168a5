// RabbitMQ, ejabberd and Aedes, each a process of the test's own, on free ports of 127.0.0.1, for one user. (Mosquitto has
// Broker.)
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
  bool is_ready();
  void require_ready();
  const std::string& problem() const { return problem_; }  // why it can't be used
  // SIGKILL; and the same program again, on the same ports and with what is on its disk.
  void kill();
  bool start_again();  // is_ready()
  pid_t id() const { return process_->id(); }
  std::uint16_t port() const { return port_; }
  std::string url() const { return "mqtt://localhost:" + std::to_string(port_); }
  std::string websocket_url() const { return "ws://localhost:" + std::to_string(websocket_port_) + "/mqtt"; }

 protected:
  explicit BrokerProcess(std::string name) : name_(std::move(name)) {}
  void run(std::vector<std::string> command, std::vector<std::string> environment);

  std::string name_;
  std::string problem_;
  std::string ready_line_;  // in its output, when it takes more than open ports
  bool ready_ = false;
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::uint16_t websocket_port_ = free_port();
  std::unique_ptr<Process> process_;

 private:
  std::vector<std::string> command_;
  std::vector<std::string> environment_;
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

// ejabberd with mod_mqtt, a node without a name: it needs no port mapper. The system's service and its files in /etc and
// /var are not looked at. Its users are those of an XMPP domain.
class Ejabberd final : public BrokerProcess {
 public:
  static constexpr char user[] = "peter@localhost";
  Ejabberd();

 private:
  void write_configuration() const;
};

// Under the Node.js in PATH, with the packages that `npm ci` puts beside aedes.mjs.
class Aedes final : public BrokerProcess {
 public:
  // The release, which speaks MQTT 3.1.1 only, or the beta, which speaks 5.
  enum class Version : std::uint8_t { release, beta_2 };
  explicit Aedes(Version version);
};

}  // namespace test
