#include "load.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/checked_messages.hpp"
#include "chat/rooms.hpp"
#include "chat/topics.hpp"

namespace test {

using namespace wasmqtt;
using chat::checked_topic;
using chat::CheckStep;
using chat::GroupAction;

namespace {

constexpr std::chrono::seconds ask_again_after{2};
constexpr std::chrono::seconds broker_forgets{4};  // what was on the way when it saved, and what is until all are back
constexpr std::chrono::seconds lost_after{6};
constexpr std::size_t under_way = 10;

std::string id_in(const std::string& payload) {
  constexpr std::string_view name = "\"messageId\":\"";
  const auto at = payload.find(name);
  if (at == std::string::npos) return {};
  const auto begin = at + name.size();
  return payload.substr(begin, payload.find('"', begin) - begin);
}

}  // namespace

// ---- groups ----

GroupLoad::GroupLoad(User& owner, std::string guest) : owner_(owner), guest_(std::move(guest)) {}

void GroupLoad::pump() {
  read_answers();
  if (!request_.request_id.empty()) {
    if (Steady::now() - sent_at_ > ask_again_after) send();
    return;
  }
  if (finishing_ && step_ == Step::create) return;
  constexpr GroupAction actions[] = {GroupAction::create, GroupAction::invite, GroupAction::remove, GroupAction::remove_room};
  request_ = {owner_.name + "-" + std::to_string(number_++), actions[static_cast<int>(step_)], room_, "Room", guest_};
  if (step_ == Step::create) request_.room.clear();
  send();
}

void GroupLoad::send() {
  const auto sent = owner_.peer.mqtt.publish(chat::group_request_topic(owner_.name), chat::write_group_request(request_),
                                             {.qos = Qos::at_least_once});
  REQUIRE(sent);
  sent_at_ = Steady::now();
}

void GroupLoad::read_answers() {
  for (; read_ < owner_.peer.received.size(); ++read_) {
    const auto& message = owner_.peer.received[read_];
    if (message.topic != chat::group_answer_topic(owner_.name)) continue;
    const auto answer = chat::parse_group_answer(message.payload);
    REQUIRE(answer.value);
    const auto [known, first] = answers_.try_emplace(answer.value->request_id, *answer.value);
    if (known->second != *answer.value) wrong_.push_back("answered in two ways: " + message.payload);
    if (first && answer.value->request_id == request_.request_id) take(*answer.value);
  }
}

void GroupLoad::take(const chat::GroupAnswer& answer) {
  request_ = {};
  if (!answer.accepted) wrong_.push_back("refused: " + answer.reason);
  switch (step_) {
    case Step::create:
      room_ = answer.room;
      rooms_.insert(room_);
      step_ = Step::invite;
      break;
    case Step::invite:
      say("welcome");
      step_ = Step::remove;
      break;
    case Step::remove:
      say(secret);
      step_ = Step::end;
      break;
    case Step::end: step_ = Step::create; break;
  }
}

void GroupLoad::say(std::string_view text) {
  REQUIRE(owner_.peer.mqtt.publish(chat::room_topic(room_, owner_.name), text, {.qos = Qos::at_least_once}));
}

// ---- checked messages ----

CheckedLoad::CheckedLoad(User& sender, User& receiver)
    : sender_(sender), receiver_(receiver), topic_(chat::message_topic(receiver.name, sender.name)) {
  const std::string sent = chat::message_topic("+", sender.name);
  REQUIRE(sender.may_subscribe(checked_topic(sent, CheckStep::accepted)));
  REQUIRE(sender.may_subscribe(checked_topic(sent, CheckStep::rejected)));
  REQUIRE(receiver.may_subscribe(checked_topic(chat::own_messages_filter(receiver.name), CheckStep::accepted)));
}

void CheckedLoad::pump() {
  read_verdicts();
  read_deliveries();
  std::erase_if(waiting_, [&](const auto& entry) {
    const bool lost = is_shaken(entry.first) && Steady::now() - entry.second > lost_after && sender_.peer.mqtt.connected();
    if (lost) ++lost_;
    return lost;
  });
  while (!finishing_ && waiting_.size() < under_way) {
    const std::string id = std::to_string(number_++);
    const std::string text = number_ % 5 == 0 ? "this is spam" : "hello";
    REQUIRE(sender_.peer.mqtt.publish(checked_topic(topic_, CheckStep::request), chat::write_message({id, text, {}}, {}),
                                      {.qos = Qos::at_least_once}));
    waiting_[id] = Steady::now();
    recent_.emplace_back(Steady::now(), id);
    // The worker's session may be what it has forgotten, and until the worker is back there is nobody to take it.
    if (Steady::now() < shaky_until_) shaken_.insert(id);
  }
}

void CheckedLoad::broker_was_killed(Steady::time_point saved) {
  shaky_until_ = Steady::now() + broker_forgets;
  std::erase_if(recent_, [&](const auto& entry) { return saved - entry.first > broker_forgets && !waiting_.contains(entry.second); });
  for (const auto& [at, id] : recent_) shaken_.insert(id);
}

void CheckedLoad::read_verdicts() {
  for (; read_sender_ < sender_.peer.received.size(); ++read_sender_) {
    const auto& message = sender_.peer.received[read_sender_];
    const auto topic = chat::parse_checked_topic(message.topic);
    if (topic && topic->sender == sender_.name) take(id_in(message.payload), topic->step == CheckStep::accepted);
  }
}

void CheckedLoad::take(const std::string& id, bool accepted) {
  waiting_.erase(id);
  const auto [known, first] = verdicts_.try_emplace(id, accepted);
  if (accepted != ((std::stoi(id) + 1) % 5 != 0)) wrong_.push_back("wrong verdict of " + id);
  if (first) return;
  if (known->second != accepted) wrong_.push_back("two verdicts of " + id);
  if (is_shaken(id)) ++repeated_;
  else wrong_.push_back("answered twice: " + id);
}

void CheckedLoad::read_deliveries() {
  for (; read_receiver_ < receiver_.peer.received.size(); ++read_receiver_) {
    const auto& message = receiver_.peer.received[read_receiver_];
    if (message.topic != checked_topic(topic_, CheckStep::accepted)) continue;
    const std::string id = id_in(message.payload);
    if (message.payload.find("spam") != std::string::npos) wrong_.push_back("delivered unchecked: " + id);
    if (++delivered_[id] > 1 && !is_shaken(id)) wrong_.push_back("delivered twice: " + id);
  }
}

// ---- what is not allowed ----

Prober::Prober(User& user) : user_(user) {
  // Granted, since it is how members read their rooms; nothing must come for it.
  REQUIRE(user.may_subscribe(chat::room_topic("+", "+")));
  REQUIRE(user.may_subscribe(checked_topic(chat::room_topic("+", "+"), CheckStep::accepted)));
}

void Prober::pump(const std::set<std::string>& rooms) {
  for (; read_answers_ < user_.peer.answered.size(); ++read_answers_) {
    const auto& answer = user_.peer.answered[read_answers_];
    const auto asked = asked_.find(answer.filter);
    if (asked == asked_.end() || answer.error) continue;
    if (answer.granted) granted_.push_back(answer.filter);
    else ++refused_;
    user_.peer.mqtt.unsubscribe(asked->second);
    asked_.erase(asked);
  }
  for (const std::string& room : rooms) {
    if (!tried_.insert(room).second) continue;
    const std::string filter = chat::room_filter(room);
    asked_[filter] = user_.peer.ask({.filter = filter, .qos = Qos::at_least_once});
    for (const std::string& topic : {chat::room_topic(room, user_.name), checked_topic(chat::room_topic(room, user_.name), CheckStep::accepted)})
      (void)user_.peer.mqtt.publish(topic, "by somebody who is no member", {.qos = Qos::at_least_once});
  }
}

std::vector<std::string> Prober::leaks() const {
  std::vector<std::string> all = granted_;
  for (const auto& message : user_.peer.received)
    if (message.topic.starts_with("chat/rooms/")) all.push_back(message.topic + ": " + message.payload);
  return all;
}

}  // namespace test
