#include "wasmqtt/request_response.hpp"

#include <algorithm>
#include <utility>

#include "wasmqtt/topic.hpp"

namespace wasmqtt {
namespace {

constexpr std::string_view marker = "/request/";
constexpr std::size_t id_digits = 16;
constexpr std::size_t client_digits = 2 * id_digits;

std::string to_digits(std::uint64_t number) {
  std::string digits(id_digits, '0');
  for (std::size_t i = id_digits; i-- != 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return digits;
}

bool are_digits(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// 0: it is none of ours.
std::uint64_t from_digits(std::string_view text) {
  if (text.size() != id_digits || !are_digits(text)) return 0;
  std::uint64_t number = 0;
  for (const char digit : text) number = number << 4 | static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  return number;
}

std::string to_bytes(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- != 0; number >>= 8) bytes[i] = static_cast<char>(number & 255);
  return bytes;
}

std::uint64_t from_bytes(std::string_view bytes) {
  if (bytes.size() != 8) return 0;
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

std::uint32_t whole_seconds(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::chrono::seconds::rep>(seconds, 1, 0xffff'ffff));
}

// TOPIC/request/CLIENT/ID, taken apart; `address` is CLIENT/ID.
struct InTopic {
  std::string_view topic;
  std::string_view address;
};
std::optional<InTopic> take_apart(std::string_view topic) {
  constexpr std::size_t address_size = client_digits + 1 + id_digits;
  if (topic.size() <= marker.size() + address_size) return std::nullopt;
  const std::string_view address = topic.substr(topic.size() - address_size);
  const std::string_view before = topic.substr(0, topic.size() - address_size);
  const bool is_one = before.ends_with(marker) && address[client_digits] == '/' &&
                      are_digits(address.substr(0, client_digits)) && are_digits(address.substr(client_digits + 1));
  if (!is_one) return std::nullopt;
  return InTopic{before.substr(0, before.size() - marker.size()), address};
}

std::string joined(std::string_view prefix, std::string_view level) {
  std::string topic(prefix);
  if (!topic.empty() && topic.back() != '/') topic += '/';
  return topic.append(level);
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
  if (Error error = check_topic_name(topic)) return error;
  if (Error error = check_topic_name(joined(options_.response_prefix, client_))) return error;
  if (Error error = wasmqtt::check(options.properties, host_of(PacketType::publish), Direction::outbound)) return error;
  if (options.properties.has(PropertyId::response_topic) || options.properties.has(PropertyId::correlation_data))
    return local_error(Errc::property_not_allowed);
  if (count_ >= options_.max_open) return local_error(Errc::too_many_requests);
  Open open;
  do open.number = loop_.random();
  while (open.number == 0 || find(open.number) != no_slot);
  open.deadline = loop_.now() + std::min(timeout, Duration::max() / 2);
  open.answered = std::move(answered);
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
  const Delivery delivery = open.delivery;
  const Slot slot = open_.add(std::move(open));
  by_number_.insert(hash_of(call.number), slot);
  if (delivery.number != 0) by_delivery_.insert(hash_of(delivery.number), slot);
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
  const auto made = mqtt_.subscribe(topic + "/#", Qos::at_least_once, [this, topic](const Message& message) { came(topic, message); });
  if (!made) return made.error();
  mqtt_.unsubscribe(std::exchange(listening_, *made));
  response_topic_ = std::move(topic);
  return {};
}

Error RequestResponse::send(Open& open) {
  const Duration left = std::max(open.deadline - loop_.now(), Duration{1});
  std::string topic = open.topic;
  PropertyList properties;
  properties.assign(open.properties);
  if (options_.always_in_topic || mqtt_.version() == ProtocolVersion::mqtt_3_1_1) {
    topic.append(marker).append(client_).append("/").append(to_digits(open.number));
  } else {
    (void)properties.add(PropertyId::response_topic, response_topic_);
    (void)properties.add(PropertyId::correlation_data, as_bytes(to_bytes(open.number)));
  }
  if (!open.properties.view().has(PropertyId::message_expiry_interval))
    (void)properties.add(PropertyId::message_expiry_interval, whole_seconds(left));
  const auto delivery = mqtt_.publish(topic, open.payload, {.qos = open.qos, .time_to_live = left, .properties = properties});
  if (!delivery) return delivery.error();
  // It can have ended by now: dropped, or not taken by this broker.
  if (delivery->number != 0 && !mqtt_.delivery_state(*delivery)) return local_error(Errc::not_delivered);
  open.delivery = *delivery;
  open.waiting = false;
  open.topic = {};
  open.payload = {};
  open.properties = {};
  return {};
}

void RequestResponse::cancel(Call call) {
  const Slot slot = call.number == 0 ? no_slot : find(call.number);
  if (slot == no_slot) return;
  const Open open = take(slot);
  if (open.delivery.number != 0) (void)mqtt_.cancel(open.delivery);
  arm_timer();
}

void RequestResponse::came(std::string_view response_topic, const Message& message) {
  const std::string_view rest = message.topic.substr(response_topic.size());
  const std::uint64_t number = rest.empty() ? from_bytes(message.properties.text(PropertyId::correlation_data))
                                            : from_digits(rest.substr(1));
  const Slot slot = number == 0 ? no_slot : find(number);
  if (slot == no_slot) {
    ++ignored_;
  } else {
    const auto alive = lifetime_.watch();
    end(slot, message);
    if (!alive) return;
  }
  if (options_.acknowledge) mqtt_.acknowledge(message.token);
  arm_timer();
}

// ---- what becomes of them ----

void RequestResponse::on_mqtt_event(const MqttEvent& event) {
  if (std::holds_alternative<Connected>(event)) return connected();
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer == nullptr || answer->granted || answer->error.code() == Errc::not_connected) return;
  if (std::find(answer->subscriptions.begin(), answer->subscriptions.end(), listening_) == answer->subscriptions.end()) return;
  std::vector<Slot> all;
  for (Slot slot = 0; slot < open_.all().size(); ++slot) {
    if (open_[slot].number != 0) all.push_back(slot);
  }
  end_all(all, local_error(Errc::not_delivered));
}

void RequestResponse::connected() {
  std::vector<Slot> waiting;
  for (Slot slot = 0; slot < open_.all().size(); ++slot) {
    if (open_[slot].number != 0 && open_[slot].waiting) waiting.push_back(slot);
  }
  if (waiting.empty() && response_topic_.empty()) return;
  if (Error error = listen()) return end_all(waiting, error);
  for (const Slot slot : waiting) {
    Open& open = open_[slot];
    const std::size_t bytes = open.bytes();
    if (Error error = send(open)) {
      const auto alive = lifetime_.watch();
      end(slot, error);
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
  const Slot slot = by_delivery_.find(hash_of(number), [&](Slot place) { return open_[place].delivery.number == number; });
  if (slot == no_slot) return;
  const bool expired = changed.reason == FailureReason::expired;
  end_all({slot}, local_error(expired ? Errc::timed_out : Errc::not_delivered));
}

void RequestResponse::handle_timer() {
  timer_.reset();
  std::vector<Slot> due;
  for (Slot slot = 0; slot < open_.all().size(); ++slot) {
    if (open_[slot].number != 0 && open_[slot].deadline <= loop_.now()) due.push_back(slot);
  }
  end_all(due, local_error(Errc::timed_out));
}

// Asked for no later than needed; too early costs a look.
void RequestResponse::arm_timer() {
  if (count_ == 0) {
    if (std::exchange(timer_, std::nullopt)) loop_.set_timer({});
    return;
  }
  std::optional<Time> next;
  for (const Open& open : open_.all()) {
    if (open.number != 0 && (!next || open.deadline < *next)) next = open.deadline;
  }
  if (timer_ == next) return;
  timer_ = next;
  loop_.set_timer(next);
}

Slot RequestResponse::find(std::uint64_t number) const {
  return by_number_.find(hash_of(number), [&](Slot slot) { return open_[slot].number == number; });
}

RequestResponse::Open RequestResponse::take(Slot slot) {
  Open open = std::move(open_[slot]);
  by_number_.erase(hash_of(open.number), slot);
  if (open.delivery.number != 0) by_delivery_.erase(hash_of(open.delivery.number), slot);
  if (open.waiting) waiting_bytes_ -= open.bytes();
  open_.remove(slot);
  --count_;
  return open;
}

void RequestResponse::end(Slot slot, const Result<Message>& answer) {
  const Open open = take(slot);
  if (!answer && open.delivery.number != 0) (void)mqtt_.cancel(open.delivery);  // as far as it has not left
  if (open.answered) open.answered(answer);
}

// Whoever is told of one may end others, or everything.
void RequestResponse::end_all(const std::vector<Slot>& slots, Error error) {
  std::vector<std::uint64_t> numbers;
  for (const Slot slot : slots) numbers.push_back(open_[slot].number);
  const auto alive = lifetime_.watch();
  for (const std::uint64_t number : numbers) {
    if (const Slot slot = find(number); slot != no_slot) end(slot, error);
    if (!alive) return;
  }
  arm_timer();
}

// ---- answering ----

Result<RequestResponse::Responding> RequestResponse::respond(std::string_view filter, Responder responder, Qos qos) {
  const auto handler = [this, responder = std::move(responder)](const Message& message) { asked(responder, message); };
  const std::string in_topic = std::string(filter).append(marker).append("+/+");
  std::vector<MqttClient::SubscribeRequest> requests(1);
  requests.front() = {.filter = filter, .qos = qos, .handler = handler};
  if (!filter.ends_with('#')) requests.push_back({.filter = in_topic, .qos = qos, .handler = handler});
  const auto made = mqtt_.subscribe(requests);
  if (!made) return made.error();
  return Responding{*made};
}

void RequestResponse::asked(const Responder& responder, const Message& message) {
  const auto in_topic = take_apart(message.topic);
  const std::string topic = in_topic ? joined(options_.response_prefix, in_topic->address)
                                     : std::string(message.properties.text(PropertyId::response_topic));
  const auto alive = lifetime_.watch();
  if (topic.empty() || (options_.allow_response_topic && !options_.allow_response_topic(topic))) {
    ++ignored_;
  } else {
    const std::string_view correlation = in_topic ? std::string_view() : message.properties.text(PropertyId::correlation_data);
    responder({in_topic ? in_topic->topic : message.topic, message}, Reply(*this, topic, correlation));
  }
  if (alive && options_.acknowledge) mqtt_.acknowledge(message.token);
}

Error RequestResponse::Reply::operator()(Bytes payload, const PublishOptions& options) const {
  if (!alive_) return local_error(Errc::subscription_ended);
  PropertyList properties;
  properties.assign(options.properties);
  if (!correlation_.empty()) {
    if (Error error = properties.add(PropertyId::correlation_data, as_bytes(correlation_))) return error;
  }
  PublishOptions with = options;
  with.properties = properties;
  return owner_->mqtt_.publish(topic_, payload, with).error();
}

}  // namespace wasmqtt
