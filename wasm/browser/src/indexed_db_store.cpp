#include "wasmqtt/browser/indexed_db_store.hpp"

#include <emscripten.h>

#include <algorithm>
#include <utility>

#include "wasmqtt/journal.hpp"

// js/store.js
extern "C" {
int wasmqtt_store_new(wasmqtt::IndexedDbStore* self, wasmqtt::Room* room, const char* name, std::size_t size,
                      int strict);
void wasmqtt_store_delete(int id);
void wasmqtt_store_load(int id, const char* session, std::size_t size, double epoch);
void wasmqtt_store_confirm(int id, const char* session, std::size_t size);
void wasmqtt_store_read(int id, const char* prefix, std::size_t size);
int wasmqtt_store_stage(int id, int what, const char* key, std::size_t key_size, const std::uint8_t* value,
                        std::size_t size);
void wasmqtt_store_write(int id);
void wasmqtt_store_compact_now(int id, const char* session, std::size_t size);
void wasmqtt_store_shorter(int id, const std::uint8_t* records, std::size_t size);
void wasmqtt_store_forget(int id, const char* client_id, std::size_t size);
void wasmqtt_store_soon(int id);

EMSCRIPTEN_KEEPALIVE void wasmqtt_store_ended(wasmqtt::IndexedDbStore* self, int outcome) {
  self->handle_ended(static_cast<wasmqtt::IndexedDbStore::Outcome>(outcome));
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_loaded(wasmqtt::IndexedDbStore* self) { self->handle_loaded(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_record(wasmqtt::IndexedDbStore* self, std::size_t key_size) {
  self->handle_record(key_size);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_compact(wasmqtt::IndexedDbStore* self) { self->handle_compact(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_store_turned(wasmqtt::IndexedDbStore* self) { self->handle_turn(); }
}

namespace wasmqtt {
namespace {

constexpr std::string_view key_problem = "A key has to be UTF-8";

enum Staged { staged_put, staged_erase, staged_erase_all, staged_journal };

}  // namespace

class IndexedDbStore::Session final : public FencedStore {
 public:
  Session(IndexedDbStore& store, std::string_view name) : store_(store), name_(name) {}

  void lead(const std::string&, Led led) override { led(true, std::max<std::uint64_t>(epoch_, 1), {}); }

  bool superseded() const override { return lost_; }

  void confirm(Confirmed confirmed) override {
    if (lost_ || key_.empty()) return confirmed(!lost_);
    Operation operation{Work::confirm, key_, this};
    operation.done = [this, confirmed = std::move(confirmed)](bool, std::string_view) { confirmed(!lost_); };
    store_.enqueue(std::move(operation));
  }

  void load(const std::string& client_id, Loaded loaded) override {
    key_ = client_id + '\n' + name_;
    lost_ = false;
    Operation operation{Work::load, key_, this};
    operation.loaded = std::move(loaded);
    store_.enqueue(std::move(operation));
  }

  void append(Bytes records, Written written) override {
    if (store_.failed_ || lost_) return written(false, lost_ ? lost_problem_ : store_.problem_);
    if (wasmqtt_store_stage(store_.id_, staged_journal, key_.data(), key_.size(), records.data(), records.size()) == 0)
      return written(false, key_problem);
    grown_ += records.size();
    writing_ = true;
    store_.write(std::move(written));
  }

  IndexedDbStore& store_;
  std::string name_;
  std::string key_;
  std::uint64_t epoch_ = 0;  // 0: not fenced
  bool writing_ = false;  // appended to since the last transaction began, or in it
  bool lost_ = false;     // to another tab, or deleted:
  std::string lost_problem_;
  std::size_t grown_ = 0;      // bytes appended since the last compaction
  std::size_t compacted_ = 0;  // bytes after it
};

IndexedDbStore::IndexedDbStore(IndexedDbOptions options)
    : options_(std::move(options)),
      id_(wasmqtt_store_new(this, &room_, options_.name.data(), options_.name.size(), options_.strict ? 1 : 0)) {}

IndexedDbStore::~IndexedDbStore() { wasmqtt_store_delete(id_); }

SessionStore& IndexedDbStore::session(std::string_view name) { return fenced(0, name); }

FencedStore& IndexedDbStore::fenced(std::uint64_t epoch, std::string_view name) {
  Session& session = find(name);
  session.epoch_ = epoch;
  return session;
}

IndexedDbStore::Session& IndexedDbStore::find(std::string_view name) {
  for (const auto& session : sessions_) {
    if (session->name_ == name) return *session;
  }
  return *sessions_.emplace_back(std::make_unique<Session>(*this, name));
}

// ---- records ----

void IndexedDbStore::put(std::string_view key, Bytes value, Done done) {
  if (failed_) {
    if (done) done(false, problem_);
    return;
  }
  if (wasmqtt_store_stage(id_, staged_put, key.data(), key.size(), value.data(), value.size()) == 0) {
    if (done) done(false, key_problem);
    return;
  }
  write(std::move(done));
}

void IndexedDbStore::erase(std::string_view key) {
  if (failed_) return;
  (void)wasmqtt_store_stage(id_, staged_erase, key.data(), key.size(), nullptr, 0);
  write({});
}

void IndexedDbStore::erase_all(std::string_view prefix) {
  if (failed_) return;
  (void)wasmqtt_store_stage(id_, staged_erase_all, prefix.data(), prefix.size(), nullptr, 0);
  write({});
}

void IndexedDbStore::read(std::string_view prefix, Visit visit, Done done) {
  Operation operation{Work::read, std::string(prefix)};
  operation.visit = std::move(visit);
  operation.done = std::move(done);
  enqueue(std::move(operation));
}

void IndexedDbStore::forget(std::string_view client_id, Done done) {
  Operation operation{Work::forget, std::string(client_id)};
  operation.done = std::move(done);
  enqueue(std::move(operation));
}

// ---- one transaction at a time ----

void IndexedDbStore::write(Done done) {
  staged_ = true;
  staged_done_.push_back(std::move(done));
  request_turn();
}

void IndexedDbStore::enqueue(Operation operation) {
  if (failed_) return finish(std::move(operation), false, problem_);
  waiting_.push(std::move(operation));
  request_turn();
}

// Records go at the end of the turn, so that the journal's records of the same turn join them.
void IndexedDbStore::request_turn() {
  if (!turn_requested_) wasmqtt_store_soon(id_);
  turn_requested_ = true;
}

void IndexedDbStore::handle_turn() {
  turn_requested_ = false;
  next();
}

// What is staged goes before what was asked, so that a read sees it.
void IndexedDbStore::next() {
  if (failed_ || under_way_.work != Work::none) return;
  if (staged_) {
    under_way_.work = Work::write;
    staged_ = false;
    writing_ = std::exchange(staged_done_, {});
    wasmqtt_store_write(id_);
  } else if (!waiting_.empty()) {
    under_way_ = waiting_.take();
    start(under_way_);
  } else {
    start_compaction();
  }
}

void IndexedDbStore::start(const Operation& operation) {
  const std::string& name = operation.name;
  if (operation.work == Work::load)
    wasmqtt_store_load(id_, name.data(), name.size(), static_cast<double>(operation.session->epoch_));
  if (operation.work == Work::confirm) wasmqtt_store_confirm(id_, name.data(), name.size());
  if (operation.work == Work::read) wasmqtt_store_read(id_, name.data(), name.size());
  if (operation.work == Work::forget) wasmqtt_store_forget(id_, name.data(), name.size());
}

// Reading and writing a whole journal is worth it when most of it is likely dead.
bool IndexedDbStore::start_compaction() {
  for (const auto& session : sessions_) {
    if (session->lost_ || session->grown_ <= options_.compact_above || session->grown_ <= 3 * session->compacted_)
      continue;
    under_way_ = {Work::compact, session->key_, session.get()};
    wasmqtt_store_compact_now(id_, session->key_.data(), session->key_.size());
    return true;
  }
  return false;
}

// ---- from JavaScript ----

// Handed over when the transaction has ended: only then do these records belong to this page.
void IndexedDbStore::handle_loaded() {
  under_way_.records = std::exchange(room_, {});
  shorten(*under_way_.session, under_way_.records.bytes());
}

void IndexedDbStore::handle_record(std::size_t key_size) {
  const Bytes bytes = room_.bytes();
  if (under_way_.visit) under_way_.visit(as_text(bytes.first(key_size)), bytes.subspan(key_size));
}

void IndexedDbStore::handle_compact() { shorten(*under_way_.session, room_.bytes()); }

void IndexedDbStore::shorten(Session& session, Bytes records) {
  const auto shorter = compact(records);
  session.grown_ = 0;
  session.compacted_ = records.size();
  if (!shorter || shorter->size() >= records.size()) return;  // damaged: left as it is, for the client to refuse
  session.compacted_ = shorter->size();
  wasmqtt_store_shorter(id_, shorter->data(), shorter->size());
}

void IndexedDbStore::handle_ended(Outcome outcome) {
  const std::string problem(room_.text());
  room_.release();
  const bool ok = outcome == Outcome::done;
  failed_ = outcome == Outcome::failed;
  if (failed_) problem_ = problem;
  Operation operation = std::exchange(under_way_, {});
  for (const auto& session : sessions_) {
    if (outcome == Outcome::taken_over && (session->writing_ || session.get() == operation.session)) {
      session->lost_ = true;
      session->lost_problem_ = problem;
    }
    if (!staged_) session->writing_ = false;
  }
  for (const auto& done : std::exchange(writing_, {})) {
    if (done) done(ok, problem);
  }
  finish(std::move(operation), ok, problem);
  if (failed_) fail(problem);
  next();
}

void IndexedDbStore::finish(Operation operation, bool ok, std::string_view problem) {
  if (operation.loaded) operation.loaded(ok, operation.records.bytes(), problem);
  if (operation.done) operation.done(ok, problem);
}

// Everybody who waits is told; nobody is left waiting.
void IndexedDbStore::fail(std::string_view problem) {
  for (const auto& done : std::exchange(staged_done_, {})) {
    if (done) done(false, problem);
  }
  for (Operation& operation : waiting_.take_all()) finish(std::move(operation), false, problem);
  if (on_problem) on_problem(problem);
}

}  // namespace wasmqtt
