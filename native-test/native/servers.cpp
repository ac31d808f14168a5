#include "servers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/write.hpp>

namespace test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

TcpServer::TcpServer(asio::io_context& context, std::uint16_t port)
    : acceptor_(context, {asio::ip::address_v4::loopback(), port}) {
  accept();
}

void TcpServer::accept() {
  acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
    if (error) return;
    ++accepted;
    peer_closed = broken = false;
    received.clear();
    peer_address = socket.remote_endpoint().address().to_string();
    socket_ = std::make_shared<Tcp::socket>(std::move(socket));
    if (reads) start_reading();
    accept();
  });
}

void TcpServer::start_reading() {
  auto buffer = std::make_shared<std::array<char, 65536>>();
  auto* bytes = buffer.get();
  socket_->async_read_some(
      asio::buffer(*bytes), [this, socket = socket_, buffer](const ErrorCode& error, std::size_t count) {
        if (error == asio::error::operation_aborted || socket != socket_) return;
        peer_closed = error == asio::error::eof;
        broken = error && !peer_closed;
        received.append(buffer->data(), count);
        if (!error) start_reading();
      });
}

void TcpServer::send(const std::string& bytes) {
  auto copy = std::make_shared<std::string>(bytes);
  asio::async_write(*socket_, asio::buffer(*copy), [copy, socket = socket_](const ErrorCode&, std::size_t) {});
}

void TcpServer::close() {
  ErrorCode error;
  socket_->shutdown(Tcp::socket::shutdown_send, error);
  CHECK(!error);
}

void TcpServer::reset() {
  socket_->set_option(asio::socket_base::linger(true, 0));
  socket_->close();
}

SilentPort::SilentPort() {
  acceptor_.open(Tcp::v4());
  acceptor_.bind({asio::ip::address_v4::loopback(), 0});
  acceptor_.listen(0);
  // Linux drops what asks for a connection while the queue of those not accepted is full.
  for (int i = 0; i < 4; ++i) {
    auto& socket = fill_.emplace_back(context_);
    socket.async_connect(acceptor_.local_endpoint(), [](const ErrorCode&) {});
  }
}

TlsServer::TlsServer(asio::io_context& context, const std::string& certificate, const std::string& key)
    : acceptor_(context, {asio::ip::address_v4::loopback(), 0}) {
  tls_.use_certificate_chain_file(certificate);
  tls_.use_private_key_file(key, asio::ssl::context::pem);
  const auto select = [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* list, unsigned list_size,
                         void* self) { return static_cast<TlsServer*>(self)->choose(chosen, size, list, list_size); };
  SSL_CTX_set_alpn_select_cb(tls_.native_handle(), select, this);
  accept();
}

// As a server that insists.
int TlsServer::choose(const unsigned char** chosen, unsigned char* size, const unsigned char* list, unsigned list_size) {
  offered.assign(list, list + list_size);
  const std::string entry = static_cast<char>(chooses.size()) + chooses;
  const std::size_t at = offered.find(entry);
  if (at == std::string::npos) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = list + at + 1;
  *size = static_cast<unsigned char>(chooses.size());
  return SSL_TLSEXT_ERR_OK;
}

void TlsServer::accept() {
  acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
    if (error) return;
    auto& stream = streams_.emplace_back(std::make_shared<Stream>(std::move(socket), tls_));
    stream->async_handshake(Stream::server, [keep = stream](const ErrorCode&) {});
    accept();
  });
}

WebSocketServer::WebSocketServer(asio::io_context& context, Behaviour behaviour)
    : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), behaviour_(std::move(behaviour)) {
  accept();
}

void WebSocketServer::accept() {
  acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
    if (error) return;
    stream_ = std::make_unique<Stream>(std::move(socket));
    read_request();
  });
}

void WebSocketServer::read_request() {
  beast::http::async_read(stream_->next_layer(), buffer_, request, [this](const ErrorCode& error, std::size_t) {
    if (error) return;
    if (behaviour_.http_status == 101) return upgrade();
    auto answer = std::make_shared<beast::http::response<beast::http::string_body>>();
    answer->result(static_cast<unsigned>(behaviour_.http_status));
    answer->prepare_payload();
    beast::http::async_write(stream_->next_layer(), *answer, [answer](const ErrorCode&, std::size_t) {});
  });
}

void WebSocketServer::upgrade() {
  stream_->set_option(websocket::stream_base::decorator([this](websocket::response_type& answer) {
    if (!behaviour_.subprotocol.empty())
      answer.set(beast::http::field::sec_websocket_protocol, behaviour_.subprotocol);
    if (!behaviour_.extensions.empty()) answer.set(beast::http::field::sec_websocket_extensions, behaviour_.extensions);
  }));
  stream_->control_callback([this](websocket::frame_type type, beast::string_view payload) {
    if (type == websocket::frame_type::pong) pong.assign(payload.data(), payload.size());
  });
  stream_->async_accept(request, [this](const ErrorCode& error) {
    if (error) return;
    opened = true;
    buffer_.clear();
    if (behaviour_.speaks_websocket) {
      read();
    } else if (reads) {
      read_raw();
    }
  });
}

void WebSocketServer::read() {
  stream_->async_read(buffer_, [this](const ErrorCode& error, std::size_t) {
    if (error) {
      if (error == websocket::error::closed) close_code = stream_->reason().code;
      ended = true;
      return;
    }
    messages.push_back({stream_->got_binary(), beast::buffers_to_string(buffer_.data())});
    buffer_.clear();
    read();
  });
}

void WebSocketServer::send(const std::string& bytes, bool binary) {
  output_.push_back({binary, bytes});
  if (output_.size() == 1) send_next();
}

void WebSocketServer::send_next() {
  stream_->binary(output_.front().binary);
  stream_->async_write(asio::buffer(output_.front().bytes), [this](const ErrorCode& error, std::size_t) {
    output_.pop_front();
    if (!error && !output_.empty()) send_next();
  });
}

void WebSocketServer::ping(const std::string& payload) {
  stream_->async_ping(websocket::ping_data(payload), [](const ErrorCode&) {});
}

void WebSocketServer::close(int code, const std::string& reason) {
  websocket::close_reason words(static_cast<websocket::close_code>(code), reason);
  stream_->async_close(words, [](const ErrorCode&) {});
}

void WebSocketServer::close_and_reset(int code, const std::string& reason) {
  std::string frame = {'\x88', static_cast<char>(2 + reason.size()), static_cast<char>(code >> 8), static_cast<char>(code)};
  auto& socket = stream_->next_layer();
  asio::write(socket, asio::buffer(frame + reason));
  socket.set_option(Tcp::socket::linger(true, 0));
  socket.close();
}

void WebSocketServer::send_raw(const std::string& bytes) { asio::write(stream_->next_layer(), asio::buffer(bytes)); }

void WebSocketServer::read_raw() {
  auto bytes = buffer_.prepare(65536);
  stream_->next_layer().async_read_some(bytes, [this, bytes](const ErrorCode& error, std::size_t count) {
    raw.append(static_cast<const char*>(bytes.data()), count);
    peer_closed = error == asio::error::eof;
    if (!error) read_raw();
  });
}

void WebSocketServer::drop() { stream_->next_layer().shutdown(Tcp::socket::shutdown_both); }

}  // namespace test
