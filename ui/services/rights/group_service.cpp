#include "group_service.hpp"

#include <algorithm>
#include <utility>

#include "chat/rooms.hpp"

namespace rights {

using namespace wasmqtt;

namespace {

constexpr std::size_t most_requests = 10'000;  // that wait; the broker holds back what is not acknowledged long before
constexpr std::chrono::milliseconds retry_after{500};
constexpr int most_of_the_time = 20;  // there is no reading, which takes one part of so many

}  // namespace

GroupService::GroupService(RightsDatabase& database, BrokerControl& control, MqttClient& mqtt, EventLoop& loop,
                           GroupServiceOptions options, Log log)
    : database_(database),
      control_(control),
      mqtt_(mqtt),
      loop_(loop),
      options_(std::move(options)),
      log_(std::move(log)),
      rate_(options_.limits.requests_per_minute) {
  control_.on_ready = [this] {
    broker_.reset();
    work();
  };
  mqtt_.on_event = [this](const MqttEvent& event) { handle(event); };
  mqtt_.on_delivery_changed = [this](const DeliveryChanged& changed) { delivered(changed); };
  (void)mqtt_.subscribe(chat::all_group_requests_filter, Qos::at_least_once, [this](const Message& message) { receive(message); });
  loop_.attach(
      [this] {
        retry_at_.reset();
        work();
      },
      [] {});
}

Milliseconds GroupService::now() const { return std::chrono::duration_cast<Milliseconds>(loop_.now().time_since_epoch()); }

// ---- requests ----

void GroupService::handle(const MqttEvent& event) {
  if (std::get_if<Connected>(&event) != nullptr) {
    // It may be another broker, or one that has forgotten what it had retained.
    told_users_.clear();
    dirty_ = true;
    work();
  }
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed != nullptr && changed->state == ConnectionState::waiting) log_(mqtt_.close_record().sentence());
}

void GroupService::receive(const Message& message) {
  const auto user = chat::parse_group_request_topic(message.topic);
  // A retained request would be asked anew by every start of this program.
  if (!user || message.retain || requests_.size() >= most_requests) return mqtt_.acknowledge(message.token);
  chat::GroupRequestReading reading = chat::parse_group_request(as_text(message.payload));
  RequestKey key{std::string(*user), reading.request_id};
  if (is_under_way(key, message.token)) return;
  if (!rate_.take(key.user, loop_.now()))
    return refuse(std::move(key), "These are more than " + std::to_string(options_.limits.requests_per_minute) +
                                      " requests in a minute. Please try again later.", message.token);
  if (!reading.value) return refuse(std::move(key), std::move(reading.problem), message.token);
  requests_.push_back({std::move(key), std::move(reading.value), {message.token}});
  work();
}

// It came again while it waits or its answer is on the way.
bool GroupService::is_under_way(const RequestKey& key, std::uint64_t token) {
  if (key.request_id.empty()) return false;
  const auto add = [&](auto& list) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return entry.key == key; });
    if (found != list.end()) found->tokens.push_back(token);
    return found != list.end();
  };
  if (add(requests_) || add(answers_)) return true;
  const auto sent = std::find_if(sent_.begin(), sent_.end(), [&](const auto& entry) { return entry.second.key == key; });
  if (sent != sent_.end()) sent->second.tokens.push_back(token);
  return sent != sent_.end();
}

void GroupService::refuse(RequestKey key, std::string reason, std::uint64_t token) {
  const chat::GroupAnswer answer{key.request_id, false, std::move(reason), {}};
  publish_answer({std::move(key), chat::write_group_answer(answer), {token}});
}

void GroupService::publish_answer(Answer answer) {
  const auto sent = mqtt_.publish(chat::group_answer_topic(answer.key.user), answer.payload, {.qos = Qos::at_least_once});
  if (!sent) return log_(sent.error().message());
  sent_[sent->number] = {std::move(answer.key), std::move(answer.tokens)};
}

void GroupService::delivered(const DeliveryChanged& changed) {
  if (changed.state != DeliveryState::acknowledged && changed.state != DeliveryState::failed) return;
  const auto sent = sent_.find(changed.delivery.number);
  if (sent == sent_.end()) return;
  for (const std::uint64_t token : sent->second.tokens) mqtt_.acknowledge(token);
  sent_.erase(sent);
}

// ---- one thing at a time ----

void GroupService::check_database() {
  try {
    if (database_.changed()) dirty_ = true;
  } catch (const DatabaseError& problem) {
    dirty_ = true;
    return try_again_later(problem.what());
  }
  if (dirty_) work();
}

void GroupService::work() {
  while (!busy_ && !retry_at_ && control_.ready()) {
    if (!broker_ || loop_.now() >= recheck_at_) read_broker();
    else if (dirty_) synchronise();
    else if (!requests_.empty()) settle_next();
    else break;
  }
  // What is under way comes back here by itself.
  if (!busy_ && !retry_at_ && control_.ready()) loop_.set_timer(recheck_at_);
}

void GroupService::try_again_later(std::string_view why) {
  if (std::exchange(last_problem_, why) != why) log_(why);
  retry_at_ = loop_.now() + retry_after;
  loop_.set_timer(retry_at_);
}

void GroupService::read_broker() {
  busy_ = true;
  control_.read([this, began = loop_.now()](std::optional<BrokerState> state) {
    busy_ = false;
    broker_ = std::move(state);
    if (!broker_) return try_again_later("what the broker knows could not be read");
    dirty_ = true;
    // Changes wait while it is read.
    recheck_at_ = loop_.now() + std::max(options_.recheck, most_of_the_time * (loop_.now() - began));
    work();
  });
}

void GroupService::synchronise() {
  RightsState state;
  try {
    // Before it is read, since reading repairs: without users no room would stay.
    if (!known_ && !options_.may_be_empty && !database_.has_users())
      return try_again_later("the database has no users: is it the right one? The broker stays as it is until it has some");
    dirty_ = false;
    state = database_.read(known_ ? &*known_ : nullptr, now());
  } catch (const DatabaseError& problem) {
    dirty_ = true;
    return try_again_later(problem.what());
  }
  known_ = state;  // what others have changed is in the audit, whether the broker takes it or not
  std::vector<Command> commands = reconcile(desired_.follow(state), *broker_, options_.own_accounts);
  if (commands.empty()) return synchronised(std::move(state));
  busy_ = true;
  control_.apply(commands, [this, commands, state = std::move(state)](bool ok) mutable {
    busy_ = false;
    if (!ok) {
      broker_.reset();
      return try_again_later("the broker did not take a change of rights; reading anew what it knows");
    }
    for (const Command& command : commands) carry_out(command, *broker_);
    synchronised(std::move(state));
    work();
  });
}

void GroupService::synchronised(RightsState state) {
  publish_groups(state);
  clear_ended_rooms(state);
  told_ = std::move(state);
  last_problem_.clear();
  for (Answer& answer : std::exchange(answers_, {})) publish_answer(std::move(answer));
}

void GroupService::settle_next() {
  const Request request = std::move(requests_.front());
  requests_.pop_front();
  RightsDatabase::Settled settled;
  try {
    settled = database_.settle(request.key, now(), [&](const RightsState& state) {
      const std::string room = chat::make_room_id(loop_.random(), loop_.random());
      return decide(request.key.user, *request.content, state, options_.limits, room, now());
    });
  } catch (const DatabaseError& problem) {
    requests_.push_front(request);
    dirty_ = true;  // it may have been settled: then the broker comes before the answer
    return try_again_later(problem.what());
  }
  Answer answer{request.key, chat::write_group_answer(settled.answer), request.tokens};
  if (settled.changes.empty()) return publish_answer(std::move(answer));
  // They are in the audit already, and not as somebody else's.
  if (known_) carry_out(settled.changes, *known_);
  answers_.push_back(std::move(answer));
  dirty_ = true;
}

// ---- what users are told ----

void GroupService::publish_groups(const RightsState& state) {
  const PublishOptions how{.qos = Qos::at_least_once, .retain = true, .latest_per_topic = true};
  std::erase_if(told_users_, [&](const std::string& name) {
    const auto user = state.users.find(name);
    const bool gone = user == state.users.end() || user->second != UserKind::user;
    return gone && mqtt_.publish(chat::groups_topic(name), "", how).has_value();
  });
  for (const std::string& user : whose_groups_differ(told_, state)) told_users_.erase(user);
  for (const auto& [user, kind] : state.users) {
    if (kind != UserKind::user || told_users_.contains(user)) continue;
    if (mqtt_.publish(chat::groups_topic(user), chat::write_groups(groups_of(user, state)), how)) told_users_.insert(user);
  }
}

// Members may have published retained messages. Nobody is left who could read that they are cleared.
void GroupService::clear_ended_rooms(const RightsState& state) {
  for (const auto& [room, content] : told_.rooms) {
    if (state.rooms.contains(room)) continue;
    for (const auto& [user, kind] : state.users)
      (void)mqtt_.publish(chat::room_topic(room, user), "", {.qos = Qos::at_most_once, .retain = true});
  }
}

}  // namespace rights
