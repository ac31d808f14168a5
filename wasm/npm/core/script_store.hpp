// A SessionStore that JavaScript keeps: an object with load(clientId) and append(records), which answer with promises. In
// Node the package's own, with files (src/node_journal.js), or the application's.
#pragma once

#include "wasmqtt/fifo.hpp"
#include "wasmqtt/session_store.hpp"

namespace wasmqtt {

class ScriptStore final : public SessionStore {
 public:
  // `id` names the client in JavaScript.
  explicit ScriptStore(int id) : id_(id) {}

  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  // Called by core.js: what load() found, or a problem; the oldest append() is durable, or has failed.
  void handle_loaded(bool ok, Bytes records_or_problem);
  void handle_written(bool ok, std::string_view problem);

 private:
  int id_;
  Loaded loaded_;
  Fifo<Written> written_;
};

}  // namespace wasmqtt
