#include "model_broker.hpp"

#include <algorithm>

#include "wasmqtt/decode.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt::chaos {

// ---- connections ----

void ModelBroker::link_opened(const std::shared_ptr<Link>& link) {
  drop_link(true);  // whoever was there: the same client id is here anew [MQTT-3.1.4-2]
  link_ = link;
  reader_.reset();
  connected_ = saw_disconnect_ = false;
  keep_alive_ = {};
  heard_at_ = simulation_.now();
}

void ModelBroker::link_closed(Link& link) {
  if (link_.get() == &link) drop_link(true);
}

void ModelBroker::drop_link(bool publish_will) {
  if (!link_) return;
  const std::shared_ptr<Link> link = std::exchange(link_, nullptr);
  connected_ = false;
  link->close_from(Direction::inbound);
  if (will_ && publish_will) {
    ++ledger_.wills;
    forward(*will_, will_->retain);
  }
  will_.reset();
}

void ModelBroker::go_down(Duration how_long) {
  up_at_ = simulation_.now() + how_long;
  drop_link(true);
}

void ModelBroker::forget() {
  drop_link(true);
  ++ledger_.forgets;
  if (session_) {
    for (const Outgoing& outgoing : session_->outgoing) ledger_.owed[label_of(as_bytes(outgoing.message.payload))].wiped = true;
  }
  session_.reset();
}

void ModelBroker::watch_keep_alive() {
  if (keep_alive_ == Duration{} || !link_) return;
  const Duration timeout = keep_alive_ * 3 / 2;  // [MQTT-3.1.2-24]
  simulation_.at(heard_at_ + timeout, [this, link = std::weak_ptr<Link>(link_), timeout] {
    const auto alive = link.lock();
    if (!alive || alive != link_) return;
    if (simulation_.now() < heard_at_ + timeout) return watch_keep_alive();
    if (!alive->stalled(Direction::outbound)) ledger_.fail("the client was silent for too long [MQTT-3.1.2-23]");
    drop_link(true);
  });
}

// ---- packets in ----

void ModelBroker::bytes(Link& link, Bytes bytes) {
  if (link_.get() != &link) return;
  heard_at_ = simulation_.now();
  reader_.feed(bytes);
  Frame frame;
  while (link_.get() == &link && reader_.next(frame) == FrameReader::Status::frame) {
    const auto packet = decode(frame, Direction::outbound);
    if (!packet) {
      ledger_.fail("the broker got a packet that is not legal: " + std::string(packet.error().message()));
      return drop_link(true);
    }
    handle(*packet);
  }
}

void ModelBroker::handle(const Packet& packet) {
  if (const auto* connect = std::get_if<Connect>(&packet)) return handle_connect(*connect);
  if (!connected_) return drop_link(true);
  if (const auto* publish = std::get_if<Publish>(&packet)) return handle_publish(*publish);
  if (const auto* ack = std::get_if<Puback>(&packet)) return finish(ack->packet_id, false);
  if (const auto* ack = std::get_if<Pubcomp>(&packet)) return finish(ack->packet_id, false);
  if (const auto* ack = std::get_if<Pubrec>(&packet)) return finish(ack->packet_id, true);
  if (const auto* release = std::get_if<Pubrel>(&packet)) {
    const auto found = session_->received.find(release->packet_id);
    if (found != session_->received.end()) {
      if (found->second) forward(*found->second, found->second->retain);
      session_->received.erase(found);
    }
    return send(Pubcomp{release->packet_id});
  }
  if (const auto* subscribe = std::get_if<Subscribe>(&packet)) return handle_subscribe(*subscribe);
  if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
    for (const std::string_view filter : unsubscribe->filters) session_->subscriptions.erase(std::string(filter));
    return send(Unsuback{unsubscribe->packet_id});
  }
  if (std::holds_alternative<Pingreq>(packet)) return send(Pingresp{});
  saw_disconnect_ = true;
  drop_link(false);
}

void ModelBroker::handle_connect(const Connect& packet) {
  if (connected_) return drop_link(true);
  if (std::exchange(refuse_next_, false)) {
    send(Connack{false, ConnectReturnCode::server_unavailable});
    return drop_link(false);
  }
  if (packet.clean_session) session_.reset();
  const bool session_present = session_ != nullptr;
  if (!session_present) {
    session_ = std::make_unique<Session>();
    session_->made_on = link_;
  } else if (const auto made_on = std::exchange(session_->made_on, nullptr);
             made_on && made_on->arrived(Direction::inbound) < 4 && ledger_.forgets != 0) {
    ++ledger_.sessions_made_unseen;
  }
  connected_ = true;
  if (packet.will)
    will_ = Message{std::string(packet.will->topic), std::string(as_text(packet.will->message)), packet.will->qos,
                    packet.will->retain};
  keep_alive_ = std::chrono::seconds{packet.keep_alive};
  watch_keep_alive();
  send(Connack{session_present, ConnectReturnCode::accepted});
  for (Outgoing& outgoing : session_->outgoing) {
    outgoing.on_link = false;
    if (!outgoing.sent) continue;
    if (outgoing.released) {
      send(Pubrel{outgoing.packet_id});
      outgoing.on_link = true;
    } else {
      send_publish(outgoing);
    }
  }
  pump();
}

void ModelBroker::handle_publish(const Publish& packet) {
  if (packet.topic == ledger_.refused_topic) return drop_link(true);
  Message message{std::string(packet.topic), std::string(as_text(packet.payload)), packet.qos, packet.retain};
  if (packet.qos != Qos::exactly_once) {
    forward(message, packet.retain);
    if (packet.qos == Qos::at_least_once) send(Puback{packet.packet_id});
    return;
  }
  if (session_->received.count(packet.packet_id) == 0) {
    if (!forward_on_release_) forward(message, packet.retain);
    session_->received[packet.packet_id] =
        forward_on_release_ ? std::optional<Message>(std::move(message)) : std::nullopt;
  }
  send(Pubrec{packet.packet_id});
}

void ModelBroker::handle_subscribe(const Subscribe& packet) {
  std::vector<std::uint8_t> codes;
  for (const TopicRequest& request : packet.requests) {
    session_->subscriptions[std::string(request.filter)] = request.qos;
    codes.push_back(static_cast<std::uint8_t>(request.qos));
  }
  send(Suback{packet.packet_id, codes});
  for (const TopicRequest& request : packet.requests) {
    for (const auto& [topic, message] : retained_) {
      if (topic_matches(request.filter, topic)) enqueue(message, request.qos, true);
    }
  }
  pump();
}

void ModelBroker::finish(PacketId packet_id, bool received) {
  auto& all = session_->outgoing;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Outgoing& one) { return one.sent && one.packet_id == packet_id; });
  if (found == all.end()) return received ? send(Pubrel{packet_id}) : void();
  if (received) {
    found->released = true;
    return send(Pubrel{packet_id});
  }
  all.erase(found);
  pump();
}

// ---- messages out ----

void ModelBroker::publish(const std::string& topic, Qos qos, bool retain) {
  const unsigned serial = ++ledger_.serial;
  const Message message{topic, "i" + std::to_string(serial) + ' ' + std::string(serial % 5, '.'), qos, retain};
  if (retain) retained_[topic] = message;
  forward(message, false);
}

// To everybody who wants it: the crowd, which is the ledger, and the client.
void ModelBroker::forward(const Message& message, bool retain) {
  if (message.payload[0] != 'i')
    ledger_.forwarded.push_back({label_of(as_bytes(message.payload)), message.topic, message.qos});
  if (retain) retained_[message.topic] = message;
  if (!session_) return;
  std::optional<Qos> granted;  // one copy, with the highest QoS of all that match [MQTT-3.3.5-1]
  for (const auto& [filter, qos] : session_->subscriptions) {
    if (topic_matches(filter, message.topic)) granted = std::max(granted.value_or(qos), qos);
  }
  if (granted) enqueue(message, *granted, false);
  pump();
}

void ModelBroker::enqueue(const Message& message, Qos granted, bool retain) {
  Message copy = message;
  copy.qos = std::min(message.qos, granted);
  copy.retain = retain;
  if (copy.qos == Qos::at_most_once) {
    if (connected_) send(Publish{copy.topic, as_bytes(copy.payload), 0, copy.qos, retain, false});
    return;
  }
  ledger_.owed[label_of(as_bytes(copy.payload))] = {copy.topic, copy.qos, false, retain};
  session_->outgoing.push_back({std::move(copy)});
}

void ModelBroker::pump() {
  if (!connected_) return;
  std::size_t in_flight = 0;
  for (Outgoing& outgoing : session_->outgoing) {
    if (!outgoing.sent && in_flight < in_flight_limit) send_publish(outgoing);
    in_flight += outgoing.sent ? 1 : 0;
  }
}

void ModelBroker::send_publish(Outgoing& outgoing) {
  const bool again = std::exchange(outgoing.sent, true);
  if (!again) outgoing.packet_id = free_id();
  outgoing.on_link = true;
  const Message& message = outgoing.message;
  send(Publish{message.topic, as_bytes(message.payload), outgoing.packet_id, message.qos, message.retain, again});
}

PacketId ModelBroker::free_id() const {
  for (PacketId id = 1;; ++id) {
    const auto& all = session_->outgoing;
    if (std::none_of(all.begin(), all.end(), [&](const Outgoing& one) { return one.packet_id == id; })) return id;
  }
}

void ModelBroker::send(const Packet& packet) {
  if (!link_) return;
  const PacketType type = type_of(packet);
  const bool acknowledgement = type == PacketType::puback || type == PacketType::pubrec || type == PacketType::pubcomp ||
                               type == PacketType::suback || type == PacketType::unsuback;
  if (muted_ == link_.get() && acknowledgement) return;
  ByteBuffer bytes;
  if (encode(packet, bytes)) ledger_.fail("the model broker made a packet that is not legal");
  link_->send(Direction::inbound, bytes);
}

}  // namespace wasmqtt::chaos
