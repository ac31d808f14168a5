// The truth: users, rooms, members, forbidden words, answered requests, and an audit, in SQL. Other programs may change it.
//
//   users(name, kind)            kind: 'user', 'reader', 'worker'
//   rooms(room, name, owner)     room: 16 characters of base64url
//   members(room, member, since) since: milliseconds since 1970, has a default
//   forbidden_words(word)        of checked messages
//   settings(name, value)        'only_checked', 'yes': nothing is delivered that no worker has accepted
//   requests(asker, request_id, at, accepted, reason, room)    for answering again
//   audit(number, at, who, what) who: a user, or 'database' for what other programs changed
//
// Every function throws DatabaseError (sql_connection.hpp) when the database does not answer; then nothing has changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chat/groups.hpp"
#include "rights_state.hpp"
#include "sql_connection.hpp"

namespace rights {

// What comes of a request.
struct Decision {
  Changes changes{};
  chat::GroupAnswer answer{};
};

struct RequestKey {
  std::string user;
  std::string request_id;
  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

class RightsDatabase {
 public:
  explicit RightsDatabase(std::unique_ptr<SqlConnection> connection) : sql_(std::move(connection)) {}

  // Puts the users in when there are none at all, and the words when there are no users.
  void fill_if_empty(const std::vector<std::pair<std::string, UserKind>>& users, const std::vector<std::string>& words);

  bool has_users();

  // What it says now. What breaks the rules (see repairs()) is repaired first; that, and what others have changed since
  // `known` (nullptr: nothing is known), goes into the audit.
  RightsState read(const RightsState* known, Milliseconds now);

  struct Settled {
    chat::GroupAnswer answer;
    Changes changes{};  // none: it was refused, or is answered again
  };
  // In one transaction: what this request was answered before, or else what `decide` makes of it, with its changes.
  Settled settle(const RequestKey& key, Milliseconds now, const std::function<Decision(const RightsState&)>& decide);

  std::vector<std::string> forbidden_words();

  bool changed() { return sql_->changed(); }
  int descriptor() const { return sql_->descriptor(); }

 private:
  RightsState read_state();
  void write(const Changes& changes, const std::string& who, Milliseconds now);
  void write_change(const Change& change);
  void write_audit(const Changes& changes, const std::string& who, Milliseconds now);
  void forget_old_requests(const std::string& user);

  std::unique_ptr<SqlConnection> sql_;
};

// Of each user so many answered requests are kept, the latest ones.
inline constexpr int requests_kept = 200;

}  // namespace rights
