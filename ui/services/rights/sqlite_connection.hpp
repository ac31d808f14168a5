// SQLite in a file, by SQLiteCpp: the database of one machine. Write-ahead logging, so that readers do not wait; synced to the
// disk with each transaction.
#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>

#include "sql_connection.hpp"

namespace rights {

class SqliteConnection final : public SqlConnection {
 public:
  // To be read, it is opened by the first call that finds it; else at once.
  SqliteConnection(std::string file, DatabaseUse use);

  std::vector<Row> query(std::string_view sql, const Values& values) override;
  void transaction(const std::function<void()>& body) override;
  bool changed() override;
  int descriptor() const override { return -1; }

 private:
  SQLite::Database& database();

  const std::string file_;
  const DatabaseUse use_;
  std::optional<SQLite::Database> database_;
  long long version_ = -1;
};

}  // namespace rights
