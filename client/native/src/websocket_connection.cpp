#include "websocket_connection.hpp"

#include "make_connection.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

namespace {

class PlainWebSocketConnection final : public WebSocketConnection<Tcp::socket> {
 public:
  PlainWebSocketConnection(asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : WebSocketConnection(context, url, options, context) {}

 private:
  void start_handshake() override { start_upgrade(); }
};

}  // namespace

std::shared_ptr<Connection> make_websocket_connection(asio::io_context& context, const ServerUrl& url,
                                                      const NetworkOptions& options) {
  return std::make_shared<PlainWebSocketConnection>(context, url, options);
}

}  // namespace wasmqtt
