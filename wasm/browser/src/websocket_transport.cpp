#include "wasmqtt/browser/websocket_transport.hpp"

#include <emscripten.h>

// js/socket.js
extern "C" {
int wasmqtt_socket_open(wasmqtt::WebSocketTransport* self, wasmqtt::Room* room, const char* url, std::size_t size,
                        std::size_t high_water, std::size_t max_message);
void wasmqtt_socket_open_soon(const char* url, std::size_t size);
std::size_t wasmqtt_socket_send(int id, const std::uint8_t* bytes, std::size_t size, std::size_t max_frame);
std::size_t wasmqtt_socket_buffered(int id);
void wasmqtt_socket_close(int id);

EMSCRIPTEN_KEEPALIVE void wasmqtt_socket_opened(wasmqtt::WebSocketTransport* self) { self->handle_opened(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_socket_received(wasmqtt::WebSocketTransport* self) { self->handle_received(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_socket_writable(wasmqtt::WebSocketTransport* self) { self->handle_writable(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_socket_closed(wasmqtt::WebSocketTransport* self, int fault, int code, int clean) {
  self->handle_closed(fault, code, clean != 0);
}
}

namespace wasmqtt {
namespace {

// Larger messages are rare; their memory is given back.
constexpr std::size_t kept_room = 1024 * 1024;

void leave(int& socket) {
  if (socket != 0) wasmqtt_socket_close(socket);
  socket = 0;
}

}  // namespace

WebSocketTransport::~WebSocketTransport() { close(); }

void WebSocketTransport::open(const std::string& url, TransportObserver& observer) {
  leave(socket_);
  observer_ = &observer;
  socket_ = wasmqtt_socket_open(this, &room_, url.data(), url.size(), options_.high_water, options_.max_message);
}

void WebSocketTransport::open_soon(const std::string& url) { wasmqtt_socket_open_soon(url.data(), url.size()); }

std::size_t WebSocketTransport::write(Bytes bytes) {
  if (socket_ == 0) return 0;
  return wasmqtt_socket_send(socket_, bytes.data(), bytes.size(), options_.max_frame);
}

std::size_t WebSocketTransport::buffered() const { return socket_ == 0 ? 0 : wasmqtt_socket_buffered(socket_); }

void WebSocketTransport::close() {
  leave(socket_);
  wasmqtt_socket_open_soon(nullptr, 0);  // nor what was begun for an attempt
}

void WebSocketTransport::handle_opened() { observer_->on_transport_open(); }

void WebSocketTransport::handle_received() {
  observer_->on_transport_bytes(room_.bytes());
  room_.release(kept_room);
}

void WebSocketTransport::handle_writable() { observer_->on_transport_writable(); }

void WebSocketTransport::handle_closed(int fault, int code, bool clean) {
  socket_ = 0;
  const std::string reason(room_.text());  // the observer may open anew
  observer_->on_transport_closed({static_cast<TransportFault>(fault), code, reason, clean});
}

}  // namespace wasmqtt
