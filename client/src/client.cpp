#include "wasmqtt/client.hpp"

#include "client_impl.hpp"

namespace wasmqtt {

Client::Impl::Impl(ClientOptions options)
    : options_(std::move(options)),
      session_(std::make_unique<Session>(options_.client_id, options_.journal)),
      reader_(options_.max_packet_bytes),
      trace_(options_.trace) {}

const Event* Client::Impl::poll_event() {
  acknowledge_delivered();
  if (connecting_) end_connecting();
  if (phase_ != Phase::connected) {
    if (phase_ == Phase::connecting && take_turn(AuthenticationEvent::told)) establish(session_present_);
    if (phase_ == Phase::disconnecting) sign_off();
  }
  if (events_.empty()) {
    const bool nothing_came = reader_.empty() && held_.empty();  // as with the last call of each turn
    return !nothing_came && receive() ? &current_ : nullptr;
  }
  events_.pop(current_);
  return &current_;
}

// A time-out that is found late says that this machine slept or was busy. What would have prevented it may lie in the
// socket: then the caller's loop has a moment to read before it is judged.
void Client::Impl::handle_timeout() {
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

std::optional<Time> Client::Impl::next_timeout() const {
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

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

Error Client::handle_restore(Bytes records, Time now) {
  impl_->advance(now);
  if (impl_->phase_ != Impl::Phase::idle) return local_error(Errc::already_connected);
  auto restored = std::make_unique<Session>(impl_->options_.client_id, impl_->options_.journal);
  if (Error error = restored->restore(records)) return error;
  const std::vector<Slot> superseded = restored->adopt(*impl_->session_);
  impl_->session_ = std::move(restored);
  for (const Slot slot : superseded) impl_->end_delivery(slot, DeliveryState::failed, FailureReason::superseded);
  impl_->session_established_ = !records.empty() && !impl_->options_.clean_session;
  impl_->session_in_doubt_ = impl_->session_established_;  // the last run may have ended anywhere
  impl_->session_ends_at_ = impl_->session_->end();
  if (impl_->options_.client_id.empty()) impl_->options_.client_id = impl_->session_->assigned_id();
  impl_->expire();
  return {};
}

void Client::handle_attempt(std::string_view url, Time now, UrlChoice choice) {
  impl_->advance(now);
  impl_->begin_attempt(url, choice);
}

Error Client::handle_transport_open(Time now) {
  impl_->advance(now);
  return impl_->open();
}

void Client::handle_bytes(Bytes bytes, Time now) {
  impl_->advance(now);
  if (impl_->phase_ != Impl::Phase::connecting && impl_->phase_ != Impl::Phase::connected) return;
  impl_->keep_alive_.received_bytes(bytes.size(), impl_->now_);
  impl_->reader_.feed(bytes);
}

void Client::handle_transport_closed(const TransportClose& close, Time now) {
  impl_->advance(now);
  impl_->transport_closed(close);
}

void Client::handle_timeout(Time now) {
  impl_->advance(now);
  impl_->handle_timeout();
}

void Client::handle_journal_durable(std::uint64_t position) {
  impl_->durable_ = std::max(impl_->durable_, position);
}

Result<Delivery> Client::publish(std::string_view topic, Bytes payload, const PublishOptions& options, Time now) {
  impl_->advance(now);
  return impl_->publish(topic, payload, options);
}

Error Client::cancel(Delivery delivery, Time now) {
  impl_->advance(now);
  return impl_->cancel(delivery);
}

Result<PacketId> Client::subscribe(std::span<const TopicRequest> requests, Time now, Properties properties) {
  impl_->advance(now);
  return impl_->subscribe(requests, properties);
}

Result<PacketId> Client::unsubscribe(std::span<const std::string_view> filters, Time now, Properties properties) {
  impl_->advance(now);
  return impl_->unsubscribe(filters, properties);
}

void Client::acknowledge(std::uint64_t token, Time now) {
  impl_->advance(now);
  impl_->acknowledge(token);
}

void Client::hold(std::uint64_t token) { impl_->hold_delivered(token); }

Error Client::refuse(std::uint64_t token, ReasonCode reason_code, Time now) {
  impl_->advance(now);
  if (version() != ProtocolVersion::mqtt_5) return local_error(Errc::not_in_this_version);
  if (!is_failure(reason_code) || !is_allowed(reason_code, PacketType::puback, Direction::outbound))
    return local_error(Errc::reserved_reason_code);
  impl_->acknowledge(token, reason_code);
  return {};
}

void Client::disconnect(Time now) {
  impl_->advance(now);
  impl_->disconnect();
}

Error Client::disconnect(Time now, const DisconnectOptions& options) {
  impl_->advance(now);
  if (Error error = impl_->set_disconnect(options)) return error;
  impl_->disconnect();
  return {};
}

Error Client::set_disconnect(const DisconnectOptions& options) { return impl_->set_disconnect(options); }
void Client::forget_disconnect() { impl_->forget_disconnect(); }

Error Client::authenticate(Bytes data, Time now, Properties words) {
  impl_->advance(now);
  return impl_->authenticate(data, words);
}

Error Client::reauthenticate(Bytes data, Time now, Properties words) {
  impl_->advance(now);
  return impl_->reauthenticate(data, words);
}

void Client::refuse_authentication(Time now) {
  impl_->advance(now);
  impl_->refuse_authentication();
}

void Client::probe(Time now) {
  impl_->advance(now);
  if (impl_->phase_ == Impl::Phase::connected && !impl_->keep_alive_.waiting()) impl_->ping();
}

void Client::abort(Time now) {
  impl_->advance(now);
  impl_->abort();
}

void Client::set_credentials(std::optional<std::string> user_name,
                             std::optional<std::vector<std::uint8_t>> password) {
  impl_->options_.user_name = std::move(user_name);
  impl_->options_.password = std::move(password);
}

void Client::set_authentication(AuthenticationOptions authentication) {
  impl_->options_.authentication = std::move(authentication);
}

void Client::set_will(std::optional<WillOptions> will) { impl_->options_.will = std::move(will); }
void Client::set_clean_session(bool clean_session) { impl_->options_.clean_session = clean_session; }
void Client::set_keep_alive(std::chrono::seconds keep_alive) { impl_->options_.keep_alive = keep_alive; }

void Client::set_protocol(Protocol protocol) { impl_->options_.protocol = protocol; }

Error Client::set_client_id(std::string client_id, Time now) {
  impl_->advance(now);
  return impl_->set_client_id(std::move(client_id));
}

void Client::pause_messages(bool paused) { impl_->paused_ = paused; }

const Event* Client::poll_event(Time now) {
  impl_->advance(now);
  return impl_->poll_event();
}

Bytes Client::pending_output() const {
  return impl_->output_.ready(impl_->durable());
}

void Client::consume_output(std::size_t count, Time now, std::size_t buffered) {
  impl_->advance(now);
  impl_->consumed(count, buffered);
}

Bytes Client::pending_journal() const { return impl_->session_->pending_journal(); }
std::uint64_t Client::journal_position() const { return impl_->session_->position(); }
void Client::take_journal() { impl_->session_->take_journal(); }
std::optional<Time> Client::next_timeout() const { return impl_->next_timeout(); }

bool Client::should_close() const {
  // Transport::close() sends what it has taken, but not for ever: what is more than this leaves first.
  constexpr std::uint64_t left_to_transport = 16 * 1024;
  return impl_->phase_ == Impl::Phase::closing ||
         (impl_->phase_ == Impl::Phase::disconnecting && impl_->disconnect_written_ && impl_->output_.empty() &&
          impl_->buffered_ <= left_to_transport);
}

bool Client::authenticating() const { return impl_->authentication_ != AuthenticationState::none; }
bool Client::connected() const { return impl_->phase_ == Impl::Phase::connected; }

ProtocolVersion Client::version() const { return impl_->version_; }
const ServerLimits& Client::server() const { return impl_->limits_; }
Properties Client::server_properties() const { return impl_->server_properties_; }
Properties Client::ending_properties() const { return impl_->ending_properties_; }
std::uint32_t Client::session_expiry() const { return impl_->session_expiry_; }

Time Client::last_sent() const { return impl_->last_sent_; }

bool Client::has_events() const { return !impl_->events_.empty(); }

std::optional<DeliveryState> Client::delivery_state(Delivery delivery) const {
  const Slot slot = impl_->session_->find(delivery);
  if (slot == no_slot) return std::nullopt;
  const bool queued = (*impl_->session_)[slot].state == OutgoingMessage::State::queued;
  return queued ? DeliveryState::queued : DeliveryState::sent;
}

std::vector<Delivery> Client::unfinished() const {
  const Session& session = *impl_->session_;
  std::vector<Delivery> all(session.in_flight() + session.queued_count());
  auto next = all.begin();
  for (const MessageList* list : {&session.released(), &session.published()}) {
    for (Slot slot = list->front(); slot != no_slot; slot = session[slot].next) *next++ = session.delivery(slot);
  }
  Session::Heads heads = session.queue_heads();
  for (Slot slot = session.oldest(heads); slot != no_slot; slot = session.oldest(heads)) {
    *next++ = session.delivery(slot);
    heads[static_cast<std::size_t>(session[slot].qos)] = session[slot].next;
  }
  return all;
}

std::optional<Client::Outgoing> Client::outgoing(Delivery delivery) const {
  const Slot slot = impl_->session_->find(delivery);
  if (slot == no_slot) return std::nullopt;
  const OutgoingMessage& message = (*impl_->session_)[slot];
  const bool queued = message.state == OutgoingMessage::State::queued;
  return Outgoing{message.topic(), message.payload(), message.qos, message.retain,
                  queued ? DeliveryState::queued : DeliveryState::sent, message.packet_id};
}

std::optional<Time> Client::next_ping() const {
  return connected() ? impl_->keep_alive_.ping_at() : std::nullopt;
}

Client::Counts Client::counts() const {
  const Session& session = *impl_->session_;
  return {session.queued_count(),       session.queued_bytes(),       session.in_flight(),
          session.received().count(),   impl_->requests_.count(),     impl_->acknowledgements_.count(),
          impl_->output_.size()};
}

const ClientOptions& Client::options() const { return impl_->options_; }
const PacketTrace& Client::trace() const { return impl_->trace_; }
PacketTrace& Client::trace() { return impl_->trace_; }

}  // namespace wasmqtt
