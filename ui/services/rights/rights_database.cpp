#include "rights_database.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "postgres_connection.hpp"
#include "sqlite_connection.hpp"

namespace rights {
namespace {

constexpr std::array<std::string_view, 3> kind_words = {"user", "reader", "worker"};

std::string text(Milliseconds time) { return std::to_string(time.count()); }

Milliseconds time_of(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return Milliseconds{value};
}

}  // namespace

std::unique_ptr<SqlConnection> open_database(const std::string& address, DatabaseUse use) {
  if (address.starts_with("postgresql://") || address.starts_with("postgres://"))
    return std::make_unique<PostgresConnection>(address, use);
  return std::make_unique<SqliteConnection>(address, use);
}

void RightsDatabase::fill_if_empty(const std::vector<std::pair<std::string, UserKind>>& users,
                                   const std::vector<std::string>& words) {
  sql_->transaction([&] {
    if (!sql_->query("SELECT name FROM users LIMIT 1").empty()) return;
    for (const auto& [name, kind] : users)
      sql_->query("INSERT INTO users (name, kind) VALUES ($1, $2)", {name, std::string(kind_words[static_cast<std::size_t>(kind)])});
    for (const std::string& word : words)
      sql_->query("INSERT INTO forbidden_words (word) VALUES ($1) ON CONFLICT DO NOTHING", {word});
  });
}

bool RightsDatabase::has_users() {
  bool any = false;
  sql_->transaction([&] { any = !sql_->query("SELECT name FROM users LIMIT 1").empty(); });
  return any;
}

RightsState RightsDatabase::read_state() {
  RightsState state;
  for (const auto& row : sql_->query("SELECT name, kind FROM users")) {
    const auto kind = std::find(kind_words.begin(), kind_words.end(), row[1]);
    if (kind != kind_words.end()) state.users[row[0]] = static_cast<UserKind>(kind - kind_words.begin());
  }
  for (const auto& row : sql_->query("SELECT room, name, owner FROM rooms")) state.rooms[row[0]] = {row[1], row[2], {}};
  for (const auto& row : sql_->query("SELECT room, member, since FROM members ORDER BY since, member")) {
    const auto room = state.rooms.find(row[0]);
    if (room != state.rooms.end()) room->second.members.push_back({row[1], time_of(row[2])});
  }
  state.only_checked = !sql_->query("SELECT 1 FROM settings WHERE name = 'only_checked' AND value = 'yes'").empty();
  return state;
}

RightsState RightsDatabase::read(const RightsState* known, Milliseconds now) {
  RightsState state;
  sql_->transaction([&] {
    state = read_state();
    if (known != nullptr) write_audit(difference(*known, state), "database", now);
    const Changes needed = repairs(state);
    write(needed, "repair", now);
    carry_out(needed, state);
  });
  return state;
}

RightsDatabase::Settled RightsDatabase::settle(const RequestKey& key, Milliseconds now,
                                               const std::function<Decision(const RightsState&)>& decide) {
  Settled settled;
  sql_->transaction([&] {
    settled = {};
    const auto before = sql_->query("SELECT accepted, reason, room FROM requests WHERE asker = $1 AND request_id = $2",
                                    {key.user, key.request_id});
    if (!before.empty()) {
      settled.answer = {key.request_id, before[0][0] == "1", before[0][1], before[0][2]};
      return;
    }
    const Decision decision = decide(read_state());
    settled = {decision.answer, decision.changes};
    write(decision.changes, key.user, now);
    sql_->query("INSERT INTO requests (asker, request_id, at, accepted, reason, room) VALUES ($1, $2, $3, $4, $5, $6)",
                {key.user, key.request_id, text(now), decision.answer.accepted ? "1" : "0", decision.answer.reason,
                 decision.answer.room});
    forget_old_requests(key.user);
  });
  return settled;
}

void RightsDatabase::forget_old_requests(const std::string& user) {
  sql_->query("DELETE FROM requests WHERE asker = $1 AND at < (SELECT min(at) FROM (SELECT at FROM requests WHERE asker = $2 "
              "ORDER BY at DESC LIMIT " + std::to_string(requests_kept) + ") AS kept)",
              {user, user});
}

std::vector<std::string> RightsDatabase::forbidden_words() {
  std::vector<std::string> words;
  sql_->transaction([&] {
    words.clear();
    for (const auto& row : sql_->query("SELECT word FROM forbidden_words ORDER BY word")) words.push_back(row[0]);
  });
  return words;
}

void RightsDatabase::write(const Changes& changes, const std::string& who, Milliseconds now) {
  for (const Change& change : changes) write_change(change);
  write_audit(changes, who, now);
}

void RightsDatabase::write_change(const Change& change) {
  switch (change.kind) {
    case Change::Kind::add_room:
      sql_->query("INSERT INTO rooms (room, name, owner) VALUES ($1, $2, $3)", {change.room, change.name, change.user});
      break;
    case Change::Kind::rename_room:
      sql_->query("UPDATE rooms SET name = $1 WHERE room = $2", {change.name, change.room});
      break;
    case Change::Kind::remove_room:
      sql_->query("DELETE FROM members WHERE room = $1", {change.room});
      sql_->query("DELETE FROM rooms WHERE room = $1", {change.room});
      break;
    case Change::Kind::add_member:
      sql_->query("INSERT INTO members (room, member, since) VALUES ($1, $2, $3)", {change.room, change.user, text(change.since)});
      break;
    case Change::Kind::remove_member:
      sql_->query("DELETE FROM members WHERE room = $1 AND member = $2", {change.room, change.user});
      break;
    case Change::Kind::set_owner:
      sql_->query("UPDATE rooms SET owner = $1 WHERE room = $2", {change.user, change.room});
      break;
  }
}

void RightsDatabase::write_audit(const Changes& changes, const std::string& who, Milliseconds now) {
  for (const Change& change : changes)
    sql_->query("INSERT INTO audit (at, who, what) VALUES ($1, $2, $3)", {text(now), who, describe(change)});
}

}  // namespace rights
