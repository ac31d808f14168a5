// MQTT over WebSocket [MQTT-6.0.0-1..4]: URLs ws:// (port 80) and wss:// (port 443, TLS), with path and query.
// Binary frames only, subprotocol `mqtt` offered and required back, no compression; pings are answered by themselves.
//
//   WebSocketTransport transport(context);
//   MqttClient mqtt(loop, transport, {.urls = {"wss://broker.example/mqtt"}});
#pragma once

#include "wasmqtt/native/socket_transport.hpp"

namespace wasmqtt {

class WebSocketTransport final : public SocketTransport {
 public:
  explicit WebSocketTransport(boost::asio::io_context& context, NetworkOptions options = {});

 private:
  std::shared_ptr<Connection> make_connection(const ServerUrl& url) override;
};

}  // namespace wasmqtt
