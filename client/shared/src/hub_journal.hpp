// What a hub keeps in the journal beside the session, in the session's own batches: whose each message is, how far each tab's
// publishes have come, which filters the broker may have, and failures that a tab has not heard of.
//
// It stands between the MqttClient and the store that is fenced. Once another leads, nothing is called back any more: what waits for
// a record waits for ever.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wasmqtt/event.hpp"
#include "wasmqtt/journal.hpp"
#include "wasmqtt/lifetime.hpp"
#include "wasmqtt/shared/fenced_store.hpp"

namespace wasmqtt {

// A publish as its tab numbers it.
struct Origin {
  std::uint64_t source = 0;
  std::uint64_t sequence = 0;
};

// What a tab has to hear of a message that is not in the journal any more.
struct Failure {
  std::uint64_t sequence = 0;
  FailureReason reason = FailureReason::none;
  ReasonCode code = ReasonCode::success;
};

class HubJournal final : public SessionStore {
 public:
  explicit HubJournal(FencedStore& store) : store_(store) {}

  // ---- the MqttClient's side ----
  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  // ---- the hub's side ----
  struct Stored {
    std::uint64_t number;  // of the delivery; 0: the latest of its source
    Origin origin;
  };
  std::function<void(const Stored&)> on_stored;                           // while it is loaded
  std::function<void(std::uint64_t source, const Failure&)> on_failure;   // the same
  std::function<void(std::string_view filter)> on_filter;                 // the same
  std::function<void(std::uint64_t source, bool away)> on_tab;            // the same
  std::function<void()> on_loaded;      // whatever came of it
  std::function<void()> on_superseded;  // another leads
  // Up to these all is durable, as far as this store is: batches, and those of them that have records of the session.
  std::function<void(std::uint64_t batch, std::uint64_t session_batch)> on_durable;

  // In the batch that has the message's own record.
  void origin(std::uint64_t number, Origin origin);
  void forget_source(std::uint64_t source);
  void filter(std::string_view filter, bool known);
  // A tab is here, or has gone and may have missed what came since.
  void tab(std::uint64_t source, bool away);
  void failure(std::uint64_t source, const Failure& failure);
  void forget_failure(std::uint64_t source, std::uint64_t sequence);
  // The batches to come: the next one, with what has been noted; and the next one of the session, with what it has recorded.
  std::uint64_t batch() const { return batches_ + 1; }
  std::uint64_t session_batch() const { return session_batches_ + 1; }
  // Notes that no batch of the session has taken along make one of their own.
  void flush();

 private:
  void write(ByteBuffer records, Written written);
  void note(std::string_view key, Bytes value);
  void read(Bytes records);
  bool superseded();

  FencedStore& store_;
  std::string client_id_;
  ByteBuffer origins_;  // only behind the records of the session that they are about
  ByteBuffer notes_;
  std::uint64_t batches_ = 0;
  std::uint64_t session_batches_ = 0;
  bool loaded_ = false;
  Lifetime lifetime_;
};

}  // namespace wasmqtt
