#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "make_connection.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

namespace {

class TcpConnection final : public Connection {
 public:
  TcpConnection(asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : Connection(context, url, options), socket_(context) {}

 private:
  Tcp::socket& socket() override { return socket_; }
  void start_handshake() override { opened(); }
  void start_read(std::uint8_t* buffer, std::size_t size) override {
    socket_.async_read_some(asio::buffer(buffer, size),
                            [self = self<TcpConnection>()](const ErrorCode& error, std::size_t count) {
                              self->read_done(error, count);
                            });
  }
  void start_write(Bytes frame) override {
    asio::async_write(
        socket_, asio::buffer(frame.data(), frame.size()),
        [self = self<TcpConnection>()](const ErrorCode& error, std::size_t) { self->write_done(error); });
  }
  void start_shutdown() override { shutdown_done(); }

  Tcp::socket socket_;
};

}  // namespace

std::shared_ptr<Connection> make_tcp_connection(asio::io_context& context, const ServerUrl& url,
                                                const NetworkOptions& options) {
  return std::make_shared<TcpConnection>(context, url, options);
}

}  // namespace wasmqtt
