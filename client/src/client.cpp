#include "wasmqtt/client.hpp"

#include "client_core.hpp"

namespace wasmqtt {

Client::Core::Core(ClientOptions options)
    : options_(std::move(options)),
      session_(std::make_unique<Session>(options_.client_id, options_.journal)),
      reader_(options_.max_packet_bytes),
      trace_(options_.trace) {}

const Event* Client::Core::poll_event() {
  settle_delivered();
  end_greeting();
  if (events_.empty()) return receive() ? &current_ : nullptr;
  events_.pop(current_);
  return &current_;
}

// A time-out that is found late says that this machine slept or was busy. What would have prevented it may lie in the
// socket: then the caller's loop has a moment to read before it is judged.
void Client::Core::handle_timeout() {
  constexpr Duration late = std::chrono::seconds{1};
  constexpr Duration time_to_read = std::chrono::milliseconds{250};
  expire();
  looked_at_ = now_;
  if (const auto due = timeout(); due && now_ >= due->at) {
    if (judge_at_ ? now_ >= *judge_at_ : now_ < due->at + late) return fail(due->error);
    if (!judge_at_) judge_at_ = now_ + time_to_read;
    return;
  }
  judge_at_.reset();
  if (phase_ == Phase::connected && keep_alive_.due(now_) == KeepAlive::Due::ping) ping();
}

std::optional<Time> Client::Core::next_timeout() const {
  std::optional<Time> next = session_->next_deadline();
  const auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  if (judge_at_) {
    consider(judge_at_);
    return next;
  }
  if (const auto due = timeout()) consider(due->at);
  if (phase_ == Phase::connected) consider(keep_alive_.next());
  consider(next_look());
  return next;
}

// ---- the facade ----

Client::Client(ClientOptions options) : core_(std::make_unique<Core>(std::move(options))) {}
Client::~Client() = default;

Error Client::handle_restore(Bytes records, Time now) {
  core_->advance(now);
  if (core_->phase_ != Core::Phase::idle) return local_error(Errc::already_connected);
  auto restored = std::make_unique<Session>(core_->options_.client_id, core_->options_.journal);
  if (Error error = restored->restore(records)) return error;
  const std::vector<Slot> superseded = restored->adopt(*core_->session_);
  core_->session_ = std::move(restored);
  for (const Slot slot : superseded) core_->end_delivery(slot, DeliveryState::failed, FailureReason::superseded);
  core_->session_established_ = !records.empty() && !core_->options_.clean_session;
  core_->session_in_doubt_ = core_->session_established_;  // the last run may have ended anywhere
  core_->expire();
  return {};
}

void Client::handle_attempt(std::string_view url, Time now) {
  core_->advance(now);
  core_->begin_attempt(url);
}

Error Client::handle_transport_open(Time now) {
  core_->advance(now);
  return core_->open();
}

void Client::handle_bytes(Bytes bytes, Time now) {
  core_->advance(now);
  if (core_->phase_ != Core::Phase::connecting && core_->phase_ != Core::Phase::connected) return;
  core_->keep_alive_.received_bytes(bytes.size(), core_->now_);
  core_->reader_.feed(bytes);
}

void Client::handle_transport_closed(const TransportClose& close, Time now) {
  core_->advance(now);
  core_->transport_closed(close);
}

void Client::handle_timeout(Time now) {
  core_->advance(now);
  core_->handle_timeout();
}

void Client::handle_journal_durable(std::uint64_t position) {
  core_->durable_ = std::max(core_->durable_, position);
}

Result<Delivery> Client::publish(std::string_view topic, Bytes payload, const PublishOptions& options, Time now) {
  core_->advance(now);
  return core_->publish(topic, payload, options);
}

Error Client::cancel(Delivery delivery, Time now) {
  core_->advance(now);
  return core_->cancel(delivery);
}

Result<PacketId> Client::subscribe(std::span<const TopicRequest> requests, Time now) {
  core_->advance(now);
  return core_->subscribe(requests);
}

Result<PacketId> Client::unsubscribe(std::span<const std::string_view> filters, Time now) {
  core_->advance(now);
  return core_->unsubscribe(filters);
}

void Client::acknowledge(std::uint64_t token, Time now) {
  core_->advance(now);
  core_->acknowledge(token);
}

void Client::disconnect(Time now) {
  core_->advance(now);
  core_->disconnect();
}

void Client::probe(Time now) {
  core_->advance(now);
  if (core_->phase_ == Core::Phase::connected && !core_->keep_alive_.waiting()) core_->ping();
}

void Client::abort(Time now) {
  core_->advance(now);
  core_->abort();
}

void Client::set_credentials(std::optional<std::string> user_name,
                             std::optional<std::vector<std::uint8_t>> password) {
  core_->options_.user_name = std::move(user_name);
  core_->options_.password = std::move(password);
}

void Client::set_will(std::optional<WillOptions> will) { core_->options_.will = std::move(will); }
void Client::set_clean_session(bool clean_session) { core_->options_.clean_session = clean_session; }
void Client::set_keep_alive(std::chrono::seconds keep_alive) { core_->options_.keep_alive = keep_alive; }

Error Client::set_client_id(std::string client_id, Time now) {
  core_->advance(now);
  return core_->set_client_id(std::move(client_id));
}

void Client::pause_messages(bool paused) { core_->paused_ = paused; }

const Event* Client::poll_event(Time now) {
  core_->advance(now);
  return core_->poll_event();
}

Bytes Client::pending_output() const {
  return core_->output_.ready(core_->durable());
}

void Client::consume_output(std::size_t count, Time now, std::size_t buffered) {
  core_->advance(now);
  core_->consumed(count, buffered);
}

Bytes Client::pending_journal() const { return core_->session_->pending_journal(); }
std::uint64_t Client::journal_position() const { return core_->session_->position(); }
void Client::take_journal() { core_->session_->take_journal(); }
std::optional<Time> Client::next_timeout() const { return core_->next_timeout(); }

bool Client::should_close() const {
  return core_->phase_ == Core::Phase::closing ||
         (core_->phase_ == Core::Phase::disconnecting && core_->output_.empty());
}

bool Client::connected() const { return core_->phase_ == Core::Phase::connected; }

bool Client::has_events() const { return !core_->events_.empty(); }

std::optional<DeliveryState> Client::delivery_state(Delivery delivery) const {
  const Slot slot = core_->session_->find(delivery);
  if (slot == no_slot) return std::nullopt;
  const bool queued = (*core_->session_)[slot].state == OutgoingMessage::State::queued;
  return queued ? DeliveryState::queued : DeliveryState::sent;
}

std::vector<Delivery> Client::unfinished() const {
  const Session& session = *core_->session_;
  std::vector<Delivery> all(session.released().count() + session.published().count() + session.queued().count());
  auto next = all.begin();
  for (const MessageList* list : {&session.released(), &session.published(), &session.queued()}) {
    for (Slot slot = list->front(); slot != no_slot; slot = session[slot].next) *next++ = session.delivery(slot);
  }
  return all;
}

std::optional<Client::Outgoing> Client::outgoing(Delivery delivery) const {
  const Slot slot = core_->session_->find(delivery);
  if (slot == no_slot) return std::nullopt;
  const OutgoingMessage& message = (*core_->session_)[slot];
  const bool queued = message.state == OutgoingMessage::State::queued;
  return Outgoing{message.topic(), message.payload(), message.qos, message.retain,
                  queued ? DeliveryState::queued : DeliveryState::sent};
}

Client::Counts Client::counts() const {
  const Session& session = *core_->session_;
  return {session.queued().count(),     session.queued().bytes(),     session.in_flight(),
          session.received().count(),   core_->requests_.count(),     core_->acknowledgements_.count(),
          core_->output_.size()};
}

const ClientOptions& Client::options() const { return core_->options_; }
const PacketTrace& Client::trace() const { return core_->trace_; }
PacketTrace& Client::trace() { return core_->trace_; }

}  // namespace wasmqtt
