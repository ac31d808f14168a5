#include "wasmqtt/native/websocket_transport.hpp"

#include "make_connection.hpp"

namespace wasmqtt {

WebSocketTransport::WebSocketTransport(boost::asio::io_context& context, NetworkOptions options)
    : SocketTransport(context, std::move(options)) {}

std::shared_ptr<Connection> WebSocketTransport::make_connection(const ServerUrl& url) {
  switch (url.protocol) {
    case ServerUrl::Protocol::websocket: return make_websocket_connection(context(), url, options());
    case ServerUrl::Protocol::secure_websocket: return make_secure_websocket_connection(context(), url, options());
    default: return nullptr;
  }
}

}  // namespace wasmqtt
