#include "network_connection.hpp"

#include "socket_queue.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

namespace wasmqtt {

namespace asio = boost::asio;

TransportFault fault_of(const ErrorCode& error) {
  namespace failure = asio::error;
  if (error.category() == failure::get_ssl_category() || error.category() == asio::ssl::error::get_stream_category())
    return TransportFault::tls;
  if (error == failure::host_not_found || error == failure::host_not_found_try_again || error == failure::no_data ||
      error == failure::no_recovery || error == failure::service_not_found)
    return TransportFault::name_not_resolved;
  if (error == failure::connection_refused) return TransportFault::refused;
  if (error == failure::timed_out) return TransportFault::timed_out;
  if (error == failure::connection_reset || error == failure::broken_pipe || error == failure::connection_aborted)
    return TransportFault::reset;
  if (error == failure::network_unreachable || error == failure::host_unreachable || error == failure::network_down ||
      error == boost::system::errc::address_not_available || error == failure::address_family_not_supported)
    return TransportFault::unreachable;
  return TransportFault::unknown;
}

std::string words_for(TransportFault fault, const ErrorCode& error) {
  return fault == TransportFault::unknown || fault == TransportFault::tls ? error.message() : std::string();
}

NetworkConnection::NetworkConnection(asio::io_context& context, ServerUrl url, const NetworkOptions& options)
    : url_(std::move(url)), options_(options), resolver_(context), timer_(context), address_timer_(context) {}

// ---- opening ----

void NetworkConnection::start(TransportObserver& observer) {
  observer_ = &observer;
  deadline_ = asio::steady_timer::clock_type::now() + options_.open_timeout;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error && self->state_ == State::opening) self->end({.fault = TransportFault::timed_out});
  });
  // Posted, so that nothing that fails at once fails inside open().
  asio::post(resolver_.get_executor(), [self = shared_from_this()] { self->resolve(); });
}

void NetworkConnection::resolve() {
  if (state_ != State::opening) return;
  ErrorCode not_an_address;
  auto address = asio::ip::make_address(url_.host, not_an_address);
  if (!not_an_address) {
    addresses_.emplace_back(address, url_.port);
    return connect_next();
  }
  resolver_.async_resolve(
      url_.host, std::to_string(url_.port), Tcp::resolver::numeric_service,
      [self = shared_from_this()](const ErrorCode& error, const Tcp::resolver::results_type& results) {
        if (self->state_ != State::opening) return;
        if (error) {
          auto words = error.message();
          return self->end({.fault = TransportFault::name_not_resolved, .reason = words});
        }
        for (const auto& result : results) self->addresses_.push_back(result.endpoint());
        self->connect_next();
      });
}

void NetworkConnection::connect_next() {
  ErrorCode error;
  socket().close(error);
  while (next_address_ < addresses_.size()) {
    const auto& address = addresses_[next_address_++];
    socket().open(address.protocol(), error);
    if (!error) error = bind_source();
    if (error) {
      remember(error);
      continue;
    }
    give_address_its_share_of_time();
    socket().async_connect(address, [self = shared_from_this()](const ErrorCode& e) { self->connect_done(e); });
    return;
  }
  end({.fault = connect_fault_, .reason = connect_reason_});
}

ErrorCode NetworkConnection::bind_source() {
  ErrorCode error;
  if (options_.source_address.empty()) return error;
  const auto address = asio::ip::make_address(options_.source_address, error);
  if (error) return boost::system::errc::make_error_code(boost::system::errc::address_not_available);
  choose_port_when_connecting(socket().native_handle());
  socket().bind({address, 0}, error);
  return error;
}

void NetworkConnection::give_address_its_share_of_time() {
  address_timed_out_ = false;
  auto addresses_left = static_cast<int>(addresses_.size() - next_address_ + 1);
  if (addresses_left == 1) return;  // `timer_` watches over the last one
  address_timer_.expires_after((deadline_ - asio::steady_timer::clock_type::now()) / addresses_left);
  address_timer_.async_wait([self = shared_from_this(), address = next_address_](const ErrorCode& error) {
    if (error || self->state_ != State::opening || address != self->next_address_) return;
    self->address_timed_out_ = true;
    ErrorCode ignored;  // closing only ends the wait, whose handler goes on
    self->socket().close(ignored);
  });
}

void NetworkConnection::connect_done(const ErrorCode& error) {
  address_timer_.cancel();
  if (state_ != State::opening) return;
  if (error || address_timed_out_) {
    remember(address_timed_out_ ? ErrorCode(asio::error::timed_out) : error);
    return connect_next();
  }
  next_address_ = addresses_.size() + 1;  // an address timer that fires late finds nothing to do
  ErrorCode not_fatal;                    // slower, but right, without it
  socket().set_option(Tcp::no_delay(true), not_fatal);
  limit_unsent_in_kernel(socket().native_handle());
  start_handshake();
}

// "Unreachable" is what a machine without IPv6 says of every IPv6 address; another address knows more.
void NetworkConnection::remember(const ErrorCode& error) {
  auto fault = fault_of(error);
  bool first = connect_fault_ == TransportFault::none;
  if (!first && connect_fault_ != TransportFault::unreachable) return;
  connect_fault_ = fault;
  connect_reason_ = words_for(fault, error);
}

void NetworkConnection::opened() {
  if (state_ != State::opening) return;
  state_ = State::open;
  timer_.cancel();
  read_buffer_.resize(std::max<std::size_t>(options_.read_buffer_bytes, 1));
  observer_->on_transport_open();
  if (state_ == State::open) read_more();
}

void NetworkConnection::handshake_failed(TransportFault fault, std::string_view reason) {
  if (state_ == State::opening) end({.fault = fault, .reason = reason});
}

// ---- reading ----

void NetworkConnection::read_more() { start_read(read_buffer_.data(), read_buffer_.size()); }

void NetworkConnection::read_done(const ErrorCode& error, std::size_t count) {
  if (state_ != State::open) return;
  if (error) {
    TransportClose close;
    std::string reason;
    describe_end(error, close, reason);
    close.reason = reason;
    return end(close);
  }
  if (count != 0) observer_->on_transport_bytes({read_buffer_.data(), count});
  if (state_ == State::open) read_more();
}

void NetworkConnection::describe_end(const ErrorCode& error, TransportClose& close, std::string& reason) {
  if (error == asio::error::eof) {
    close.fault = TransportFault::none;
    close.clean = true;
    return;
  }
  // TCP ended in order, TLS did not: many servers save themselves close_notify.
  bool truncated = error == asio::ssl::error::stream_truncated;
  close.fault = truncated ? TransportFault::none : fault_of(error);
  reason = words_for(close.fault, error);
}

// ---- writing ----

std::size_t NetworkConnection::write(Bytes bytes) {
  if (state_ != State::open) return 0;
  std::size_t room = options_.write_buffer_bytes - std::min(waiting(), options_.write_buffer_bytes);
  std::size_t taken = std::min(room, bytes.size());
  refused_bytes_ = taken < bytes.size();
  if (taken == 0) return 0;
  pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
  if (pending_frames_.empty() || keeps_frames_apart()) pending_frames_.push_back(0);
  pending_frames_.back() = pending_.size();
  if (!writing_) send_pending();
  return taken;
}

std::size_t NetworkConnection::buffered() {
  return state_ == State::open ? waiting() + unsent_in_kernel(socket().native_handle()) : 0;
}

void NetworkConnection::send_pending() {
  sending_.swap(pending_);
  sending_frames_.swap(pending_frames_);
  pending_.clear();
  pending_frames_.clear();
  sent_ = 0;
  next_frame_ = 0;
  writing_ = true;
  send_next_frame();
}

void NetworkConnection::send_next_frame() {
  start_write(Bytes(sending_).subspan(sent_, sending_frames_[next_frame_] - sent_));
}

void NetworkConnection::write_done(const ErrorCode& error) {
  if (state_ == State::ended) return;
  if (error) {
    // What the broker said before it hung up may still wait to be read, and reading ends with the better reason.
    if (state_ == State::closing) return finish();
    timer_.expires_after(options_.close_timeout);
    timer_.async_wait([self = shared_from_this(), error](const ErrorCode& cancelled) {
      if (!cancelled && self->state_ == State::open) self->read_done(error, 0);
    });
    return;
  }
  sent_ = sending_frames_[next_frame_++];
  if (next_frame_ < sending_frames_.size()) {
    send_next_frame();
  } else if (!pending_.empty()) {
    send_pending();
  } else {
    writing_ = false;
    sending_.clear();
    sent_ = 0;
  }
  if (state_ == State::closing) {
    if (!writing_) begin_shutdown();
  } else if (refused_bytes_ && waiting() <= options_.write_buffer_bytes / 2) {
    refused_bytes_ = false;
    observer_->on_transport_writable();
  }
}

// ---- the end ----

void NetworkConnection::close() {
  observer_ = nullptr;
  if (state_ == State::opening) return finish();
  if (state_ != State::open) return;
  state_ = State::closing;
  timer_.expires_after(options_.close_timeout);
  timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->finish();
  });
  if (!writing_) begin_shutdown();
}

void NetworkConnection::leave(const TransportClose& how) {
  auto* observer = observer_;
  auto keep = shared_from_this();
  if (state_ == State::opening) state_ = State::open;  // so that close() says goodbye
  close();
  if (observer != nullptr) observer->on_transport_closed(how);
}

void NetworkConnection::begin_shutdown() {
  if (shutting_down_) return;
  shutting_down_ = true;
  start_shutdown();
}

void NetworkConnection::shutdown_done() {
  if (state_ != State::closing) return;
  ErrorCode error;
  socket().shutdown(Tcp::socket::shutdown_send, error);
  if (error) return finish();
  drain_socket();
}

// Closing a socket with unread bytes in it sends RST, and RST can overtake what we have just sent: a DISCONNECT would
// be lost and the will published. So read until the peer has closed too, or the timer says enough.
void NetworkConnection::drain_socket() {
  read_buffer_.resize(std::max<std::size_t>(options_.read_buffer_bytes, 1));
  auto read_on = [self = shared_from_this()](const ErrorCode& error, std::size_t) {
    if (self->state_ != State::closing) return;
    if (error) return self->finish();
    self->drain_socket();
  };
  socket().async_read_some(asio::buffer(read_buffer_), read_on);
}

void NetworkConnection::end(const TransportClose& close) {
  auto* observer = std::exchange(observer_, nullptr);
  finish();
  if (observer != nullptr) observer->on_transport_closed(close);
}

void NetworkConnection::finish() {
  state_ = State::ended;
  timer_.cancel();
  address_timer_.cancel();
  resolver_.cancel();
  ErrorCode ignored;  // nothing can be done about it
  socket().close(ignored);
}

}  // namespace wasmqtt
