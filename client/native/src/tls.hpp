// TLS for mqtts and wss: a context from TlsOptions, a stream that checks the server's name, and OpenSSL's complaints
// in plain words.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <string>

#include "connection.hpp"

namespace wasmqtt {

using TlsStream = boost::asio::ssl::stream<Tcp::socket>;

// Reads the files; the first that does not serve stands in problem(), and then the context is of no use.
class TlsContext {
 public:
  explicit TlsContext(const TlsOptions& options);
  const std::string& problem() const { return problem_; }
  boost::asio::ssl::context& get() { return context_; }

 private:
  void load_authorities(const TlsOptions& options);
  void load_certificate(const TlsOptions& options);

  boost::asio::ssl::context context_;
  std::string problem_;
};

// Asks for `name` (SNI) and demands a certificate that is valid for it. False: OpenSSL has no memory.
bool expect_server(TlsStream& stream, const TlsOptions& options, const std::string& host);

// Why a handshake failed: fault and sentence.
struct TlsFailure {
  TransportFault fault;
  std::string reason;
};
TlsFailure describe_tls_failure(const ErrorCode& error, TlsStream& stream);

}  // namespace wasmqtt
