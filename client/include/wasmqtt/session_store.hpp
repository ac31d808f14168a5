// Interface to durable storage: where a session survives a crash, a reload or a power cut.
//
// The store keeps batches of journal records (journal.hpp), in order. A batch is atomic: after a crash all of
// it is there or none. What the application stores through the same object in the same turn (a chat's
// history, say) may join the batch; that is how "exactly once" reaches into the application's own data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // Reads what earlier runs left for this client id [MQTT-3.1.3-2] and calls back, at once or later, with the
  // records in order (valid during the call) and ok, or with ok = false and a sentence: the driver then
  // follows DriverOptions::store_failure.
  using Loaded = std::function<void(bool ok, Bytes records, std::string_view problem)>;
  virtual void load(const std::string& client_id, Loaded loaded) = 0;

  // Appends one batch; copies it. Calls back, at once or later, in the order of the calls, when it is durable
  // (ok), or when it can't be (ok = false: denied, full, gone).
  using Written = std::function<void(bool ok, std::string_view problem)>;
  virtual void append(Bytes records, Written written) = 0;
};

// Keeps the records in memory: survives reconnects and a new client object, not the process.
// Durable at once, so nothing waits. Also the model for tests of real stores.
class MemoryStore final : public SessionStore {
 public:
  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  Bytes records() const { return records_; }

 private:
  void compact_if_worthwhile();

  std::string client_id_;
  std::vector<std::uint8_t> records_;
  std::size_t size_after_compaction_ = 0;
};

}  // namespace wasmqtt
