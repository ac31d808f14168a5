// Makers of connections, one per protocol, each in a file of its own so that only what is used gets linked.
#pragma once

#include <memory>

#include "connection.hpp"

namespace wasmqtt {

std::shared_ptr<Connection> make_tcp_connection(boost::asio::io_context& context, const ServerUrl& url,
                                                const NetworkOptions& options);
std::shared_ptr<Connection> make_tls_connection(boost::asio::io_context& context, const ServerUrl& url,
                                                const NetworkOptions& options);
std::shared_ptr<Connection> make_websocket_connection(boost::asio::io_context& context, const ServerUrl& url,
                                                      const NetworkOptions& options);
std::shared_ptr<Connection> make_secure_websocket_connection(boost::asio::io_context& context, const ServerUrl& url,
                                                             const NetworkOptions& options);

}  // namespace wasmqtt
