// TCP as a layer: what MQTT or WebSocket runs on. TlsLayer in tls.hpp has the same functions.
#pragma once

#include <functional>

#include "network_connection.hpp"

namespace wasmqtt {

class TcpLayer : public Tcp::socket {
 public:
  TcpLayer(boost::asio::io_context& context, const NetworkOptions&) : Tcp::socket(context) {}

  Tcp::socket& socket() { return *this; }
  // Both answer at once.
  void handshake(const std::string&, const std::function<void(const HandshakeFailure&)>& done) { done({}); }
  void shutdown(const std::function<void()>& done) { done(); }
};

}  // namespace wasmqtt
