#include "wasmqtt/journal.hpp"

#include <algorithm>
#include <bitset>
#include <memory>
#include <string>

#include "varint.hpp"
#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {
namespace {

using Kind = JournalRecord::Kind;

bool has_number(Kind kind) {
  return kind == Kind::put || kind == Kind::sent || kind == Kind::released || kind == Kind::requeued ||
         kind == Kind::removed || kind == Kind::numbers || kind == Kind::strike || kind == Kind::origin;
}

bool has_packet_id(Kind kind) {
  return kind == Kind::sent || kind == Kind::released || kind == Kind::received || kind == Kind::received_done;
}

bool has_text(Kind kind) { return kind == Kind::session || kind == Kind::assigned || kind == Kind::note; }

bool read_deadline(ByteReader& reader, JournalRecord& record) {
  std::uint64_t deadline = 0;
  if (!get_number(reader, deadline)) return false;
  record.deadline = Time{Duration{static_cast<Duration::rep>(deadline)}};
  return true;
}

void put_deadline(Time deadline, ByteBuffer& out) {
  put_number(static_cast<std::uint64_t>(deadline.time_since_epoch().count()), out);
}

bool read_message(ByteReader& reader, JournalRecord& record) {
  std::uint8_t flags = 0;
  Bytes topic;
  Bytes properties;
  if (!reader.u8(flags) || (flags & 3) == 3 || flags > 31 || !read_deadline(reader, record)) return false;
  if (!get_bytes(reader, topic) || !get_bytes(reader, record.payload)) return false;
  if ((flags & 16) != 0 && !get_bytes(reader, properties)) return false;
  record.properties = Properties(properties);
  record.qos = static_cast<Qos>(flags & 3);
  record.retain = (flags & 4) != 0;
  record.latest_per_topic = (flags & 8) != 0;
  record.text = as_text(topic);
  return true;
}

bool read_body(ByteReader& reader, JournalRecord& record) {
  if (has_number(record.kind) && !get_number(reader, record.number)) return false;
  if (has_packet_id(record.kind) && (!reader.u16(record.packet_id) || record.packet_id == 0)) return false;
  if (record.kind == Kind::put) return read_message(reader, record);
  if (record.kind == Kind::ends) return read_deadline(reader, record);
  if (record.kind == Kind::origin) return get_number(reader, record.source) && get_number(reader, record.sequence);
  if (!has_text(record.kind)) return true;
  Bytes text;
  if (!get_bytes(reader, text)) return false;
  record.text = as_text(text);
  return record.kind != Kind::note || get_bytes(reader, record.payload);
}

// What compact() keeps of one message.
struct Alive {
  JournalRecord put;             // with source and sequence, when it has an origin
  JournalRecord step;            // sent or released; barrier: neither
  std::uint32_t step_order = 0;  // which of the steps that is
  bool alive = true;
};

// Messages stay in the order of their acceptance, whatever a clock made of the numbers, and steps in theirs: PUBRELs are
// sent again in the order of their PUBRECs [MQTT-4.6.0-4]. What ended meanwhile is skipped when all is written.
struct Compaction {
  JournalRecord session;
  bool has_session = false;
  JournalRecord ends;         // barrier: none
  JournalRecord assigned;
  std::uint64_t highest = 0;
  std::vector<Alive> messages;
  SlotIndex by_number;       // places in `messages`
  std::vector<Slot> steps;   // places, too
  std::bitset<65536> received;
  std::bitset<65536> abandoned;  // packet ids of `sent` with number 0
  std::uint64_t suspect = 0;  // number of the message with the latest strikes
  unsigned strikes = 0;
  std::vector<JournalRecord> sources;  // origins with the latest sequence of each source; few
  std::vector<JournalRecord> notes;
  SlotIndex notes_by_key;

  Slot find(std::uint64_t number) const {
    return by_number.find(hash_of(number), [&](Slot place) { return messages[place].put.number == number; });
  }

  void put(const JournalRecord& record) {
    end(record.number);
    by_number.insert(hash_of(record.number), static_cast<Slot>(messages.size()));
    messages.push_back({record, {}});
  }

  void step(std::uint64_t number, const JournalRecord& record) {
    const Slot place = find(number);
    if (place == no_slot) return;
    messages[place].step = record;
    messages[place].step_order = static_cast<std::uint32_t>(steps.size());
    steps.push_back(place);
  }

  void end(std::uint64_t number) {
    const Slot place = find(number);
    if (place == no_slot) return;
    messages[place].alive = false;
    by_number.erase(hash_of(number), place);
  }

  void origin(const JournalRecord& record) {
    if (const Slot place = find(record.number); place != no_slot) {
      messages[place].put.source = record.source;
      messages[place].put.sequence = record.sequence;
    }
    auto source = std::find_if(sources.rbegin(), sources.rend(),
                               [&](const JournalRecord& one) { return one.source == record.source; });
    if (source == sources.rend()) {
      sources.push_back({.kind = Kind::origin, .source = record.source});
      source = sources.rbegin();
    }
    source->sequence = record.sequence == 0 ? 0 : std::max(source->sequence, record.sequence);
  }

  void note(const JournalRecord& record) {
    const std::uint32_t hash = hash_of(record.text);
    const Slot place = notes_by_key.find(hash, [&](Slot one) { return notes[one].text == record.text; });
    if (place != no_slot) {
      notes[place] = record;
      return;
    }
    notes_by_key.insert(hash, static_cast<Slot>(notes.size()));
    notes.push_back(record);
  }

  void apply(const JournalRecord& record) {
    switch (record.kind) {
      case Kind::session: session = record; has_session = true; break;
      case Kind::put: put(record); break;
      case Kind::sent:
        if (record.number == 0) abandoned.set(record.packet_id);
        [[fallthrough]];
      case Kind::released: step(record.number, record); break;
      case Kind::requeued: step(record.number, {}); break;
      case Kind::removed: end(record.number); break;
      case Kind::received: received.set(record.packet_id); break;
      case Kind::received_done: received.reset(record.packet_id); break;
      case Kind::forgot:
        received.reset();
        abandoned.reset();
        break;
      case Kind::strike:
        strikes = record.number == suspect ? strikes + 1 : 1;
        suspect = record.number;
        break;
      case Kind::ends: ends = record; break;
      case Kind::assigned: assigned = record; break;
      case Kind::origin: origin(record); break;
      case Kind::note: note(record); break;
      case Kind::barrier:
      case Kind::numbers: break;
    }
    if (has_number(record.kind)) highest = std::max(highest, record.number);
  }

  ByteBuffer write() const {
    ByteBuffer out;
    if (has_session) write_record(session, out);
    if (assigned.kind == Kind::assigned) write_record(assigned, out);
    if (ends.deadline != Time{}) write_record(ends, out);
    if (highest != 0) write_record({.kind = Kind::numbers, .number = highest}, out);
    for (const JournalRecord& note : notes) {
      if (!note.payload.empty()) write_record(note, out);
    }
    for (const JournalRecord& source : sources) {
      if (source.sequence != 0) write_record(source, out);
    }
    for (const Alive& message : messages) {
      if (!message.alive) continue;
      JournalRecord put = message.put;
      // Once released, only the id is needed any more.
      if (message.step.kind == Kind::released) {
        put.payload = {};
        put.properties = {};
      }
      write_record(put, out);
      if (put.source != 0)
        write_record({.kind = Kind::origin, .number = put.number, .source = put.source, .sequence = put.sequence}, out);
    }
    for (std::uint32_t order = 0; order < steps.size(); ++order) {
      const Alive& message = messages[steps[order]];
      const bool latest = message.alive && message.step_order == order;
      if (latest && message.step.kind != Kind::barrier) write_record(message.step, out);
    }
    for (unsigned i = 0; i < strikes && find(suspect) != no_slot; ++i)
      write_record({.kind = Kind::strike, .number = suspect}, out);
    for (std::size_t id = 1; id < received.size(); ++id) {
      if (abandoned.test(id)) write_record({.kind = Kind::sent, .packet_id = static_cast<PacketId>(id)}, out);
      if (received.test(id)) write_record({.kind = Kind::received, .packet_id = static_cast<PacketId>(id)}, out);
    }
    return out;
  }
};

}  // namespace

void write_record(const JournalRecord& record, ByteBuffer& out) {
  out.push_back(static_cast<std::uint8_t>(record.kind));
  if (has_number(record.kind)) put_number(record.number, out);
  if (has_packet_id(record.kind)) {
    out.push_back(static_cast<std::uint8_t>(record.packet_id >> 8));
    out.push_back(static_cast<std::uint8_t>(record.packet_id));
  }
  if (has_text(record.kind)) put_bytes(as_bytes(record.text), out);
  if (record.kind == Kind::note) put_bytes(record.payload, out);
  if (record.kind == Kind::origin) {
    put_number(record.source, out);
    put_number(record.sequence, out);
  }
  if (record.kind == Kind::ends) put_deadline(record.deadline, out);
  if (record.kind != Kind::put) return;
  const unsigned flags = static_cast<unsigned>(record.qos) | (record.retain ? 4u : 0u) |
                         (record.latest_per_topic ? 8u : 0u) | (record.properties.empty() ? 0u : 16u);
  out.push_back(static_cast<std::uint8_t>(flags));
  put_deadline(record.deadline, out);
  put_bytes(as_bytes(record.text), out);
  put_bytes(record.payload, out);
  if (!record.properties.empty()) put_bytes(record.properties.wire(), out);
}

JournalReader::Status JournalReader::next(JournalRecord& record) {
  if (rest_.empty()) return Status::end;
  ByteReader reader(rest_);
  std::uint8_t kind = 0;
  reader.u8(kind);
  if (kind < static_cast<std::uint8_t>(Kind::session) || kind > static_cast<std::uint8_t>(Kind::note))
    return Status::damaged;
  record = JournalRecord{};
  record.kind = static_cast<Kind>(kind);
  if (!read_body(reader, record)) return Status::damaged;
  rest_ = reader.rest();
  return Status::record;
}

Result<ByteBuffer> compact(Bytes records) {
  const auto compaction = std::make_unique<Compaction>();
  JournalReader reader(records);
  JournalRecord record;
  while (true) {
    switch (reader.next(record)) {
      case JournalReader::Status::record: compaction->apply(record); break;
      case JournalReader::Status::damaged: return local_error(Errc::damaged_record);
      case JournalReader::Status::end: return compaction->write();
    }
  }
}

}  // namespace wasmqtt
