#include "wasmqtt/native/async_client.hpp"

#include <algorithm>
#include <utility>

namespace wasmqtt {

// ---- who waits ----

void AsyncClient::List::push_back(Wait& wait) {
  wait.previous_ = last;
  wait.next_ = nullptr;
  (last == nullptr ? first : last->next_) = &wait;
  last = &wait;
}

void AsyncClient::List::remove(Wait& wait) {
  (wait.previous_ == nullptr ? first : wait.previous_->next_) = wait.next_;
  (wait.next_ == nullptr ? last : wait.next_->previous_) = wait.previous_;
}

AsyncClient::Wait::Wait(AsyncClient& owner, Duration timeout) : owner_(&owner) {
  const Time now = owner.loop_.now();
  deadline_ = timeout < Time::max() - now ? now + timeout : Time::max();
  owner.waiting_.push_back(*this);
  if (deadline_ < owner.timer_.value_or(Time::max())) owner.arm_timer();
}

void AsyncClient::Wait::finish() {
  if (owner_ != nullptr && !over_) owner_->finished(*this);
  over_ = true;
}

void AsyncClient::Wait::unlink() {
  if (owner_ == nullptr) return;
  owner_->list_of(*this).remove(*this);
  // Without anybody who waits, nothing keeps the event loop from its end.
  if (owner_->waiting_.first == nullptr) owner_->arm_timer();
  owner_ = nullptr;
}

AsyncClient::AsyncClient(MqttClient& mqtt, EventLoop& loop) : mqtt_(mqtt), loop_(loop) {
  loop_.attach([this] { handle_timer(); }, [this] { handle_turn(); });
  mqtt_.add_listener(*this);
}

AsyncClient::~AsyncClient() {
  for (List* list : {&waiting_, &over_}) {
    for (Wait* wait = list->first; wait != nullptr; wait = wait->next_) wait->owner_ = nullptr;
  }
  lifetime_.end();
  loop_.set_timer({});
  loop_.attach({}, {});
  mqtt_.remove_listener(*this);
}

// ---- what happens ----

// Nothing that is called here runs anybody's code: results are kept until the turn.
void AsyncClient::on_mqtt_event(const MqttEvent& event) {
  for (Wait *wait = waiting_.first, *next = nullptr; wait != nullptr; wait = next) {
    next = wait->next_;
    wait->on_event(event);
  }
}

void AsyncClient::on_mqtt_delivery(const DeliveryChanged& changed) {
  const auto publishing = publishing_.find(changed.delivery.number);
  if (publishing != publishing_.end()) publishing->second->on_delivery(changed);
}

void AsyncClient::finished(Wait& wait) {
  waiting_.remove(wait);
  over_.push_back(wait);
  loop_.request_turn();
  if (waiting_.first == nullptr) arm_timer();
}

void AsyncClient::handle_turn() {
  const auto alive = lifetime_.watch();
  // Those that come meanwhile have the next turn.
  Wait* const last = over_.last;
  for (bool more = last != nullptr; more;) {
    Wait& wait = *over_.first;
    more = &wait != last;
    over_.remove(wait);
    wait.owner_ = nullptr;
    if (wait.waiting_) wait.waiting_.resume();
    if (!alive) return;
    more = more && over_.first != nullptr;
  }
}

void AsyncClient::handle_timer() {
  timer_.reset();
  const Time now = loop_.now();
  for (Wait *wait = waiting_.first, *next = nullptr; wait != nullptr; wait = next) {
    next = wait->next_;
    if (wait->deadline_ > now) continue;
    wait->on_timeout();
    wait->finish();
  }
  arm_timer();
}

void AsyncClient::arm_timer() {
  std::optional<Time> earliest;
  for (const Wait* wait = waiting_.first; wait != nullptr; wait = wait->next_) {
    if (wait->deadline_ < earliest.value_or(Time::max())) earliest = wait->deadline_;
  }
  if (std::exchange(timer_, earliest) != earliest) loop_.set_timer(earliest);
}

// ---- connect ----

AsyncClient::Connecting::Connecting(AsyncClient& owner, Duration timeout) : Wait(owner, timeout), mqtt_(owner.mqtt_) {
  if (!mqtt_.connected()) mqtt_.connect();
  if (mqtt_.connected()) finish();
  // A store that has failed, say: then no attempt is made, and nothing is told.
  else if (mqtt_.state() == ConnectionState::stopped) fail();
}

void AsyncClient::Connecting::fail() {
  result_ = mqtt_.error() ? mqtt_.error() : local_error(Errc::not_connected);
  finish();
}

void AsyncClient::Connecting::on_event(const MqttEvent& event) {
  if (std::holds_alternative<Connected>(event)) return finish();
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed != nullptr && changed->state == ConnectionState::stopped) fail();
}

// ---- publish ----

AsyncClient::Publishing::Publishing(AsyncClient& owner, std::string_view topic, Bytes payload, const PublishOptions& options,
                                    Duration timeout)
    : Wait(owner, timeout), mqtt_(owner.mqtt_), qos0_(options.qos == Qos::at_most_once) {
  const auto delivery = mqtt_.publish(topic, payload, options);
  if (!delivery) {
    result_ = delivery.error();
  } else if (delivery->number != 0 && mqtt_.delivery_state(*delivery)) {
    delivery_ = *delivery;
    owner.publishing_.emplace(delivery_.number, this);
    return;
  } else if (delivery->number != 0 && !qos0_) {
    result_ = local_error(Errc::not_delivered);  // dropped already
  }
  finish();
}

void AsyncClient::Publishing::on_delivery(const DeliveryChanged& changed) {
  if (!(changed.delivery == delivery_)) return;
  if (changed.state == DeliveryState::failed) {
    result_ = local_error(changed.reason == FailureReason::expired ? Errc::timed_out : Errc::not_delivered);
  } else if (changed.state == DeliveryState::acknowledged || (changed.state == DeliveryState::sent && qos0_)) {
    result_ = changed.reason_code;
  } else {
    return;
  }
  (void)take_delivery();
  finish();
}

void AsyncClient::Publishing::on_timeout() {
  result_ = local_error(Errc::timed_out);
  (void)mqtt_.cancel(take_delivery());
}

Delivery AsyncClient::Publishing::take_delivery() {
  if (delivery_.number != 0 && owner() != nullptr) owner()->publishing_.erase(delivery_.number);
  return std::exchange(delivery_, {});
}

// ---- subscribe ----

AsyncClient::Subscribing::Subscribing(AsyncClient& owner, std::string_view filter, Qos qos, MqttClient::MessageHandler handler,
                                      Duration timeout)
    : Wait(owner, timeout), mqtt_(owner.mqtt_) {
  const auto subscription = mqtt_.subscribe(filter, qos, std::move(handler));
  if (subscription) {
    subscription_ = *subscription;
  } else {
    result_ = subscription.error();
    finish();
  }
}

void AsyncClient::Subscribing::on_event(const MqttEvent& event) {
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer == nullptr) return;
  const auto& calls = answer->subscriptions;
  if (std::find(calls.begin(), calls.end(), subscription_) == calls.end()) return;
  if (answer->granted) {
    result_ = Granted{subscription_, *answer->granted};
  } else {
    result_ = answer->error ? answer->error : local_error(Errc::not_delivered);
    mqtt_.unsubscribe(subscription_);
  }
  finish();
}

void AsyncClient::Subscribing::on_timeout() {
  result_ = local_error(Errc::timed_out);
  mqtt_.unsubscribe(subscription_);
}

// ---- request ----

AsyncClient::Requesting::Requesting(AsyncClient& owner, RequestResponse& requests, std::string_view topic, Bytes payload,
                                    Duration timeout)
    : Wait(owner, forever), requests_(requests) {
  const auto call = requests_.request(topic, payload, timeout, [this](const Result<Message>& answer) {
    call_ = {};
    if (answer) {
      Answer copy{std::string(answer->topic), {answer->payload.begin(), answer->payload.end()}, {}};
      copy.properties.assign(answer->properties);
      result_ = std::move(copy);
    } else {
      result_ = answer.error();
    }
    finish();
  });
  if (call) {
    call_ = *call;
  } else {
    result_ = call.error();
    finish();
  }
}

AsyncClient::Requesting::~Requesting() {
  if (call_.number != 0) requests_.cancel(call_);
}

}  // namespace wasmqtt
