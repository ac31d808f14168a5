// Users who keep the services busy and note what comes of it, while programs are killed under them.
//
//   GroupLoad groups(vy, "hannes");
//   world.run_until([&] { groups.pump(); return groups.answered() > 10; });
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "service_world.hpp"
#include "times.hpp"

namespace test {

// Makes a room, invites a guest, removes the guest, and ends the room, over and over. Each request is repeated until it is
// answered, as the page does. Whatever is said in the room once the removal has been answered is a secret.
class GroupLoad {
 public:
  GroupLoad(User& owner, std::string guest);

  void pump();
  // Ends with the room that is under way.
  void finish() { finishing_ = true; }
  bool finished() const { return finishing_ && step_ == Step::create && request_.request_id.empty(); }
  std::size_t answered() const { return answers_.size(); }
  const std::set<std::string>& rooms() const { return rooms_; }  // all that there ever were
  // Another answer than the first one to the same request, or one that should not be.
  const std::vector<std::string>& wrong() const { return wrong_; }

  static constexpr std::string_view secret = "secret";

 private:
  enum class Step { create, invite, remove, end };
  void read_answers();
  void take(const chat::GroupAnswer& answer);
  void send();
  void say(std::string_view text);

  User& owner_;
  const std::string guest_;
  chat::GroupRequest request_{};  // that is not answered yet
  Steady::time_point sent_at_{};
  Step step_ = Step::create;
  std::string room_;
  std::size_t read_ = 0;  // of what the owner has received
  int number_ = 0;
  bool finishing_ = false;
  std::map<std::string, chat::GroupAnswer> answers_;
  std::set<std::string> rooms_;
  std::vector<std::string> wrong_;
};

// Sends messages that have to be checked, every fifth with a forbidden word, and counts the verdicts.
class CheckedLoad {
 public:
  CheckedLoad(User& sender, User& receiver);

  void pump();
  void finish() { finishing_ = true; }
  bool finished() const { return finishing_ && waiting_.empty(); }
  // What the broker had acknowledged since it saved its state, it may have forgotten, and may do again. Of all other
  // messages each has one verdict, and is delivered once.
  void broker_was_killed(Steady::time_point saved);

  std::size_t unshaken() const { return sent() - shaken_.size(); }
  std::size_t sent() const { return static_cast<std::size_t>(number_); }
  std::size_t judged() const { return verdicts_.size(); }
  std::size_t lost() const { return lost_; }          // with a broker that was killed
  std::size_t repeated() const { return repeated_; }  // by such a one
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void read_verdicts();
  void read_deliveries();
  void take(const std::string& id, bool accepted);
  bool is_shaken(const std::string& id) const { return shaken_.contains(id); }

  User& sender_;
  User& receiver_;
  const std::string topic_;
  std::map<std::string, Steady::time_point> waiting_;  // without a verdict, since then
  std::map<std::string, bool> verdicts_;             // accepted, by id
  std::map<std::string, int> delivered_;
  std::vector<std::pair<Steady::time_point, std::string>> recent_;  // sent, oldest first
  std::set<std::string> shaken_;                     // sent shortly before or after the broker was killed
  Steady::time_point shaky_until_{};
  std::size_t read_sender_ = 0, read_receiver_ = 0;
  int number_ = 0;
  std::size_t lost_ = 0, repeated_ = 0;
  bool finishing_ = false;
  std::vector<std::string> wrong_;
};

// Tries all the while to read and to write where it may not.
class Prober {
 public:
  explicit Prober(User& user);

  // Subscribes to each of these rooms once, and writes into it.
  void pump(const std::set<std::string>& rooms);
  std::size_t tried() const { return tried_.size(); }
  std::size_t refused() const { return refused_; }
  // What was granted or read.
  std::vector<std::string> leaks() const;

 private:
  User& user_;
  std::map<std::string, std::vector<wasmqtt::Subscription>> asked_;  // by filter
  std::set<std::string> tried_;
  std::size_t read_answers_ = 0;
  std::size_t refused_ = 0;
  std::vector<std::string> granted_;
};

}  // namespace test
