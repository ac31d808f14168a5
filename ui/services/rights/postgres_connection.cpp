#include "postgres_connection.hpp"

#include <pqxx/pqxx>
#include <utility>

namespace rights {
namespace {

// The lock keeps two services that start at once from making the same tables.
constexpr const char* schema = R"(
SELECT pg_advisory_xact_lock(6000000001);
CREATE TABLE IF NOT EXISTS users (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL DEFAULT 'user' CHECK (kind IN ('user', 'reader', 'worker')));
CREATE TABLE IF NOT EXISTS rooms (room TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
  room TEXT NOT NULL, member TEXT NOT NULL,
  since BIGINT NOT NULL DEFAULT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT),
  PRIMARY KEY (room, member));
CREATE TABLE IF NOT EXISTS forbidden_words (word TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
  asker TEXT NOT NULL, request_id TEXT NOT NULL, at BIGINT NOT NULL,
  accepted INTEGER NOT NULL, reason TEXT NOT NULL, room TEXT NOT NULL,
  PRIMARY KEY (asker, request_id));
CREATE TABLE IF NOT EXISTS audit (number BIGSERIAL PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL);
CREATE OR REPLACE FUNCTION chat_rights_changed() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NOTIFY chat_rights; RETURN NULL; END $$;
)";

struct Receiver final : pqxx::notification_receiver {
  explicit Receiver(pqxx::connection& connection) : notification_receiver(connection, "chat_rights") {}
  void operator()(const std::string&, int sender) override { called = called || sender != conn().backendpid(); }
  bool called = true;
};

}  // namespace

class PostgresConnection::Session {
 public:
  Session(const std::string& address, DatabaseUse use) : connection(address), receiver(connection) {
    if (use == DatabaseUse::read) return;
    pqxx::work making(connection);
    if (use == DatabaseUse::keep && making.exec1("SELECT to_regclass('users')")[0].is_null())
      throw DatabaseError("PostgreSQL: the database has no table of users");
    making.exec(schema);
    for (const std::string table : {"users", "rooms", "members", "forbidden_words", "settings"}) {
      making.exec("DROP TRIGGER IF EXISTS chat_rights ON " + table);
      making.exec("CREATE TRIGGER chat_rights AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON " + table +
                " FOR EACH STATEMENT EXECUTE FUNCTION chat_rights_changed()");
    }
    making.commit();
  }

  pqxx::connection connection;
  Receiver receiver;
  pqxx::transaction_base* work = nullptr;  // the transaction that is under way
};

PostgresConnection::PostgresConnection(std::string address, DatabaseUse use) : address_(std::move(address)), use_(use) {}
PostgresConnection::~PostgresConnection() = default;

PostgresConnection::Session& PostgresConnection::session() {
  if (!session_) session_ = std::make_unique<Session>(address_, use_);
  return *session_;
}

namespace {

template <class Action, class Reset>
auto translated(Action action, Reset reset) {
  try {
    return action();
  } catch (const pqxx::failure& problem) {
    reset();
    throw DatabaseError(std::string("PostgreSQL: ") + problem.what());
  }
}

}  // namespace

std::vector<SqlConnection::Row> PostgresConnection::query(std::string_view sql, const Values& values) {
  const auto result = session_->work->exec_params(std::string(sql), pqxx::prepare::make_dynamic_params(values));
  std::vector<Row> rows;
  for (const auto& line : result) {
    Row& row = rows.emplace_back();
    for (const auto& field : line) row.emplace_back(field.is_null() ? "" : field.c_str());
  }
  return rows;
}

// One writer at a time: a lock that ends with the transaction. Other programs are kept from the tables by it only while they
// would write.
void PostgresConnection::transaction(const std::function<void()>& body) {
  translated(
      [&] {
        Session& now = session();
        if (use_ == DatabaseUse::read) {
          pqxx::read_transaction reading(now.connection);
          now.work = &reading;
          return body();
        }
        pqxx::work writing(now.connection);
        now.work = &writing;
        writing.exec("LOCK TABLE users, rooms, members, settings, requests IN SHARE ROW EXCLUSIVE MODE");
        body();
        writing.commit();
      },
      [this] { session_.reset(); });
}

bool PostgresConnection::changed() {
  return translated(
      [this] {
        Session& now = session();
        now.connection.get_notifs();
        return std::exchange(now.receiver.called, false);
      },
      [this] { session_.reset(); });
}

int PostgresConnection::descriptor() const { return session_ ? session_->connection.sock() : -1; }

}  // namespace rights
