#include "wasmqtt/native/tcp_transport.hpp"

#include "make_connection.hpp"

namespace wasmqtt {

TcpTransport::TcpTransport(boost::asio::io_context& context, NetworkOptions options)
    : SocketTransport(context, std::move(options)) {}

std::shared_ptr<Connection> TcpTransport::make_connection(const ServerUrl& url) {
  if (url.protocol != ServerUrl::Protocol::tcp) return nullptr;
  return make_tcp_connection(context(), url, options());
}

}  // namespace wasmqtt
