#include "wasmqtt/browser/indexed_db_store.hpp"

#include <emscripten.h>

#include <utility>

#include "wasmqtt/journal.hpp"

// js/store.js
extern "C" {
int wasmqtt_store_new(wasmqtt::IndexedDbStore* self, const char* name, std::size_t size, int strict);
void wasmqtt_store_delete(int id);
void wasmqtt_store_load(int id, const char* client_id, std::size_t size);
void wasmqtt_store_read(int id, const char* prefix, std::size_t size);
void wasmqtt_store_stage(int id, const char* key, std::size_t key_size, const std::uint8_t* value, int size);
void wasmqtt_store_write(int id, const std::uint8_t* bytes, std::size_t size);
void wasmqtt_store_compact_now(int id);
void wasmqtt_store_forget(int id, const char* client_id, std::size_t client_id_size, const char* prefix,
                          std::size_t prefix_size);
void wasmqtt_store_soon(int id);

EMSCRIPTEN_KEEPALIVE std::uint8_t* wasmqtt_store_room(wasmqtt::IndexedDbStore* self, std::size_t size) {
  return self->room(size);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_ended(wasmqtt::IndexedDbStore* self, int ok, std::size_t problem_size) {
  self->handle_ended(ok != 0, problem_size);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_loaded(wasmqtt::IndexedDbStore* self, std::size_t size) {
  self->handle_loaded(size);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_record(wasmqtt::IndexedDbStore* self, std::size_t key_size,
                                               std::size_t value_size) {
  self->handle_record(key_size, value_size);
}
EMSCRIPTEN_KEEPALIVE int wasmqtt_store_compact(wasmqtt::IndexedDbStore* self, std::size_t size) {
  return self->handle_compact(size);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_turned(wasmqtt::IndexedDbStore* self) { self->handle_turn(); }
}

namespace wasmqtt {
namespace {

constexpr std::string_view earlier_problem = "The browser keeps nothing for this page any more";

}  // namespace

IndexedDbStore::IndexedDbStore(IndexedDbOptions options)
    : options_(std::move(options)),
      id_(wasmqtt_store_new(this, options_.name.data(), options_.name.size(), options_.strict ? 1 : 0)) {}

IndexedDbStore::~IndexedDbStore() { wasmqtt_store_delete(id_); }

void IndexedDbStore::load(const std::string& client_id, Loaded loaded) {
  Operation operation{Work::load, client_id};
  operation.loaded = std::move(loaded);
  enqueue(std::move(operation));
}

void IndexedDbStore::read(std::string_view prefix, Visit each, Written done) {
  Operation operation{Work::read, std::string(prefix)};
  operation.visit = std::move(each);
  operation.done = std::move(done);
  enqueue(std::move(operation));
}

void IndexedDbStore::forget(std::string_view client_id, std::string_view prefix, Written done) {
  Operation operation{Work::forget, std::string(client_id), std::string(prefix)};
  operation.done = std::move(done);
  enqueue(std::move(operation));
}

void IndexedDbStore::enqueue(Operation operation) {
  if (failed_) return finish(std::move(operation), false, earlier_problem);
  waiting_.push_back(std::move(operation));
  next();
}

void IndexedDbStore::append(Bytes records, Written written) {
  if (failed_) return written(false, earlier_problem);
  pending_.insert(pending_.end(), records.begin(), records.end());
  pending_written_.push_back(std::move(written));
  next();
}

void IndexedDbStore::put(std::string_view key, Bytes value) {
  if (failed_) return;
  wasmqtt_store_stage(id_, key.data(), key.size(), value.data(), static_cast<int>(value.size()));
  staged_ = true;
  if (!turn_requested_) wasmqtt_store_soon(id_);
  turn_requested_ = true;
}

void IndexedDbStore::erase(std::string_view key) {
  if (failed_) return;
  wasmqtt_store_stage(id_, key.data(), key.size(), nullptr, -1);
  staged_ = true;
  if (!turn_requested_) wasmqtt_store_soon(id_);
  turn_requested_ = true;
}

void IndexedDbStore::handle_turn() {
  turn_requested_ = false;
  if (staged_) next();
}

// Starts the next transaction unless one is under way. Records go before what was asked later, and all that waits
// goes in one.
void IndexedDbStore::next() {
  if (failed_ || under_way_.work != Work::none) return;
  if (!pending_.empty() || !pending_written_.empty() || (staged_ && !turn_requested_)) {
    under_way_.work = Work::write;
    writing_ = std::exchange(pending_written_, {});
    grown_ += pending_.size();
    staged_ = false;
    wasmqtt_store_write(id_, pending_.data(), pending_.size());
    pending_.clear();
  } else if (!waiting_.empty()) {
    under_way_ = std::move(waiting_.front());
    waiting_.pop_front();
    start(under_way_);
  } else if (compaction_is_due()) {
    under_way_.work = Work::compact;
    wasmqtt_store_compact_now(id_);
  }
}

void IndexedDbStore::start(const Operation& operation) {
  const std::string& name = operation.name;
  if (operation.work == Work::load) {
    wasmqtt_store_load(id_, name.data(), name.size());
  } else if (operation.work == Work::read) {
    wasmqtt_store_read(id_, name.data(), name.size());
  } else {
    wasmqtt_store_forget(id_, name.data(), name.size(), operation.prefix.data(), operation.prefix.size());
  }
}

// Reading and writing the whole journal is worth it when most of it is likely dead.
bool IndexedDbStore::compaction_is_due() const {
  return grown_ > options_.compact_above && grown_ > 3 * compacted_;
}

std::uint8_t* IndexedDbStore::room(std::size_t size) {
  if (buffer_.size() < size) buffer_.resize(size);
  return buffer_.data();
}

void IndexedDbStore::handle_loaded(std::size_t size) {
  grown_ = size;
  compacted_ = 0;
  // Handed over when the transaction has ended: only then do these records belong to this page.
  buffer_.resize(size);
  under_way_.records = std::exchange(buffer_, {});
}

void IndexedDbStore::handle_record(std::size_t key_size, std::size_t value_size) {
  const Bytes bytes(buffer_);
  if (under_way_.visit) under_way_.visit(as_text(bytes.first(key_size)), bytes.subspan(key_size, value_size));
}

int IndexedDbStore::handle_compact(std::size_t size) {
  const auto shorter = compact(Bytes(buffer_).first(size));
  grown_ = 0;
  compacted_ = size;
  if (!shorter || shorter->size() >= size) return -1;  // damaged: left for the client to refuse
  compacted_ = shorter->size();
  buffer_.assign(shorter->begin(), shorter->end());
  return static_cast<int>(buffer_.size());
}

void IndexedDbStore::handle_ended(bool ok, std::size_t problem_size) {
  const std::string problem(as_text(Bytes(buffer_).first(problem_size)));
  buffer_ = {};
  Operation operation = std::exchange(under_way_, {});
  const auto written = std::exchange(writing_, {});
  if (!ok) failed_ = true;
  for (const auto& callback : written) callback(ok, problem);
  if (operation.work == Work::write) {
    if (!ok) fail(problem);
  } else {
    finish(std::move(operation), ok, problem);
    if (!ok) fail(problem);
  }
  next();
}

void IndexedDbStore::finish(Operation operation, bool ok, std::string_view problem) {
  if (operation.loaded) operation.loaded(ok, ok ? Bytes(operation.records) : Bytes{}, problem);
  if (operation.done) operation.done(ok, problem);
}

// Everybody who waits is told; nobody is left waiting.
void IndexedDbStore::fail(std::string_view problem) {
  failed_ = true;
  pending_.clear();
  for (const auto& callback : std::exchange(pending_written_, {})) callback(false, problem);
  for (auto& operation : std::exchange(waiting_, {})) finish(std::move(operation), false, problem);
  if (on_problem) on_problem(problem);
}

}  // namespace wasmqtt
