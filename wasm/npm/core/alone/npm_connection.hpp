// What a client of the entry `wasmqtt` talks through: a connection of its own. In `wasmqtt/shared`, ../sharing/npm_connection.hpp.
#pragma once

#include <utility>

#include "own_connection.hpp"
#include "values.hpp"

namespace wasmqtt {

class NpmConnection {
 public:
  NpmConnection(ConnectionOptions options, Values&) : own_(std::move(options)) {}

  void connect() { own_.mqtt().connect(); }
  // Calls use() with what has MqttClient's functions.
  template <class Use>
  decltype(auto) with(Use use) {
    return use(own_.mqtt());
  }
  MqttClient* mqtt() { return &own_.mqtt(); }
  OwnConnection& own() { return own_; }

  Error disconnect_when_done(Duration timeout, const DisconnectOptions& options) {
    return own_.mqtt().disconnect_when_done(timeout, options);
  }
  void watch_packets(bool) {}

 private:
  OwnConnection own_;
};

}  // namespace wasmqtt
