#include "wasmqtt/shared/shared_member.hpp"

#include <algorithm>

#include "member_impl.hpp"
#include "message_expiry.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

std::uint64_t microseconds(Time time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

}  // namespace

SharedMember::Impl::Impl(SharedMember& owner, EventLoop& loop, SharedMemberOptions options)
    : owner_(owner),
      loop_(loop),
      options_(std::move(options)),
      born_(microseconds(loop.now())),
      last_sequence_(born_ - 1),
      trace_(options_.mqtt.client.trace) {
  loop_.attach([this] { timer(); }, [this] { turn(); });
}

SharedMember::Impl::~Impl() {
  say_goodbye();
  loop_.attach({}, {});
  loop_.set_timer(std::nullopt);
}

// ---- connection ----

void SharedMember::Impl::connect() {
  finish_at_.reset();
  if (started_) {
    if (joined() && status_.state == ConnectionState::stopped) command(LinkCommand::connect);
    return;
  }
  started_ = true;
  greet();
  update_state();
}

void SharedMember::Impl::disconnect() {
  finish_at_.reset();
  if (!started_) return;
  started_ = false;
  say_goodbye();
  lose_leader();
  subscriptions_.stopped();
  update_state();
  loop_.request_turn();
}

void SharedMember::Impl::say_goodbye() {
  if (stage_ == Stage::apart) return;
  LinkWriter(LinkFrame::leave, out());
  flush();
}

void SharedMember::Impl::disconnect_when_done(Duration timeout) {
  if (!started_) return;
  finish_timeout_ = timeout;
  finish_at_ = later(loop_.now(), timeout);
  loop_.request_turn();
}

void SharedMember::Impl::command(LinkCommand command) {
  if (stage_ == Stage::apart) return;
  LinkWriter(LinkFrame::command, out()).byte(command);
  loop_.request_turn();
}

void SharedMember::Impl::watch(bool on) {
  watching_ = on;
  if (stage_ == Stage::apart) return;
  LinkWriter(LinkFrame::watch, out()).byte(on);
  loop_.request_turn();
}

// ---- messages ----

Result<Delivery> SharedMember::Impl::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  const ClientOptions& client = options_.mqtt.client;
  const bool acknowledged = options.qos != Qos::at_most_once;
  const Publish packet{topic, payload, acknowledged ? PacketId{1} : PacketId{0}, options.qos, options.retain, false, options.properties};
  if (Error error = check(packet, ProtocolVersion::mqtt_5)) return error;
  if (options.properties.has(PropertyId::topic_alias)) return local_error(Errc::property_not_allowed);
  if (client.strict_text && has_discouraged_characters(topic)) return local_error(Errc::discouraged_character);
  if (!acknowledged && !client.queue_qos0 && state() != ConnectionState::connected) return local_error(Errc::not_connected);
  const std::size_t size = encoded_size(packet, ProtocolVersion::mqtt_5);
  if (outbox_.count() >= client.queue_messages || outbox_.bytes() + size > client.queue_bytes)
    return local_error(Errc::queue_full);
  const Time now = loop_.now();
  Outbox::Entry entry{.sequence = std::max(last_sequence_ + 1, microseconds(now)), .qos = options.qos, .retain = options.retain,
                      .latest_per_topic = options.latest_per_topic};
  entry.expires = options.properties.has(PropertyId::message_expiry_interval);
  const Duration life = lifetime_of(options);
  if (life != Duration{} && life < Time::max() - now) entry.deadline = now + life;
  encode_checked(packet, entry.packet, ProtocolVersion::mqtt_5);
  last_sequence_ = entry.sequence;
  outbox_.add(std::move(entry));
  loop_.request_turn();
  return Delivery{last_sequence_};
}

Error SharedMember::Impl::cancel(Delivery delivery) {
  Outbox::Entry* entry = outbox_.find(delivery.number);
  if (entry == nullptr) return local_error(Errc::unknown_delivery);
  if (entry->state == DeliveryState::sent) return local_error(Errc::already_sent);
  if (outbox_.waits(*entry)) {
    outbox_.end(*entry);
    told_later_.push_back({delivery, DeliveryState::failed, FailureReason::cancelled});
  } else if (joined()) {
    LinkWriter(LinkFrame::cancel, out()).number(delivery.number);
  }
  loop_.request_turn();
  return {};
}

void SharedMember::Impl::acknowledge(std::uint64_t token, ReasonCode answer_code) {
  if (const MessageMemory::Entry* entry = memory_.finish(token, answer_code)) answer(*entry);
}

void SharedMember::Impl::pause(bool paused) {
  paused_ = paused;
  if (!paused) loop_.request_turn();
}

// ---- subscriptions ----

Error SharedMember::Impl::check_filter(std::string_view filter) const {
  if (Error error = old_only() ? check_topic_filter(filter) : check_subscription(filter)) return error;
  const bool discouraged = options_.mqtt.client.strict_text && has_discouraged_characters(filter);
  return discouraged ? local_error(Errc::discouraged_character) : Error{};
}

Error SharedMember::Impl::check_options(const SubscribeRequest& request) const {
  const bool any = request.no_local || request.retain_as_published || request.retain_handling != RetainHandling::send;
  if (any && old_only()) return local_error(Errc::not_in_this_version);
  if (request.no_local && is_shared(request.filter)) return local_error(Errc::no_local_on_shared_subscription);
  if (request.retain_handling > RetainHandling::do_not_send) return local_error(Errc::reserved_bits);
  return check_properties(request.properties, PacketType::subscribe);
}

Error SharedMember::Impl::check_properties(Properties properties, PacketType type) const {
  if (!properties.empty() && old_only()) return local_error(Errc::not_in_this_version);
  return wasmqtt::check(properties, host_of(type), Direction::outbound);
}

Result<std::vector<Subscription>> SharedMember::Impl::subscribe(std::span<const SubscribeRequest> requests) {
  for (const SubscribeRequest& request : requests) {
    if (Error error = check_filter(request.filter)) return error;
    if (request.qos > Qos::exactly_once) return local_error(Errc::invalid_qos);
    if (Error error = check_options(request)) return error;
  }
  std::vector<Subscription> made;
  for (const SubscribeRequest& request : requests) made.push_back(subscriptions_.add(request));
  loop_.request_turn();
  return made;
}

Error SharedMember::Impl::unsubscribe(std::span<const Subscription> subscriptions, Properties properties) {
  if (Error error = check_properties(properties, PacketType::unsubscribe)) return error;
  for (const Subscription subscription : subscriptions) subscriptions_.remove(subscription, properties);
  loop_.request_turn();
  return {};
}

Result<Subscription> SharedMember::Impl::unsubscribe_filter(std::string_view filter, Properties properties) {
  if (Error error = check_filter(filter)) return error;
  if (Error error = check_properties(properties, PacketType::unsubscribe)) return error;
  loop_.request_turn();
  return subscriptions_.remove_filter(filter, properties);
}

// ---- SharedMember ----

SharedMember::SharedMember(EventLoop& loop, SharedMemberOptions options)
    : impl_(std::make_unique<Impl>(*this, loop, std::move(options))) {}
SharedMember::~SharedMember() = default;

void SharedMember::link_opened(SharedLink& link, std::uint64_t epoch) { impl_->link_opened(link, epoch); }
void SharedMember::handle_frames(Bytes frames) { impl_->handle_frames(frames); }
void SharedMember::link_closed() { impl_->link_closed(); }
bool SharedMember::joined() const { return impl_->joined(); }
std::uint64_t SharedMember::epoch() const { return impl_->epoch(); }

void SharedMember::connect() { impl_->connect(); }
void SharedMember::disconnect() { impl_->disconnect(); }
void SharedMember::disconnect_when_done(Duration timeout) { impl_->disconnect_when_done(timeout); }
void SharedMember::wake() { impl_->command(LinkCommand::wake); }
void SharedMember::offline() { impl_->command(LinkCommand::offline); }

Result<Delivery> SharedMember::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  return impl_->publish(topic, payload, options);
}
Error SharedMember::cancel(Delivery delivery) { return impl_->cancel(delivery); }
void SharedMember::hold(std::uint64_t token) { impl_->hold(token); }
void SharedMember::acknowledge(std::uint64_t token) { impl_->acknowledge(token, ReasonCode::success); }
Error SharedMember::refuse(std::uint64_t token, ReasonCode reason_code) {
  if (!impl_->speaks_5()) return local_error(Errc::not_in_this_version);
  if (!is_failure(reason_code) || !is_allowed(reason_code, PacketType::puback, Direction::outbound))
    return local_error(Errc::reserved_reason_code);
  impl_->acknowledge(token, reason_code);
  return {};
}
void SharedMember::pause() { impl_->pause(true); }
void SharedMember::resume() { impl_->pause(false); }

Result<Subscription> SharedMember::subscribe(std::string_view filter, Qos qos, MessageHandler handler) {
  const SubscribeRequest request{.filter = filter, .qos = qos, .handler = std::move(handler)};
  const auto made = impl_->subscribe({&request, 1});
  if (!made) return made.error();
  return made->front();
}
Result<std::vector<Subscription>> SharedMember::subscribe(std::span<const SubscribeRequest> requests) {
  return impl_->subscribe(requests);
}
Error SharedMember::unsubscribe(std::span<const Subscription> subscriptions, Properties properties) {
  return impl_->unsubscribe(subscriptions, properties);
}
Result<Subscription> SharedMember::unsubscribe_filter(std::string_view filter, Properties properties) {
  return impl_->unsubscribe_filter(filter, properties);
}

ConnectionState SharedMember::state() const { return impl_->state(); }
StopReason SharedMember::stop_reason() const { return impl_->stop_reason(); }
std::optional<Time> SharedMember::retry_at() const { return impl_->joined() ? impl_->status().retry_at : std::nullopt; }
const CloseRecord& SharedMember::close_record() const { return impl_->close_record(); }
const std::string& SharedMember::url() const { return impl_->status().url; }
bool SharedMember::durable() const { return impl_->joined() && impl_->status().durable; }
ProtocolVersion SharedMember::version() const { return impl_->status().version; }
const ServerLimits& SharedMember::server() const { return impl_->server(); }
Properties SharedMember::server_properties() const { return impl_->status().server_properties; }
Properties SharedMember::ending_properties() const { return impl_->status().ending_properties; }

std::optional<DeliveryState> SharedMember::delivery_state(Delivery delivery) const {
  const Outbox::Entry* entry = impl_->outbox().find(delivery.number);
  return entry == nullptr ? std::nullopt : std::optional(entry->state);
}
std::vector<Delivery> SharedMember::unfinished() const {
  std::vector<Delivery> all;
  impl_->outbox().each([&](const Outbox::Entry& entry) { all.push_back({entry.sequence}); });
  return all;
}
std::optional<Client::Outgoing> SharedMember::outgoing(Delivery delivery) const {
  const Outbox::Entry* entry = impl_->outbox().find(delivery.number);
  if (entry == nullptr || entry->packet.empty()) return std::nullopt;
  Publish packet;
  LinkReader(entry->packet).packet(packet, Direction::outbound);
  return Client::Outgoing{packet.topic, packet.payload, entry->qos, entry->retain, entry->state, 0};
}
Client::Counts SharedMember::counts() const {
  Client::Counts counts;
  Outbox& outbox = impl_->outbox();
  outbox.each([&](const Outbox::Entry& entry) { ++(entry.state == DeliveryState::queued ? counts.queued : counts.in_flight); });
  counts.queued_bytes = outbox.bytes();
  counts.requests = impl_->open_requests();
  counts.received_ids = impl_->memory().remembered();
  return counts;
}
std::vector<SharedMember::FilterState> SharedMember::filters() const { return impl_->subscriptions().states(); }
void SharedMember::watch_packets(bool on) { impl_->watch(on); }
const PacketTrace& SharedMember::trace() const { return impl_->trace(); }
PacketTrace& SharedMember::trace() { return impl_->trace(); }

}  // namespace wasmqtt
