#include "tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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

bool expect_server(TlsStream& stream, const TlsOptions& options, const std::string& host) {
  const std::string& name = options.server_name.empty() ? host : options.server_name;
  SSL* ssl = stream.native_handle();
  ErrorCode not_an_address;
  auto address = asio::ip::make_address(name, not_an_address);
  if (not_an_address) {
    if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
    return !options.verify_server || SSL_set1_host(ssl, name.c_str()) == 1;
  }
  // An address goes into no SNI (RFC 6066, 3); the certificate has to name it as an address.
  if (!options.verify_server) return true;
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
  if (address.is_v4()) {
    auto bytes = address.to_v4().to_bytes();
    return X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size()) == 1;
  }
  auto bytes = address.to_v6().to_bytes();
  return X509_VERIFY_PARAM_set1_ip(rules, bytes.data(), bytes.size()) == 1;
}

TlsFailure describe_tls_failure(const ErrorCode& error, TlsStream& stream) {
  if (error == asio::error::timed_out) return {TransportFault::timed_out, error.message()};
  long verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict != X509_V_OK) {
    return {TransportFault::tls,
            std::string("the server's certificate is not accepted: ") + X509_verify_cert_error_string(verdict)};
  }
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset)
    return {TransportFault::tls, "the server closed the connection during the TLS handshake: is this a TLS port?"};
  return {TransportFault::tls, error.message()};
}

}  // namespace wasmqtt
