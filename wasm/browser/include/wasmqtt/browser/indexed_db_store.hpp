// Sessions and an application's records that survive a reload, a crash of the browser and a power cut, in IndexedDB.
//
//   wasmqtt::IndexedDbStore store;
//   wasmqtt::MqttClient mqtt(loop, transport, options, &store.session());
//   store.put("history/17", bytes);   // in one transaction with the journal records of the same turn
//
// One database per origin and name. While one transaction is under way, whatever comes waits, and all of it becomes
// the next one. A journal is compacted when it is loaded and when it has grown.
//
// A page that is left (a reload, another address) keeps what is on its way to the database, up to 1 MiB, in localStorage,
// from where the store that opens the database next takes it: what was handed over before is not lost.
//
// Two tabs with one client id: the one that loaded last owns the session; a write of the other fails until it loads the
// session again. So the two never mix their records. Of those that have it from fenced(), the later epoch owns it, whoever comes
// last.
//
// A connection to the database that the browser ends is made anew once, with what was under way.
//
// Where storage is denied, full or silent for five seconds, every callback says so with ok = false and a sentence, what
// waited is dropped, nothing throws, and the caller continues in memory. In a private window the browser forgets the
// database with the window. Passwords never come here: a journal knows messages only.
//
// Format of what is stored: the version of the database, 2 now (js/store.js). Journals of format 1 are converted when
// they are loaded. A page whose code is older than the database is told, and changes nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/border.hpp"
#include "wasmqtt/fifo.hpp"
#include "wasmqtt/shared/fenced_store.hpp"

namespace wasmqtt {

struct IndexedDbOptions {
  std::string name = "wasmqtt-sessions";  // of the database
  // Wait until the disk has the bytes, so that a power cut loses nothing either. Off: until the operating system has
  // them; a crash of the browser still loses nothing.
  bool strict = true;
  std::size_t compact_above = 256 * 1024;  // bytes appended since a journal was last short
};

class IndexedDbStore final {
 public:
  using Done = SessionStore::Written;

  explicit IndexedDbStore(IndexedDbOptions options = {});
  ~IndexedDbStore();
  IndexedDbStore(const IndexedDbStore&) = delete;
  IndexedDbStore& operator=(const IndexedDbStore&) = delete;

  // Where sessions live; `name` keeps those of one client id with different brokers apart. The same object for the
  // same name; lives as long as this store.
  SessionStore& session(std::string_view name = {});
  // The same for a page that leads since this epoch. Whoever gives epochs makes each larger than all before: lead() answers with
  // it, and load() is what takes the session, from older ones only.
  FencedStore& fenced(std::uint64_t epoch, std::string_view name = {});

  // ---- the application's own records ----
  // Calls back when it is durable, or can't be, in the order of the calls; `done` may be empty. A later put() of a
  // key replaces the earlier. Keys are UTF-8: another one is refused immediately.
  void put(std::string_view key, Bytes value, Done done = {});
  void erase(std::string_view key);
  // Every key that begins with `prefix`.
  void erase_all(std::string_view prefix);
  // Calls `visit` for every record whose key begins with `prefix`, in the order of the keys (views are valid during
  // the call), then `done`. Sees every put() and erase() before it.
  using Visit = std::function<void(std::string_view key, Bytes value)>;
  void read(std::string_view prefix, Visit visit, Done done);
  // Removes the sessions of a client id with all brokers; a session is to be loaded again before its next append().
  void forget(std::string_view client_id, Done done);

  // Storage failed; told once. Nothing is kept from then on.
  std::function<void(std::string_view problem)> on_problem;
  bool failed() const { return failed_; }

  // Called by js/store.js.
  enum class Outcome : std::uint8_t { failed, done, taken_over };
  void handle_ended(Outcome outcome);
  void handle_loaded();
  void handle_record(std::size_t key_size);
  void handle_compact();
  void handle_turn();

 private:
  class Session;
  enum class Work : std::uint8_t { none, load, read, write, compact, forget, confirm };
  struct Operation {
    Work work = Work::none;
    std::string name{};          // key of the session, prefix, or client id
    Session* session = nullptr;  // load, compact, confirm
    Room records{};              // load
    SessionStore::Loaded loaded{};
    Visit visit{};
    Done done{};
  };

  Session& find(std::string_view name);
  void enqueue(Operation operation);
  void request_turn();
  void next();
  void start(const Operation& operation);
  bool start_compaction();
  void shorten(Session& session, Bytes records);
  void write(Done done);
  void fail(std::string_view problem);
  static void finish(Operation operation, bool ok, std::string_view problem);

  IndexedDbOptions options_;
  int id_;
  bool failed_ = false;
  std::string problem_;          // why, for all who come later
  bool staged_ = false;  // something waits for the next transaction
  bool turn_requested_ = false;
  std::vector<std::unique_ptr<Session>> sessions_;
  Operation under_way_;
  Fifo<Operation> waiting_;          // load, read, forget
  std::vector<Done> staged_done_;   // who waits with what is staged
  std::vector<Done> writing_;       // and with the transaction under way
  Room room_;                       // what JavaScript hands over
};

}  // namespace wasmqtt
