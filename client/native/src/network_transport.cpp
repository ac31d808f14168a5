#include "wasmqtt/native/network_transport.hpp"

#include "make_connection.hpp"

namespace wasmqtt {

NetworkTransport::NetworkTransport(boost::asio::io_context& context, NetworkOptions options)
    : SocketTransport(context, std::move(options)) {}

std::shared_ptr<Connection> NetworkTransport::make_connection(const ServerUrl& url) {
  switch (url.protocol) {
    case ServerUrl::Protocol::tcp: return make_tcp_connection(context(), url, options());
    case ServerUrl::Protocol::tls: return make_tls_connection(context(), url, options());
    case ServerUrl::Protocol::websocket: return make_websocket_connection(context(), url, options());
    case ServerUrl::Protocol::secure_websocket: return make_secure_websocket_connection(context(), url, options());
  }
  return nullptr;
}

}  // namespace wasmqtt
