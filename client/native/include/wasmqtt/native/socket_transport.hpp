// What the native transports have in common. Use one of them:
//
//   NetworkTransport    network_transport.hpp     all of the below, by the URL's scheme
//   TcpTransport        tcp_transport.hpp         mqtt, tcp
//   TlsTransport        tls_transport.hpp         mqtts, ssl, tls
//   WebSocketTransport  websocket_transport.hpp   ws, wss
//
// A program that links only one of them carries only its code.
//
// A name that resolves to several addresses: they are tried in order. Nagle's algorithm is off, for the client
// gathers packets itself. close() sends what was taken, then closes in order (close frame, close_notify, FIN), in
// the background and within close_timeout; the io_context has to go on running for that long, which it does by
// itself when it is run until there is no work.
//
// Name resolution runs on a thread of the io_context, which can't be interrupted: destroying the io_context waits for
// it. Faults: see TransportClose; its reason holds the words of the server, of OpenSSL, or of the system.
#pragma once

#include <memory>
#include <string_view>

#include "wasmqtt/native/network_options.hpp"
#include "wasmqtt/native/server_url.hpp"
#include "wasmqtt/transport.hpp"

namespace boost::asio {
class io_context;
}

namespace wasmqtt {

class Connection;

class SocketTransport : public Transport {
 public:
  ~SocketTransport() override;
  SocketTransport(const SocketTransport&) = delete;
  SocketTransport& operator=(const SocketTransport&) = delete;

  void open(const std::string& url, TransportObserver& observer) final;
  std::size_t write(Bytes bytes) final;
  // What waits here, and on Linux also what the kernel holds until the peer has acknowledged it.
  std::size_t buffered() const final;
  void close() final;

  // For the next open().
  void set_options(NetworkOptions options) { options_ = std::move(options); }
  const NetworkOptions& options() const { return options_; }

 protected:
  // `context` outlives the transport and is run by one thread.
  SocketTransport(boost::asio::io_context& context, NetworkOptions options);
  boost::asio::io_context& context() { return context_; }

 private:
  // A connection to be started, or nullptr where the protocol is not spoken.
  virtual std::shared_ptr<Connection> make_connection(const ServerUrl& url) = 0;
  void fail_soon(TransportFault fault, std::string_view reason, TransportObserver& observer);

  boost::asio::io_context& context_;
  NetworkOptions options_;
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<int> failing_;  // an attempt that ends before it began; its late callback looks here
};

}  // namespace wasmqtt
