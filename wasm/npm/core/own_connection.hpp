// A connection of one's own: MqttClient with the browser's loop and transport, and its page and journal as far as they are wanted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "script_store.hpp"
#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

struct ConnectionOptions {
  enum class Journal : std::uint8_t { none, indexed_db, script };

  int id = 0;  // of the client, in JavaScript
  Journal journal = Journal::none;
  std::string database{};
  bool page = false;  // there is one, which can sleep and lose the network
  MqttOptions mqtt{};
};

class OwnConnection {
 public:
  explicit OwnConnection(ConnectionOptions options);

  MqttClient& mqtt() { return *mqtt_; }
  ScriptStore* script_store() { return script_store_.get(); }

 private:
  BrowserLoop loop_;
  WebSocketTransport transport_;
  std::unique_ptr<IndexedDbStore> database_;
  std::unique_ptr<ScriptStore> script_store_;
  std::unique_ptr<PageLifeCycle> page_;
  std::optional<MqttClient> mqtt_;
};

}  // namespace wasmqtt
