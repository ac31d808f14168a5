// MQTT over what the URL asks for:
//
//   mqtt, tcp           TCP, port 1883; nothing is encrypted
//   mqtts, ssl, tls     TLS, port 8883
//   ws                  WebSocket, port 80, with path and query [MQTT-6.0.0-1..4]
//   wss                 WebSocket over TLS, port 443
//
//   NetworkTransport transport(context);
//   MqttClient mqtt(loop, transport, {.urls = {"wss://broker.example/mqtt", "mqtt://localhost"}});
//
// A name that resolves to several addresses: they are tried in order. Nagle's algorithm is off, for the client
// gathers packets itself. WebSocket: binary frames only, subprotocol `mqtt` offered and required back, no compression;
// pings are answered; a close frame or a frame that breaks RFC 6455 ends the connection at once, even if the server
// leaves the TCP connection open.
//
// close() sends what was taken, then closes in order (close frame, close_notify, FIN), in the background and within
// close_timeout; the io_context has to go on running for that long, which it does by itself when it is run until there
// is no work.
//
// Name resolution runs on a thread of the io_context, which can't be interrupted: destroying the io_context waits for
// it. Faults: see TransportClose; its reason holds the words of the server, of OpenSSL, or of the system.
#pragma once

#include <memory>
#include <string_view>

#include "wasmqtt/native/network_options.hpp"
#include "wasmqtt/transport.hpp"

namespace boost::asio {
class io_context;
}

namespace wasmqtt {

class NetworkConnection;

class NetworkTransport final : public Transport {
 public:
  // `context` outlives the transport and is run by one thread.
  explicit NetworkTransport(boost::asio::io_context& context, NetworkOptions options = {});
  ~NetworkTransport() override;  // close()
  NetworkTransport(const NetworkTransport&) = delete;
  NetworkTransport& operator=(const NetworkTransport&) = delete;

  void open(const std::string& url, TransportObserver& observer) override;
  std::size_t write(Bytes bytes) override;
  // What waits here, and on Linux also what the kernel holds until the peer has acknowledged it.
  std::size_t buffered() const override;
  void close() override;

  // For the next open().
  void set_options(NetworkOptions options) { options_ = std::move(options); }
  const NetworkOptions& options() const { return options_; }

 private:
  void fail_soon(TransportFault fault, std::string_view reason, TransportObserver& observer);

  boost::asio::io_context& context_;
  NetworkOptions options_;
  std::shared_ptr<NetworkConnection> connection_;
  std::shared_ptr<int> failing_;  // an attempt that ends before it began; its late callback looks here
};

}  // namespace wasmqtt
