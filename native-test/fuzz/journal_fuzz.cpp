// The journal: any bytes can be offered to restore() and compact(); a compacted journal restores the same session.
#include <vector>

#include "fuzz.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

constexpr Time now{std::chrono::seconds{1'700'000'000}};

struct Unfinished {
  std::uint64_t number;
  std::string topic;
  std::vector<std::uint8_t> payload;
  Qos qos;
  bool retain;
  DeliveryState state;
  friend bool operator==(const Unfinished&, const Unfinished&) = default;
};

struct Restored {
  bool ok = false;
  std::vector<Unfinished> messages;
  std::size_t received_ids = 0;
  std::vector<std::uint8_t> replay;  // what a resumed session sends, CONNECT included
  friend bool operator==(const Restored&, const Restored&) = default;
};

// Whose journal it is: a client's of MQTT 5, or one's without an id, which the broker has given it.
struct Owner {
  bool v5 = false;
  bool nameless = false;
  std::string_view client_id() const { return nameless ? "" : "c"; }
};

Restored restore(Bytes records, Owner owner) {
  ClientOptions options;
  options.client_id = owner.client_id();
  options.clean_session = false;
  options.journal = true;
  if (owner.v5) options.protocol = Protocol::mqtt_5;
  options.session_expiry = 300;
  Client client(options);
  Restored result;
  result.ok = !client.handle_restore(records, now);
  if (!result.ok) {
    check(client.unfinished().empty() && client.counts().received_ids == 0, "a refused journal restores nothing");
    return result;
  }
  for (const Delivery delivery : client.unfinished()) {
    const auto message = client.outgoing(delivery);
    check(message.has_value(), "an unfinished delivery has a message");
    result.messages.push_back({delivery.number, std::string(message->topic),
                               {message->payload.begin(), message->payload.end()}, message->qos, message->retain,
                               message->state});
  }
  result.received_ids = client.counts().received_ids;
  const bool opens = !client.handle_transport_open(now);
  check(opens || (owner.nameless && !owner.v5), "the transport opens, unless 3.1.1 is asked for a session without an id");
  constexpr std::uint8_t connack[] = {0x20, 2, 1, 0};
  constexpr std::uint8_t connack5[] = {0x20, 3, 1, 0, 0};
  client.handle_bytes(owner.v5 ? Bytes(connack5) : Bytes(connack), now);
  while (client.poll_event(now) != nullptr) {}
  (void)client.publish("next", {}, {.qos = Qos::at_least_once}, now);  // its packet id tells which ones are taken
  client.handle_journal_durable(client.journal_position());
  const Bytes output = client.pending_output();
  result.replay.assign(output.begin(), output.end());
  return result;
}

// A life of a session as its journal tells it: messages leave the queue at its front, and a lost session puts all that are
// published back there.
class Life {
 public:
  Life(Input& input, Owner owner) : input_(input) { write({.kind = Kind::session, .text = owner.client_id()}); }

  ByteBuffer records() {
    while (!input_.empty()) step();
    return std::move(out_);
  }

 private:
  using Kind = JournalRecord::Kind;

  void step() {
    switch (input_.below(10)) {
      case 0: case 1: return put();
      case 2: return send();
      case 3: return release();
      case 4: return requeue();
      case 5: return input_.below(4) == 0 ? abandon() : remove();
      case 6: return write({.kind = static_cast<Kind>(7 + input_.below(4)), .packet_id = static_cast<PacketId>(1 + input_.below(5))});
      case 7: return write({.kind = input_.flag() ? Kind::numbers : Kind::strike, .number = last_number_});
      case 8: return write({.kind = Kind::assigned, .text = input_.flag() ? "given" : "given later"});
      default: return end();
    }
  }
  void put() {
    const std::string topic = "t" + std::to_string(input_.below(3));
    last_number_ += 1 + input_.below(3);
    write({.kind = Kind::put, .number = last_number_, .qos = static_cast<Qos>(1 + input_.below(2)), .retain = input_.flag(),
           .latest_per_topic = input_.below(4) == 0,
           .deadline = input_.below(4) == 0 ? now + std::chrono::seconds{1 + input_.below(9)} : Time{},
           .text = topic, .payload = input_.take(input_.below(4))});
    queued_.push_back(last_number_);
  }
  void send() {
    if (queued_.empty()) return;
    write({.kind = Kind::sent, .number = queued_.front(), .packet_id = ++last_id_});
    published_.push_back({queued_.front(), last_id_});
    queued_.erase(queued_.begin());
  }
  void release() {
    if (published_.empty()) return;
    const auto which = published_.begin() + static_cast<std::ptrdiff_t>(input_.below(published_.size()));
    write({.kind = Kind::released, .number = which->first, .packet_id = which->second});
    released_.push_back(which->first);
    published_.erase(which);
  }
  void requeue() {
    for (; !published_.empty(); published_.pop_back()) {
      write({.kind = Kind::requeued, .number = published_.back().first});
      queued_.insert(queued_.begin(), published_.back().first);
    }
  }
  void remove() {
    std::vector<std::uint64_t>& list = input_.flag() ? queued_ : released_;
    if (list.empty()) return;
    const auto which = list.begin() + static_cast<std::ptrdiff_t>(input_.below(list.size()));
    write({.kind = Kind::removed, .number = *which});
    list.erase(which);
  }
  // The session has run out, runs out later, or at a time that is not known.
  void end() {
    const std::size_t choice = input_.below(4);
    write({.kind = Kind::ends, .deadline = choice == 0 ? Time{} : now + std::chrono::seconds{static_cast<int>(choice) - 2}});
  }
  void abandon() {
    if (published_.empty()) return;
    const auto [number, packet_id] = published_.front();
    published_.erase(published_.begin());
    write({.kind = Kind::removed, .number = number});
    write({.kind = Kind::sent, .packet_id = packet_id});
  }
  void write(const JournalRecord& record) { write_record(record, out_); }

  Input& input_;
  ByteBuffer out_;
  std::uint64_t last_number_ = 0;
  PacketId last_id_ = 0;
  std::vector<std::uint64_t> queued_;
  std::vector<std::pair<std::uint64_t, PacketId>> published_;
  std::vector<std::uint64_t> released_;
};

// Payloads of released messages are not kept; and bytes that no client wrote may put messages in another order.
bool alike(const Restored& whole, Restored compacted, bool written_by_client) {
  if (compacted.messages.size() != whole.messages.size() || compacted.received_ids != whole.received_ids) return false;
  if (!written_by_client) return true;
  for (std::size_t i = 0; i < compacted.messages.size(); ++i) {
    if (compacted.messages[i].payload.empty()) compacted.messages[i].payload = whole.messages[i].payload;
  }
  return compacted == whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::uint8_t choice = input.u8();
  const bool written_by_client = (choice & 1) != 0;
  const Owner owner{.v5 = (choice & 2) != 0, .nameless = (choice & 4) != 0};
  ByteBuffer records;
  if (written_by_client) {
    records = Life(input, owner).records();
  } else {
    const Bytes rest = input.rest();
    records.assign(rest.begin(), rest.end());
  }
  const Restored whole = restore(records, owner);
  check(whole.ok || !written_by_client, "a client can read its own journal");
  const auto shorter = compact(records);
  if (!shorter) {
    check(!whole.ok, "what can be restored can be compacted");
    return 0;
  }
  const auto again = compact(*shorter);
  check(again.has_value() && *again == *shorter, "compacting twice changes nothing");
  if (whole.ok) check(alike(whole, restore(*shorter, owner), written_by_client), "a compacted journal restores the same session");
  return 0;
}
