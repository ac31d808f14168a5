// MQTT on the bytes of TCP or TLS, for tcp.cpp and tls.cpp.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "network_connection.hpp"

namespace wasmqtt {

template <class Layer>
class ByteStream final : public NetworkConnection {
 public:
  ByteStream(boost::asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : NetworkConnection(context, url, options), layer_(context, this->options()) {}

 private:
  Tcp::socket& socket() override { return layer_.socket(); }

  void start_handshake() override {
    layer_.handshake(url().host, [self = self<ByteStream>()](const HandshakeFailure& failure) {
      failure.fault == TransportFault::none ? self->opened() : self->handshake_failed(failure.fault, failure.reason);
    });
  }
  void start_read(std::uint8_t* buffer, std::size_t size) override {
    layer_.async_read_some(boost::asio::buffer(buffer, size),
                           [self = self<ByteStream>()](const ErrorCode& error, std::size_t count) {
                             self->read_done(error, count);
                           });
  }
  void start_write(Bytes bytes) override {
    boost::asio::async_write(
        layer_, boost::asio::buffer(bytes.data(), bytes.size()),
        [self = self<ByteStream>()](const ErrorCode& error, std::size_t) { self->write_done(error); });
  }
  void start_shutdown() override {
    layer_.shutdown([self = self<ByteStream>()] { self->shutdown_done(); });
  }

  Layer layer_;
};

}  // namespace wasmqtt
