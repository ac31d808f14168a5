// TLS as a layer, for mqtts and wss: a context from TlsOptions, a stream that checks the server's name, and OpenSSL's
// complaints in plain words.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <string>

#include "network_connection.hpp"

namespace wasmqtt {

// Reads the files; the first that does not serve stands in problem(), and then the context is of no use.
class TlsContext {
 public:
  explicit TlsContext(const TlsOptions& options);
  const std::string& problem() const { return problem_; }

 protected:
  boost::asio::ssl::context context_;

 private:
  void load_authorities(const TlsOptions& options);
  void load_certificate(const TlsOptions& options);

  std::string problem_;
};

class TlsLayer : private TlsContext, public boost::asio::ssl::stream<Tcp::socket> {
 public:
  // `options` outlive the layer.
  TlsLayer(boost::asio::io_context& context, const NetworkOptions& options);

  Tcp::socket& socket() { return next_layer(); }
  // Asks for `host` (SNI), or TlsOptions::server_name, and demands a certificate that is valid for it.
  void handshake(const std::string& host, std::function<void(const HandshakeFailure&)> done);
  // Whether the peer answers our close_notify is its affair.
  void shutdown(std::function<void()> done);

 private:
  bool expect_server(const std::string& name);
  bool offer_protocols();
  HandshakeFailure describe(const ErrorCode& error, const std::string& name);

  const TlsOptions& options_;
};

}  // namespace wasmqtt
