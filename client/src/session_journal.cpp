// The session's journal: records out as things happen, and a session made again from them.
#include <algorithm>
#include <utility>

#include "session.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {

using Kind = JournalRecord::Kind;
using State = OutgoingMessage::State;

namespace {

Publish publish_of(const JournalRecord& record) {
  return {record.text, record.payload, 1, record.qos, record.retain, false, record.properties};
}

}  // namespace

void Session::write(const JournalRecord& record) {
  if (!journal_begun_) {
    journal_begun_ = true;
    write_record({.kind = Kind::session, .text = client_id_}, pending_);
  }
  write_record(record, pending_);
  ++position_;
}

void Session::record_put(const OutgoingMessage& message) {
  write({.kind = Kind::put,
         .number = message.number,
         .qos = message.qos,
         .retain = message.retain,
         .latest_per_topic = message.latest_per_topic,
         .deadline = message.deadline,
         .text = message.topic(),
         .payload = message.payload(),
         .properties = message.properties()});
}

void Session::record_end(std::optional<Time> end) {
  const Time recorded = end.value_or(Time{});
  if (std::exchange(end_, recorded) != recorded && journal_) write({.kind = Kind::ends, .deadline = recorded});
}

void Session::record_assigned_id(std::string_view client_id) {
  assigned_id_ = client_id;
  if (journal_) write({.kind = Kind::assigned, .text = client_id});
}

void Session::barrier() { record(Kind::barrier, 0); }

Error Session::check_records(Bytes records) const {
  JournalRecord record;
  JournalReader reader(records);
  for (bool first = true;; first = false) {
    switch (reader.next(record)) {
      case JournalReader::Status::end: return {};
      case JournalReader::Status::damaged: return local_error(Errc::damaged_record);
      case JournalReader::Status::record: break;
    }
    if (first && record.kind != Kind::session) return local_error(Errc::damaged_record);
    if (record.kind == Kind::session && record.text != client_id_) return local_error(Errc::wrong_session);
    if (record.kind == Kind::assigned && (record.text.empty() || check_utf8(record.text)))
      return local_error(Errc::damaged_record);
    if (record.kind == Kind::put && (record.qos == Qos::at_most_once || check(publish_of(record), ProtocolVersion::mqtt_5) ||
                                     record.properties.has(PropertyId::topic_alias)))
      return local_error(Errc::damaged_record);
  }
}

Error Session::restore(Bytes records) {
  if (Error error = check_records(records)) return error;
  SlotIndex by_number;
  JournalRecord record;
  for (JournalReader reader(records); reader.next(record) == JournalReader::Status::record;) {
    journal_begun_ = true;
    if (Error error = apply(record, by_number)) return error;
  }
  return {};
}

Error Session::apply(const JournalRecord& record, SlotIndex& by_number) {
  const std::uint32_t hash = hash_of(record.number);
  const Slot slot = by_number.find(hash, [&](Slot one) { return table_[one].number == record.number; });
  last_number_ = std::max(last_number_, record.number);
  switch (record.kind) {
    case Kind::put:
      if (slot != no_slot || record.number == 0) return local_error(Errc::damaged_record);
      by_number.insert(hash, apply_put(record));
      return {};
    case Kind::sent:
      if (record.number == 0) keep_id(record.packet_id);
      [[fallthrough]];
    case Kind::released: return slot == no_slot ? Error{} : apply_step(record, slot);
    case Kind::requeued:
      if (slot != no_slot && table_[slot].state == State::published) requeue(slot);
      return {};
    case Kind::removed:
      if (slot == no_slot) return {};
      by_number.erase(hash, slot);
      finish_unrecorded(slot);
      return {};
    case Kind::strike:
      if (record.number == 0) strikes_ = {};
      if (slot != no_slot) count_strike(delivery(slot));
      return {};
    case Kind::received: received_.insert(record.packet_id); return {};
    case Kind::received_done: received_.erase(record.packet_id); return {};
    case Kind::forgot:
      received_.clear();
      for (const PacketId packet_id : std::exchange(abandoned_ids_, {})) packet_ids_.release(packet_id);
      return {};
    case Kind::ends: end_ = record.deadline; return {};
    case Kind::assigned: assigned_id_ = record.text; return {};
    case Kind::session:
    case Kind::barrier:
    case Kind::numbers:
    case Kind::origin:
    case Kind::note: return {};
  }
  return {};
}

Slot Session::apply_put(const JournalRecord& record) {
  const Slot slot = table_.add(record.text, record.payload, record.properties);
  OutgoingMessage& message = table_[slot];
  message.number = record.number;
  message.qos = record.qos;
  message.retain = record.retain;
  message.latest_per_topic = record.latest_per_topic;
  message.deadline = record.deadline;
  queue(slot);
  return slot;
}

Error Session::apply_step(const JournalRecord& record, Slot slot) {
  OutgoingMessage& message = table_[slot];
  if (message.packet_id != record.packet_id) {
    if (message.packet_id != 0 || !packet_ids_.claim(record.packet_id)) return local_error(Errc::damaged_record);
    message.packet_id = record.packet_id;
    remember_id(record.packet_id, slot);
  }
  move_to(slot, record.kind == Kind::sent ? State::published : State::released);
  return {};
}

// A clock that was set back gave a new message the number of a stored one. The application knows the new one by it.
void Session::renumber(Slot slot, std::uint64_t number) {
  OutgoingMessage& message = table_[slot];
  record(Kind::removed, message.number);
  message.number = last_number_ = number;
  if (journal_) record_put(message);
  if (message.state == State::queued) return;
  const Kind step = message.state == State::published ? Kind::sent : Kind::released;
  record(step, number, message.packet_id);
}

std::vector<Slot> Session::adopt(const Session& other) {
  std::vector<Slot> superseded;
  const std::uint64_t stored = last_number_;
  Heads heads = other.queue_heads();
  for (Slot from = other.oldest(heads); from != no_slot; from = other.oldest(heads)) {
    const OutgoingMessage& source = other.table_[from];
    heads[static_cast<std::size_t>(source.qos)] = source.next;
    if (const Slot old = latest_for(source.topic()); source.latest_per_topic && old != no_slot) superseded.push_back(old);
    if (source.number <= stored) {
      const Slot taken = find({source.number});
      if (taken != no_slot) renumber(taken, std::max(last_number_, other.last_number_) + 1);
    }
    const Slot slot = table_.add(source.topic(), source.payload(), source.properties());
    OutgoingMessage& message = table_[slot];
    message.number = source.number;
    message.qos = source.qos;
    message.retain = source.retain;
    message.latest_per_topic = source.latest_per_topic;
    message.deadline = source.deadline;
    queue(slot);
  }
  last_number_ = std::max(last_number_, other.last_number_);
  pending_.insert(pending_.end(), other.pending_.begin(), other.pending_.end());
  position_ += other.position_;
  journal_begun_ = journal_begun_ || other.journal_begun_;
  return superseded;
}

}  // namespace wasmqtt
