// A Mosquitto with the dynamic security plugin, configured as scripts/run configures it, a rights service as the program that it
// is, and users who are clients of their own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker.hpp"
#include "chat/groups.hpp"
#include "peer.hpp"

namespace test {

// Of the processor, that a running process has used.
double processor_seconds(pid_t process);

BrokerOptions dynamic_broker(const std::vector<BrokerSetting>& more = {});

// A user of the chat: connected, with a session that the broker keeps, told of answers and groups.
class User {
 public:
  User(World& world, const std::string& url, const std::string& name, wasmqtt::Protocol protocol = wasmqtt::Protocol::mqtt_3_1_1);

  // Sends it and awaits the answer; the request's id is made up.
  chat::GroupAnswer ask(chat::GroupAction action, const std::string& room, const std::string& argument = {});
  chat::GroupAnswer ask(const chat::GroupRequest& request);
  std::vector<chat::GroupAnswer> answers(const std::string& request_id) const;
  chat::Groups groups() const;  // as last told
  bool await_groups(const std::function<bool(const chat::Groups&)>& condition);
  // The payloads that came on this topic.
  std::vector<std::string> on(const std::string& topic) const;
  bool await_on(const std::string& topic, std::size_t count);
  void say(const std::string& topic, const std::string& text);
  // What the broker answers to a SUBSCRIBE.
  bool may_subscribe(const std::string& filter);

  const std::string name;
  World& world;
  Peer peer;

 private:
  int requests_ = 0;
};

class ServiceWorld {
 public:
  // `database` is an address; empty: SQLite in the directory. `more`: settings of the broker.
  explicit ServiceWorld(std::string database = {}, const std::vector<BrokerSetting>& more = {});

  void start_service(const std::vector<std::string>& options = {});
  void kill_service();
  // Returns when it is ready. All workers share a directory for their state.
  std::unique_ptr<Process> start_worker(const std::string& name = "1", const std::vector<std::string>& options = {});
  std::string service_log() const { return read_file(directory / "service.log"); }
  // Of the worker that was started last.
  std::string worker_log() const { return read_file(worker_log_); }
  // Runs SQL with sqlite3, as somebody at a terminal would.
  void sqlite(const std::string& sql) const;
  User user(const std::string& name, wasmqtt::Protocol protocol = wasmqtt::Protocol::mqtt_3_1_1) { return {world, broker.url(), name, protocol}; }

  World world;
  TemporaryDirectory directory;
  Broker broker;
  std::string database;
  std::unique_ptr<Process> service;

 private:
  int starts_ = 0;
  int workers_ = 0;
  std::string worker_log_;
};

}  // namespace test
