#include "hub_journal.hpp"

#include <utility>

#include "varint.hpp"

namespace wasmqtt {
namespace {

using Kind = JournalRecord::Kind;

// Keys of notes: a letter, then what it is about.
constexpr char filter_key = 'f';
constexpr char failure_key = 'e';
constexpr char tab_key = 't';

std::string key_of(char kind, std::uint64_t source, std::uint64_t sequence) {
  ByteBuffer key;
  put_number(source, key);
  put_number(sequence, key);
  return kind + std::string(as_text(key));
}

}  // namespace

void HubJournal::load(const std::string& client_id, Loaded loaded) {
  client_id_ = client_id;
  store_.load(client_id, [this, alive = lifetime_.watch(), loaded = std::move(loaded)](bool ok, Bytes records,
                                                                                       std::string_view problem) {
    if (!alive || superseded()) return;
    if (ok) read(records);
    loaded_ = true;
    loaded(ok, records, problem);
    if (alive && on_loaded) on_loaded();
  });
}

bool HubJournal::superseded() {
  if (!store_.superseded()) return false;
  lifetime_.end();
  if (on_superseded) on_superseded();
  return true;
}

// In the compacted form each message, source and note is there once. What can't be read, the client refuses.
void HubJournal::read(Bytes records) {
  const auto compacted = compact(records);
  if (!compacted) return;
  JournalRecord record;
  for (JournalReader reader(*compacted); reader.next(record) == JournalReader::Status::record;) {
    if (record.kind == Kind::origin) on_stored({record.number, {record.source, record.sequence}});
    if (record.kind != Kind::note || record.text.empty()) continue;
    const char kind = record.text.front();
    const std::string_view rest = record.text.substr(1);
    if (kind == filter_key) on_filter(rest);
    ByteReader key(as_bytes(rest));
    ByteReader value(record.payload);
    std::uint64_t source = 0;
    Failure failure;
    std::uint8_t first = 0;
    std::uint8_t code = 0;
    const bool whole = get_number(key, source) && get_number(key, failure.sequence) && value.u8(first);
    if (kind == tab_key && whole) on_tab(source, first != 0);
    if (kind != failure_key || !whole || !value.u8(code) || first > static_cast<std::uint8_t>(FailureReason::not_supported)) continue;
    failure.reason = static_cast<FailureReason>(first);
    failure.code = static_cast<ReasonCode>(code);
    on_failure(source, failure);
  }
}

void HubJournal::append(Bytes records, Written written) {
  ByteBuffer batch(records.begin(), records.end());
  for (ByteBuffer* mine : {&origins_, &notes_}) {
    batch.insert(batch.end(), mine->begin(), mine->end());
    mine->clear();
  }
  ++session_batches_;
  write(std::move(batch), std::move(written));
}

void HubJournal::write(ByteBuffer records, Written written) {
  ++batches_;
  store_.append(records, [this, alive = lifetime_.watch(), batch = batches_, session_batch = session_batches_,
                          written = std::move(written)](bool ok, std::string_view problem) {
    if (!alive || (!ok && superseded())) return;
    if (written) written(ok, problem);
    if (alive && on_durable) on_durable(batch, session_batch);
  });
}

void HubJournal::flush() {
  if (!loaded_ || notes_.empty()) return;
  ByteBuffer batch;
  write_record({.kind = Kind::session, .text = client_id_}, batch);
  batch.insert(batch.end(), notes_.begin(), notes_.end());
  notes_.clear();
  write(std::move(batch), {});
}

void HubJournal::origin(std::uint64_t number, Origin origin) {
  write_record({.kind = Kind::origin, .number = number, .source = origin.source, .sequence = origin.sequence}, origins_);
}

void HubJournal::forget_source(std::uint64_t source) {
  write_record({.kind = Kind::origin, .source = source}, notes_);
  note(key_of(tab_key, source, 0), {});
}

void HubJournal::note(std::string_view key, Bytes value) {
  write_record({.kind = Kind::note, .text = key, .payload = value}, notes_);
}

void HubJournal::filter(std::string_view filter, bool known) {
  static constexpr std::uint8_t there[] = {1};
  note(filter_key + std::string(filter), known ? Bytes(there) : Bytes{});
}

void HubJournal::tab(std::uint64_t source, bool away) {
  const std::uint8_t value[] = {away};
  note(key_of(tab_key, source, 0), value);
}

void HubJournal::failure(std::uint64_t source, const Failure& failure) {
  const std::uint8_t value[] = {static_cast<std::uint8_t>(failure.reason), static_cast<std::uint8_t>(failure.code)};
  note(key_of(failure_key, source, failure.sequence), value);
}

void HubJournal::forget_failure(std::uint64_t source, std::uint64_t sequence) { note(key_of(failure_key, source, sequence), {}); }

}  // namespace wasmqtt
