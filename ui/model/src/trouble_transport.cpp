#include "chat/trouble_transport.hpp"

#include <algorithm>
#include <utility>

#include "wasmqtt/packet_type.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::PacketType;

constexpr int closed_abnormally = 1006;  // RFC 6455: what a browser reports of a connection that is gone

bool is_acknowledgement(std::uint8_t first_byte) {
  const auto type = static_cast<PacketType>(first_byte >> 4);
  return type == PacketType::puback || type == PacketType::pubrec || type == PacketType::pubcomp;
}

}  // namespace

std::size_t PacketBorders::find(Bytes bytes, bool (*wanted)(std::uint8_t)) {
  for (std::size_t at = 0; at < bytes.size();) {
    if (left_ != 0) {
      const auto part = std::min<std::uint64_t>(left_, bytes.size() - at);
      left_ -= part;
      at += static_cast<std::size_t>(part);
    } else if (in_length_) {
      const std::uint8_t byte = bytes[at++];
      length_ |= std::uint64_t{byte & 0x7fu} << shift_;
      shift_ += 7;
      // A fifth byte is malformed: the client will say so.
      in_length_ = byte >= 0x80 && shift_ < 28;
      if (!in_length_) left_ = length_;
    } else {
      if (wanted(bytes[at])) return at;
      ++at;
      in_length_ = true;
      length_ = shift_ = 0;
    }
  }
  return bytes.size();
}

void TroubleTransport::Loop::attach(std::function<void()> on_timer, std::function<void()> on_turn) {
  on_timer_ = std::move(on_timer);
  on_turn_ = std::move(on_turn);
  when_.reset();
  if (!on_timer_) return inner_.attach({}, {});
  inner_.attach(
      [this] {
        owner_.update();
        if (when_ && *when_ <= now()) {
          when_.reset();
          if (on_timer_) on_timer_();
        }
        arm();
      },
      [this] {
        owner_.update();
        if (on_turn_) on_turn_();
        // What the client sent may be what is to be lost.
        if (owner_.plug_pulled_) request_turn();
        arm();
      });
}

void TroubleTransport::Loop::set_timer(std::optional<wasmqtt::Time> when) {
  when_ = when;
  arm();
}

void TroubleTransport::Loop::arm() {
  const std::optional<wasmqtt::Time> ours = owner_.next_change();
  inner_.set_timer(when_ && ours ? std::min(*when_, *ours) : when_ ? when_ : ours);
}

void TroubleTransport::pull_plug() {
  if (observer_ == nullptr) return;
  plug_pulled_ = true;
  loop_.request_turn();
}

void TroubleTransport::set_frozen(bool frozen) {
  frozen_ = frozen;
  loop_.request_turn();
}

void TroubleTransport::update() {
  if (plug_pulled_) {
    inner_.close();
    wasmqtt::TransportObserver* const observer = std::exchange(observer_, nullptr);
    forget();
    if (observer != nullptr) observer->on_transport_closed({wasmqtt::TransportFault::unknown, closed_abnormally, {}, false});
    return;
  }
  if (frozen_) return;
  send_due();
  deliver_due();
}

std::optional<wasmqtt::Time> TroubleTransport::next_change() const {
  if (plug_pulled_) return loop_.now();
  if (frozen_ || (in_.empty() && out_.empty())) return {};
  if (in_.empty()) return out_.front().due;
  return out_.empty() ? in_.front().due : std::min(in_.front().due, out_.front().due);
}

void TroubleTransport::open(const std::string& url, wasmqtt::TransportObserver& observer) {
  forget();
  observer_ = &observer;
  inner_.open(url, *this);
}

std::size_t TroubleTransport::write(Bytes bytes) {
  if (plug_pulled_) return bytes.size();  // gone
  const Bytes passed = pass(bytes, out_borders_);
  if (plug_pulled_) loop_.request_turn();
  if (!troubled()) {
    const std::size_t taken = inner_.write(passed);
    if (taken == passed.size()) return bytes.size();
    out_.push_back({loop_.now(), {passed.begin() + static_cast<std::ptrdiff_t>(taken), passed.end()}});
    return bytes.size();
  }
  if (!passed.empty()) out_.push_back({loop_.now() + delay_, {passed.begin(), passed.end()}});
  loop_.arm();
  return bytes.size();
}

std::size_t TroubleTransport::buffered() const {
  std::size_t bytes = inner_.buffered();
  for (const Piece& piece : out_) bytes += piece.bytes.size();
  return bytes;
}

void TroubleTransport::close() {
  // What was taken is sent first, whatever the delay; a frozen connection sends nothing.
  if (!frozen_ && !plug_pulled_)
    for (const Piece& piece : out_) (void)inner_.write(piece.bytes);
  observer_ = nullptr;
  forget();
  inner_.close();
}

void TroubleTransport::on_transport_open() {
  if (observer_ != nullptr) observer_->on_transport_open();
}

void TroubleTransport::on_transport_bytes(Bytes bytes) {
  if (observer_ == nullptr || plug_pulled_) return;
  const Bytes passed = pass(bytes, in_borders_);
  if (plug_pulled_) loop_.request_turn();
  if (passed.empty()) return;
  if (!troubled()) return observer_->on_transport_bytes(passed);
  in_.push_back({loop_.now() + delay_, {passed.begin(), passed.end()}});
  loop_.arm();
}

void TroubleTransport::on_transport_writable() {
  send_due();
  if (observer_ != nullptr && out_.empty()) observer_->on_transport_writable();
}

void TroubleTransport::on_transport_closed(const wasmqtt::TransportClose& close) {
  wasmqtt::TransportObserver* const observer = std::exchange(observer_, nullptr);
  forget();
  if (observer != nullptr) observer->on_transport_closed(close);
}

Bytes TroubleTransport::pass(Bytes bytes, PacketBorders& borders) {
  const std::size_t before = borders.find(bytes, losing_ ? is_acknowledgement : [](std::uint8_t) { return false; });
  if (before == bytes.size()) return bytes;
  losing_ = false;
  plug_pulled_ = true;
  return bytes.first(before);
}

void TroubleTransport::send_due() {
  while (!frozen_ && !out_.empty() && out_.front().due <= loop_.now()) {
    Piece& piece = out_.front();
    const std::size_t taken = inner_.write(piece.bytes);
    if (taken < piece.bytes.size()) {
      piece.bytes.erase(piece.bytes.begin(), piece.bytes.begin() + static_cast<std::ptrdiff_t>(taken));
      return;
    }
    out_.pop_front();
  }
}

// The observer may close, or open anew, in its callback.
void TroubleTransport::deliver_due() {
  while (!frozen_ && observer_ != nullptr && !in_.empty() && in_.front().due <= loop_.now()) {
    const Piece piece = std::move(in_.front());
    in_.pop_front();
    observer_->on_transport_bytes(piece.bytes);
  }
}

void TroubleTransport::forget() {
  plug_pulled_ = false;
  in_.clear();
  out_.clear();
  in_borders_.reset();
  out_borders_.reset();
}

}  // namespace chat
