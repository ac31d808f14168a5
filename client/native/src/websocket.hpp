// WebSocket over TCP or TLS [MQTT-6.0.0-1..4], for websocket.cpp and secure_websocket.cpp.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "network_connection.hpp"

namespace wasmqtt {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// What Beast does after the closing handshake, and after a frame that breaks the protocol. Its own version waits for the
// server to end the TCP connection; NetworkConnection ends it, within close_timeout.
template <class Layer, class Handler>
  requires requires(Layer& layer) { layer.socket(); }
void async_teardown(beast::role_type, Layer& layer, Handler&& handler) {
  boost::asio::post(layer.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), ErrorCode()));
}

template <class Layer>
class WebSocket final : public NetworkConnection {
 public:
  WebSocket(boost::asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : NetworkConnection(context, url, options), stream_(context, this->options()) {
    stream_.binary(true);
    stream_.auto_fragment(false);
    stream_.write_buffer_bytes(64 * 1024);  // Beast masks piece by piece; larger pieces, fewer system calls
    stream_.read_message_max(options.max_message_bytes);
    stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, "mqtt");  // [MQTT-6.0.0-3]
      request.set(beast::http::field::user_agent, "wasmqtt");
      for (const HttpHeader& header : this->options().websocket_headers) request.set(header.name, header.value);
    }));
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::close) close_frame_came();
    });
  }

 private:
  Tcp::socket& socket() override { return stream_.next_layer().socket(); }
  bool keeps_frames_apart() const override { return true; }

  void start_handshake() override {
    stream_.next_layer().handshake(url().host, [self = self<WebSocket>()](const HandshakeFailure& failure) {
      if (failure.fault != TransportFault::none) return self->handshake_failed(failure.fault, failure.reason);
      self->start_upgrade();
    });
  }
  void start_upgrade() {
    stream_.async_handshake(response_, url().authority(), url().target,
                            [self = self<WebSocket>()](const ErrorCode& error) { self->upgraded(error); });
  }
  void start_read(std::uint8_t* buffer, std::size_t size) override {
    stream_.async_read_some(boost::asio::buffer(buffer, size),
                            [self = self<WebSocket>()](const ErrorCode& error, std::size_t count) {
                              self->frame_read(error, count);
                            });
  }
  void start_write(Bytes frame) override {
    stream_.async_write(
        boost::asio::buffer(frame.data(), frame.size()),
        [self = self<WebSocket>()](const ErrorCode& error, std::size_t) { self->write_done(error); });
  }
  void start_shutdown() override {
    stream_.async_close(close_code_, [self = self<WebSocket>()](const ErrorCode&) {
      self->stream_.next_layer().shutdown([self] { self->shutdown_done(); });
    });
  }

  void upgraded(const ErrorCode& error) {
    namespace http = beast::http;
    if (error) return upgrade_failed(error);
    if (response_.count(http::field::sec_websocket_extensions) != 0)
      return handshake_failed(TransportFault::handshake, "the server uses a WebSocket extension that nobody asked for");
    auto protocol = response_[http::field::sec_websocket_protocol];
    if (protocol != "mqtt") {  // [MQTT-6.0.0-4]
      close_code_ = websocket::close_code::protocol_error;
      auto reason = protocol.empty() ? std::string("the server named no subprotocol")
                                     : "the server chose the subprotocol " + std::string(protocol);
      return leave({.fault = TransportFault::wrong_subprotocol, .reason = reason});
    }
    opened();
  }

  void upgrade_failed(const ErrorCode& error) {
    if (error == websocket::error::upgrade_declined) {
      auto words = response_.reason();
      return handshake_failed(TransportFault::handshake, "HTTP " + std::to_string(response_.result_int()) + ' ' +
                                                             std::string(words.data(), words.size()));
    }
    if (error == boost::asio::error::timed_out) return handshake_failed(TransportFault::timed_out, error.message());
    if (error == boost::asio::error::eof || error == beast::http::error::end_of_stream ||
        error == boost::asio::error::connection_reset || error == boost::asio::ssl::error::stream_truncated)
      return handshake_failed(
          TransportFault::handshake,
          "the server closed the connection during the WebSocket handshake: is this a WebSocket port?");
    // TLS 1.3: what the server thinks of our certificate comes only now.
    handshake_failed(fault_of(error) == TransportFault::tls ? TransportFault::tls : TransportFault::handshake, error.message());
  }

  // Posted: Beast is in the middle of something. It answers the frame by itself, as soon as it may write; that the
  // connection is over is known now.
  void close_frame_came() {
    close_frame_came_ = true;
    boost::asio::post(stream_.get_executor(), [self = self<WebSocket>()] {
      if (self->is_open()) self->leave_after(websocket::error::closed);
    });
  }

  void frame_read(const ErrorCode& error, std::size_t count) {
    if (!is_open()) return;
    if (!error && stream_.got_text()) {  // [MQTT-6.0.0-1]
      close_code_ = websocket::close_code::unknown_data;
      return leave({.fault = TransportFault::text_frame});
    }
    // TCP still stands after these, and our close frame is on its way.
    if (error == websocket::error::closed || error == websocket::condition::protocol_violation ||
        error == websocket::error::message_too_big)
      return leave_after(error);
    read_done(error, count);
  }

  void leave_after(const ErrorCode& error) {
    TransportClose close;
    std::string reason;
    describe_end(error, close, reason);
    close.reason = reason;
    leave(close);
  }

  void describe_end(const ErrorCode& error, TransportClose& close, std::string& reason) override {
    // A server that sends its close frame and hangs up at once may reset the connection while we answer: the words
    // have come all the same.
    if (error == websocket::error::closed || close_frame_came_) {
      const auto& words = stream_.reason();
      // 1005 and 1006 are what browsers report where there is no code, and no close frame [RFC 6455 7.1.5].
      close.code = words.code == websocket::close_code::none ? 1005 : words.code;
      close.fault = TransportFault::none;
      close.clean = true;
      reason.assign(words.reason.data(), words.reason.size());
      return;
    }
    reason = error.message();
    close.code = websocket::close_code::abnormal;
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
      close.fault = TransportFault::too_large;
      close.code = websocket::close_code::too_big;
    } else if (error == websocket::condition::protocol_violation) {
      close.fault = TransportFault::unknown;
      close.code = websocket::close_code::protocol_error;
      reason = "the server broke the WebSocket protocol: " + reason;
    } else if (error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated) {
      close.fault = TransportFault::unknown;
      reason = "closed without a WebSocket close frame";
    } else {
      close.fault = fault_of(error);
      reason = words_for(close.fault, error);
    }
  }

  websocket::stream<Layer> stream_;
  websocket::response_type response_;
  websocket::close_code close_code_ = websocket::close_code::normal;  // ours
  bool close_frame_came_ = false;                                     // the server's
};

}  // namespace wasmqtt
