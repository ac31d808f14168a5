#include "wasmqtt/request_response.hpp"

#include <algorithm>
#include <utility>

#include "request_topics.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt {
namespace {

std::uint32_t whole_seconds(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::chrono::seconds::rep>(seconds, 1, 0xffff'ffff));
}

}  // namespace

RequestResponse::RequestResponse(MqttClient& mqtt, EventLoop& loop, RequestResponseOptions options)
    : mqtt_(mqtt), loop_(loop), options_(std::move(options)), client_(to_digits(loop.random()) + to_digits(loop.random())) {
  loop_.attach([this] { handle_timer(); }, {});
  mqtt_.add_listener(*this);
}

RequestResponse::~RequestResponse() {
  lifetime_.end();
  loop_.set_timer({});
  loop_.attach({}, {});
  mqtt_.remove_listener(*this);
  mqtt_.unsubscribe(listening_);
}

// ---- asking ----

Result<RequestResponse::Call> RequestResponse::request(std::string_view topic, Bytes payload, Duration timeout, Answered answered,
                                                       const PublishOptions& options) {
  return request_each(topic, payload, {.timeout = timeout}, [answered = std::move(answered)](const Answer& answer) {
    if (!answered) return;
    if (answer.error) answered(answer.error);
    else answered(*answer.message);
  }, options);
}

Result<RequestResponse::Call> RequestResponse::request_each(std::string_view topic, Bytes payload, const Expected& expected,
                                                            Heard heard, const PublishOptions& options) {
  if (Error error = check_topic_name(topic)) return error;
  if (Error error = check_topic_name(joined(options_.response_prefix, client_))) return error;
  if (Error error = wasmqtt::check(options.properties, host_of(PacketType::publish), Direction::outbound)) return error;
  if (options.properties.has(PropertyId::response_topic) || options.properties.has(PropertyId::correlation_data))
    return local_error(Errc::property_not_allowed);
  if (count_ >= options_.max_open) return local_error(Errc::too_many_requests);
  auto made = std::make_unique<Open>();
  Open& open = *made;
  do open.number = loop_.random();
  while (open.number == 0 || find(open.number) != no_slot);
  open.expected = expected;
  open.expected.timeout = std::min(expected.timeout, Duration::max() / 2);
  open.deadline = later(loop_.now(), open.expected.timeout);
  open.heard = std::move(heard);
  open.waiting = true;
  open.topic = topic;
  open.payload.assign(payload.begin(), payload.end());
  open.properties.assign(options.properties);
  open.qos = options.qos;
  if (mqtt_.connected()) {
    if (Error error = listen()) return error;
    if (Error error = send(open)) return error;
  } else if (waiting_bytes_ + open.bytes() > options_.max_waiting_bytes) {
    return local_error(Errc::queue_full);
  } else {
    waiting_bytes_ += open.bytes();
  }
  const Call call{open.number};
  const Slot slot = open_.add(std::move(made));
  by_number_.insert(hash_of(call.number), slot);
  if (open.delivery.number != 0) by_delivery_.insert(hash_of(open.delivery.number), slot);
  ++count_;
  arm_timer();
  return call;
}

// Answers have to be asked for before the first request leaves. The broker may have another place for them on each connection.
Error RequestResponse::listen() {
  const std::string_view given = mqtt_.server_properties().text(PropertyId::response_information);
  std::string topic = joined(given.empty() ? std::string_view(options_.response_prefix) : given, client_);
  if (topic == response_topic_) return {};
  if (Error error = check_topic_name(topic)) return error;
  const auto made = mqtt_.subscribe(topic + "/#", options_.answer_qos, [this, topic](const Message& message) { came(topic, message); });
  if (!made) return made.error();
  mqtt_.unsubscribe(std::exchange(listening_, *made));
  response_topic_ = std::move(topic);
  return {};
}

Error RequestResponse::send(Open& open) {
  const Duration left = std::max(open.deadline - loop_.now(), Duration{1});
  PropertyList properties;
  properties.assign(open.properties);
  const std::string topic = address(open, properties);
  if (!open.properties.view().has(PropertyId::message_expiry_interval))
    (void)properties.add(PropertyId::message_expiry_interval, whole_seconds(left));
  const auto delivery = mqtt_.publish(topic, open.payload, {.qos = open.qos, .time_to_live = left, .properties = properties});
  if (!delivery) return delivery.error();
  // It can have ended by now: dropped, or not taken by this broker.
  if (delivery->number != 0 && !mqtt_.delivery_state(*delivery)) return local_error(Errc::not_delivered);
  open.delivery = *delivery;
  open.waiting = false;
  open.payload = {};
  open.properties = {};
  return {};
}

// Says where the answers are to go: in the topic that it gives, or in the properties.
std::string RequestResponse::address(const Open& open, PropertyList& properties) const {
  std::string topic = open.topic;
  if (options_.always_in_topic || mqtt_.version() == ProtocolVersion::mqtt_3_1_1) {
    topic.append(marker).append(client_).append("/").append(to_digits(open.number));
  } else {
    (void)properties.add(PropertyId::response_topic, response_topic_);
    (void)properties.add(PropertyId::correlation_data, as_bytes(to_bytes(open.number)));
  }
  return topic;
}

void RequestResponse::cancel(Call call) {
  const Slot slot = call.number == 0 ? no_slot : find(call.number);
  if (slot == no_slot) return;
  const auto open = take(slot);
  if (open->delivery.number != 0) (void)mqtt_.cancel(open->delivery);
  stop_stream(*open);
  arm_timer();
}

// Only who announced further answers understands it: to others it would be one more request.
void RequestResponse::stop_stream(const Open& open) {
  if (!open.streamed || open.expected.until == Until::time || !mqtt_.connected()) return;
  PropertyList properties;
  std::string topic = address(open, properties);
  if (properties.empty()) topic.append("/").append(cancel_mark);
  else (void)properties.add_user_property(request_mark, cancel_mark);
  (void)mqtt_.publish(topic, Bytes{}, {.qos = Qos::at_least_once, .properties = properties});
}

void RequestResponse::came(std::string_view response_topic, const Message& message) {
  std::string_view rest = message.topic.substr(response_topic.size());
  std::string_view mark = user_property(message.properties, answer_mark);
  std::uint64_t number = 0;
  if (rest.empty()) {
    number = from_bytes(message.properties.text(PropertyId::correlation_data));
  } else {
    rest.remove_prefix(1);
    number = from_digits(rest.substr(0, id_digits));
    mark = rest.size() > id_digits ? rest.substr(id_digits + 1) : std::string_view();
    const bool is_one = rest.size() <= id_digits || (rest[id_digits] == '/' && is_mark(mark));
    if (!is_one) number = 0;
  }
  const auto alive = lifetime_.watch();
  const Slot slot = number == 0 ? no_slot : find(number);
  if (slot == no_slot) ++ignored_;
  else heard(slot, message, mark);
  if (!alive) return;
  if (options_.acknowledge) mqtt_.acknowledge(message.token);
  arm_timer();
}

void RequestResponse::heard(Slot slot, const Message& message, std::string_view mark) {
  Open& open = *open_[slot];
  const Until until = open.expected.until;
  const bool failed = mark == error_mark;
  if (until == Until::time && (failed || mark == end_mark)) {
    ++ignored_;
    return;
  }
  open.streamed = mark == more_mark;
  if (failed) return end(slot, {&message, true, local_error(Errc::responder_failed)});
  if (mark == end_mark) return end(slot, {nullptr, true, until == Until::answer ? local_error(Errc::responder_failed) : Error{}});
  const bool last = until == Until::answer || open.expected.most <= 1 || (until == Until::end && !open.streamed);
  if (last) return end(slot, {&message, true});
  --open.expected.most;
  if (until == Until::end) open.deadline = later(loop_.now(), open.expected.timeout);
  // Whoever is told may end it.
  const std::uint64_t number = open.number;
  const Heard told = std::exchange(open.heard, {});
  const auto alive = lifetime_.watch();
  if (told) told({&message});
  if (!alive) return;
  if (const Slot still = find(number); still != no_slot) open_[still]->heard = told;
}

// ---- what becomes of them ----

void RequestResponse::on_mqtt_event(const MqttEvent& event) {
  if (std::holds_alternative<Connected>(event)) return connected();
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer == nullptr || answer->granted || answer->error.code() == Errc::not_connected) return;
  if (std::find(answer->subscriptions.begin(), answer->subscriptions.end(), listening_) == answer->subscriptions.end()) return;
  end_all(those([](const Open&, Time) { return true; }), local_error(Errc::not_delivered));
}

void RequestResponse::connected() {
  const std::vector<Slot> waiting = those([](const Open& open, Time) { return open.waiting; });
  if (waiting.empty() && response_topic_.empty()) return;
  if (Error error = listen()) return end_all(waiting, error);
  for (const Slot slot : waiting) {
    if (!open_[slot] || !open_[slot]->waiting) continue;  // who was told of another one's error has ended it
    Open& open = *open_[slot];
    const std::size_t bytes = open.bytes();
    if (Error error = send(open)) {
      const auto alive = lifetime_.watch();
      end(slot, {.last = true, .error = error});
      if (!alive) return;
      continue;
    }
    waiting_bytes_ -= bytes;
    if (open.delivery.number != 0) by_delivery_.insert(hash_of(open.delivery.number), slot);
  }
  arm_timer();
}

void RequestResponse::on_mqtt_delivery(const DeliveryChanged& changed) {
  const bool nobody = changed.state == DeliveryState::acknowledged && changed.reason_code == ReasonCode::no_matching_subscribers;
  if (count_ == 0 || (changed.state != DeliveryState::failed && !nobody)) return;
  const std::uint64_t number = changed.delivery.number;
  const Slot slot = by_delivery_.find(hash_of(number), [&](Slot place) { return open_[place]->delivery.number == number; });
  if (slot == no_slot) return;
  const bool expired = changed.reason == FailureReason::expired;
  end_all({slot}, local_error(expired ? Errc::timed_out : Errc::not_delivered));
}

void RequestResponse::handle_timer() {
  timer_.reset();
  end_all(those([](const Open& open, Time now) { return open.deadline <= now; }), local_error(Errc::timed_out));
}

// Asked for no later than needed; too early costs a look.
void RequestResponse::arm_timer() {
  if (count_ == 0) {
    if (std::exchange(timer_, std::nullopt)) loop_.set_timer({});
    return;
  }
  std::optional<Time> next;
  for (const auto& open : open_.all()) {
    if (open && (!next || open->deadline < *next)) next = open->deadline;
  }
  if (timer_ == next) return;
  timer_ = next;
  loop_.set_timer(next);
}

Slot RequestResponse::find(std::uint64_t number) const {
  return by_number_.find(hash_of(number), [&](Slot slot) { return open_[slot]->number == number; });
}

std::vector<Slot> RequestResponse::those(bool (*wanted)(const Open& open, Time now)) const {
  const Time now = loop_.now();
  std::vector<Slot> slots;
  for (Slot slot = 0; slot < open_.all().size(); ++slot) {
    if (open_[slot] && wanted(*open_[slot], now)) slots.push_back(slot);
  }
  return slots;
}

std::unique_ptr<RequestResponse::Open> RequestResponse::take(Slot slot) {
  auto open = std::move(open_[slot]);
  by_number_.erase(hash_of(open->number), slot);
  if (open->delivery.number != 0) by_delivery_.erase(hash_of(open->delivery.number), slot);
  if (open->waiting) waiting_bytes_ -= open->bytes();
  open_.remove(slot);
  --count_;
  return open;
}

void RequestResponse::end(Slot slot, const Answer& answer) {
  const auto open = take(slot);
  if (answer.error && open->delivery.number != 0) (void)mqtt_.cancel(open->delivery);  // as far as it has not left
  stop_stream(*open);
  if (open->heard) open->heard(answer);
}

// Whoever is told of one may end others, or everything.
void RequestResponse::end_all(const std::vector<Slot>& slots, Error error) {
  std::vector<std::uint64_t> numbers;
  for (const Slot slot : slots) numbers.push_back(open_[slot]->number);
  const auto alive = lifetime_.watch();
  for (const std::uint64_t number : numbers) {
    const Slot slot = find(number);
    if (slot == no_slot) continue;
    // The time of those that wait for several is no error.
    const bool awaited = error.code() == Errc::timed_out && open_[slot]->expected.until == Until::time;
    end(slot, {.last = true, .error = awaited ? Error{} : error});
    if (!alive) return;
  }
  arm_timer();
}

}  // namespace wasmqtt
