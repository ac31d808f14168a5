#include "answer_store.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

#include "wasmqtt/journal.hpp"

namespace validation {
namespace {

constexpr const char* schema = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, records BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS answered (number INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL UNIQUE);
)";

}  // namespace

AnswerStore::AnswerStore(const std::string& file) : database_(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 2000) {
  database_.exec(schema);
}

bool AnswerStore::first_time(const std::string& key) {
  if (pending_.contains(key)) return false;
  SQLite::Statement find(database_, "SELECT 1 FROM answered WHERE request = ?");
  find.bind(1, key);
  if (find.executeStep()) return false;
  pending_.insert(key);
  new_keys_.push_back(key);
  return true;
}

std::vector<std::uint8_t> AnswerStore::read_records() {
  std::vector<std::uint8_t> records;
  SQLite::Statement read(database_, "SELECT records FROM journal WHERE client_id = ? ORDER BY number");
  read.bind(1, client_id_);
  while (read.executeStep()) {
    const SQLite::Column column = read.getColumn(0);
    const auto* bytes = static_cast<const std::uint8_t*>(column.getBlob());
    records.insert(records.end(), bytes, bytes + column.getBytes());
  }
  return records;
}

void AnswerStore::load(const std::string& client_id, Loaded loaded) {
  client_id_ = client_id;
  try {
    const std::vector<std::uint8_t> records = read_records();
    records_size_ = records.size();
    loaded(true, records, {});
  } catch (const SQLite::Exception& problem) {
    loaded(false, {}, problem.what());
  }
}

void AnswerStore::append(wasmqtt::Bytes records, Written written) {
  try {
    write(records);
    compact_if_worthwhile();
  } catch (const SQLite::Exception& problem) {
    return written(false, problem.what());
  }
  written(true, {});
}

void AnswerStore::write(wasmqtt::Bytes records) {
  SQLite::Transaction transaction(database_);
  SQLite::Statement add(database_, "INSERT INTO journal (client_id, records) VALUES (?, ?)");
  add.bind(1, client_id_);
  add.bind(2, records.data(), static_cast<int>(records.size()));
  add.exec();
  SQLite::Statement remember(database_, "INSERT OR IGNORE INTO answered (request) VALUES (?)");
  for (const std::string& key : new_keys_) {
    remember.bind(1, key);
    remember.exec();
    remember.reset();
  }
  transaction.commit();
  records_size_ += records.size();
  new_keys_.clear();
  pending_.clear();
}

void AnswerStore::compact_if_worthwhile() {
  constexpr std::size_t small = 256 * 1024;
  if (records_size_ < std::max(small, 2 * size_after_compaction_)) return;
  const auto shorter = wasmqtt::compact(read_records());
  if (!shorter) return;
  SQLite::Transaction transaction(database_);
  database_.exec("DELETE FROM answered WHERE number <= (SELECT max(number) FROM answered) - " + std::to_string(answers_kept));
  SQLite::Statement remove(database_, "DELETE FROM journal WHERE client_id = ?");
  remove.bind(1, client_id_);
  remove.exec();
  SQLite::Statement add(database_, "INSERT INTO journal (client_id, records) VALUES (?, ?)");
  add.bind(1, client_id_);
  add.bind(2, shorter->data(), static_cast<int>(shorter->size()));
  add.exec();
  transaction.commit();
  records_size_ = size_after_compaction_ = shorter->size();
}

}  // namespace validation
