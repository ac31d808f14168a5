#include "model_trace.hpp"

#include "wasmqtt/journal.hpp"

namespace wasmqtt::explore {
namespace {

using Kind = Choice::Kind;
using Record = JournalRecord::Kind;

// Empty: none that the model has.
std::string name_of_packet(const Frame& frame) {
  const bool dup = (frame.first_byte & 8) != 0;
  switch (frame.type()) {
    case PacketType::connect: return "connect";
    case PacketType::connack: return (frame.body[0] & 1) != 0 ? "connack1" : "connack0";
    case PacketType::publish: return dup ? "again" : "publish";
    case PacketType::puback: return "puback";
    case PacketType::pubrec: return "pubrec";
    case PacketType::pubrel: return "pubrel";
    case PacketType::pubcomp: return "pubcomp";
    default: return {};
  }
}

std::string name_of_event(Kind kind) {
  switch (kind) {
    case Kind::start: return "start";
    case Kind::open: return "open";
    case Kind::step: return "accept";
    case Kind::cut:
    case Kind::cut_to_broker:
    case Kind::cut_to_client:
    case Kind::end: return "cut";
    case Kind::close: return "close";
    case Kind::forget: return "forget";
    default: return {};
  }
}

bool is_in_model(Record kind) {
  switch (kind) {
    case Record::put:
    case Record::sent:
    case Record::released:
    case Record::requeued:
    case Record::removed:
    case Record::received:
    case Record::received_done:
    case Record::forgot:
    case Record::barrier: return true;
    default: return false;
  }
}

// One event of the world is several of the model: what arrives first, then what became durable, then what leaves.
class Tracer final : public Observer {
 public:
  explicit Tracer(const Mix& mix) : world_(mix, honest, this) { events_.clear(); }

  SmallWorld& world() { return world_; }
  void perform(Choice choice) {
    const std::size_t durable = world_.durable_records().size();
    world_.perform(choice);
    add_durable(world_.durable_records().subspan(durable));
    if (choice.kind == Kind::kill) events_.emplace_back("kill");
    events_.insert(events_.end(), leaving_.begin(), leaving_.end());
    leaving_.clear();
  }
  std::vector<std::string> events() const { return events_; }

 private:
  void happens(Choice choice) override {
    if (std::string name = name_of_event(choice.kind); !name.empty()) events_.push_back(std::move(name));
  }
  void packet(Direction direction, Bytes bytes, bool arrives) override {
    FrameReader reader(1 << 20);
    reader.feed(bytes);
    Frame frame;
    while (reader.next(frame) == FrameReader::Status::frame) {
      const std::string name = name_of_packet(frame);
      if (name.empty()) continue;
      if (!arrives) leaving_.push_back("w_" + name);
      else events_.push_back((direction == Direction::outbound ? "b_" : "c_") + name);
    }
  }
  void add_durable(Bytes records) {
    JournalReader reader(records);
    JournalRecord record;
    while (reader.next(record) == JournalReader::Status::record) {
      if (is_in_model(record.kind)) events_.emplace_back("durable");
    }
  }

  std::vector<std::string> events_;
  std::vector<std::string> leaving_;
  SmallWorld world_;
};

}  // namespace

std::vector<std::string> model_trace(const Mix& mix, const Path& path) {
  Tracer tracer(mix);
  for (const Choice choice : path) tracer.perform(choice);
  return tracer.events();
}

std::string model_traces(const Mix& mix, std::size_t count, std::uint64_t seed) {
  chaos::Random random(seed);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    Tracer tracer(mix);
    Path next;
    for (;;) {
      const bool rests = tracer.world().choices(next);
      if (next.empty() || (rests && random.below(2) == 0)) break;
      tracer.perform(next[random.below(next.size())]);
    }
    text += " ";
    for (const std::string& event : tracer.events()) text += " EVENT(" + event + ")";
    text += " EVENT(reset)\n";
  }
  return text;
}

}  // namespace wasmqtt::explore
