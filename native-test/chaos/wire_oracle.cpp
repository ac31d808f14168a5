#include "wire_oracle.hpp"

#include <cstdio>

#include "connect_version.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"

namespace wasmqtt::chaos {
namespace {

// The broker never answered it, and the client has released its packet id.
bool dropped(const Ledger& ledger, const std::string& label) {
  const auto sent = ledger.sent.find(label);
  return sent != ledger.sent.end() && sent->second.dropped && ledger.completed.count(label) != 0;
}

}  // namespace
namespace {
constexpr std::uint64_t in_doubt = ~std::uint64_t{0};  // for Flow::ended: it came, but may not have been read
}

void WireOracle::connection_opened(unsigned index) {
  connection_ = index;
  last_out_ = simulation_.now();
  out_.reset();
  in_.reset();
  limits_.connection_opened();
  connect_sent_ = connack_seen_ = disconnected_ = signing_off_ = false;
  published_.clear();
  last_serial_.clear();
  last_pubrec_ = 0;
  await_puback_.clear();
  await_pubrec_.clear();
  await_pubcomp_.clear();
  // Unanswered requests end with their connection.
  for (auto flow = flows_.begin(); flow != flows_.end();)
    flow = flow->second.label.empty() ? flows_.erase(flow) : std::next(flow);
}

void WireOracle::client_wrote(Bytes bytes) {
  constexpr auto keep_alive = std::chrono::seconds{20};
  expect(simulation_.now() - last_out_ <= keep_alive, "silent for longer than the keep-alive [MQTT-3.1.2-23]");
  last_out_ = simulation_.now();
  out_.feed(bytes);
  Frame frame;
  while (out_.next(frame) == FrameReader::Status::frame) {
    version_ = version_after(frame, version_);
    trace_packet(Direction::outbound, frame.whole);
    limits_.sent(frame.type(), frame.whole.size());
    const auto packet = decode(frame, Direction::outbound, version_);
    if (packet) {
      outbound(*packet);
    } else {
      fail("a packet that is not legal: " + std::string(packet.error().message()));
    }
  }
  if (out_.error()) fail("bytes that are no packet");
}

void WireOracle::client_receives(Bytes bytes) {
  in_.feed(bytes);
  Frame frame;
  while (in_.next(frame) == FrameReader::Status::frame) {
    trace_packet(Direction::inbound, frame.whole);
    if (const auto packet = decode(frame, Direction::inbound, version_)) inbound(*packet);
  }
}

// ---- what the client sends ----

void WireOracle::outbound(const Packet& packet) {
  expect(!disconnected_, "a packet after DISCONNECT [MQTT-3.14.4-2]");
  const bool connect = std::holds_alternative<Connect>(packet);
  expect(connect || connect_sent_, "a packet before CONNECT [MQTT-3.1.0-1]");
  const bool disconnect = std::holds_alternative<Disconnect>(packet);
  expect(connect || disconnect || connack_seen_, "a packet between CONNECT and CONNACK");
  if (const auto* p = std::get_if<Connect>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Publish>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Puback>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Pubrec>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Pubrel>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Pubcomp>(&packet)) return out(*p);
  if (const auto* p = std::get_if<Subscribe>(&packet)) return request(p->packet_id);
  if (const auto* p = std::get_if<Unsubscribe>(&packet)) return request(p->packet_id);
  if (std::holds_alternative<Disconnect>(packet)) disconnected_ = true;
}

void WireOracle::out(const Connect& packet) {
  expect(!connect_sent_, "a second CONNECT [MQTT-3.1.0-2]");
  connect_sent_ = true;
  expect(packet.client_id == "alice" && !packet.clean_session && packet.will && packet.will->topic == "will/alice" &&
             packet.user_name == "alice" && packet.password,
         "CONNECT does not say what the application asked for");
}

void WireOracle::out(Publish packet) {
  const std::string label = label_of(packet.payload);
  limits_.sent(packet, label);
  const auto sent = ledger_.sent.find(label);
  if (sent == ledger_.sent.end()) return fail("a PUBLISH that nobody asked for: " + label);
  expect(sent->second.topic == packet.topic && sent->second.qos == packet.qos, label + " has another topic or QoS");
  expect(published_.insert(label).second, label + " twice on one connection [MQTT-4.4.0-1]");
  expect(!sent->second.cancelled || ledger_.completed.count(label) == 0, label + " is sent after it was cancelled");
  check_order(packet, label);
  if (packet.qos == Qos::at_most_once) {
    expect(!sent->second.on_wire, label + ", QoS 0, sent again [MQTT-4.3.1-1]");
  } else {
    expect(store_.journal().sent(packet.packet_id) && store_.accepted(label), label + " is on the wire before its record");
    check_first_or_again(packet, label);
  }
  sent->second.on_wire = true;
}

void WireOracle::check_first_or_again(const Publish& packet, const std::string& label) {
  const auto attempt = attempts_.find(label);
  const auto flow = flows_.find(packet.packet_id);
  const bool before = attempt != attempts_.end();
  if (before) {
    expect(packet.dup, label + " sent again without DUP [MQTT-3.3.1-1]");
    expect(attempt->second.packet_id == packet.packet_id, label + " sent again with another id [MQTT-2.3.1-3]");
    expect(!attempt->second.released, label + " published again after PUBREL [MQTT-4.3.3-1]");
    // Only a crash can make it forget that it was acknowledged.
    expect(flow == flows_.end() || flow->second.ended != process_, label + " sent again after its acknowledgement");
  } else if (packet.dup) {
    expect(ledger_.sent[label].announced_before < connection_, label + " with DUP the first time [MQTT-4.3.2-1]");
  }
  expect(flow == flows_.end() || flow->second.label == label || flow->second.ended != 0 || dropped(ledger_, flow->second.label),
         label + " takes packet id " + std::to_string(packet.packet_id) + ", which is in use [MQTT-2.3.1-2]");
  attempts_[label] = {packet.packet_id, false};
  flows_[packet.packet_id] = {label};
}

void WireOracle::check_order(const Publish& packet, const std::string& label) {
  unsigned& last = last_serial_[{std::string(packet.topic), packet.qos}];
  expect(serial_of(label) > last, label + " overtaken on its topic and QoS [MQTT-4.6.0-1]");
  last = serial_of(label);
}

void WireOracle::out(const Puback& packet) {
  if (await_puback_.empty() || await_puback_.front().first != packet.packet_id)
    return fail("PUBACK " + std::to_string(packet.packet_id) + " out of order or unasked [MQTT-4.6.0-2]");
  const std::string label = await_puback_.front().second;
  expect(store_.delivered(label), "PUBACK before " + label + " is in the application's store");
  await_puback_.pop_front();
}

void WireOracle::out(const Pubrec& packet) {
  if (await_pubrec_.empty() || await_pubrec_.front().first != packet.packet_id)
    return fail("PUBREC " + std::to_string(packet.packet_id) + " out of order or unasked [MQTT-4.6.0-3]");
  const std::string label = await_pubrec_.front().second;
  expect((store_.delivered(label) || ledger_.sessions_made_unseen != 0) && store_.journal().received.count(packet.packet_id) != 0,
         "PUBREC before " + label + " and its record are in the store");
  await_pubrec_.pop_front();
}

void WireOracle::out(const Pubrel& packet) {
  const auto flow = flows_.find(packet.packet_id);
  if (flow == flows_.end() || flow->second.pubrec == 0 || flow->second.ended == process_)
    return fail("PUBREL " + std::to_string(packet.packet_id) + " without PUBREC");
  expect(flow->second.pubrec > last_pubrec_, "PUBRELs not in the order of the PUBRECs [MQTT-4.6.0-4]");
  last_pubrec_ = flow->second.pubrec;
  expect(store_.journal().released(packet.packet_id), "PUBREL before its record is durable");
  attempts_[flow->second.label].released = true;
}

void WireOracle::out(const Pubcomp& packet) {
  if (await_pubcomp_.empty() || await_pubcomp_.front() != packet.packet_id)
    return fail("PUBCOMP " + std::to_string(packet.packet_id) + " out of order or unasked");
  await_pubcomp_.pop_front();
  expect(store_.journal().received.count(packet.packet_id) == 0, "PUBCOMP before its record is durable");
}

void WireOracle::request(PacketId packet_id) {
  const auto flow = flows_.find(packet_id);
  expect(flow == flows_.end() || flow->second.ended != 0 || dropped(ledger_, flow->second.label),
         "a request takes a packet id that is in use [MQTT-2.3.1-2]");
  flows_[packet_id] = {};
}

// The id is free again.
void WireOracle::end(PacketId packet_id) {
  const auto flow = flows_.find(packet_id);
  if (flow == flows_.end()) return;
  flow->second.ended = signing_off_ ? in_doubt : process_;
  flow->second.ended_at = simulation_.now();
}

// The next process takes up the session of before the loss, which the broker's new one will be taken for.
void WireOracle::process_died() {
  if (!loss_may_be_forgotten()) return;
  session_lost_ = false;
  ++ledger_.sessions_made_unseen;
  flows_ = flows_before_loss_;
  attempts_ = attempts_before_loss_;
}

void WireOracle::signing_off() {
  signing_off_ = true;
  for (auto& [packet_id, flow] : flows_) {
    if (flow.ended == process_ && flow.ended_at == simulation_.now()) flow.ended = in_doubt;
  }
}

// ---- what the client gets ----

void WireOracle::inbound(const Packet& packet) {
  if (const auto* p = std::get_if<Connack>(&packet)) return in(*p);
  if (const auto* p = std::get_if<Publish>(&packet)) {
    if (p->qos == Qos::at_least_once) await_puback_.emplace_back(p->packet_id, label_of(p->payload));
    if (p->qos == Qos::exactly_once) await_pubrec_.emplace_back(p->packet_id, label_of(p->payload));
  } else if (const auto* ack = std::get_if<Puback>(&packet)) {
    limits_.answered(PacketType::puback, ack->packet_id, ack->reason_code);
    end(ack->packet_id);
  } else if (const auto* comp = std::get_if<Pubcomp>(&packet)) {
    limits_.answered(PacketType::pubcomp, comp->packet_id, comp->reason_code);
    end(comp->packet_id);
  } else if (const auto* rec = std::get_if<Pubrec>(&packet)) {
    in(*rec);
  } else if (const auto* release = std::get_if<Pubrel>(&packet)) {
    await_pubcomp_.push_back(release->packet_id);
  } else if (const auto* suback = std::get_if<Suback>(&packet)) {
    end(suback->packet_id);
  } else if (const auto* unsuback = std::get_if<Unsuback>(&packet)) {
    end(unsuback->packet_id);
  }
}

// One that refuses ends the exchange: no PUBREL may follow it [MQTT5-4.3.3-4].
void WireOracle::in(const Pubrec& packet) {
  limits_.answered(PacketType::pubrec, packet.packet_id, packet.reason_code);
  if (is_failure(packet.reason_code)) return end(packet.packet_id);
  flows_[packet.packet_id].pubrec = ++pubrecs_;
}

void WireOracle::in(const Connack& packet) {
  if (is_failure(packet.reason())) return;
  connack_seen_ = true;
  if (version_ == ProtocolVersion::mqtt_5) limits_.connack(packet);
  if (!packet.session_present) {
    if (expects_session_) ++ledger_.sessions_resumed_in_vain;
    // Of several losses that may be forgotten, what was before the first comes back.
    if (!loss_may_be_forgotten()) {
      loss_batch_ = store_.appended();
      flows_before_loss_ = std::move(flows_);
      attempts_before_loss_ = std::move(attempts_);
    }
    session_lost_ = true;
    flows_.clear();
    attempts_.clear();
  }
  expects_session_ = true;
}

// ---- the trace ----

void WireOracle::trace_packet(Direction direction, Bytes bytes) {
  if (!traces_) return;
  constexpr std::size_t kept = 80;
  if (bytes.size() == 2 && ++pings_ > 8) return;  // a run that never ends has nothing else to show
  if (traced_.size() == kept) traced_.pop_front();
  traced_.push_back({simulation_.now(), connection_, direction, version_, {bytes.begin(), bytes.end()}});
}

std::string WireOracle::trace() const {
  std::string text;
  for (const Traced& packet : traced_) {
    FrameReader reader(1 << 20);
    Frame frame;
    reader.feed(packet.bytes);
    if (reader.next(frame) != FrameReader::Status::frame) continue;
    const auto decoded = decode(frame, packet.direction, packet.version);
    const double seconds = static_cast<double>((packet.at - Time{std::chrono::seconds{1'700'000'000}}).count()) / 1e6;
    char head[64];
    std::snprintf(head, sizeof head, "%10.3f  #%u %s ", seconds, packet.connection,
                  packet.direction == Direction::outbound ? "->" : "<-");
    text += head + (decoded ? describe(*decoded) : std::string("(not legal)")) + '\n';
  }
  return text;
}

void WireOracle::fail(const std::string& what) { ledger_.fail("on connection " + std::to_string(connection_) + ": " + what); }

}  // namespace wasmqtt::chaos
