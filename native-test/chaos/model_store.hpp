// Durable storage of the client's machine: session journal and the application's own log in the same atomic batches, made
// durable later, in order. Outlives the processes that are killed.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fingerprint.hpp"
#include "simulation.hpp"
#include "wasmqtt/event.hpp"
#include "wasmqtt/journal.hpp"
#include "wasmqtt/session_store.hpp"

namespace wasmqtt::chaos {

// A line of the application's own log.
struct LogEntry {
  enum class Kind : std::uint8_t {
    step_done,  // number: of the script
    accepted,   // label, number: of the delivery
    completed,  // label, state, reason
    delivered,  // label, topic, qos
  };
  Kind kind = Kind::step_done;
  std::string label{};
  std::uint64_t number = 0;
  DeliveryState state = DeliveryState::acknowledged;
  FailureReason reason = FailureReason::none;
  std::string topic{};
  Qos qos = Qos::at_most_once;
};

// What the durable journal says, kept up to date batch by batch: independent of the client's own reading of it.
struct DurableJournal {
  struct Message {
    PacketId packet_id = 0;
    bool released = false;
  };
  std::map<std::uint64_t, Message> messages;
  std::set<PacketId> received;

  void apply(const JournalRecord& record);
  bool sent(PacketId packet_id) const;
  bool released(PacketId packet_id) const;
};

class ModelStore final : public SessionStore {
 public:
  static constexpr Duration when_told = Duration::max();  // as a latency: durable at make_durable() only

  ModelStore(Simulation& simulation, Duration write_latency, Duration load_latency, bool compact)
      : simulation_(simulation), write_latency_(write_latency), load_latency_(load_latency), compact_(compact) {}

  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  // Joins the next batch; flush_log() makes one of its own of what waits.
  void log(LogEntry entry) { staged_.push_back(std::move(entry)); }
  bool has_staged() const { return !staged_.empty(); }
  void flush_log();
  // The first of the batches that wait, of which there is one, is durable now.
  void make_durable();

  // The process dies: the first `batches` of those that wait are durable, the others are gone.
  void crash(std::size_t batches);
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t appended() const { return appended_; }    // batches, all that ever were
  std::size_t committed() const { return committed_; }  // of them; what a crash lost counts as never appended

  // `labels`: of the deliveries' numbers, which themselves only tell when they were given out.
  void add_to(Fingerprint& print, const std::map<std::uint64_t, std::string>& labels) const;
  const std::vector<LogEntry>& durable_log() const { return log_; }
  bool delivered(const std::string& label) const { return delivered_.count(label) != 0; }
  bool accepted(const std::string& label) const { return accepted_.count(label) != 0; }
  bool completed(const std::string& label) const { return completed_.count(label) != 0; }
  const DurableJournal& journal() const { return journal_; }
  const ByteBuffer& records() const { return records_; }
  std::vector<std::string> problems;

 private:
  struct Batch {
    ByteBuffer records;
    std::vector<LogEntry> log;
    Written written;
  };
  void commit(const Batch& batch);

  Simulation& simulation_;
  Duration write_latency_;
  Duration load_latency_;
  bool compact_;
  std::vector<LogEntry> staged_;
  std::deque<Batch> waiting_;
  ByteBuffer records_;
  std::vector<LogEntry> log_;
  std::set<std::string> delivered_;
  std::set<std::string> accepted_;
  std::set<std::string> completed_;
  DurableJournal journal_;
  std::uint64_t process_ = 0;
  std::size_t appended_ = 0;
  std::size_t committed_ = 0;
};

}  // namespace wasmqtt::chaos
