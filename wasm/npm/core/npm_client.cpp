#include "npm_client.hpp"

#include <utility>

#include "imports.hpp"
#include "wasmqtt/describe.hpp"

namespace wasmqtt {
namespace {

// Enough for what happens between two calls of tell_packets().
constexpr TraceLimits watched{.max_packets = 16'384, .max_bytes = 20 * 1024 * 1024, .max_packet_bytes = 16 * 1024 * 1024};

template <class Enum>
int number_of(Enum value) {
  return static_cast<int>(value);
}

// What CONNECT says of our limits are options of the client, and each attempt has its authentication. Properties that are wrong
// go to CONNECT as they are: its check says what is wrong.
void take_properties(const PropertyList& list, ClientOptions& client) {
  const Properties properties = list;
  if (check(properties, host_of(PacketType::connect), Direction::outbound)) return client.properties.assign(properties);
  for (const Property& property : properties) {
    switch (property.id) {
      case PropertyId::session_expiry_interval: client.session_expiry = property.number; break;
      case PropertyId::receive_maximum: client.receive_maximum = static_cast<std::uint16_t>(property.number); break;
      case PropertyId::maximum_packet_size: client.max_packet_bytes = property.number; break;
      case PropertyId::topic_alias_maximum: client.topic_alias_maximum = static_cast<std::uint16_t>(property.number); break;
      case PropertyId::user_property: (void)client.properties.add_user_property(property.name, property.text); break;
      case PropertyId::authentication_method:
      case PropertyId::authentication_data: break;
      default: (void)client.properties.add(property.id, property.number); break;
    }
  }
}

int number_of(ProtocolVersion version) { return version == ProtocolVersion::mqtt_5 ? 5 : 4; }

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

}  // namespace

TopicNames& topic_names() {
  static TopicNames names;
  return names;
}

NpmClient::NpmClient(int id, Values& values) : id_(id), connection_(connection_options(values), values) {
  connection_.with([this](auto& mqtt) { listen(mqtt); });
  if (trace_limits_.max_packets != 0) connection_.watch_packets(true);
}

template <class Client>
void NpmClient::listen(Client& mqtt) {
  mqtt.on_event = [this](const MqttEvent& event) {
    tell_packets();
    std::visit([this](const auto& one) { this->tell(one); }, event);
  };
  mqtt.on_message = [this](const Message& message) { tell(message); };
  mqtt.on_delivery_changed = [this](const DeliveryChanged& event) {
    tell_packets();
    wasmqtt_npm_delivery(id_, event.delivery.slot, static_cast<double>(event.delivery.number), number_of(event.state),
                         number_of(event.reason), number_of(event.reason_code), event.reason_string.data(),
                         event.reason_string.size());
  };
  mqtt.on_turn = [this] { tell_packets(); };
}

ConnectionOptions NpmClient::connection_options(Values& values) {
  ConnectionOptions options{.id = id_};
  options.journal = static_cast<ConnectionOptions::Journal>(values.number());
  options.database = values.text();
  options.page = values.flag();
  options.mqtt = mqtt_options(values);
  return options;
}

MqttOptions NpmClient::mqtt_options(Values& values) {
  MqttOptions options;
  ClientOptions& client = options.client;
  DriverOptions& driver = options.driver;
  client.client_id = values.text();
  client.connect_timeout = client.connack_timeout = driver.open_timeout = values.milliseconds();
  client.pingresp_timeout = values.milliseconds();
  if (const std::size_t window = values.size()) client.in_flight_window = static_cast<std::uint16_t>(window);
  client.queue_messages = values.size();
  client.queue_bytes = values.size();
  client.overflow = static_cast<OverflowPolicy>(values.number());
  client.queue_qos0 = values.flag();
  client.max_packet_bytes = values.size();
  trace_limits_.max_packets = values.size();
  client.trace = trace_limits_;
  options.filters_per_packet = values.size();
  options.resubscribe = values.flag();
  driver.reconnect = values.flag();
  driver.backoff.first = values.milliseconds();
  driver.backoff.longest = values.milliseconds();
  driver.backoff.stable_after = values.milliseconds();
  driver.backoff.jitter = values.flag();
  const bool retry_refusals = values.flag();
  driver.retry_refusal = [retry_refusals](ConnectReturnCode) { return retry_refusals; };
  driver.takeover.connections = static_cast<unsigned>(values.size());
  // Otherwise it goes on, also where MQTT 5's broker says so.
  if (driver.takeover.connections != 0) driver.takeover.policy = TakeoverPolicy::stop;
  client.clean_session = values.flag();
  client.strict_reserved = values.flag();
  client.protocol = static_cast<Protocol>(values.number());
  client.topic_aliases = static_cast<std::uint16_t>(values.number());
  take_properties(values.properties(), client);
  request_options_.response_prefix = values.text();
  request_options_.always_in_topic = values.flag();
  request_options_.answer_qos = values.qos();
  driver.prepare_attempt = [this](Attempt, std::function<void(Attempt)> ready) {
    ready_ = std::move(ready);
    wasmqtt_npm_prepare(id_);
  };
  return options;
}

void NpmClient::attempt(Values& values) {
  Attempt attempt;
  attempt.problem = values.text();
  if (attempt.problem.empty()) {
    attempt.url = values.text();
    attempt.client_id = values.optional_text();
    attempt.clean_session = values.flag();
    attempt.keep_alive = values.seconds();
    attempt.user_name = values.optional_text();
    attempt.password = values.optional_bytes();
    attempt.authentication.method = values.text();
    attempt.authentication.data = values.bytes();
    attempt.will = values.will();
  }
  if (const auto ready = std::exchange(ready_, {})) ready(std::move(attempt));
}

// Where 3.1.1 is spoken, nothing is said. The Session Expiry Interval is an option of its own.
Error NpmClient::disconnect_when_done(Duration timeout, Values& values) {
  DisconnectOptions options;
  const auto version = with([](auto& mqtt) { return mqtt.version(); });
  if (version == ProtocolVersion::mqtt_3_1_1) return connection_.disconnect_when_done(timeout, options);
  options.reason_code = static_cast<ReasonCode>(values.number());
  const PropertyList given = values.properties();
  PropertyList rest;
  for (const Property& property : given.view()) {
    if (property.id == PropertyId::session_expiry_interval) options.session_expiry = property.number;
    else if (property.id == PropertyId::user_property) (void)rest.add_user_property(property.name, property.text);
    else if (property.id == PropertyId::reason_string) (void)rest.add(property.id, property.text);
    else rest = given;  // may not be there: that is told
  }
  options.properties = rest;
  return connection_.disconnect_when_done(timeout, options);
}

Error NpmClient::authenticate(bool renew, Values& values) {
  const std::vector<std::uint8_t> data = values.bytes();
  const PropertyList words = values.properties();
  MqttClient* mqtt = connection_.mqtt();
  if (mqtt == nullptr) return local_error(Errc::not_connected);
  return renew ? mqtt->reauthenticate(data, words) : mqtt->authenticate(data, words);
}

// ---- subscriptions ----

int NpmClient::subscribe(Values values) {
  std::vector<std::string> filters;
  std::vector<PropertyList> properties;
  std::vector<MqttClient::SubscribeRequest> requests;
  while (values.more()) {
    filters.push_back(values.text());
    MqttClient::SubscribeRequest& request = requests.emplace_back();
    const int options = static_cast<int>(values.number());
    request.qos = static_cast<Qos>(options & 3);
    request.no_local = (options & 4) != 0;
    request.retain_as_published = (options & 8) != 0;
    request.retain_handling = static_cast<RetainHandling>(options >> 4);
    request.ask_again = values.flag();
    request.replaces = {static_cast<std::uint32_t>(values.number())};
    if (const int handler = static_cast<int>(values.number()))
      request.handler = [this, handler](const Message&) { wasmqtt_npm_handle(id_, handler); };
    properties.push_back(values.properties());
  }
  for (std::size_t at = 0; at < filters.size(); ++at) {
    requests[at].filter = filters[at];
    requests[at].properties = properties[at];
  }
  const auto made = with([&](auto& mqtt) { return mqtt.subscribe(requests); });
  return made ? static_cast<int>(made->front().number) : -number_of(made.error().code());
}

NpmRequests& NpmClient::requests() {
  if (!requests_) requests_.emplace(id_, connection_.own().mqtt(), request_options_);
  return *requests_;
}

// ---- packets ----

void NpmClient::trace() {
  with([](auto& mqtt) {
    const PacketTrace& trace = mqtt.trace();
    for (std::uint64_t number = trace.first(); number != trace.end(); ++number) {
      const TraceEntry& entry = trace[number];
      const Bytes packet = trace.bytes(entry);
      wasmqtt_npm_trace_entry(static_cast<double>(number), static_cast<double>(entry.at.time_since_epoch().count()) / 1000.0,
                              entry.direction == Direction::inbound, static_cast<int>(entry.size),
                              static_cast<double>(entry.partner), entry.round_trip ? milliseconds(*entry.round_trip) : -1.0,
                              packet.data(), packet.size());
    }
  });
}

void NpmClient::watch_packets(bool on) {
  if (on == (next_packet_ != 0)) return;
  connection_.watch_packets(on || trace_limits_.max_packets != 0);
  PacketTrace& trace = with([](auto& mqtt) -> PacketTrace& { return mqtt.trace(); });
  TraceLimits limits = on ? watched : trace_limits_;
  limits.max_packets = std::max(limits.max_packets, trace_limits_.max_packets);
  trace.set_limits(limits);
  next_packet_ = on ? trace.end() : 0;
}

void NpmClient::tell_packets() {
  if (next_packet_ == 0) return;
  const PacketTrace& trace = with([](auto& mqtt) -> const PacketTrace& { return mqtt.trace(); });
  const int version = with([](auto& mqtt) { return number_of(mqtt.version()); });
  while (next_packet_ != 0 && next_packet_ != trace.end()) {
    const TraceEntry& entry = trace[std::max(next_packet_, trace.first())];
    ++next_packet_;
    const Bytes packet = trace.bytes(entry);
    wasmqtt_npm_packet(id_, entry.direction == Direction::inbound, version, packet.data(), packet.size());
  }
}

// ---- events ----

void NpmClient::tell(const StateChanged& event) {
  wasmqtt_npm_state(id_, number_of(event.state), number_of(event.stop_reason));
}
void NpmClient::tell(const Connected& event) {
  with([&](auto& mqtt) {
    const Bytes properties = mqtt.server_properties().wire();
    wasmqtt_npm_connected(id_, event.session_present, number_of(mqtt.version()), properties.data(), properties.size());
  });
}
void NpmClient::tell(const Authentication& event) {
  const Bytes properties = event.properties.wire();
  wasmqtt_npm_authentication(id_, event.done, properties.data(), properties.size());
}
void NpmClient::tell(const SessionLost& event) {
  wasmqtt_npm_session_lost(id_, static_cast<int>(event.republished), static_cast<int>(event.failed));
}
void NpmClient::tell(const SubscriptionAnswered& event) {
  const Bytes properties = event.properties.wire();
  for (const Subscription subscription : event.subscriptions) {
    wasmqtt_npm_subscribed(id_, static_cast<int>(subscription.number), number_of(event.reason_code),
                           number_of(event.error.code()), properties.data(), properties.size());
  }
}
void NpmClient::tell(const UnsubscribeAnswered& event) {
  const Bytes properties = event.properties.wire();
  wasmqtt_npm_unsubscribed(id_, static_cast<int>(event.subscription.number), number_of(event.reason_code),
                           number_of(event.error.code()), properties.data(), properties.size());
}
void NpmClient::tell(const SessionWarning& event) {
  const std::string_view words = describe(event.reason);
  wasmqtt_npm_log(id_, words.data(), words.size());
}
void NpmClient::tell(const StoreProblem& event) {
  wasmqtt_npm_store_problem(id_, event.problem.data(), event.problem.size());
}

void NpmClient::tell(const Closed& event) {
  const CloseRecord& record = event.record;
  const std::string sentence = record.sentence();
  const bool ours = record.cause == CloseRecord::Cause::protocol_error;
  const ReasonCode reason_code = record.version != ProtocolVersion::mqtt_5 ? ReasonCode::success
                                 : ours                                    ? record.error.reason_code()
                                                                           : record.reason_code;
  const Bytes properties = with([](auto& mqtt) { return mqtt.ending_properties(); }).wire();
  wasmqtt_npm_closed(id_, number_of(record.phase), number_of(record.cause), number_of(record.fault), record.code,
                     record.clean, number_of(record.error.code()), number_of(record.return_code), number_of(reason_code),
                     milliseconds(record.elapsed), milliseconds(record.connected_for),
                     record.last_sent ? number_of(*record.last_sent) : 0,
                     record.last_received ? number_of(*record.last_received) : 0, sentence.data(), sentence.size(),
                     record.reason.data(), record.reason.size(), record.server_reference.data(),
                     record.server_reference.size(), properties.data(), properties.size());
}

void NpmClient::tell(const Message& message) {
  tell_packets();
  const auto [place, known] = topic_names().find(message.topic);
  const int flags = number_of(message.qos) | (message.retain ? 4 : 0) | (message.dup ? 8 : 0);
  wasmqtt_npm_message(id_, place, message.topic.data(), known ? 0 : message.topic.size(), message.payload.data(),
                      message.payload.size(), flags, message.packet_id, static_cast<double>(message.token),
                      message.properties.wire().data(), message.properties.wire().size());
}

}  // namespace wasmqtt
