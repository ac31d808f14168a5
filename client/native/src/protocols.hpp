// The four protocols, each in a file of its own. TCP and TLS are a ByteStream over a layer, ws and wss a WebSocket over
// the same two layers.
#pragma once

#include <memory>

#include "network_connection.hpp"

namespace wasmqtt {

std::shared_ptr<NetworkConnection> make_tcp(boost::asio::io_context&, const ServerUrl&, const NetworkOptions&);
std::shared_ptr<NetworkConnection> make_tls(boost::asio::io_context&, const ServerUrl&, const NetworkOptions&);
std::shared_ptr<NetworkConnection> make_websocket(boost::asio::io_context&, const ServerUrl&, const NetworkOptions&);
std::shared_ptr<NetworkConnection> make_secure_websocket(boost::asio::io_context&, const ServerUrl&,
                                                         const NetworkOptions&);

}  // namespace wasmqtt
