// SQLite in a file, by SQLiteCpp: the database of one machine. Write-ahead logging, so that readers do not wait; synced to the
// disk with each transaction.
#pragma once

#include <SQLiteCpp/Database.h>

#include "sql_connection.hpp"

namespace rights {

class SqliteConnection final : public SqlConnection {
 public:
  explicit SqliteConnection(const std::string& file);

  std::vector<Row> query(std::string_view sql, const Values& values) override;
  void transaction(const std::function<void()>& body) override;
  bool changed() override;
  int descriptor() const override { return -1; }

 private:
  SQLite::Database database_;
  long long version_ = -1;
};

}  // namespace rights
