// A transport whose other end is the test: it sees each packet the client sends and answers with whatever it likes.
//
//   ScriptedTransport broker;
//   mqtt.connect(); loop.advance(0s);
//   broker.accept();                        // the transport is open
//   broker.expect<Connect>();               // the next packet, which must be a CONNECT
//   broker.reply(Connack{});
#pragma once

#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/transport.hpp"

namespace wasmqtt::test {

class ScriptedTransport final : public Transport {
 public:
  // ---- the client's side ----
  void open(const std::string& url, TransportObserver& observer) override {
    observer_ = &observer;
    url_ = url;
    ++opened_;
    state_ = State::opening;
    unread_.clear();
  }
  void open_soon(const std::string& url) override { expected_.push_back(url); }
  std::size_t write(Bytes bytes) override {
    const std::size_t taken = std::min(bytes.size(), room_);
    if (room_ != unlimited) room_ -= taken;
    unread_.insert(unread_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    writes_.push_back(taken);
    return taken;
  }
  void close() override {
    state_ = State::closed;
    observer_ = nullptr;
    ++closed_by_client_;
  }

  // ---- the broker's side ----
  void accept() {
    REQUIRE(state_ == State::opening);
    state_ = State::open;
    observer_->on_transport_open();
  }
  void reply_bytes(Bytes bytes) {
    REQUIRE(observer_ != nullptr);
    observer_->on_transport_bytes(bytes);
  }
  void reply_hex(std::string_view hex) { reply_bytes(from_hex(hex)); }
  void reply(const Packet& packet) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(packet, bytes, version, Direction::inbound)));
    reply_bytes(bytes);
  }
  // The connection ends from outside.
  void cut(TransportClose close = {TransportFault::reset, 0, {}, false}) {
    TransportObserver* observer = std::exchange(observer_, nullptr);
    state_ = State::closed;
    if (observer != nullptr) observer->on_transport_closed(close);
  }
  // The next packet from the client; its views are valid until the next call.
  Packet next() {
    std::size_t size = 0;
    const Frame frame = first_frame(size);
    REQUIRE_MESSAGE(size != 0, "the client sent nothing more");
    current_.assign(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(size));
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(size));
    const Bytes whole(current_);
    const auto packet = decode({frame.first_byte, whole.subspan(size - frame.body.size()), whole}, Direction::outbound, version);
    REQUIRE_MESSAGE(packet.has_value(), "the client sent a packet that is not legal: " << to_hex(current_));
    return *packet;
  }
  template <class Expected>
  Expected expect() {
    const Packet packet = next();
    INFO("the client sent " << describe(packet));
    REQUIRE(std::holds_alternative<Expected>(packet));
    return std::get<Expected>(packet);
  }
  bool quiet() const { return unread_.empty(); }  // nothing more was sent
  Bytes unread() const { return unread_; }
  Bytes current() const { return current_; }      // the bytes of the packet that next() gave last

  void limit_writes(std::size_t bytes) { room_ = bytes; }
  void unlimit_writes() {
    room_ = unlimited;
    if (observer_ != nullptr) observer_->on_transport_writable();
  }

  // There is room again, as much as limit_writes() says.
  void allow_writes() {
    if (observer_ != nullptr) observer_->on_transport_writable();
  }
  bool has_packet() const {
    std::size_t size = 0;
    (void)first_frame(size);
    return size != 0;
  }

  bool is_opening() const { return state_ == State::opening; }
  bool is_open() const { return state_ == State::open; }
  const std::string& url() const { return url_; }
  const std::vector<std::string>& expected() const { return expected_; }  // URLs of open_soon()
  int opened() const { return opened_; }                      // attempts so far
  int closed_by_client() const { return closed_by_client_; }
  const std::vector<std::size_t>& writes() const { return writes_; }  // bytes taken by each write(): one frame each

  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;  // that the broker speaks

 private:
  enum class State : std::uint8_t { idle, opening, open, closed };
  static constexpr std::size_t unlimited = ~std::size_t{0};

  Frame first_frame(std::size_t& size) const {
    FrameReader reader(max_remaining_length);
    Frame frame;
    reader.feed(unread_);
    if (reader.next(frame) == FrameReader::Status::frame) size = frame.whole.size();
    return frame;
  }

  TransportObserver* observer_ = nullptr;
  State state_ = State::idle;
  std::string url_;
  std::vector<std::string> expected_;
  int opened_ = 0;
  int closed_by_client_ = 0;
  std::size_t room_ = unlimited;
  std::vector<std::uint8_t> unread_;
  std::vector<std::uint8_t> current_;
  std::vector<std::size_t> writes_;
};

}  // namespace wasmqtt::test
