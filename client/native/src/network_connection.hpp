// One attempt and the connection that comes of it, from the name to the last byte. What TCP, TLS and WebSocket have in
// common is here: resolving, timeouts, the bounded output, the order of callbacks. The rest are the virtual steps.
// Handlers in flight own the connection; its transport only uses it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/native/network_options.hpp"
#include "wasmqtt/native/server_url.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt {

using Tcp = boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

struct HandshakeFailure {
  TransportFault fault = TransportFault::none;  // none: it succeeded
  std::string reason{};
};

class NetworkConnection : public std::enable_shared_from_this<NetworkConnection> {
 public:
  NetworkConnection(boost::asio::io_context& context, ServerUrl url, const NetworkOptions& options);
  virtual ~NetworkConnection() = default;
  NetworkConnection(const NetworkConnection&) = delete;
  NetworkConnection& operator=(const NetworkConnection&) = delete;

  void start(TransportObserver& observer);
  std::size_t write(Bytes bytes);
  std::size_t buffered();  // here and in the kernel
  void close();

 protected:
  // Each starts one step and answers, later, with the call named beside it.
  virtual Tcp::socket& socket() = 0;
  virtual void start_handshake() = 0;         // opened() or handshake_failed()
  virtual void start_read(std::uint8_t* buffer, std::size_t size) = 0;  // read_done()
  virtual void start_write(Bytes frame) = 0;  // write_done()
  virtual void start_shutdown() = 0;          // shutdown_done(); all output is out
  // One write() is one frame; else frames are joined.
  virtual bool keeps_frames_apart() const { return false; }
  // What the end of an open connection means in this protocol.
  virtual void describe_end(const ErrorCode& error, TransportClose& close, std::string& reason);

  void opened();
  void handshake_failed(TransportFault fault, std::string_view reason);
  void read_done(const ErrorCode& error, std::size_t count);
  void write_done(const ErrorCode& error);
  void shutdown_done();
  // Tells the observer, then shuts down in the background: the peer said goodbye or broke a rule.
  void leave(const TransportClose& close);

  const ServerUrl& url() const { return url_; }
  const NetworkOptions& options() const { return options_; }
  bool is_open() const { return state_ == State::open; }

  template <class Derived>
  std::shared_ptr<Derived> self() {
    return std::static_pointer_cast<Derived>(shared_from_this());
  }

 private:
  enum class State : std::uint8_t { opening, open, closing, ended };

  void resolve();
  void connect_next();
  void connect_done(const ErrorCode& error);
  void give_address_its_share_of_time();
  ErrorCode bind_source();
  void remember(const ErrorCode& error);
  void read_more();
  void send_pending();
  void send_next_frame();
  void begin_shutdown();
  void drain_socket();
  void end(const TransportClose& close);
  void finish();
  std::size_t waiting() const { return pending_.size() + sending_.size() - sent_; }

  const ServerUrl url_;
  const NetworkOptions options_;
  TransportObserver* observer_ = nullptr;
  State state_ = State::opening;

  Tcp::resolver resolver_;
  boost::asio::steady_timer timer_;          // of opening or closing as a whole
  boost::asio::steady_timer address_timer_;  // of one address
  boost::asio::steady_timer::time_point deadline_{};
  std::vector<Tcp::endpoint> addresses_;
  std::size_t next_address_ = 0;
  bool address_timed_out_ = false;
  TransportFault connect_fault_ = TransportFault::none;  // the most telling one so far
  std::string connect_reason_;

  std::vector<std::uint8_t> read_buffer_;
  // Two buffers that change places: `pending_` is filled while `sending_` is on its way.
  std::vector<std::uint8_t> pending_;
  std::vector<std::uint8_t> sending_;
  std::vector<std::size_t> pending_frames_;  // where each ends
  std::vector<std::size_t> sending_frames_;
  std::size_t next_frame_ = 0;
  std::size_t sent_ = 0;
  bool writing_ = false;
  bool refused_bytes_ = false;  // write() took less than it was offered
  bool shutting_down_ = false;
};

// What an error of the operating system, the resolver or OpenSSL is in our words.
TransportFault fault_of(const ErrorCode& error);
// The system's own words, where the fault does not say it all; else empty.
std::string words_for(TransportFault fault, const ErrorCode& error);

}  // namespace wasmqtt
