#include "protocols.hpp"
#include "tls.hpp"
#include "websocket.hpp"

namespace wasmqtt {

std::shared_ptr<NetworkConnection> make_secure_websocket(boost::asio::io_context& context, const ServerUrl& url,
                                                         const NetworkOptions& options) {
  return std::make_shared<WebSocket<TlsLayer>>(context, url, options);
}

}  // namespace wasmqtt
