#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "byte_stream.hpp"
#include "protocols.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

namespace {

// OpenSSL's own words for a missing file are of no help.
bool is_readable(const std::string& file, std::string_view what, std::string& problem) {
  if (::access(file.c_str(), R_OK) == 0) return true;
  problem = std::string(what) + ' ' + file + " cannot be read: " + std::strerror(errno);
  return false;
}

std::string not_usable(std::string_view what, const std::string& file, const ErrorCode& error) {
  return std::string(what) + ' ' + file + " is of no use: " + error.message();
}

// What the check of a certificate came to, as a sentence for whoever has to put it right.
std::string why_not_trusted(long verdict, const std::string& name) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "the server's certificate, or one that it depends on, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the server's certificate is not valid yet: is the clock of this machine right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "the server's certificate is not for " + name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the server's certificate is signed by itself, and not among the trusted ones";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "the server's certificate is signed by an authority that is not trusted";
    default: return std::string("the server's certificate is not accepted: ") + X509_verify_cert_error_string(verdict);
  }
}

}  // namespace

TlsContext::TlsContext(const TlsOptions& options) : context_(asio::ssl::context::tls_client) {
  SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
  if (options.verify_server) load_authorities(options);
  if (problem_.empty() && !options.certificate_file.empty()) load_certificate(options);
}

void TlsContext::load_authorities(const TlsOptions& options) {
  ErrorCode error;
  context_.set_verify_mode(asio::ssl::verify_peer, error);
  if (options.ca_file.empty()) {
    context_.set_default_verify_paths(error);
    if (error) problem_ = "the system's certificate authorities cannot be loaded: " + error.message();
    return;
  }
  constexpr std::string_view what = "the file of certificate authorities";
  if (!is_readable(options.ca_file, what, problem_)) return;
  context_.load_verify_file(options.ca_file, error);
  if (error) problem_ = not_usable(what, options.ca_file, error);
}

void TlsContext::load_certificate(const TlsOptions& options) {
  const std::string& key_file = options.key_file.empty() ? options.certificate_file : options.key_file;
  if (!is_readable(options.certificate_file, "the client certificate", problem_)) return;
  if (!is_readable(key_file, "the client's private key", problem_)) return;
  ErrorCode error;
  context_.use_certificate_chain_file(options.certificate_file, error);
  if (error) {
    problem_ = not_usable("the client certificate", options.certificate_file, error);
    return;
  }
  // Set in any case: without it OpenSSL asks on the terminal.
  auto give_password = [password = options.key_password](std::size_t, auto) { return password; };
  context_.set_password_callback(give_password, error);
  context_.use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) problem_ = not_usable("the client's private key", key_file, error);
}

TlsLayer::TlsLayer(asio::io_context& context, const NetworkOptions& options)
    : TlsContext(options.tls), asio::ssl::stream<Tcp::socket>(context, context_), options_(options.tls) {}

void TlsLayer::handshake(const std::string& host, std::function<void(const HandshakeFailure&)> done) {
  const std::string& name = options_.server_name.empty() ? host : options_.server_name;
  if (!problem().empty()) return done({TransportFault::tls, problem()});
  if (!expect_server(name)) return done({TransportFault::tls, "the server's name cannot be checked"});
  if (!offer_protocols()) return done({TransportFault::tls, "a protocol's name for ALPN has to have 1 to 255 bytes"});
  async_handshake(client, [this, name, done = std::move(done)](const ErrorCode& error) {
    done(error ? describe(error, name) : HandshakeFailure());
  });
}

void TlsLayer::shutdown(std::function<void()> done) {
  async_shutdown([done = std::move(done)](const ErrorCode&) { done(); });
}

bool TlsLayer::expect_server(const std::string& name) {
  SSL* ssl = native_handle();
  ErrorCode not_an_address;
  auto address = asio::ip::make_address(name, not_an_address);
  if (not_an_address) {
    if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
    return !options_.verify_server || SSL_set1_host(ssl, name.c_str()) == 1;
  }
  // An address goes into no SNI (RFC 6066, 3); the certificate has to name it as an address.
  if (!options_.verify_server) return true;
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
  if (address.is_v4()) {
    auto bytes = address.to_v4().to_bytes();
    return X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size()) == 1;
  }
  auto bytes = address.to_v6().to_bytes();
  return X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size()) == 1;
}

// RFC 7301, section 3.1: each name behind its length.
bool TlsLayer::offer_protocols() {
  std::vector<unsigned char> wire;
  for (const std::string& name : options_.alpn) {
    if (name.empty() || name.size() > 255) return false;
    wire.push_back(static_cast<unsigned char>(name.size()));
    wire.insert(wire.end(), name.begin(), name.end());
  }
  return wire.empty() || SSL_set_alpn_protos(native_handle(), wire.data(), static_cast<unsigned>(wire.size())) == 0;
}

HandshakeFailure TlsLayer::describe(const ErrorCode& error, const std::string& name) {
  if (error == asio::error::timed_out) return {TransportFault::timed_out, error.message()};
  if (long verdict = SSL_get_verify_result(native_handle()); verdict != X509_V_OK)
    return {TransportFault::tls, why_not_trusted(verdict, name)};
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset)
    return {TransportFault::tls, "the server closed the connection during the TLS handshake: is this a TLS port?"};
  return {TransportFault::tls, error.message()};
}

std::shared_ptr<NetworkConnection> make_tls(asio::io_context& context, const ServerUrl& url,
                                            const NetworkOptions& options) {
  return std::make_shared<ByteStream<TlsLayer>>(context, url, options);
}

}  // namespace wasmqtt
