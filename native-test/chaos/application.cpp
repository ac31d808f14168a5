#include "application.hpp"

#include <algorithm>

#include "model_broker.hpp"
#include "wasmqtt/describe.hpp"

namespace wasmqtt::chaos {

using namespace std::chrono_literals;

namespace {
constexpr Time beginning{std::chrono::seconds{1'700'000'000}};
constexpr std::size_t queue_limit = 50;
constexpr std::size_t output_limit = 64 * 1024;
}  // namespace

MqttOptions Application::options() const {
  MqttOptions options;
  options.urls = {"ws://broker"};
  ClientOptions& client = options.client;
  client.client_id = "alice";
  client.clean_session = false;
  client.keep_alive = 20s;
  client.will = WillOptions{"will/alice", {'w', 'i', 'l', 'l'}, Qos::at_least_once, true};
  client.user_name = "alice";
  client.password = std::vector<std::uint8_t>{0, 0xff, 0x80};
  client.connack_timeout = 5s;
  client.pingresp_timeout = 5s;
  client.acknowledgement_timeout = 15s;
  client.in_flight_window = weather_.window;
  client.queue_messages = queue_limit;
  client.output_bytes = output_limit;
  client.queue_qos0 = weather_.queue_qos0;
  client.manual_acknowledgement = weather_.manual;
  client.protocol = version_ == ProtocolVersion::mqtt_5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  client.session_expiry = 3600;
  client.receive_maximum = ModelBroker::in_flight_limit;
  client.topic_alias_maximum = ModelBroker::aliases;
  client.topic_aliases = 2;
  options.driver.backoff = {.first = 500ms, .longest = 4s, .stable_after = 10s};
  options.driver.takeover.policy = TakeoverPolicy::stop;  // a cut must not be taken for one
  if (script_.by_hand) {
    options.driver.backoff = {.first = 1s, .longest = 1s, .stable_after = 10s, .jitter = false};
    options.driver.takeover.connections = 0;
  }
  return options;
}

// ---- processes ----

void Application::start() {
  ++process_;
  mqtt_ = std::make_unique<MqttClient>(loop_, transport_, options(), &store_);
  mqtt_->on_delivery = [this](Delivery delivery, DeliveryState state, FailureReason reason) {
    completed(delivery, state, reason);
  };
  mqtt_->on_unhandled = [this](const Message& message) { delivered(message); };
  mqtt_->on_event = [this](const MqttEvent& event) {
    if (std::holds_alternative<SessionLost>(event)) ++ledger_.sessions_reported_lost;
    if (const auto* failed = std::get_if<StoreProblem>(&event)) ledger_.fail("store problem: " + std::string(failed->problem));
    if (std::holds_alternative<StateChanged>(event)) stopped_or_not();
  };
  wire_.process_started(!log_.records().empty());
  read_log();
  mqtt_->connect();
  follow_script();
}

// Cuts while nothing is unanswered can look like another client with our id: then it is stopped, until somebody wants it
// back.
void Application::stopped_or_not() {
  if (mqtt_->state() != ConnectionState::stopped || mqtt_->stop_reason() == StopReason::asked) return;
  if (mqtt_->stop_reason() != StopReason::taken_over)
    return ledger_.fail("stopped: " + std::string(describe(mqtt_->stop_reason())));
  ++takeovers_;
  simulation_.after(1s, [this, process = process_] {
    if (process == process_ && mqtt_) mqtt_->connect();
  });
}

// What an application knows after a restart: its own durable log.
void Application::read_log() {
  done_.clear();
  subscriptions_.clear();
  labels_.clear();
  completed_.clear();
  seen_.clear();
  last_new_.clear();
  undecided_.clear();
  handled_ = 0;
  ledger_.completed.clear();
  for (const LogEntry& entry : log_.durable_log()) {
    if (entry.kind == LogEntry::Kind::completed) ledger_.completed.insert(entry.label);
    if (entry.kind == LogEntry::Kind::step_done) done_.insert(static_cast<std::size_t>(entry.number));
    if (entry.kind == LogEntry::Kind::accepted && entry.number != 0) labels_[entry.number] = entry.label;
  }
  // An attempt that only the journal remembers: its next one has DUP.
  for (const auto& [number, message] : log_.journal().messages) {
    Sent& sent = ledger_.sent[labels_[number]];
    if (message.packet_id != 0) sent.announced_before = std::min(sent.announced_before, wire_.connection());
  }
  for (std::size_t i = 0; i < script_.steps.size(); ++i) {
    if (done_.count(i) != 0 && script_.steps[i].kind != Step::Kind::publish) run(i);
  }
}

void Application::kill(std::size_t durable_batches) {
  if (!mqtt_) return;
  die(durable_batches);
  simulation_.after(1s, [this] { start(); });
}

void Application::die(std::size_t durable_batches) {
  mqtt_.reset();
  log_.crash(durable_batches);
  wire_.process_died();
}

// ---- the script ----

std::size_t Application::next_due() const {
  std::size_t index = 0;
  while (index < script_.steps.size() && done_.count(index) != 0) ++index;
  return index;
}

void Application::follow_script() {
  if (!mqtt_ || script_.by_hand) return;
  for (std::size_t i = next_due(); i < script_.steps.size(); i = next_due()) {
    const Time due = beginning + std::chrono::milliseconds{script_.steps[i].at_ms};
    if (due > simulation_.now()) {
      simulation_.at(due, [this, process = process_] {
        if (process == process_) follow_script();
      });
      return;
    }
    take_step();
  }
}

void Application::take_step() {
  const std::size_t index = next_due();
  done_.insert(index);
  log_.log({.kind = LogEntry::Kind::step_done, .number = index});
  run(index);
}

void Application::run(std::size_t index) {
  const Step& step = script_.steps[index];
  if (step.only_in_5 && version_ != ProtocolVersion::mqtt_5) return;
  switch (step.kind) {
    case Step::Kind::subscribe: {
      const auto made = mqtt_->subscribe(step.topic, step.qos, [this](const Message& message) { delivered(message); });
      if (!made) return ledger_.fail("subscribe() was refused");
      subscriptions_[std::string(step.topic)] = *made;
      return;
    }
    case Step::Kind::unsubscribe:
      mqtt_->unsubscribe(subscriptions_[std::string(step.topic)]);
      subscriptions_.erase(std::string(step.topic));
      return;
    case Step::Kind::publish: return publish(step);
  }
}

std::map<std::string, Qos> Application::wanted() const {
  std::map<std::string, Qos> all;
  for (const Step& step : script_.steps) {
    if (step.kind == Step::Kind::subscribe && subscriptions_.count(step.topic) != 0)
      all[std::string(step.topic)] = step.qos;
  }
  return all;
}

void Application::publish(const Step& step) {
  const unsigned serial = ++ledger_.serial;
  const std::string label = "o" + std::to_string(serial);
  const std::string payload = label + ' ' + std::string(serial % 7, '-');
  const PropertyList properties = properties_of(step);
  const Publish packet{step.topic, as_bytes(payload), static_cast<PacketId>(step.qos == q0 ? 0 : 1), step.qos, step.retain, false,
                       properties};
  const std::size_t size = encoded_size(packet, ProtocolVersion::mqtt_5);
  const auto delivery = mqtt_->publish(step.topic, payload, {.qos = step.qos, .retain = step.retain, .properties = properties});
  if (!delivery) {
    const bool offline = step.qos == Qos::at_most_once && delivery.error().code() == Errc::not_connected;
    const bool too_large = size > wire_.largest_packet() && delivery.error().code() == Errc::above_server_limit;
    if (!offline && !too_large) ledger_.fail("publish() was refused: " + std::string(delivery.error().message()));
    return;
  }
  Sent& sent = ledger_.sent[label];
  sent.topic = step.topic;
  sent.qos = step.qos;
  sent.accepted_at = simulation_.now();
  sent.expiry = std::chrono::seconds{step.expiry};
  sent.size = size;
  if (delivery->number == 0) return;
  labels_[delivery->number] = label;
  if (step.qos != Qos::at_most_once)
    log_.log({.kind = LogEntry::Kind::accepted, .label = label, .number = delivery->number});
}

PropertyList Application::properties_of(const Step& step) {
  PropertyList properties;
  if (step.expiry != 0) (void)properties.add(PropertyId::message_expiry_interval, step.expiry);
  if (step.large) (void)properties.add_user_property("large", std::string(40, 'x'));
  return properties;
}

void Application::completed(Delivery delivery, DeliveryState state, FailureReason reason) {
  const auto found = labels_.find(delivery.number);
  if (found == labels_.end()) return ledger_.fail("a delivery changed that nobody knows");
  const std::string& label = found->second;
  Sent& sent = ledger_.sent[label];
  const bool qos0 = sent.qos == Qos::at_most_once;
  if (state == DeliveryState::sent && !qos0) {
    sent.announced_before = std::min(sent.announced_before, wire_.connection());
    return;
  }
  if (state == DeliveryState::queued) return;
  if (state == DeliveryState::failed) check_failed(sent, label, reason);
  for (int i = faulty_.times_completed(label); i > 0; --i) {
    if (!completed_.insert(label).second) ledger_.fail(label + " completed twice");
    ledger_.completed.insert(label);
    if (!qos0)
      log_.log({.kind = LogEntry::Kind::completed, .label = label, .state = state, .reason = reason});
  }
}

// What the client drops, it has to have a reason for.
void Application::check_failed(Sent& sent, const std::string& label, FailureReason reason) {
  sent.dropped = reason == FailureReason::connection_closed_repeatedly || reason == FailureReason::not_supported;
  if (reason == FailureReason::expired) {
    if (sent.expiry == Duration{} || simulation_.now() < sent.accepted_at + sent.expiry)
      ledger_.fail(label + " expired before its time");
    if (wire_.was_sent(label)) ledger_.fail(label + " expired after it was sent [MQTT5-4.3.3-7]");
  }
  if (reason == FailureReason::not_supported && sent.size <= wire_.largest_packet())
    ledger_.fail(label + " is not supported, though it fits");
}

// ---- messages in ----

void Application::delivered(const Message& message) {
  const std::string label = label_of(message.payload);
  ++handled_;
  for (int i = faulty_.times_delivered(message); i > 0; --i) {
    check_delivered(message, label);
    LogEntry entry{.kind = LogEntry::Kind::delivered, .label = label, .topic = std::string(message.topic), .qos = message.qos};
    if (!weather_.manual || message.qos == Qos::at_most_once) {
      log_.log(std::move(entry));
    } else {
      undecided_.push_back({std::move(entry), message.token});
      if (script_.by_hand) continue;
      simulation_.after(30ms, [this, process = process_] {
        if (process == process_) acknowledge_waiting();
      });
    }
  }
  if (weather_.pauses && handled_ % 3 == 2) pause_for_a_while();
  if (weather_.quit_inside_handler && handled_ % 4 == 3 && quits_ < 3) quit_for_a_while();
}

void Application::check_delivered(const Message& message, const std::string& label) {
  const bool first = seen_.insert(label).second;
  if (version_ == ProtocolVersion::mqtt_5 && message.properties.text(PropertyId::correlation_data) != label)
    ledger_.fail(label + " came without its properties [MQTT5-3.3.2-16]");
  if (ledger_.owed.count(label) != 0 && ledger_.owed[label].topic != message.topic)
    ledger_.fail(label + " came with another topic: " + std::string(message.topic));
  if (message.retain) return;  // comes again with each new subscription
  if (!first && message.qos != Qos::at_least_once)
    ledger_.fail(label + ", QoS " + std::to_string(static_cast<int>(message.qos)) + ", delivered twice");
  if (!first) return;
  unsigned& last = last_new_[{std::string(message.topic), message.qos}];
  if (serial_of(label) < last) ledger_.fail(label + " delivered late on its topic and QoS [MQTT-4.6.0-6]");
  last = serial_of(label);
}

// In another order than they came: the later of two first.
void Application::acknowledge_waiting() {
  if (undecided_.empty() || !mqtt_) return;
  acknowledge(std::min<std::size_t>(1, undecided_.size() - 1));
}

void Application::acknowledge(std::size_t index) {
  const Undecided one = undecided_[index];
  undecided_.erase(undecided_.begin() + static_cast<std::ptrdiff_t>(index));
  log_.log(one.entry);
  mqtt_->acknowledge(one.token);
}

Delivery Application::first_queued() const {
  for (const Delivery delivery : mqtt_->unfinished()) {
    if (mqtt_->delivery_state(delivery) == DeliveryState::queued) return delivery;
  }
  return {};
}

void Application::cancel(Delivery delivery) {
  ledger_.sent[labels_[delivery.number]].cancelled = true;
  if (mqtt_->cancel(delivery)) ledger_.fail("cancel() was refused");
}

void Application::pause_for_a_while() {
  mqtt_->pause();
  simulation_.after(70ms, [this, process = process_] {
    if (process == process_ && mqtt_) mqtt_->resume();
  });
}

// Signs off from inside a handler, and comes back: as the same process, or as the next one.
void Application::quit_for_a_while() {
  wire_.signing_off();
  mqtt_->disconnect();
  const bool exit = ++quits_ % 2 == 1;
  simulation_.after(3s, [this, exit, process = process_] {
    if (process != process_ || !mqtt_) return;
    if (exit) return kill(log_.waiting());
    mqtt_->connect();
  });
}

// ---- what holds at any time ----

void Application::after_event() {
  if (!mqtt_) return;
  if (log_.has_staged() && !loop_.turn_requested()) log_.flush_log();
  const Client::Counts counts = mqtt_->counts();
  if (counts.queued > queue_limit || counts.in_flight > weather_.window || counts.requests > 1024 ||
      counts.output_bytes > output_limit + 1024 || counts.received_ids > 100 || counts.unacknowledged > 100)
    ledger_.fail("memory out of its bounds");
}

std::string Application::unfinished() const {
  if (!mqtt_) return "the client is not running";
  if (!script_done()) return "the script is not done";
  if (log_.waiting() != 0) return "the store is busy";
  if (!mqtt_->connected()) return "the client is not connected";
  const Client::Counts counts = mqtt_->counts();
  if (counts.queued + counts.in_flight != 0) return "the client has unfinished messages";
  // What belonged to a session that was lost unseen, nobody releases.
  if (counts.received_ids != 0 && ledger_.sessions_made_unseen == 0) return "the client holds received ids";
  if (counts.requests != 0) return "the client has requests unanswered";
  if (counts.unacknowledged != 0) return "the client has messages unacknowledged";
  if (counts.output_bytes != 0) return "the client has output left";
  return {};
}

}  // namespace wasmqtt::chaos
