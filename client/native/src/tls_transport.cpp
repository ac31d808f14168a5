#include "wasmqtt/native/tls_transport.hpp"

#include "make_connection.hpp"

namespace wasmqtt {

TlsTransport::TlsTransport(boost::asio::io_context& context, NetworkOptions options)
    : SocketTransport(context, std::move(options)) {}

std::shared_ptr<Connection> TlsTransport::make_connection(const ServerUrl& url) {
  if (url.protocol != ServerUrl::Protocol::tls) return nullptr;
  return make_tls_connection(context(), url, options());
}

}  // namespace wasmqtt
