// Reads and changes what the dynamic security plugin knows, over a connection of its own. The only one with that right.
//
//   control.on_ready = [&] { control.read([&](std::optional<BrokerState> state) { … }); };
//   control.apply(reconcile(…), [&](bool all_done) { … });
//
// One operation at a time. It ends with false or nullopt when the connection is lost, the broker refuses a command, or does not
// answer in time: then what the broker knows is uncertain, and is read anew.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dynsec.hpp"
#include "wasmqtt/event_loop.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace rights {

class BrokerControl {
 public:
  using Done = std::function<void(bool)>;
  using Read = std::function<void(std::optional<BrokerState>)>;

  // `loop` serves this object alone; `log` takes a line for people.
  BrokerControl(wasmqtt::MqttClient& mqtt, wasmqtt::EventLoop& loop, std::function<void(std::string_view)> log);

  // There is a connection, and answers will come: whatever was known of the broker is to be read anew.
  std::function<void()> on_ready;

  void read(Read done);
  void apply(std::vector<Command> commands, Done done);
  bool ready() const { return ready_; }

 private:
  void handle(const wasmqtt::MqttEvent& event);
  void receive(std::string_view payload);
  void ask();
  void send_next();
  void publish(const std::string& payload);
  void finish(bool ok);

  wasmqtt::MqttClient& mqtt_;
  wasmqtt::EventLoop& loop_;
  std::function<void(std::string_view)> log_;
  const std::string name_;      // of this object, in correlations
  std::uint64_t number_ = 0;    // of the message that an answer is awaited for
  std::string correlation_;     // empty: no answer is awaited
  bool ready_ = false;

  Read reading_;
  std::size_t offset_ = 0;
  BrokerState state_;           // read so far

  Done applying_;
  std::vector<Command> commands_;
  std::size_t done_ = 0;        // of commands_
  std::size_t sent_ = 0;        // of commands_, behind those
};

}  // namespace rights
