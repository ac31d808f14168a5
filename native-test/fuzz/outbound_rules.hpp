// What holds for every packet that a client sends, whatever it is fed: legal in itself, and legal where it stands.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "fuzz.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/decode.hpp"

namespace wasmqtt::fuzz {

// Of MQTT 5 also what the broker of this connection takes.
class OutboundRules {
 public:
  void connection_opened() { *this = OutboundRules(); }
  void bytes(Bytes bytes) {
    reader_.feed(bytes);
    Frame frame;
    while (reader_.next(frame) == FrameReader::Status::frame) {
      constexpr std::size_t level = 6;  // in CONNECT, behind the protocol name
      if (frame.type() == PacketType::connect && frame.body.size() > level) version_ = static_cast<ProtocolVersion>(frame.body[level]);
      const auto packet = decode(frame, Direction::outbound, version_);
      check(packet.has_value(), "every packet out is legal");
      // A limit that no acknowledgement fits in is nobody's.
      const std::size_t most = std::max<std::size_t>(limits_.maximum_packet_size, 16);
      check(knew_no_limits(frame.type()) || frame.whole.size() <= most, "no packet is larger than the broker takes [MQTT5-3.2.2-15]");
      take(*packet);
    }
    check(!reader_.error(), "the output is packets");
  }
  // What the client is given meanwhile, in the version that it asks for: perhaps before its CONNECT has left.
  void received(Bytes bytes, ProtocolVersion version) {
    if (version != ProtocolVersion::mqtt_5) return;
    answers_.feed(bytes);
    Frame frame;
    while (answers_.next(frame) == FrameReader::Status::frame) {
      const auto packet = decode(frame, Direction::inbound, version);
      if (packet) answered(*packet);
      else if (packet.error().code() == Errc::reserved_reason_code) answered_with_unknown_code(frame, version);
    }
  }
 private:
  // CONNECT, and the AUTH that answers one from before CONNACK: it may still be on its way out when CONNACK comes.
  bool knew_no_limits(PacketType type) {
    if (type != PacketType::auth || early_challenges_ == 0) return type == PacketType::connect;
    --early_challenges_;
    return true;
  }
  void take(const Packet& packet) {
    check(!disconnected_, "nothing follows DISCONNECT [MQTT-3.14.4-2]");
    const bool connect = std::holds_alternative<Connect>(packet);
    check(connect != connected_, "CONNECT comes first, and once [MQTT-3.1.0-1] [MQTT-3.1.0-2]");
    connected_ = true;
    if (std::holds_alternative<Disconnect>(packet)) disconnected_ = true;
    if (const auto* asked = std::get_if<Connect>(&packet)) method_ = asked->properties.text(PropertyId::authentication_method);
    if (const auto* auth = std::get_if<Auth>(&packet)) {
      check(!method_.empty(), "no AUTH without a method in CONNECT [MQTT5-4.12.0-7]");
      check(auth->properties.text(PropertyId::authentication_method) == method_, "AUTH names CONNECT's method [MQTT5-4.12.0-5]");
    }
    if (const auto* publish = std::get_if<Publish>(&packet)) take(*publish);
  }

  void take(const Publish& publish) {
    check(publish.qos <= limits_.maximum_qos, "no QoS that the broker does not take [MQTT5-3.2.2-11]");
    check(!publish.retain || limits_.retain_available, "no RETAIN that the broker does not take [MQTT5-3.2.2-14]");
    const std::uint32_t alias = publish.properties.number(PropertyId::topic_alias, 0);
    check(alias <= limits_.topic_alias_maximum, "no alias above the broker's maximum [MQTT5-3.2.2-17]");
    if (alias != 0 && !publish.topic.empty()) aliases_.insert(alias);
    check(!publish.topic.empty() || aliases_.count(alias) != 0, "an alias is set before it is used [MQTT5-3.3.2-7]");
    if (publish.qos == Qos::at_most_once) return;
    check(!publish.dup || published_.insert(publish.packet_id).second, "a resend comes once per connection");
    check(!publish.dup || alias == 0, "a resend has the whole topic");
    if (answered_.erase(publish.packet_id) == 0) unfinished_.insert(publish.packet_id);
    check(unfinished_.size() <= limits_.receive_maximum, "the Receive Maximum is kept to [MQTT5-4.9.0-2]");
  }

  void answered(const Packet& packet) {
    if (std::holds_alternative<Auth>(packet) && !accepted_) ++early_challenges_;
    if (const auto* connack = std::get_if<Connack>(&packet); connack != nullptr && !accepted_ && !is_failure(connack->reason())) {
      accepted_ = true;
      limits_ = read_limits(connack->properties);
    }
    if (const auto* puback = std::get_if<Puback>(&packet)) settled(puback->packet_id);
    if (const auto* pubcomp = std::get_if<Pubcomp>(&packet)) settled(pubcomp->packet_id);
    if (const auto* pubrec = std::get_if<Pubrec>(&packet); pubrec != nullptr && is_failure(pubrec->reason_code))
      settled(pubrec->packet_id);
  }
  // The client counts a message as answered whatever the code says, and goes on after the one that Mosquitto makes up.
  void answered_with_unknown_code(const Frame& frame, ProtocolVersion version) {
    Acknowledgement packet;
    const bool acknowledges = frame.type() >= PacketType::puback && frame.type() <= PacketType::pubcomp;
    if (!acknowledges || frame.type() == PacketType::pubrel) return;
    check(bool{decode_acknowledgement(frame, packet, version)}, "the code is the fault");
    settled(packet.packet_id);
  }
  // It may settle what is still on its way out.
  void settled(PacketId packet_id) {
    if (unfinished_.erase(packet_id) == 0) answered_.insert(packet_id);
  }

  FrameReader reader_{1 << 24};
  FrameReader answers_{1 << 24};
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;
  ServerLimits limits_;
  std::string method_;
  bool accepted_ = false;
  bool connected_ = false;
  bool disconnected_ = false;
  std::size_t early_challenges_ = 0;
  std::set<PacketId> published_;
  std::set<PacketId> unfinished_;  // that take a place of the quota
  std::set<PacketId> answered_;
  std::set<std::uint32_t> aliases_;
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
