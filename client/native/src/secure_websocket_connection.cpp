#include <boost/beast/websocket/ssl.hpp>

#include "make_connection.hpp"
#include "tls.hpp"
#include "websocket_connection.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

namespace {

// First, so that it is there when the stream is made.
struct TlsHolder {
  TlsContext tls_;
};

class SecureWebSocketConnection final : private TlsHolder, public WebSocketConnection<TlsStream> {
 public:
  SecureWebSocketConnection(asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : TlsHolder{TlsContext(options.tls)}, WebSocketConnection(context, url, options, context, tls_.get()) {}

 private:
  void start_handshake() override {
    if (!tls_.problem().empty()) return handshake_failed(TransportFault::tls, tls_.problem());
    if (!expect_server(next_layer(), options().tls, url().host))
      return handshake_failed(TransportFault::tls, "the server's name cannot be checked");
    next_layer().async_handshake(TlsStream::client, [self = self<SecureWebSocketConnection>()](const ErrorCode& error) {
      if (!error) return self->start_upgrade();
      auto failure = describe_tls_failure(error, self->next_layer());
      self->handshake_failed(failure.fault, failure.reason);
    });
  }
};

}  // namespace

std::shared_ptr<Connection> make_secure_websocket_connection(asio::io_context& context, const ServerUrl& url,
                                                             const NetworkOptions& options) {
  return std::make_shared<SecureWebSocketConnection>(context, url, options);
}

}  // namespace wasmqtt
