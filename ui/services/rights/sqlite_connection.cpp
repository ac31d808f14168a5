#include "sqlite_connection.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <filesystem>
#include <utility>

namespace rights {
namespace {

constexpr int busy_milliseconds = 5000;  // while another program writes

constexpr const char* schema = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS users (
  name TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL DEFAULT 'user' CHECK (kind IN ('user', 'reader', 'worker')));
CREATE TABLE IF NOT EXISTS rooms (
  room TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
  room TEXT NOT NULL,
  member TEXT NOT NULL,
  since INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
  PRIMARY KEY (room, member));
CREATE TABLE IF NOT EXISTS forbidden_words (word TEXT PRIMARY KEY NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
  asker TEXT NOT NULL, request_id TEXT NOT NULL, at INTEGER NOT NULL,
  accepted INTEGER NOT NULL, reason TEXT NOT NULL, room TEXT NOT NULL,
  PRIMARY KEY (asker, request_id));
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL);
)";

template <class Action>
auto translated(Action action) {
  try {
    return action();
  } catch (const SQLite::Exception& problem) {
    throw DatabaseError(std::string("SQLite: ") + problem.what());
  }
}

int flags_for(DatabaseUse use) {
  if (use == DatabaseUse::read) return SQLite::OPEN_READONLY;
  return use == DatabaseUse::keep ? SQLite::OPEN_READWRITE : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
}

SQLite::Database open(const std::string& file, DatabaseUse use) {
  return translated([&] {
    if (use != DatabaseUse::create && !std::filesystem::exists(file)) throw DatabaseError("SQLite: there is no file " + file);
    SQLite::Database database(file, flags_for(use), busy_milliseconds);
    if (use == DatabaseUse::keep && !database.tableExists("users")) throw DatabaseError("SQLite: " + file + " has no table of users");
    if (use != DatabaseUse::read) database.exec(schema);
    return database;
  });
}

}  // namespace

SqliteConnection::SqliteConnection(std::string file, DatabaseUse use) : file_(std::move(file)), use_(use) {
  if (use_ != DatabaseUse::read) (void)database();
}

SQLite::Database& SqliteConnection::database() {
  if (!database_) database_ = open(file_, use_);
  return *database_;
}

std::vector<SqlConnection::Row> SqliteConnection::query(std::string_view sql, const Values& values) {
  return translated([&] {
    SQLite::Statement statement(database(), std::string(sql));
    for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i + 1), values[i]);
    std::vector<Row> rows;
    while (statement.executeStep()) {
      Row& row = rows.emplace_back();
      for (int column = 0; column < statement.getColumnCount(); ++column) row.push_back(statement.getColumn(column).getString());
    }
    return rows;
  });
}

void SqliteConnection::transaction(const std::function<void()>& body) {
  translated([&] {
    SQLite::Transaction transaction(
        database(), use_ == DatabaseUse::read ? SQLite::TransactionBehavior::DEFERRED : SQLite::TransactionBehavior::IMMEDIATE);
    body();
    transaction.commit();
  });
}

// data_version changes when another connection has written, ours not [SQLite, PRAGMA data_version].
bool SqliteConnection::changed() {
  const long long version = translated([&] { return database().execAndGet("PRAGMA data_version").getInt64(); });
  return std::exchange(version_, version) != version;
}

}  // namespace rights
