#include "websocket.hpp"

#include "protocols.hpp"
#include "tcp.hpp"

namespace wasmqtt {

std::shared_ptr<NetworkConnection> make_websocket(boost::asio::io_context& context, const ServerUrl& url,
                                                  const NetworkOptions& options) {
  return std::make_shared<WebSocket<TcpLayer>>(context, url, options);
}

}  // namespace wasmqtt
