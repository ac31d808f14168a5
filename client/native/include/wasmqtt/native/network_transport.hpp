// MQTT over whatever the URL asks for: TCP, TLS, WebSocket or secure WebSocket.
//
//   NetworkTransport transport(context);
//   MqttClient mqtt(loop, transport, {.urls = {"wss://broker.example/mqtt", "mqtt://localhost"}});
#pragma once

#include "wasmqtt/native/socket_transport.hpp"

namespace wasmqtt {

class NetworkTransport final : public SocketTransport {
 public:
  explicit NetworkTransport(boost::asio::io_context& context, NetworkOptions options = {});

 private:
  std::shared_ptr<Connection> make_connection(const ServerUrl& url) override;
};

}  // namespace wasmqtt
