#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "make_connection.hpp"
#include "tls.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

namespace {

class TlsConnection final : public Connection {
 public:
  TlsConnection(asio::io_context& context, const ServerUrl& url, const NetworkOptions& options)
      : Connection(context, url, options), tls_(options.tls), stream_(context, tls_.get()) {}

 private:
  Tcp::socket& socket() override { return stream_.next_layer(); }

  void start_handshake() override {
    if (!tls_.problem().empty()) return handshake_failed(TransportFault::tls, tls_.problem());
    if (!expect_server(stream_, options().tls, url().host))
      return handshake_failed(TransportFault::tls, "the server's name cannot be checked");
    stream_.async_handshake(TlsStream::client, [self = self<TlsConnection>()](const ErrorCode& error) {
      if (!error) return self->opened();
      auto failure = describe_tls_failure(error, self->stream_);
      self->handshake_failed(failure.fault, failure.reason);
    });
  }
  void start_read(std::uint8_t* buffer, std::size_t size) override {
    stream_.async_read_some(asio::buffer(buffer, size),
                            [self = self<TlsConnection>()](const ErrorCode& error, std::size_t count) {
                              self->read_done(error, count);
                            });
  }
  void start_write(Bytes frame) override {
    asio::async_write(
        stream_, asio::buffer(frame.data(), frame.size()),
        [self = self<TlsConnection>()](const ErrorCode& error, std::size_t) { self->write_done(error); });
  }
  // Whether the peer answers our close_notify is its affair: FIN follows in any case.
  void start_shutdown() override {
    stream_.async_shutdown([self = self<TlsConnection>()](const ErrorCode&) { self->shutdown_done(); });
  }
  void describe_end(const ErrorCode& error, TransportClose& close, std::string& reason) override {
    if (error != asio::ssl::error::stream_truncated) return Connection::describe_end(error, close, reason);
    close.fault = TransportFault::none;  // TCP ended in order, TLS did not: many servers save themselves close_notify
    close.clean = false;
  }

  TlsContext tls_;
  TlsStream stream_;
};

}  // namespace

std::shared_ptr<Connection> make_tls_connection(asio::io_context& context, const ServerUrl& url,
                                                const NetworkOptions& options) {
  return std::make_shared<TlsConnection>(context, url, options);
}

}  // namespace wasmqtt
