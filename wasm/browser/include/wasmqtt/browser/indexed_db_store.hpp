// A session that survives a reload, a crash of the browser and a power cut, in IndexedDB.
//
//   wasmqtt::IndexedDbStore store({.name = "wasmqtt"});
//   wasmqtt::MqttClient mqtt(loop, transport, options, &store);
//   store.put("history/alice/17", bytes);   // joins the journal records of the same turn, in one transaction
//
// One database per origin and name; sessions are kept apart by client id. Appends are batched: while one transaction
// is under way, whatever comes waits and becomes the next one. A grown journal is compacted in place.
//
// Two tabs with one client id: the one that loaded last owns the session; a write of the other fails. So the two
// never mix their records.
//
// Where storage is denied, full or silent, every callback says so with ok = false and a sentence, nothing throws, and
// the caller goes on in memory. Passwords never come here: the journal knows messages only.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "wasmqtt/session_store.hpp"

namespace wasmqtt {

struct IndexedDbOptions {
  std::string name = "wasmqtt";
  // Wait until the disk has the bytes, so that a power cut loses nothing either. Off: until the operating system has
  // them; a crash of the browser still loses nothing.
  bool strict = true;
  std::size_t compact_above = 256 * 1024;  // bytes appended since the journal was last short
};

class IndexedDbStore final : public SessionStore {
 public:
  explicit IndexedDbStore(IndexedDbOptions options = {});
  ~IndexedDbStore() override;
  IndexedDbStore(const IndexedDbStore&) = delete;
  IndexedDbStore& operator=(const IndexedDbStore&) = delete;

  // ---- the session ----
  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  // ---- the application's own records ----
  // Written with the next append() of this turn, else at its end; a second put() of a key replaces the first.
  void put(std::string_view key, Bytes value);
  void erase(std::string_view key);
  // Calls `each` for every record whose key begins with `prefix`, in the order of the keys (views are valid during
  // the call), then `done`.
  using Visit = std::function<void(std::string_view key, Bytes value)>;
  void read(std::string_view prefix, Visit each, Written done);
  // Removes a session and the records whose key begins with `prefix`; load() before the next append().
  void forget(std::string_view client_id, std::string_view prefix, Written done);
  // A write of put() or erase() failed; told once. Nothing is kept from then on.
  std::function<void(std::string_view problem)> on_problem;
  bool failed() const { return failed_; }

  // Called by js/store.js.
  std::uint8_t* room(std::size_t size);
  void handle_ended(bool ok, std::size_t problem_size);
  void handle_loaded(std::size_t size);
  void handle_record(std::size_t key_size, std::size_t value_size);
  int handle_compact(std::size_t size);
  void handle_turn();

 private:
  enum class Work : std::uint8_t { none, load, read, write, compact, forget };
  struct Operation {
    Work work = Work::none;
    std::string name{};    // client id, or prefix
    std::string prefix{};  // forget
    std::vector<std::uint8_t> records{};  // load
    Loaded loaded{};
    Visit visit{};
    Written done{};
  };

  void enqueue(Operation operation);
  void next();
  void start(const Operation& operation);
  bool compaction_is_due() const;
  void finish(Operation operation, bool ok, std::string_view problem);
  void fail(std::string_view problem);

  IndexedDbOptions options_;
  int id_;
  bool failed_ = false;
  bool staged_ = false;
  bool turn_requested_ = false;
  Operation under_way_;
  std::deque<Operation> waiting_;        // load, read, forget
  std::vector<std::uint8_t> pending_;    // records that wait for the next transaction
  std::deque<Written> pending_written_;  // and who waits with them
  std::deque<Written> writing_;          // of the transaction under way
  std::vector<std::uint8_t> buffer_;     // what JavaScript hands over
  std::size_t grown_ = 0;                // bytes appended since the last compaction
  std::size_t compacted_ = 0;            // bytes after it
};

}  // namespace wasmqtt
