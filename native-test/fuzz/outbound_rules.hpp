// What holds for every packet that a client sends, whatever it is fed: legal in itself, and legal where it stands.
#pragma once

#include <map>
#include <set>

#include "fuzz.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/decode.hpp"

namespace wasmqtt::fuzz {

class OutboundRules {
 public:
  void connection_opened() {
    reader_.reset();
    connected_ = disconnected_ = false;
    published_.clear();
  }
  void bytes(Bytes bytes) {
    reader_.feed(bytes);
    Frame frame;
    while (reader_.next(frame) == FrameReader::Status::frame) {
      const auto packet = decode(frame, Direction::outbound);
      check(packet.has_value(), "every packet out is legal");
      take(*packet);
    }
    check(!reader_.error(), "the output is packets");
  }

 private:
  void take(const Packet& packet) {
    check(!disconnected_, "nothing follows DISCONNECT [MQTT-3.14.4-2]");
    const bool connect = std::holds_alternative<Connect>(packet);
    check(connect != connected_, "CONNECT comes first, and once [MQTT-3.1.0-1] [MQTT-3.1.0-2]");
    connected_ = true;
    if (std::holds_alternative<Disconnect>(packet)) disconnected_ = true;
    if (const auto* publish = std::get_if<Publish>(&packet); publish != nullptr && publish->qos != Qos::at_most_once)
      check(!publish->dup || published_.insert(publish->packet_id).second, "a resend comes once per connection");
  }

  FrameReader reader_{1 << 24};
  bool connected_ = false;
  bool disconnected_ = false;
  std::set<PacketId> published_;
};

// How deliveries end: each once.
class DeliveryRules {
 public:
  void accepted(Delivery delivery) {
    if (delivery.number != 0) check(open_.insert(delivery.number).second, "a number is used once");
    accepted_.insert(delivery.number);
  }
  void changed(const DeliveryChanged& event, bool qos0_ends_when_sent) {
    const bool known = open_.count(event.delivery.number) != 0;
    if (!known && event.reason == FailureReason::expired && earlier_.count(event.delivery.number) != 0) return;
    check(known, "only an open delivery changes");
    const bool end = event.state == DeliveryState::acknowledged || event.state == DeliveryState::failed ||
                     (event.state == DeliveryState::sent && qos0_ends_when_sent);
    check((event.state == DeliveryState::failed) == (event.reason != FailureReason::none), "a failure has a reason");
    if (end) open_.erase(event.delivery.number);
  }
  // What is unfinished is what a new process knows. Others ran out while there was none, or their end was not durable:
  // those expire now.
  void restarted(const std::vector<Delivery>& unfinished) {
    earlier_.insert(accepted_.begin(), accepted_.end());
    open_.clear();
    for (const Delivery delivery : unfinished) open_.insert(delivery.number);
  }
  std::size_t open() const { return open_.size(); }

 private:
  std::set<std::uint64_t> open_;
  std::set<std::uint64_t> accepted_;
  std::set<std::uint64_t> earlier_;  // accepted by processes that are dead
};

}  // namespace wasmqtt::fuzz
