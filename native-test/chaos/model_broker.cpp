#include "model_broker.hpp"

#include <algorithm>

#include "connect_version.hpp"
#include "scenario.hpp"
#include "terms.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt::chaos {

// ---- connections ----

void ModelBroker::link_opened(const std::shared_ptr<Link>& link) {
  drop_link(true);  // whoever was there: the same client id is here anew [MQTT-3.1.4-2]
  link_ = link;
  reader_.reset();
  connected_ = saw_disconnect_ = false;
  their_aliases_.clear();
  our_aliases_.clear();
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
    version_ = version_after(frame, version_);
    const auto packet = decode(frame, Direction::outbound, version_);
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
      if (found->second.to_forward) forward(found->second.message, found->second.message.retain);
      session_->received.erase(found);
      send(Pubcomp{release->packet_id});
    } else {
      send(Pubcomp{release->packet_id, speaks_5() ? ReasonCode::packet_identifier_not_found : ReasonCode::success});
    }
    return;
  }
  if (const auto* subscribe = std::get_if<Subscribe>(&packet)) return handle_subscribe(*subscribe);
  if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
    std::vector<std::uint8_t> codes;
    for (const std::string_view filter : unsubscribe->filters) {
      const bool known = session_->subscriptions.erase(std::string(filter)) != 0;
      if (speaks_5()) codes.push_back(static_cast<std::uint8_t>(known ? ReasonCode::success : ReasonCode::no_subscription_existed));
    }
    send(Unsuback{unsubscribe->packet_id, codes});
    return;
  }
  if (std::holds_alternative<Pingreq>(packet)) {
    send(Pingresp{});
    return;
  }
  saw_disconnect_ = true;
  drop_link(false);
}

void ModelBroker::handle_connect(const Connect& packet) {
  if (connected_) return drop_link(true);
  if (std::exchange(refuse_next_, false)) {
    send(speaks_5() ? Connack{.reason_code = ReasonCode::server_unavailable}
                    : Connack{.return_code = ConnectReturnCode::server_unavailable});
    return drop_link(false);
  }
  if (packet.clean_session) session_.reset();
  const bool session_present = session_ != nullptr;
  if (!session_present) {
    session_ = std::make_unique<Session>();
    session_->made_on = link_;
  } else if (const auto made_on = std::exchange(session_->made_on, nullptr);
             made_on && made_on->arrived(Direction::inbound) < session_->connack_bytes && ledger_.forgets != 0) {
    ++ledger_.sessions_made_unseen;
  }
  connected_ = true;
  if (packet.will)
    will_ = Message{std::string(packet.will->topic), std::string(as_text(packet.will->message)), packet.will->qos,
                    packet.will->retain};
  keep_alive_ = std::chrono::seconds{packet.keep_alive};
  watch_keep_alive();
  send_connack(session_present);
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

void ModelBroker::send_connack(bool session_present) {
  PropertyList properties;
  if (speaks_5()) {
    const ServerLimits terms = terms_of(link_->index(), weather_);
    const ServerLimits usual;
    if (terms.receive_maximum != usual.receive_maximum) (void)properties.add(PropertyId::receive_maximum, terms.receive_maximum);
    if (terms.maximum_packet_size != usual.maximum_packet_size)
      (void)properties.add(PropertyId::maximum_packet_size, terms.maximum_packet_size);
    if (terms.topic_alias_maximum != 0) (void)properties.add(PropertyId::topic_alias_maximum, terms.topic_alias_maximum);
  }
  session_->connack_bytes = send(Connack{.session_present = session_present, .properties = properties});
}

bool ModelBroker::resolve_alias(Publish& packet) {
  const std::uint32_t alias = packet.properties.number(PropertyId::topic_alias, 0);
  if (alias == 0) return true;
  if (!packet.topic.empty()) their_aliases_[alias] = packet.topic;
  const auto known = their_aliases_.find(alias);
  if (known != their_aliases_.end()) packet.topic = known->second;
  return known != their_aliases_.end();
}

// With words, for those who show them; nothing of it is redelivered [MQTT5-4.4.0-2].
void ModelBroker::refuse(const Publish& packet) {
  PropertyList words;
  (void)words.add(PropertyId::reason_string, "no");
  if (packet.qos == Qos::at_least_once) send(Puback{packet.packet_id, ReasonCode::not_authorized, words});
  if (packet.qos == Qos::exactly_once) send(Pubrec{packet.packet_id, ReasonCode::not_authorized, words});
}

void ModelBroker::handle_publish(Publish packet) {
  if (!resolve_alias(packet)) return drop_link(true);
  if (packet.topic == ledger_.refused_topic) {
    if (speaks_5()) send(Disconnect{ReasonCode::topic_name_invalid});
    return drop_link(true);
  }
  if (packet.topic == denied_topic) return refuse(packet);
  Message message{std::string(packet.topic), std::string(as_text(packet.payload)), packet.qos, packet.retain};
  if (packet.qos != Qos::exactly_once) {
    forward(message, packet.retain);
    // Another success: nobody else listens there.
    const bool odd = speaks_5() && packet.packet_id % 2 == 1;
    if (packet.qos == Qos::at_least_once) send(Puback{packet.packet_id, odd ? ReasonCode::no_matching_subscribers : ReasonCode::success});
    return;
  }
  if (session_->received.count(packet.packet_id) == 0) {
    if (!forward_on_release_) forward(message, packet.retain);
    session_->received[packet.packet_id] = {std::move(message), forward_on_release_};
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
  if (received) {
    if (found != all.end()) found->released = true;
    send(Pubrel{packet_id});
    return;
  }
  if (found == all.end()) return;
  all.erase(found);
  pump();
}

// What the client has dropped unanswered, nobody releases.
bool ModelBroker::idle() const {
  if (!session_ || !session_->outgoing.empty()) return false;
  return std::all_of(session_->received.begin(), session_->received.end(), [this](const auto& entry) {
    const auto sent = ledger_.sent.find(label_of(as_bytes(entry.second.message.payload)));
    return sent != ledger_.sent.end() && sent->second.dropped;
  });
}

// ---- messages out ----

void ModelBroker::publish_as(unsigned serial, const std::string& topic, Qos qos, bool retain) {
  const Message message{topic, "i" + std::to_string(serial) + ' ' + std::string(serial % 5, '.'), qos, retain};
  if (retain) retained_[topic] = message;
  forward(message, false);
}

void ModelBroker::publish_text(const std::string& topic, std::string payload, Qos qos, bool retain) {
  forward({topic, std::move(payload), qos, retain}, retain);
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
    if (connected_) send_message(copy, 0, false);
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
  send_message(outgoing.message, outgoing.packet_id, again);
}

void ModelBroker::send_message(const Message& message, PacketId packet_id, bool again) {
  PropertyList properties;
  bool known = false;
  if (speaks_5()) {
    const std::string label = label_of(as_bytes(message.payload));
    (void)properties.add(PropertyId::correlation_data, as_bytes(label));
    if (!again) (void)properties.add(PropertyId::topic_alias, give_alias(message.topic, known));
  }
  send(Publish{known ? std::string_view() : message.topic, as_bytes(message.payload), packet_id, message.qos, message.retain, again,
               properties});
}

// As few as the client takes are enough for its topics to take turns.
std::uint16_t ModelBroker::give_alias(const std::string& topic, bool& known) {
  const auto found = our_aliases_.find(topic);
  known = found != our_aliases_.end();
  if (known) return found->second;
  const auto alias = static_cast<std::uint16_t>(1 + static_cast<std::size_t>(topic[topic.size() / 2]) % aliases);
  std::erase_if(our_aliases_, [&](const auto& entry) { return entry.second == alias; });
  our_aliases_[topic] = alias;
  return alias;
}

PacketId ModelBroker::free_id() const {
  for (PacketId id = 1;; ++id) {
    const auto& all = session_->outgoing;
    if (std::none_of(all.begin(), all.end(), [&](const Outgoing& one) { return one.packet_id == id; })) return id;
  }
}

std::size_t ModelBroker::send(const Packet& packet) {
  if (!link_) return 0;
  const PacketType type = type_of(packet);
  const bool acknowledgement = type == PacketType::puback || type == PacketType::pubrec || type == PacketType::pubcomp ||
                               type == PacketType::suback || type == PacketType::unsuback;
  if (muted_ == link_.get() && acknowledgement) return 0;
  ByteBuffer bytes;
  if (encode(packet, bytes, version_, Direction::inbound)) ledger_.fail("the model broker made a packet that is not legal");
  link_->send(Direction::inbound, bytes);
  return bytes.size();
}

}  // namespace wasmqtt::chaos
