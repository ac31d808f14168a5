#include "wasmqtt/native/socket_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "connection.hpp"

namespace wasmqtt {

SocketTransport::SocketTransport(boost::asio::io_context& context, NetworkOptions options)
    : context_(context), options_(std::move(options)) {}

SocketTransport::~SocketTransport() { close(); }

void SocketTransport::open(const std::string& url, TransportObserver& observer) {
  close();
  UrlProblem problem;
  auto parsed = parse_server_url(url, problem);
  if (!parsed) return fail_soon(problem.fault, problem.sentence, observer);
  connection_ = make_connection(*parsed);
  if (connection_ == nullptr)
    return fail_soon(TransportFault::unsupported_scheme, "this transport does not speak the scheme", observer);
  connection_->start(observer);
}

std::size_t SocketTransport::write(Bytes bytes) { return connection_ == nullptr ? 0 : connection_->write(bytes); }

std::size_t SocketTransport::buffered() const { return connection_ == nullptr ? 0 : connection_->buffered(); }

void SocketTransport::close() {
  failing_.reset();
  if (auto connection = std::exchange(connection_, nullptr)) connection->close();
}

void SocketTransport::fail_soon(TransportFault fault, std::string_view reason, TransportObserver& observer) {
  failing_ = std::make_shared<int>();
  auto tell = [attempt = std::weak_ptr<int>(failing_), fault, reason, &observer] {
    if (!attempt.expired()) observer.on_transport_closed({.fault = fault, .reason = reason});
  };
  boost::asio::post(context_, tell);
}

}  // namespace wasmqtt
