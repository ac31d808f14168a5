#include "mutants.hpp"

#include <map>

#include "mutating_transport.hpp"
#include "wasmqtt/decode.hpp"

namespace wasmqtt::chaos {
namespace {

// A client whose packets out are changed.
class WithTransport final : public Faulty {
 public:
  using Change = std::function<void(const Frame&, ByteBuffer&, MutatingTransport&)>;
  explicit WithTransport(Change change) : change_(std::move(change)) {}
  Transport& transport(Simulation& simulation, Transport& honest) override {
    transport_ = std::make_unique<MutatingTransport>(
        simulation, honest, [this](const Frame& frame, ByteBuffer& out) { change_(frame, out, *transport_); });
    return *transport_;
  }

 private:
  Change change_;
  std::unique_ptr<MutatingTransport> transport_;
};

void pass(const Frame& frame, ByteBuffer& out) { out.insert(out.end(), frame.whole.begin(), frame.whole.end()); }

std::unique_ptr<Faulty> with_transport(WithTransport::Change change) {
  return std::make_unique<WithTransport>(std::move(change));
}

bool is_publish(const Frame& frame, unsigned qos) {
  return frame.type() == PacketType::publish && ((frame.flags() >> 1) & 3) == qos;
}

bool read(const Frame& frame, Publish& packet, const MutatingTransport& transport) {
  return !decode_publish(frame, packet, transport.version(), Direction::outbound);
}

void write(const Publish& packet, ByteBuffer& out, const MutatingTransport& transport) {
  encode_checked(packet, out, transport.version());
}

void pretend_acknowledged(const Publish& packet, MutatingTransport& transport) {
  ByteBuffer puback;
  encode_acknowledgement(PacketType::puback, packet.packet_id, puback);
  transport.pretend(std::move(puback));
}

// A store in front of the honest one.
class WithStore : public Faulty, protected SessionStore {
 public:
  SessionStore& store(Simulation& simulation, ModelStore& honest) override {
    simulation_ = &simulation;
    honest_ = &honest;
    return *this;
  }

 protected:
  void load(const std::string& client_id, Loaded loaded) override { honest_->load(client_id, std::move(loaded)); }
  void append(Bytes records, Written written) override { honest_->append(records, std::move(written)); }
  Simulation* simulation_ = nullptr;
  ModelStore* honest_ = nullptr;
};

class TooEarly final : public WithStore {
  void append(Bytes records, Written written) override {
    honest_->append(records, [](bool, std::string_view) {});
    written(true, {});
  }
};

// Records of one kind are never written.
class ForgetsRecords final : public WithStore {
 public:
  explicit ForgetsRecords(JournalRecord::Kind kind) : kind_(kind) {}

 private:
  void append(Bytes records, Written written) override {
    ByteBuffer kept;
    JournalReader reader(records);
    JournalRecord record;
    while (reader.next(record) == JournalReader::Status::record) {
      if (record.kind != kind_) write_record(record, kept);
    }
    honest_->append(kept, std::move(written));
  }
  JournalRecord::Kind kind_;
};

class DeliversTwice final : public Faulty {
  int times_delivered(const Message& message) override {
    return message.qos == Qos::exactly_once && ++count_ == 2 ? 2 : 1;
  }
  int count_ = 0;
};

class SwallowsMessage final : public Faulty {
  int times_delivered(const Message& message) override {
    return message.qos == Qos::at_least_once && !message.retain && ++count_ == 2 ? 0 : 1;
  }
  int count_ = 0;
};

class Completes final : public Faulty {
 public:
  explicit Completes(int times) : times_(times) {}

 private:
  int times_completed(const std::string&) override { return ++count_ == 2 ? times_ : 1; }
  int times_;
  int count_ = 0;
};

std::unique_ptr<Faulty> drops_dup() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    pass(frame, out);
    if (frame.type() == PacketType::publish) out[out.size() - frame.whole.size()] &= 0xf7;
  });
}

std::unique_ptr<Faulty> always_dup() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    pass(frame, out);
    if (is_publish(frame, 1)) out[out.size() - frame.whole.size()] |= 0x08;
  });
}

// Every PUBLISH takes the id of the first one.
std::unique_ptr<Faulty> reuses_id() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    Publish packet;
    if (!is_publish(frame, 2) || !read(frame, packet, transport)) return pass(frame, out);
    packet.packet_id = 3;
    write(packet, out, transport);
  });
}

// One QoS 1 message never leaves, and is said to be acknowledged.
std::unique_ptr<Faulty> loses_message() {
  return with_transport([lost = false](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) mutable {
    Publish packet;
    if (lost || !is_publish(frame, 1) || !read(frame, packet, transport)) return pass(frame, out);
    lost = true;
    pretend_acknowledged(packet, transport);
  });
}

// A QoS 2 PUBLISH is held back until the next one has gone.
std::unique_ptr<Faulty> reorders() {
  return with_transport([held = ByteBuffer()](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) mutable {
    Publish packet;
    const bool candidate = is_publish(frame, 2) && read(frame, packet, transport) && packet.topic == "out/a";
    if (candidate && held.empty()) {
      held.assign(frame.whole.begin(), frame.whole.end());
      return;
    }
    pass(frame, out);
    if (candidate) out.insert(out.end(), held.begin(), held.end());
  });
}

// Sends again on a live connection, as if by a timer.
std::unique_ptr<Faulty> repeats() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    pass(frame, out);
    if (!is_publish(frame, 1)) return;
    pass(frame, out);
    out[out.size() - frame.whole.size()] |= 0x08;
  });
}

std::unique_ptr<Faulty> talks_after_disconnect() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    pass(frame, out);
    if (frame.type() == PacketType::disconnect) (void)encode(Packet{Pingreq{}}, out);
  });
}

std::unique_ptr<Faulty> never_pings() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    if (frame.type() != PacketType::pingreq) return pass(frame, out);
    ByteBuffer pingresp;
    (void)encode(Packet{Pingresp{}}, pingresp);
    transport.pretend(std::move(pingresp));
  });
}

std::unique_ptr<Faulty> swallows_pubcomp() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    if (frame.type() != PacketType::pubcomp) pass(frame, out);
  });
}

// The second of two acknowledgements overtakes the first.
std::unique_ptr<Faulty> acknowledges_out_of_order() {
  return with_transport([held = ByteBuffer()](const Frame& frame, ByteBuffer& out, MutatingTransport&) mutable {
    if (frame.type() == PacketType::pubrec && held.empty()) {
      held.assign(frame.whole.begin(), frame.whole.end());
      return;
    }
    pass(frame, out);
    if (frame.type() == PacketType::pubrec) out.insert(out.end(), held.begin(), held.end());
  });
}

// ---- what MQTT 5 brings ----

// QoS 1 messages take no place in the quota: all of them, or those that are sent again.
std::unique_ptr<Faulty> overruns_quota(bool only_again) {
  return with_transport([only_again](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    pass(frame, out);
    Publish packet;
    if (!is_publish(frame, 1) || !read(frame, packet, transport) || (only_again && !packet.dup)) return;
    pretend_acknowledged(packet, transport);
  });
}

// Says what no broker has asked for, until packets are too large.
std::unique_ptr<Faulty> grows() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    Publish packet;
    if (frame.type() != PacketType::publish || !read(frame, packet, transport)) return pass(frame, out);
    PropertyList properties;
    properties.assign(packet.properties);
    (void)properties.add_user_property("trace", std::string(100, 'x'));
    packet.properties = properties;
    write(packet, out, transport);
  });
}

// Believes that the broker of this connection knows what an earlier one was told.
std::unique_ptr<Faulty> keeps_aliases() {
  return with_transport([known = std::map<std::string, std::uint32_t>()](const Frame& frame, ByteBuffer& out,
                                                                         MutatingTransport& transport) mutable {
    Publish packet;
    const bool publish = frame.type() == PacketType::publish && read(frame, packet, transport);
    const std::uint32_t alias = publish ? packet.properties.number(PropertyId::topic_alias, 0) : 0;
    if (alias == 0 || packet.topic.empty()) return pass(frame, out);
    const auto [place, is_new] = known.emplace(packet.topic, alias);
    if (is_new) return pass(frame, out);
    PropertyList properties;
    (void)properties.add(PropertyId::topic_alias, place->second);
    packet.topic = {};
    packet.properties = properties;
    write(packet, out, transport);
  });
}

std::unique_ptr<Faulty> resends_alias() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    Publish packet;
    if (frame.type() != PacketType::publish || !read(frame, packet, transport) || !packet.dup) return pass(frame, out);
    PropertyList properties;
    properties.assign(packet.properties);
    (void)properties.add(PropertyId::topic_alias, 1);
    packet.properties = properties;
    write(packet, out, transport);
  });
}

// A message that may not be late waits for the first one of half a minute later.
std::unique_ptr<Faulty> sends_expired() {
  return with_transport([held = ByteBuffer()](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) mutable {
    Publish packet;
    const bool publish = frame.type() == PacketType::publish && read(frame, packet, transport);
    if (publish && packet.properties.number(PropertyId::message_expiry_interval, 0) == 2 && held.empty()) {
      held.assign(frame.whole.begin(), frame.whole.end());
      return pretend_acknowledged(packet, transport);
    }
    pass(frame, out);
    if (publish && packet.topic == "out/b" && packet.qos == Qos::at_most_once)
      out.insert(out.end(), held.begin(), held.end());
  });
}

// Tells the expiry that the message was accepted with, however long it has waited.
std::unique_ptr<Faulty> tells_old_expiry() {
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) {
    Publish packet;
    if (frame.type() != PacketType::publish || !read(frame, packet, transport)) return pass(frame, out);
    PropertyList properties;
    properties.assign(packet.properties);
    properties.set(PropertyId::message_expiry_interval, 30);
    packet.properties = properties;
    write(packet, out, transport);
  });
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = {
      {"resends without DUP", "without DUP", drops_dup},
      {"sets DUP the first time", "DUP the first time", always_dup},
      {"reuses a packet id in use", "in use", reuses_id},
      {"loses a queued message", "never arrived", loses_message},
      {"sends out of order", "overtaken", reorders},
      {"sends again on a live connection", "twice on one connection", repeats},
      {"sends a packet after DISCONNECT", "after DISCONNECT", talks_after_disconnect},
      {"never pings", "MQTT-3.1.2-23", never_pings},
      {"never sends PUBCOMP", "does not end", swallows_pubcomp},
      {"acknowledges out of order", "out of order", acknowledges_out_of_order},
      {"sends before the record is durable", "before its record", [] { return std::make_unique<TooEarly>(); }},
      {"does not record received ids", "PUBREC before",
       [] { return std::make_unique<ForgetsRecords>(JournalRecord::Kind::received); }},
      {"does not record PUBRECs", "PUBREL before",
       [] { return std::make_unique<ForgetsRecords>(JournalRecord::Kind::released); }},
      {"delivers a QoS 2 message twice", "twice", [] { return std::make_unique<DeliversTwice>(); }},
      {"acknowledges a message that nobody had", "PUBACK before", [] { return std::make_unique<SwallowsMessage>(); }},
      {"swallows a completion", "ended 0 times", [] { return std::make_unique<Completes>(0); }},
      {"completes twice", "completed twice", [] { return std::make_unique<Completes>(2); }},
      {"sends more than the Receive Maximum", "Receive Maximum", [] { return overruns_quota(false); }, true},
      {"sends again more than the Receive Maximum", "Receive Maximum", [] { return overruns_quota(true); }, true},
      {"sends packets larger than the broker takes", "larger than the broker takes", grows, true},
      {"uses the aliases of an earlier connection", "not set on this connection", keeps_aliases, true},
      {"sends again with an alias", "again with an alias", resends_alias, true},
      {"sends a message that has expired", "after it has expired", sends_expired, true},
      {"tells an expiry that is not what is left", "another expiry", tells_old_expiry, true},
  };
  return all;
}

}  // namespace wasmqtt::chaos
