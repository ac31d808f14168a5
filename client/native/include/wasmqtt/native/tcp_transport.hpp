// MQTT over TCP: URLs mqtt:// and tcp://, port 1883. Nothing is encrypted.
//
//   TcpTransport transport(context);
//   MqttClient mqtt(loop, transport, {.urls = {"mqtt://localhost"}});
#pragma once

#include "wasmqtt/native/socket_transport.hpp"

namespace wasmqtt {

class TcpTransport final : public SocketTransport {
 public:
  explicit TcpTransport(boost::asio::io_context& context, NetworkOptions options = {});

 private:
  std::shared_ptr<Connection> make_connection(const ServerUrl& url) override;
};

}  // namespace wasmqtt
