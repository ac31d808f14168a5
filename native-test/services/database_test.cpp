// The rights in SQL: the same with SQLite and with PostgreSQL.
#include <doctest/doctest.h>
#include <unistd.h>

#include <utility>

#include "postgres_server.hpp"
#include "rights/rights_database.hpp"
#include "rights_support.hpp"

using namespace rights;
using test::at;
using test::garden;
using Kind = Change::Kind;

namespace {

const std::vector<std::pair<std::string, UserKind>> users = {
    {"vy", UserKind::user}, {"minh", UserKind::user}, {"admin", UserKind::reader}, {"validation-worker", UserKind::worker}};

Decision make_garden(const RightsState&) {
  return {{{Kind::add_room, garden, "vy", "Vy's \"Garden\"", {}}, {Kind::add_member, garden, "vy", {}, at(5)},
           {Kind::add_member, garden, "minh", {}, at(7)}},
          {"r1", true, "", garden}};
}

struct Databases {
  // One at a time, opened twice: ours, and somebody else's.
  std::string address;
  test::TemporaryDirectory directory;
  std::unique_ptr<test::PostgresServer> postgres;

  void check() {
    RightsDatabase database(open_database(address, DatabaseUse::create));
    CHECK(database.changed());
    database.fill_if_empty(users, {"spam"});
    database.fill_if_empty({{"late", UserKind::user}}, {});
    RightsState state = database.read(nullptr, at(1));
    CHECK(state.users == std::map<std::string, UserKind>(users.begin(), users.end()));
    CHECK(database.forbidden_words() == std::vector<std::string>{"spam"});
    while (database.changed()) {
    }

    const auto settled = database.settle({"vy", "r1"}, at(10), make_garden);
    CHECK(settled.answer == chat::GroupAnswer{"r1", true, "", garden});
    CHECK_FALSE(database.changed());  // by others
    CHECK(settled.changes.size() == 3);
    carry_out(settled.changes, state);
    CHECK(database.read(&state, at(11)) == state);
    CHECK(state.rooms.at(garden) == Room{"Vy's \"Garden\"", "vy", {{"vy", at(5)}, {"minh", at(7)}}});

    const auto never = [](const RightsState&) -> Decision { throw DatabaseError("a request was done twice"); };
    const auto again = database.settle({"vy", "r1"}, at(12), never);
    CHECK(again.answer == settled.answer);
    CHECK(again.changes.empty());
    CHECK_THROWS_AS(database.settle({"minh", "r1"}, at(12), never), DatabaseError);
    CHECK(database.read(&state, at(13)) == state);

    check_others(database, state);
    check_reading();
  }

  void check_reading() const {
    const auto reader = open_database(address, DatabaseUse::read);
    CHECK_THROWS_WITH_AS(reader->transaction([&] { reader->query("DELETE FROM forbidden_words"); }), doctest::Contains(postgres ? "read-only" : "readonly"),
                         DatabaseError);
    RightsDatabase database(open_database(address, DatabaseUse::read));
    CHECK(database.changed());
    CHECK(database.forbidden_words() == std::vector<std::string>{"spam"});
    while (database.changed()) {
    }
    const auto others = open_database(address, DatabaseUse::keep);
    others->transaction([&] { others->query("INSERT INTO forbidden_words (word) VALUES ('eggs')"); });
    CHECK(test::await([&] { return database.changed(); }));
    CHECK(database.forbidden_words() == std::vector<std::string>{"eggs", "spam"});
  }

  void check_others(RightsDatabase& database, RightsState& state) {
    while (database.changed()) {
    }
    const auto others = open_database(address, DatabaseUse::create);
    CHECK_FALSE(database.changed());
    others->transaction([&] { others->query("DELETE FROM members WHERE member = $1", {"vy"}); });
    CHECK(test::await([&] { return database.changed(); }));
    RightsState known = std::exchange(state, database.read(&state, at(20)));
    CHECK(known.rooms.at(garden).members.size() == 2);
    CHECK(state.rooms.at(garden) == Room{"Vy's \"Garden\"", "minh", {{"minh", at(7)}}});  // repaired
    others->transaction([&] { others->query("INSERT INTO settings (name, value) VALUES ('only_checked', 'yes')"); });
    CHECK(test::await([&] { return database.changed(); }));
    CHECK(database.read(&state, at(21)).only_checked);

    std::vector<std::string> audit;
    others->transaction([&] {
      for (const auto& row : others->query("SELECT who, what FROM audit ORDER BY number")) audit.push_back(row[0] + ": " + row[1]);
    });
    CHECK(audit == std::vector<std::string>{"vy: room " + garden + " was made: Vy's \"Garden\"", "vy: vy joined room " + garden,
                                            "vy: minh joined room " + garden, "database: vy left room " + garden,
                                            "repair: minh became owner of room " + garden});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Databases, "database: settles each request once, and sees what others change (SQLite)") {
  address = directory / "rights.db";
  check();
}

TEST_CASE_FIXTURE(Databases, "database: settles each request once, and sees what others change (PostgreSQL)") {
  postgres = std::make_unique<test::PostgresServer>();
  address = postgres->url();
  check();
}

TEST_CASE("database: when PostgreSQL dies, calls fail in words, and work again when it is back") {
  test::PostgresServer postgres;
  RightsDatabase database(open_database(postgres.url(), DatabaseUse::create));
  database.fill_if_empty(users, {});
  postgres.kill();
  CHECK_THROWS_AS(database.read(nullptr, at(1)), DatabaseError);
  CHECK_THROWS_AS(database.changed(), DatabaseError);
  postgres.start();
  CHECK(database.changed());
  CHECK(database.read(nullptr, at(1)).users.size() == users.size());
}

TEST_CASE("database: what is not there is refused, and made only where that is asked for (SQLite)") {
  test::TemporaryDirectory directory;
  const std::string file = directory / "mistyped.db";
  CHECK_THROWS_WITH_AS(open_database(file, DatabaseUse::keep), doctest::Contains("there is no file "), DatabaseError);
  RightsDatabase reader(open_database(file, DatabaseUse::read));
  CHECK_THROWS_WITH_AS(reader.forbidden_words(), doctest::Contains("there is no file "), DatabaseError);
  CHECK(::access(file.c_str(), F_OK) != 0);
  test::write_file(file, "");
  CHECK_THROWS_WITH_AS(open_database(file, DatabaseUse::keep), doctest::Contains("has no table of users"), DatabaseError);
  CHECK_THROWS_AS(reader.forbidden_words(), DatabaseError);
  CHECK(test::read_file(file).empty());
  RightsDatabase database(open_database(file, DatabaseUse::create));
  CHECK_FALSE(database.has_users());
  database.fill_if_empty(users, {"spam"});
  CHECK(database.has_users());
  CHECK(reader.forbidden_words() == std::vector<std::string>{"spam"});
}

TEST_CASE("database: what is not there is refused, and made only where that is asked for (PostgreSQL)") {
  test::PostgresServer postgres;
  RightsDatabase reader(open_database(postgres.url(), DatabaseUse::read));
  RightsDatabase keeper(open_database(postgres.url(), DatabaseUse::keep));
  CHECK_THROWS_WITH_AS(reader.forbidden_words(), doctest::Contains("forbidden_words"), DatabaseError);
  CHECK_THROWS_WITH_AS(keeper.has_users(), doctest::Contains("has no table of users"), DatabaseError);
  CHECK_THROWS_AS(reader.forbidden_words(), DatabaseError);
  RightsDatabase database(open_database(postgres.url(), DatabaseUse::create));
  database.fill_if_empty(users, {"spam"});
  CHECK(keeper.has_users());
  CHECK(reader.forbidden_words() == std::vector<std::string>{"spam"});
}

TEST_CASE("database: a worker's role in PostgreSQL needs to read the forbidden words, nothing else") {
  test::PostgresServer postgres;
  RightsDatabase(open_database(postgres.url(), DatabaseUse::create)).fill_if_empty(users, {"spam"});
  postgres.psql("CREATE ROLE worker LOGIN; GRANT SELECT ON forbidden_words TO worker");
  std::string address = postgres.url();
  address.replace(address.find("//chat@") + 2, 4, "worker");
  RightsDatabase database(open_database(address, DatabaseUse::read));
  CHECK(database.changed());
  CHECK(database.forbidden_words() == std::vector<std::string>{"spam"});
  while (database.changed()) {
  }
  postgres.psql("INSERT INTO forbidden_words VALUES ('eggs')");
  CHECK(test::await([&] { return database.changed(); }));
  CHECK_THROWS_WITH_AS(database.read(nullptr, at(1)), doctest::Contains("permission denied"), DatabaseError);
}

TEST_CASE("database: a file that is none is refused in words") {
  test::TemporaryDirectory directory;
  test::write_file(directory / "rights.db", std::string(5000, 'x'));
  CHECK_THROWS_WITH_AS(RightsDatabase(open_database(directory / "rights.db", DatabaseUse::create)), doctest::Contains("SQLite: "), DatabaseError);
}

TEST_CASE("database: of each user the latest answered requests are kept") {
  test::TemporaryDirectory directory;
  RightsDatabase database(open_database(directory / "rights.db", DatabaseUse::create));
  const auto refuse = [](const RightsState&) { return Decision{{}, {"", false, "No.", ""}}; };
  for (int i = 0; i < requests_kept + 50; ++i) database.settle({"vy", std::to_string(i)}, at(i), refuse);
  const auto sql = open_database(directory / "rights.db", DatabaseUse::create);
  std::string count;
  sql->transaction([&] { count = sql->query("SELECT count(*) || ' ' || min(at) FROM requests")[0][0]; });
  CHECK(count == "200 50");
}
