#include "group_desk.hpp"

#include <algorithm>
#include <utility>

#include "chat/message_id.hpp"

namespace chat {
namespace {

using wasmqtt::DeliveryState;
using wasmqtt::Message;
using wasmqtt::Qos;

constexpr std::size_t most_held = 100;
constexpr std::string_view not_a_member = "A message of a group that you are not a member of was not shown.";
constexpr std::string_view no_answer =
    "The rights service does not answer: groups cannot be changed now. What you asked for may still be done when it is back.";

}  // namespace

void GroupDesk::attach(Line& line) {
  line_ = &line;
  held_.clear();  // the broker delivers them again
  delivery_ = 0;
  listen(group_answer_topic(uses_.state.user), &GroupDesk::handle_answer);
  groups_subscription_ = listen(groups_topic(uses_.state.user), &GroupDesk::handle_groups);
}

// QoS 1 in every stage: an answer must not be lost when the broker ends the connection to change a right.
wasmqtt::Subscription GroupDesk::listen(std::string_view filter, void (GroupDesk::*handler)(const Message&),
                                        wasmqtt::Subscription replaces) {
  const Line::SubscribeRequest request{
      .filter = filter, .qos = Qos::at_least_once, .handler = [this, handler](const Message& message) {
        if (detached_) return;
        if (message.token != 0) line_->acknowledge(message.token);
        (this->*handler)(message);
        if (on_changed) on_changed();
      },
      .ask_again = true, .replaces = replaces};
  const auto made = line_->subscribe({&request, 1});
  return made ? made->front() : wasmqtt::Subscription{};
}

void GroupDesk::handle_connected(bool again, bool resumed) {
  // A session keeps the subscription, and a broker sends the retained list to new ones only.
  if (again && resumed) groups_subscription_ = listen(groups_topic(uses_.state.user), &GroupDesk::handle_groups, groups_subscription_);
  if (!requests().pending) return;
  answer_due_ = uses_.loop.now() + answer_timeout;
  // Acknowledged, yet without an answer, which may have been lost with the connection.
  if (delivery_ == 0) send();
}

// ---- what the rights service tells ----

void GroupDesk::handle_groups(const Message& message) {
  Groups groups;
  if (!message.payload.empty()) {
    Parsed<Groups> parsed = parse_groups(wasmqtt::as_text(message.payload));
    if (!parsed.value) return notice("The list of your groups could not be read. " + parsed.problem, message.topic);
    groups = std::move(*parsed.value);
  }
  const bool first = !std::exchange(listed_, true);
  bool news = leave_all_but(groups);
  for (const Group& group : groups)
    if (join(group)) news = true;
  open_made_room();
  show_held();
  // The first list after signing in ends no connection.
  if (news && !first && on_groups_changed) on_groups_changed();
}

bool GroupDesk::join(const Group& group) {
  ConversationList& list = uses_.state.conversations;
  const ConversationKey key = ConversationKey::of_room(group.room);
  const bool is_new = list.find(key) == nullptr;
  Conversation* conversation = list.get(key);
  if (conversation == nullptr) {
    notice("Too many conversations: the group " + group.name + " is not shown.", {});
    return false;
  }
  GroupView& view = *conversation->group;
  if (view.member && view.group == group) return false;
  view = {group, true};
  if (is_new) conversation->touch(uses_.zone.now());
  list.reorder();
  uses_.history.keep(*conversation);
  return true;
}

bool GroupDesk::leave_all_but(const Groups& groups) {
  bool news = false;
  for (Conversation* conversation : uses_.state.conversations.newest_first()) {
    if (!conversation->group || !conversation->group->member) continue;
    const std::string& room = conversation->group->group.room;
    if (std::any_of(groups.begin(), groups.end(), [&](const Group& group) { return group.room == room; })) continue;
    conversation->group->member = false;
    uses_.history.keep(*conversation);
    news = true;
  }
  return news;
}

void GroupDesk::handle_answer(const Message& message) {
  const Parsed<GroupAnswer> parsed = parse_group_answer(wasmqtt::as_text(message.payload));
  if (!parsed.value) return notice("An answer of the rights service could not be read. " + parsed.problem, message.topic);
  const GroupAnswer& answer = *parsed.value;
  if (!requests().pending || requests().pending->request_id != answer.request_id) {
    // That of an earlier run, or a late one; or a second one, which says nothing new.
    if (!answer.accepted) notice("The rights service refused an earlier request. " + answer.reason, message.topic);
    return;
  }
  if (!answer.accepted) return fail(answer.reason.empty() ? "The rights service refused this." : answer.reason);
  if (requests().pending->action == GroupAction::create) made_ = answer.room;
  if (requests().pending->action == GroupAction::invite && on_invited) on_invited();
  requests().pending.reset();
  requests().problem.clear();
  ++requests().accepted;
  answer_due_.reset();
  open_made_room();
}

void GroupDesk::open_made_room() {
  if (made_.empty() || !is_member(ConversationKey::of_room(made_))) return;
  if (on_made) on_made(ConversationKey::of_room(std::exchange(made_, {})));
}

// ---- rooms ----

bool GroupDesk::is_member(const ConversationKey& room) const {
  const Conversation* known = uses_.state.conversations.find(room);
  return known != nullptr && known->group->member;
}

bool GroupDesk::is_open(const ConversationKey& room) const { return !listed_ || is_member(room); }

// The right comes before the list that names the room, and somebody may write in between.
void GroupDesk::hold(const ConversationKey& room, const Message& message) {
  if (held_.size() >= most_held) return drop({room, std::string(message.topic), {}, message.token, {}});
  const std::string_view payload = wasmqtt::as_text(message.payload);
  held_.push_back({room, std::string(message.topic), std::string(payload), message.token, uses_.loop.now() + hold_timeout});
}

void GroupDesk::show_held() {
  for (const Held& held : std::exchange(held_, {})) {
    if (!is_open(held.room)) {
      held_.push_back(held);
      continue;
    }
    on_held({{.topic = held.topic, .payload = wasmqtt::as_bytes(held.payload)}, held.token});
  }
}

void GroupDesk::drop(const Held& held) {
  if (held.token != 0) line_->acknowledge(held.token);
  notice(std::string(not_a_member), held.topic);
}

std::optional<Time> GroupDesk::next_change() const {
  if (held_.empty()) return answer_due_;
  return std::min(answer_due_.value_or(held_.front().due), held_.front().due);
}

// ---- requests ----

void GroupDesk::ask(GroupRequest request) {
  if (requests().pending) return;
  request.request_id = make_message_id(uses_.loop.random(), uses_.loop.random());
  const GroupRequestReading reading = parse_group_request(write_group_request(request));
  requests().problem.clear();
  requests().pending = std::move(request);
  if (!reading.value) return fail(reading.problem);
  if (line_ == nullptr || !line_->connected()) return fail("Not connected: groups cannot be changed now.");
  answer_due_ = uses_.loop.now() + answer_timeout;
  send();
}

void GroupDesk::send() {
  const auto made = line_->publish(group_request_topic(uses_.state.user), write_group_request(*requests().pending),
                                     {.qos = Qos::at_least_once});
  if (made) delivery_ = made->number;
  else fail("The request was not sent: " + std::string(made.error().message()) + ".");
}

bool GroupDesk::handle_delivery(const wasmqtt::DeliveryChanged& change) {
  if (detached_ || delivery_ == 0 || change.delivery.number != delivery_) return false;
  if (change.state != DeliveryState::acknowledged && change.state != DeliveryState::failed) return true;
  delivery_ = 0;
  if (!requests().pending) return true;
  if (change.state == DeliveryState::failed) fail("The broker refused the request to change groups.");
  else if (change.reason_code == wasmqtt::ReasonCode::no_matching_subscribers)
    fail("The rights service is not running: groups cannot be changed now.");
  return true;
}

void GroupDesk::update(Time now) {
  for (; !held_.empty() && held_.front().due <= now; held_.pop_front()) drop(held_.front());
  if (!answer_due_ || now < *answer_due_) return;
  answer_due_.reset();
  // Without a connection nobody can answer: it is asked again, and waited for, with the next one.
  if (requests().pending && line_->connected()) fail(std::string(no_answer));
}

void GroupDesk::fail(std::string problem) {
  requests().failed = *std::exchange(requests().pending, std::nullopt);
  requests().problem = std::move(problem);
  answer_due_.reset();
}

void GroupDesk::notice(std::string text, std::string_view topic) {
  if (on_notice) on_notice(std::move(text), topic);
}

}  // namespace chat
