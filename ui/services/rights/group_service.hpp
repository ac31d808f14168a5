// Carries out what users ask of their groups, keeps the broker as the database says, and tells each user of the own groups.
//
// One thing at a time: a request is settled in the database, then the broker is brought there, then the users' documents and the
// answer leave, and when the broker has the answer, the request is acknowledged. Killed anywhere between, the request comes again
// from the broker, is found settled, and is answered again. What the broker knows is read when a connection begins, after
// anything that went wrong, and now and then.
//
//   GroupService service(database, control, connection.mqtt, connection.timers, options, log);
//   whenever the database may have changed: service.check_database();
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/rate_limit.hpp"
#include "broker_control.hpp"
#include "group_rules.hpp"

namespace rights {

struct GroupServiceOptions {
  std::set<std::string> own_accounts;  // which the database does not know and which stay
  GroupLimits limits{};
  bool may_be_empty = false;  // a database without users, when the service starts: then the broker gets none
  wasmqtt::Duration recheck = std::chrono::seconds{30};  // at least, of the broker; another administrator may have changed it
};

class GroupService {
 public:
  using Log = std::function<void(std::string_view)>;

  // `mqtt` has manual_acknowledgement and a session that the broker keeps. All outlive the service; `loop` serves it alone.
  GroupService(RightsDatabase& database, BrokerControl& control, wasmqtt::MqttClient& mqtt, wasmqtt::EventLoop& loop,
               GroupServiceOptions options, Log log);

  void check_database();
  // Broker and database agree, and nothing is under way.
  bool settled() const { return !busy_ && !dirty_ && broker_ && requests_.empty() && answers_.empty(); }

 private:
  // Each message of a request is acknowledged when its answer is out: the first one, those that its sender has repeated it with, and
  // those that the broker has delivered again.
  using Tokens = std::vector<std::uint64_t>;
  struct Request {
    RequestKey key;
    std::optional<chat::GroupRequest> content;
    Tokens tokens;
  };
  struct Answer {
    RequestKey key;
    std::string payload;
    Tokens tokens;
  };
  struct Sent {
    RequestKey key;
    Tokens tokens;
  };

  void handle(const wasmqtt::MqttEvent& event);
  void receive(const wasmqtt::Message& message);
  bool is_under_way(const RequestKey& key, std::uint64_t token);
  void refuse(RequestKey key, std::string reason, std::uint64_t token);
  void delivered(const wasmqtt::DeliveryChanged& changed);

  void work();
  void read_broker();
  void synchronise();
  void synchronised(RightsState state);
  void settle_next();
  void try_again_later(std::string_view why);

  void publish_groups(const RightsState& state);
  void clear_ended_rooms(const RightsState& state);
  void publish_answer(Answer answer);
  Milliseconds now() const;

  RightsDatabase& database_;
  BrokerControl& control_;
  wasmqtt::MqttClient& mqtt_;
  wasmqtt::EventLoop& loop_;
  const GroupServiceOptions options_;
  const Log log_;
  chat::RateLimit rate_;

  std::optional<BrokerState> broker_;  // as far as it is known
  std::optional<RightsState> known_;   // the database's, with what we have changed since it was read
  DesiredState desired_;
  RightsState told_;                   // what the broker was brought to last, and users were told
  std::set<std::string> told_users_;   // those who have been
  bool dirty_ = true;                  // the database may say something else by now
  bool busy_ = false;                  // the broker is being read or changed
  std::optional<wasmqtt::Time> retry_at_;
  std::string last_problem_;  // told once, not with each attempt
  wasmqtt::Time recheck_at_{};

  std::deque<Request> requests_;
  std::vector<Answer> answers_;                  // as soon as the broker is where the database is
  std::map<std::uint64_t, Sent> sent_;           // answers that the broker does not have yet, by delivery
};

}  // namespace rights
