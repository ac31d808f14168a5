// A connection to the database that the rights are in: SQLite or PostgreSQL. RightsDatabase (rights_database.hpp) says what is
// asked of it; the same SQL serves both, with $1, $2 … in order for values.
//
// What fails throws DatabaseError, in the database's own words; then the connection is made again by the next call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rights {

struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class SqlConnection {
 public:
  using Row = std::vector<std::string>;  // NULL is an empty string
  using Values = std::vector<std::string>;

  virtual ~SqlConnection() = default;

  // Inside of transaction() only.
  virtual std::vector<Row> query(std::string_view sql, const Values& values = {}) = 0;
  // `body` as a whole or not at all, and nobody writes meanwhile (unless we only read): what it has read still holds when it
  // writes. What it throws undoes it, and is thrown on.
  virtual void transaction(const std::function<void()>& body) = 0;
  // Whether anybody else may have written since the last call. True for the first one, and when the
  // connection had to be made again.
  virtual bool changed() = 0;
  // A file descriptor that becomes readable when changed() is worth a call; -1: ask a few times a second.
  virtual int descriptor() const = 0;

 protected:
  SqlConnection() = default;
  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;
};

enum class DatabaseUse : std::uint8_t {
  read,    // changes nothing and makes nothing: needs no right but to read
  keep,    // reads and writes what is there. Where nothing is, DatabaseError: the address may be mistyped
  create,  // as keep, but makes the file and the tables that are missing
};

// `address` is postgresql://…, or the path of SQLite's file.
std::unique_ptr<SqlConnection> open_database(const std::string& address, DatabaseUse use);

}  // namespace rights
