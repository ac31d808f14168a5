#include "model_store.hpp"

#include <algorithm>

namespace wasmqtt::chaos {

void DurableJournal::apply(const JournalRecord& record) {
  using Kind = JournalRecord::Kind;
  switch (record.kind) {
    case Kind::put: messages[record.number] = {}; break;
    case Kind::sent:
      if (record.number != 0) messages[record.number] = {record.packet_id, false};
      break;
    case Kind::released: messages[record.number] = {record.packet_id, true}; break;
    case Kind::requeued: messages[record.number] = {}; break;
    case Kind::removed: messages.erase(record.number); break;
    case Kind::received: received.insert(record.packet_id); break;
    case Kind::received_done: received.erase(record.packet_id); break;
    case Kind::forgot: received.clear(); break;
    case Kind::session:
    case Kind::barrier:
    case Kind::numbers:
    case Kind::strike:
    case Kind::ends:
    case Kind::assigned:
    case Kind::origin:
    case Kind::note: break;
  }
}

bool DurableJournal::sent(PacketId packet_id) const {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const auto& entry) { return entry.second.packet_id == packet_id; });
}

bool DurableJournal::released(PacketId packet_id) const {
  return std::any_of(messages.begin(), messages.end(), [&](const auto& entry) {
    return entry.second.packet_id == packet_id && entry.second.released;
  });
}

void ModelStore::load(const std::string&, Loaded loaded) {
  if (compact_) {
    auto shorter = compact(records_);
    if (shorter) {
      records_ = std::move(*shorter);
    } else {
      problems.push_back("compact() could not read the journal");
    }
  }
  if (load_latency_ == Duration{}) return loaded(true, records_, {});
  simulation_.after(load_latency_, [this, process = process_, loaded = std::move(loaded)] {
    if (process == process_) loaded(true, records_, {});
  });
}

void ModelStore::append(Bytes records, Written written) {
  Batch batch{{records.begin(), records.end()}, std::exchange(staged_, {}), std::move(written)};
  ++appended_;
  if (write_latency_ == Duration{}) {
    commit(batch);
    return batch.written(true, {});
  }
  waiting_.push_back(std::move(batch));
  if (write_latency_ == when_told) return;
  simulation_.after(write_latency_, [this, process = process_] {
    if (process == process_) make_durable();
  });
}

void ModelStore::make_durable() {
  const Batch done = std::move(waiting_.front());
  waiting_.pop_front();
  commit(done);
  done.written(true, {});
}

void ModelStore::flush_log() {
  if (!staged_.empty()) append({}, [](bool, std::string_view) {});
}

void ModelStore::commit(const Batch& batch) {
  ++committed_;
  records_.insert(records_.end(), batch.records.begin(), batch.records.end());
  JournalReader reader(batch.records);
  JournalRecord record;
  JournalReader::Status status;
  while ((status = reader.next(record)) == JournalReader::Status::record) journal_.apply(record);
  if (status == JournalReader::Status::damaged) problems.push_back("the client wrote a record that can't be read");
  for (const LogEntry& entry : batch.log) {
    if (entry.kind == LogEntry::Kind::delivered) delivered_.insert(entry.label);
    if (entry.kind == LogEntry::Kind::accepted) accepted_.insert(entry.label);
    if (entry.kind == LogEntry::Kind::completed) completed_.insert(entry.label);
    log_.push_back(entry);
  }
}

void ModelStore::crash(std::size_t batches) {
  ++process_;
  for (std::size_t i = 0; i < std::min(batches, waiting_.size()); ++i) commit(waiting_[i]);
  waiting_.clear();
  staged_.clear();
  appended_ = committed_;
}

}  // namespace wasmqtt::chaos
