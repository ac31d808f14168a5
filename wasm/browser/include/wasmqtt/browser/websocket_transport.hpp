// MQTT over the browser's WebSocket.
//
//   wasmqtt::WebSocketTransport transport;
//   wasmqtt::BrowserLoop loop;
//   wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"wss://broker.example/mqtt"}, ...});
//
// URL schemes: ws, wss. Offers the subprotocol `mqtt` and insists on it [MQTT-6.0.0-3, -4]; sends binary frames only
// and closes on a text frame [MQTT-6.0.0-1]. Works on the main thread and in a worker that loads its own module.
//
// Browsers hide why a connection could not be made: refused, unknown name, bad certificate and a refused upgrade are
// all TransportFault::unknown with code 1006. What they do tell (mixed content, a malformed URL, the peer's code and
// reason) is reported.
//
// Receiving has no back-pressure in a browser: a message is copied once, into a reused buffer, and handed on
// immediately.
#pragma once

#include "wasmqtt/border.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt {

struct WebSocketOptions {
  // Bytes that the browser may hold unsent before write() takes no more: what waits there delays a PINGREQ, and can't be
  // taken back. Begins at 64 KiB and follows the link, to what leaves in a tenth of a second: at least 16 KiB, at most this.
  std::size_t high_water = 1024 * 1024;
  std::size_t max_frame = 64 * 1024;            // bytes in one outgoing frame; more gains little and some brokers refuse
  std::size_t max_message = 64 * 1024 * 1024;   // bytes in one incoming WebSocket message; more is too_large
};

class WebSocketTransport final : public Transport {
 public:
  explicit WebSocketTransport(WebSocketOptions options = {}) : options_(options) {}
  ~WebSocketTransport() override;
  WebSocketTransport(const WebSocketTransport&) = delete;
  WebSocketTransport& operator=(const WebSocketTransport&) = delete;

  void open(const std::string& url, TransportObserver& observer) override;
  void open_soon(const std::string& url) override;
  std::size_t write(Bytes bytes) override;
  std::size_t buffered() const override;  // WebSocket.bufferedAmount
  void close() override;

  // Called by js/socket.js.
  void handle_opened();
  void handle_received();
  void handle_writable();
  void handle_closed(int fault, int code, bool clean);

 private:
  WebSocketOptions options_;
  TransportObserver* observer_ = nullptr;
  int socket_ = 0;  // 0: none
  Room room_;
};

}  // namespace wasmqtt
