#include "wasmqtt/native/network_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "http_headers.hpp"
#include "network_connection.hpp"
#include "protocols.hpp"
#include "wasmqtt/native/server_url.hpp"

namespace wasmqtt {

NetworkTransport::NetworkTransport(boost::asio::io_context& context, NetworkOptions options)
    : context_(context), options_(std::move(options)) {}

NetworkTransport::~NetworkTransport() { close(); }

void NetworkTransport::open(const std::string& url, TransportObserver& observer) {
  close();
  UrlProblem problem;
  auto parsed = parse_server_url(url, problem);
  if (!parsed) return fail_soon(problem.fault, problem.sentence, observer);
  const bool upgrades = parsed->protocol == ServerUrl::Protocol::websocket || parsed->protocol == ServerUrl::Protocol::secure_websocket;
  if (const auto wrong = problem_of(options_.websocket_headers); upgrades && !wrong.empty())
    return fail_soon(TransportFault::handshake, wrong, observer);
  switch (parsed->protocol) {
    case ServerUrl::Protocol::tcp: connection_ = make_tcp(context_, *parsed, options_); break;
    case ServerUrl::Protocol::tls: connection_ = make_tls(context_, *parsed, options_); break;
    case ServerUrl::Protocol::websocket: connection_ = make_websocket(context_, *parsed, options_); break;
    case ServerUrl::Protocol::secure_websocket: connection_ = make_secure_websocket(context_, *parsed, options_); break;
  }
  connection_->start(observer);
}

std::size_t NetworkTransport::write(Bytes bytes) { return connection_ == nullptr ? 0 : connection_->write(bytes); }

std::size_t NetworkTransport::buffered() const { return connection_ == nullptr ? 0 : connection_->buffered(); }

void NetworkTransport::close() {
  failing_.reset();
  if (auto connection = std::exchange(connection_, nullptr)) connection->close();
}

void NetworkTransport::fail_soon(TransportFault fault, std::string_view reason, TransportObserver& observer) {
  failing_ = std::make_shared<int>();
  auto tell = [attempt = std::weak_ptr<int>(failing_), fault, reason, &observer] {
    if (!attempt.expired()) observer.on_transport_closed({.fault = fault, .reason = reason});
  };
  boost::asio::post(context_, tell);
}

}  // namespace wasmqtt
