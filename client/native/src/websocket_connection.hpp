// WebSocket over TCP or TLS [MQTT-6.0.0-1..4], for websocket_connection.cpp and secure_websocket_connection.cpp.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "connection.hpp"

namespace wasmqtt {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// Next is the layer below. A derived class ends its start_handshake() in start_upgrade().
template <class Next>
class WebSocketConnection : public Connection {
 protected:
  template <class... NextArguments>
  WebSocketConnection(boost::asio::io_context& context, const ServerUrl& url, const NetworkOptions& options,
                      NextArguments&&... next)
      : Connection(context, url, options), stream_(std::forward<NextArguments>(next)...) {
    stream_.binary(true);
    stream_.auto_fragment(false);
    stream_.write_buffer_bytes(64 * 1024);  // Beast masks piece by piece; larger pieces, fewer system calls
    stream_.read_message_max(options.max_message_bytes);
    stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, "mqtt");  // [MQTT-6.0.0-3]
      request.set(beast::http::field::user_agent, "wasmqtt");
    }));
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      close_frame_came_ |= kind == websocket::frame_type::close;
    });
  }

  Tcp::socket& socket() override { return beast::get_lowest_layer(stream_); }
  Next& next_layer() { return stream_.next_layer(); }
  bool keeps_frames_apart() const override { return true; }

  void start_upgrade() {
    stream_.async_handshake(response_, url().authority(), url().target,
                            [self = this->template self<WebSocketConnection>()](const ErrorCode& error) {
                              self->upgraded(error);
                            });
  }
  void start_read(std::uint8_t* buffer, std::size_t size) override {
    stream_.async_read_some(
        boost::asio::buffer(buffer, size),
        [self = this->template self<WebSocketConnection>()](const ErrorCode& error, std::size_t count) {
          self->frame_read(error, count);
        });
  }
  void start_write(Bytes frame) override {
    stream_.async_write(boost::asio::buffer(frame.data(), frame.size()),
                        [self = this->template self<WebSocketConnection>()](const ErrorCode& error, std::size_t) {
                          self->write_done(error);
                        });
  }
  void start_shutdown() override {
    stream_.async_close(close_code_, [self = this->template self<WebSocketConnection>()](const ErrorCode&) {
      self->shutdown_done();
    });
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
    } else if (error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated) {
      close.fault = TransportFault::unknown;
      reason = "closed without a WebSocket close frame";
    } else {
      close.fault = fault_of(error);
      reason = words_for(close.fault, error);
    }
  }

 private:
  void upgraded(const ErrorCode& error) {
    namespace field = beast::http;
    if (error) return upgrade_failed(error);
    if (response_.count(field::field::sec_websocket_extensions) != 0)
      return handshake_failed(TransportFault::handshake, "the server uses a WebSocket extension that nobody asked for");
    auto protocol = response_[field::field::sec_websocket_protocol];
    if (protocol != "mqtt") {  // [MQTT-6.0.0-4]
      close_code_ = websocket::close_code::protocol_error;
      return reject(TransportFault::wrong_subprotocol,
                    protocol.empty() ? std::string("the server named no subprotocol")
                                     : "the server chose the subprotocol " + std::string(protocol));
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
    handshake_failed(TransportFault::handshake, error.message());
  }

  void frame_read(const ErrorCode& error, std::size_t count) {
    if (!error && stream_.got_text() && is_open()) {  // [MQTT-6.0.0-1]
      close_code_ = websocket::close_code::unknown_data;
      return reject(TransportFault::text_frame, {});
    }
    read_done(error, count);
  }

  websocket::stream<Next> stream_;
  websocket::response_type response_;
  websocket::close_code close_code_ = websocket::close_code::normal;  // ours
  bool close_frame_came_ = false;                                     // the server's
};

}  // namespace wasmqtt
