// MQTT over TLS: URLs mqtts://, ssl:// and tls://, port 8883. See TlsOptions.
//
//   TlsTransport transport(context);
//   MqttClient mqtt(loop, transport, {.urls = {"mqtts://broker.example"}});
#pragma once

#include "wasmqtt/native/socket_transport.hpp"

namespace wasmqtt {

class TlsTransport final : public SocketTransport {
 public:
  explicit TlsTransport(boost::asio::io_context& context, NetworkOptions options = {});

 private:
  std::shared_ptr<Connection> make_connection(const ServerUrl& url) override;
};

}  // namespace wasmqtt
