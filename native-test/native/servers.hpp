// Small servers in the test's own io_context, which do what a broker should not.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace test {

// Takes one connection after another; talks to the last.
class TcpServer {
 public:
  explicit TcpServer(boost::asio::io_context& context, std::uint16_t port = 0);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  int accepted = 0;
  bool peer_closed = false;   // FIN of the last connection came
  bool broken = false;        // it ended in an error
  std::string received;       // on the last connection
  std::string peer_address;   // of the last connection
  bool reads = true;          // false, before a connection comes: leaves everything in the kernel
  void start_reading();
  void send(const std::string& bytes);
  void close();               // FIN
  void reset();               // RST

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<boost::asio::ip::tcp::socket> socket_;
};

// Listens, and never answers: connecting to it takes for ever.
class SilentPort {
 public:
  SilentPort();
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_};
  std::vector<boost::asio::ip::tcp::socket> fill_;
};

// Answers TLS handshakes with one certificate.
class TlsServer {
 public:
  TlsServer(boost::asio::io_context& context, const std::string& certificate, const std::string& key);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // ALPN: what the last client offered, each behind its length; and what it gets, if it offered that.
  std::string offered;
  std::string chooses;

 private:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
  void accept();
  int choose(const unsigned char** chosen, unsigned char* size, const unsigned char* list, unsigned list_size);

  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

class WebSocketServer {
 public:
  using Stream = boost::beast::websocket::stream<boost::asio::ip::tcp::socket>;
  using Request = boost::beast::websocket::request_type;

  struct Behaviour {
    std::string subprotocol = "mqtt";  // empty: names none
    std::string extensions{};            // claims these
    int http_status = 101;             // another: refuses the upgrade
    bool speaks_websocket = true;      // false: after the handshake, bytes are all that it knows
  };

  WebSocketServer(boost::asio::io_context& context, Behaviour behaviour);
  explicit WebSocketServer(boost::asio::io_context& context) : WebSocketServer(context, Behaviour{}) {}
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  struct Message {
    bool binary;
    std::string bytes;
  };
  Request request;
  bool opened = false;
  std::vector<Message> messages;
  bool ended = false;
  int close_code = 0;         // that the client sent
  std::string pong;           // payload of the last pong
  void send(const std::string& bytes, bool binary = true);
  void ping(const std::string& payload);
  void close(int code, const std::string& reason);
  void close_and_reset(int code, const std::string& reason);  // hears no answer
  void drop();                // TCP ends without a close frame

  // For a server that speaks no WebSocket. It never ends the TCP connection.
  std::string raw;            // what came
  bool peer_closed = false;   // and FIN after it
  void send_raw(const std::string& bytes);
  void read_raw();            // it begins by itself, unless `reads` is false
  bool reads = true;

 private:
  void accept();
  void read_request();
  void upgrade();
  void read();
  void send_next();

  boost::asio::ip::tcp::acceptor acceptor_;
  Behaviour behaviour_;
  std::unique_ptr<Stream> stream_;
  std::deque<Message> output_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace test
