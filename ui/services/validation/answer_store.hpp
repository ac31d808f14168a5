// What a worker must not forget: its session's journal, and which requests it has answered, in one SQLite file.
//
// Both are written in one transaction, before the client sends anything of it: the answer and the acknowledgement of its request
// leave together or not at all. So a request that comes again, because the worker was killed, has either been answered, and is known
// here, or has not, and is not.
//
// It withstands the process killed at any moment. After a power cut the file is whole, but may lack the last transactions: those
// requests have no answer, and their senders, who see that, send again. Waiting for the disk each time costs a message two waits.
#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "wasmqtt/session_store.hpp"

namespace validation {

class AnswerStore final : public wasmqtt::SessionStore {
 public:
  // The file is made when it is missing. Throws SQLite::Exception when it cannot be used.
  explicit AnswerStore(const std::string& file);

  // False: it has been answered. True: it has not, and counts as answered with the next batch of the journal, in which the
  // answer is, too, that has to be published right after.
  bool first_time(const std::string& key);

  void load(const std::string& client_id, Loaded loaded) override;
  void append(wasmqtt::Bytes records, Written written) override;

 private:
  void write(wasmqtt::Bytes records);
  void compact_if_worthwhile();
  std::vector<std::uint8_t> read_records();

  SQLite::Database database_;
  std::string client_id_;
  std::vector<std::string> new_keys_;          // not written yet
  std::unordered_set<std::string> pending_;    // the same, for looking up
  std::size_t records_size_ = 0;
  std::size_t size_after_compaction_ = 0;
};

// Requests that are remembered: many times what a broker can have under way.
inline constexpr int answers_kept = 200'000;

}  // namespace validation
