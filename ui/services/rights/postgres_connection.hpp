// PostgreSQL, by libpqxx: for more than one machine. Triggers tell of each change (NOTIFY), also of those that psql makes.
#pragma once

#include <memory>
#include <optional>

#include "sql_connection.hpp"

namespace rights {

class PostgresConnection final : public SqlConnection {
 public:
  PostgresConnection(std::string address, DatabaseUse use);
  ~PostgresConnection() override;

  std::vector<Row> query(std::string_view sql, const Values& values) override;
  void transaction(const std::function<void()>& body) override;
  bool changed() override;
  int descriptor() const override;

 private:
  class Session;
  Session& session();

  const std::string address_;
  const DatabaseUse use_;
  std::unique_ptr<Session> session_;  // made again after an error
};

}  // namespace rights
