// What a session sends and receives.
#include <unordered_set>
#include <utility>

#include "chat/message_id.hpp"
#include "chat/names.hpp"
#include "chat/topics.hpp"
#include "account.hpp"
#include "device.hpp"
#include "message_route.hpp"
#include "wasmqtt/describe.hpp"

namespace chat {
namespace {

using wasmqtt::DeliveryState;
using wasmqtt::Errc;

SendState send_state(DeliveryState state) {
  switch (state) {
    case DeliveryState::queued: return SendState::queued;
    case DeliveryState::sent: return SendState::sent;
    case DeliveryState::acknowledged: return SendState::delivered;
    case DeliveryState::failed: return SendState::failed;
  }
  return SendState::failed;
}

std::string why_not_sent(const wasmqtt::Error& error) {
  if (error.code() == Errc::not_connected) return "Not connected. With QoS 0, messages are not queued.";
  if (error.code() == Errc::queue_full) return "Too many messages are already queued.";
  return "Not sent: " + std::string(error.message()) + ".";
}

std::string why_failed(const wasmqtt::DeliveryChanged& change) {
  if (change.reason == wasmqtt::FailureReason::connection_lost)
    return "The connection was lost. With QoS 0 it is unknown whether the message arrived.";
  constexpr std::size_t longest_words = 200;
  std::string text(wasmqtt::describe(change.reason));
  if (text.empty()) return "Not sent.";
  text += reason_words(change.reason_code);
  if (!change.reason_string.empty()) text.append(" (").append(cut_utf8(change.reason_string, longest_words)).append(")");
  return "Not sent: " + text + ".";
}

bool was_held_back(const wasmqtt::Message& message) {
  for (const wasmqtt::Property& property : message.properties)
    if (property.name == held_back_property) return true;
  return false;
}

}  // namespace

std::string reason_words(wasmqtt::ReasonCode code) {
  // MQTT 3.1.1's only refusal has no words.
  if (!is_failure(code) || code == wasmqtt::ReasonCode::unspecified_error) return {};
  std::string words(wasmqtt::describe(code));
  words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return ": " + words;
}

void Account::send(const ConversationKey& key, const std::string& text) {
  if (app_ == nullptr || !key.has(user_) || text.empty()) return;
  if (key.is_room() && !write_obstacle(app_->state_, key).empty()) return;
  if (text.size() > max_content_bytes)
    return notice("A message has at most 64 KB: one of " + std::to_string(text.size()) + " bytes was not sent.");
  Conversation& conversation = app_->state_.conversations.create(key);
  ChatMessage message;
  message.id = make_message_id(platform_.loop.random(), platform_.loop.random());
  message.sender = user_;
  message.receiver = key.partner_of(user_);
  message.text = text;
  message.sent_at = message.arrived_at = clock();
  message.state = SendState::queued;
  (void)history_.first_time(message);
  history_.clear_draft(conversation, clock());
  publish(key, history_.insert(conversation, std::move(message)));
  history_.keep(conversation);
}

void Account::retry(const ConversationKey& key, const std::string& id) {
  Conversation* conversation = app_ == nullptr ? nullptr : app_->state_.conversations.find(key);
  ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user_, id);
  // The same identifier again, so that a copy that did arrive is known as one.
  if (message == nullptr || message->state != SendState::failed) return;
  publish(key, *message);
}

void Account::publish(const ConversationKey& key, ChatMessage& message) {
  message.problem.clear();
  message.tab = share_ ? tab_number(share_->id()) : 0;
  const std::string payload = write_message({message.id, message.text, message.sent_at}, offset());
  wasmqtt::PropertyList properties;
  if (settings_.mqtt5 && settings_.expiry != 0)
    (void)properties.add(wasmqtt::PropertyId::message_expiry_interval, settings_.expiry);
  const auto made = mqtt_ == nullptr ? wasmqtt::Result<wasmqtt::Delivery>(wasmqtt::local_error(Errc::not_connected))
                                     : mqtt_->publish(topic_to_send(message, settings_.check), payload,
                                                      {.qos = qos(), .properties = properties});
  if (!made) {
    message.state = SendState::failed;
    message.problem = why_not_sent(made.error());
  } else if (made->number == 0) {
    message.state = settings_.check ? SendState::checking : SendState::sent;
    if (settings_.check) checks_.begin(key, message.id, now());
  } else {
    const Sent& sent = sent_[made->number] =
        {key, message.id, journal_ == nullptr, !mqtt_->connected(), mqtt_->delivery_state(*made).value_or(DeliveryState::queued)};
    message.state = progress(message, sent);
    if (!mqtt_->connected()) note_waiting();
  }
  history_.keep(key, message, when_stored(made ? made->number : 0));
}

ChatStore::Written Account::when_stored(std::uint64_t delivery) {
  if (delivery == 0 || journal_ == nullptr) return {};
  // A store that fails holds nothing back either.
  return [weak = weak_from_this(), delivery, client = mqtt_.get()](bool, std::string_view) {
    const auto self = weak.lock();
    if (self != nullptr && self->mqtt_.get() == client) self->handle_stored(delivery);
  };
}

void Account::handle_stored(std::uint64_t delivery) {
  const auto at = sent_.find(delivery);
  if (at == sent_.end()) return;
  Sent& sent = at->second;
  sent.stored = true;
  Conversation* conversation = app_ == nullptr ? nullptr : app_->state_.conversations.find(sent.key);
  ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user_, sent.id);
  if (message == nullptr || message->state != SendState::queued) return;
  message->state = progress(*message, sent);
  app_->changed();
}

void Account::publish_status(bool online) {
  const std::string payload = write_status({online, clock()}, offset());
  status_published_at_ = now();
  // "offline" goes out with QoS 0: an unacknowledged one would be sent again after the next sign-in.
  const wasmqtt::Qos status_qos = online ? qos() : wasmqtt::Qos::at_most_once;
  const wasmqtt::PublishOptions how{.qos = status_qos, .retain = true, .latest_per_topic = online};
  // The last word goes past what waits.
  const auto made = online ? mqtt_->publish(status_topic(user_), payload, how)
                           : connection()->publish(status_topic(user_), payload, how);
  if (!made) notice("The status could not be published: " + std::string(made.error().message()) + ".");
}

void Account::adopt_unfinished() {
  if (std::exchange(adopted_, true) || app_ == nullptr) return;
  std::unordered_set<std::string> waiting;
  for (const auto& [number, sent] : sent_) waiting.insert(sent.id);
  for (const wasmqtt::Delivery delivery : own_->unfinished())
    if (const auto outgoing = own_->outgoing(delivery)) waiting.insert(adopt(delivery, *outgoing));
  // Stored as waiting, yet not in the session: sending it again does no harm, its identifier stays.
  for (Conversation* conversation : app_->state_.conversations.newest_first())
    conversation->for_each([&](ChatMessage& message) {
      if (message.sender == user_ && message.state == SendState::checking)
        checks_.begin(conversation->key(), message.id, now());
      if (message.sender != user_ || message.state != SendState::queued || waiting.count(message.id) != 0) return;
      message.state = SendState::failed;
      message.problem = "It is unknown whether this message was sent.";
    });
  note_waiting();
}

std::string Account::adopt(wasmqtt::Delivery delivery, const wasmqtt::Client::Outgoing& outgoing) {
  auto under_way = message_of(outgoing);
  if (!under_way || sent_.count(delivery.number) != 0) return {};
  const ConversationKey& key = under_way->key;
  Conversation& conversation = app_->state_.conversations.create(key);
  ChatMessage* message = conversation.find(user_, under_way->message.id);
  if (message == nullptr) {
    (void)history_.first_time(under_way->message);
    message = &history_.insert(conversation, std::move(under_way->message));
  }
  message->state = progress(*message, sent_[delivery.number] = {key, message->id, true, true, outgoing.state});
  return message->id;
}

std::optional<Account::Followed> Account::message_of(const wasmqtt::Client::Outgoing& outgoing) const {
  const auto route = route_of(outgoing.topic, CheckStep::request);
  if (!route || route->sender != user_) return {};
  auto parsed = parse_message(wasmqtt::as_text(outgoing.payload));
  if (!parsed.value) return {};
  WireMessage& wire = *parsed.value;
  return Followed{route->key(), {.id = std::move(wire.message_id), .sender = user_, .receiver = route->receiver,
                                 .text = std::move(wire.content), .sent_at = wire.timestamp, .arrived_at = clock()}};
}

void Account::handle_delivery(const wasmqtt::DeliveryChanged& change) {
  if (desk_ && desk_->handle_delivery(change)) {
    if (app_ != nullptr) app_->changed();
    return;
  }
  if (workbench_) workbench_->handle_delivery(change);
  const DeliveryState state = change.state;
  const auto at = sent_.find(change.delivery.number);
  if (at == sent_.end()) return;
  at->second.state = state;
  const Sent sent = at->second;
  if (state == DeliveryState::acknowledged || state == DeliveryState::failed ||
      (state == DeliveryState::sent && !settings_.qos1))
    sent_.erase(at);
  if (app_ == nullptr) return;
  if (sent_.empty()) note_waiting();
  note_delivery(sent, change);
}

void Account::note_delivery(const Sent& sent, const wasmqtt::DeliveryChanged& change) {
  const DeliveryState state = change.state;
  Conversation* conversation = app_->state_.conversations.find(sent.key);
  ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user_, sent.id);
  if (message == nullptr) return;
  message->state = progress(*message, sent);
  if (state == DeliveryState::acknowledged && sent.waited) app_->device_->saw(20);
  if (message->state == SendState::accepted || message->state == SendState::rejected) return;
  message->problem.clear();
  if (message->state == SendState::checking) checks_.begin(sent.key, sent.id, now());
  if (state == DeliveryState::failed) message->problem = why_failed(change);
  else if (change.reason_code == wasmqtt::ReasonCode::no_matching_subscribers)
    message->problem = "Nobody has subscribed to its topic: the broker has dropped it.";
  if (state != DeliveryState::sent) history_.keep(sent.key, *message);
  else history_.tell(sent.key, *message);
  app_->changed();
}

Account::TakenIn Account::take_in(const wasmqtt::Message& incoming) {
  const auto route = route_of(incoming.topic, CheckStep::accepted);
  const bool own = route && route->sender == user_;
  const ConversationKey key = route ? route->key() : ConversationKey{};
  const bool echo = own && route->checked;  // of a message to somebody else that has been accepted
  if (!route || (key.is_room() && !settings_.groups) || (!admin_ && !key.is_room() && route->receiver != user_ && !echo)) {
    notice("A message arrived on a topic that does not belong to this chat.", incoming.topic);
    return {};
  }
  if (key.is_room() && desk_ && !desk_->is_open(key)) {
    desk_->hold(key, incoming);
    return {.held = true};
  }
  if (settings_.check && !route->checked) {
    notice("A message that nobody has checked was not shown.", incoming.topic);
    return {};
  }
  auto parsed = parse_message(wasmqtt::as_text(incoming.payload));
  if (!parsed.value) {
    notice("A message could not be read. " + parsed.problem, incoming.topic);
    return {};
  }
  WireMessage& wire = *parsed.value;
  Conversation* conversation = app_->state_.conversations.get(key);
  if (conversation == nullptr) {
    notice("Too many conversations: a message from somebody new was not shown.", incoming.topic);
    return {};
  }
  if (ChatMessage* waiting = echo ? conversation->find(user_, wire.message_id) : nullptr) {
    judged(*conversation, *waiting, SendState::accepted, {});
    return {};
  }
  ChatMessage message{.id = std::move(wire.message_id), .sender = route->sender, .receiver = route->receiver, .text = std::move(wire.content),
                      .sent_at = wire.timestamp, .arrived_at = clock(),
                      .state = !own ? SendState::none : route->checked ? SendState::accepted : SendState::delivered};
  const bool first_time = history_.first_time(message);
  if (!first_time && (own || settings_.deduplicate)) return {};
  return {conversation, &history_.insert(*conversation, std::move(message))};
}

void Account::handle_message(const wasmqtt::Message& incoming) {
  // Signed out meanwhile: nobody has seen it, so the broker may keep it.
  if (app_ == nullptr) return;
  const TakenIn taken = take_in(incoming);
  if (taken.added == nullptr) {
    if (incoming.token != 0 && !taken.held) mqtt_->acknowledge(incoming.token);
    app_->changed();
    return;
  }
  Conversation& conversation = *taken.conversation;
  const bool own = taken.added->sender == user_;
  if (was_kept()) app_->device_->saw(20);
  if (!own && app_->is_read(conversation)) conversation.mark_read(taken.added->number);
  else if (!own) conversation.count_unread();
  const std::uint64_t token = incoming.token;
  // With a journal in the same store, PUBACK waits for the journal's batch of this turn, which is one transaction with the
  // message's record [MQTT-4.3.2-2]. Without one it waits for the record itself.
  ChatStore::Written acknowledge;
  if (token != 0 && journal_ == nullptr)
    acknowledge = [weak = weak_from_this(), token, client = mqtt_.get()](bool, std::string_view) {
      const auto self = weak.lock();
      if (self != nullptr && self->mqtt_.get() == client) client->acknowledge(token);
    };
  history_.keep(conversation.key(), *taken.added, std::move(acknowledge));
  history_.keep(conversation);
  if (token != 0 && journal_ != nullptr) mqtt_->acknowledge(token);
  if (!app_->is_seen(conversation) && !is_seen_elsewhere(conversation) && !own && app_->state_.notifications == Notifications::on && app_->on_unseen_message)
    app_->on_unseen_message(conversation.title_for(user_), taken.added->text);
  app_->changed();
}

bool Account::was_kept() const { return resumed_ && now() - connected_at_ < std::chrono::seconds{2}; }

void Account::handle_status(const wasmqtt::Message& incoming) {
  if (incoming.token != 0) mqtt_->acknowledge(incoming.token);
  if (app_ == nullptr) return;
  const auto user = parse_status_topic(incoming.topic);
  if (!user) return notice("A status arrived on a topic that does not belong to this chat.", incoming.topic);
  if (incoming.payload.empty()) {
    app_->state_.presence.forget(*user);
    return app_->changed();
  }
  const auto parsed = parse_status(wasmqtt::as_text(incoming.payload));
  if (!parsed.value) return notice("A status could not be read. " + parsed.problem, incoming.topic);
  const bool stored = incoming.retain || was_kept();
  if (!stored && *user != user_ && !parsed.value->online) app_->device_->saw(30);
  if (!app_->state_.presence.handle_status(*user, *parsed.value, {.retained = stored, .held_back = was_held_back(incoming),
                                                            .now = now(), .clock = clock()}))
    notice("The status of more than " + std::to_string(Presence::max_users) + " users came: those of others are not kept.");
  // A will of our own that came late (from the connection that this one replaced) is contradicted.
  if (*user == user_ && !parsed.value->online && mqtt_->connected() && !stopping_ && leads() &&
      now() - status_published_at_ > std::chrono::seconds{1})
    publish_status(true);
  app_->changed();
}

SendState Account::progress(const ChatMessage& message, const Sent& sent) const {
  if (message.state == SendState::accepted || message.state == SendState::rejected) return message.state;
  const DeliveryState state = sent.state == DeliveryState::sent && !sent.stored ? DeliveryState::queued : sent.state;
  const bool with_worker = state == DeliveryState::acknowledged || (state == DeliveryState::sent && !settings_.qos1);
  return settings_.check && with_worker ? SendState::checking : send_state(state);
}

void Account::judged(Conversation& conversation, ChatMessage& message, SendState state, std::string problem) {
  checks_.end(message.id);
  app_->device_->saw(60);
  message.state = state;
  message.problem = std::move(problem);
  history_.keep(conversation.key(), message);
}

void Account::handle_rejected(const wasmqtt::Message& incoming) {
  if (app_ == nullptr) return;
  if (incoming.token != 0) mqtt_->acknowledge(incoming.token);
  const auto route = route_of(incoming.topic, CheckStep::rejected);
  if (!route || !route->checked || route->sender != user_) return notice("A rejection arrived on a topic that does not belong to this chat.", incoming.topic);
  const auto parsed = parse_rejected(wasmqtt::as_text(incoming.payload));
  if (!parsed.value) return notice("A rejection could not be read. " + parsed.problem, incoming.topic);
  constexpr std::size_t longest_reason = 500;
  const std::string reason(cut_utf8(parsed.value->reason, longest_reason));
  Conversation* conversation = app_->state_.conversations.find(route->key());
  ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user_, parsed.value->message_id);
  if (message == nullptr) notice("The validation worker rejected a message that is not here. " + reason, incoming.topic);
  // What has been accepted stays so: an identifier is judged once.
  else if (message->state != SendState::accepted) judged(*conversation, *message, SendState::rejected, reason);
  app_->changed();
}

void Account::handle_other(const wasmqtt::Message& message) {
  // What the broker had kept of a group, before it is known which groups there are; or of the other stage.
  if (settings_.dynamic_rights() && route_of(message.topic, CheckStep::accepted)) return handle_message(message);
  if (message.token != 0) mqtt_->acknowledge(message.token);
  notice("The broker sent a message on a topic that was not subscribed to.", message.topic);
  if (app_ != nullptr) app_->changed();
}

}  // namespace chat
