#include "mutants.hpp"

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
  return with_transport([](const Frame& frame, ByteBuffer& out, MutatingTransport&) {
    Publish packet;
    if (!is_publish(frame, 2) || decode_publish(frame, packet)) return pass(frame, out);
    packet.packet_id = 3;
    (void)encode(packet, out);
  });
}

// One QoS 1 message never leaves, and is said to be acknowledged.
std::unique_ptr<Faulty> loses_message() {
  return with_transport([lost = false](const Frame& frame, ByteBuffer& out, MutatingTransport& transport) mutable {
    Publish packet;
    if (lost || !is_publish(frame, 1) || decode_publish(frame, packet)) return pass(frame, out);
    lost = true;
    ByteBuffer puback;
    encode_acknowledgement(PacketType::puback, packet.packet_id, puback);
    transport.pretend(std::move(puback));
  });
}

// A QoS 2 PUBLISH is held back until the next one has gone.
std::unique_ptr<Faulty> reorders() {
  return with_transport([held = ByteBuffer()](const Frame& frame, ByteBuffer& out, MutatingTransport&) mutable {
    Publish packet;
    const bool candidate = is_publish(frame, 2) && !decode_publish(frame, packet) && packet.topic == "out/a";
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
  };
  return all;
}

}  // namespace wasmqtt::chaos
