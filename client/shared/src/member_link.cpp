// The member's link to its leader, what goes out on it, and time.
#include <algorithm>

#include "link_terms.hpp"
#include "member_impl.hpp"
#include "message_expiry.hpp"

namespace wasmqtt {
namespace {

constexpr std::size_t unconfirmed_most = 256 * 1024;  // bytes of publishes that the leader has not taken yet
constexpr std::size_t filters_most = 256;             // in a frame
constexpr std::size_t requests_most = 64;             // unanswered
constexpr std::uint64_t tell_taken_after = 16 * 1024;

}  // namespace

// ---- the link ----

void SharedMember::Impl::link_opened(SharedLink& link, std::uint64_t epoch) {
  if (epoch < newest_epoch_) return;
  link_closed();
  link_ = &link;
  epoch_ = newest_epoch_ = epoch;
  dead_link_ = false;
  greet();
  update_state();
}

void SharedMember::Impl::link_closed() {
  if (link_ == nullptr) return;
  lose_leader();
  link_ = nullptr;
  update_state();
}

// Subscriptions go along, so that the leader knows what this tab wants before it hands anything out.
void SharedMember::Impl::greet() {
  if (link_ == nullptr || dead_link_ || !started_) return;
  stage_ = Stage::greeting;
  silent_ = false;
  silent_at_.reset();
  unanswered_ = 0;
  heard_ = loop_.now();
  {
    LinkWriter frame(LinkFrame::hello, out());
    if (++greeting_ == 0) ++greeting_;
    frame.byte(greeting_).number(options_.id).number(born_).number(joined_epoch_).number(messages_);
    write(terms_of(options_.mqtt, options_.key), frame);
  }
  if (watching_) LinkWriter(LinkFrame::watch, out()).byte(1);
  subscriptions_.connected(false, false, true);
  greeted_ = true;
  pump_requests();
  loop_.request_turn();
}

// What was on its way may have arrived: the next leader knows.
void SharedMember::Impl::lose_leader() {
  ++link_changes_;
  if (stage_ == Stage::apart) return;
  stage_ = Stage::apart;
  out_.clear();
  silent_at_.reset();
  fail_requests();
  memory_.leader_gone();
  std::vector<std::uint64_t> lost;
  outbox_.each([&](const Outbox::Entry& entry) {
    if (entry.qos == Qos::at_most_once && entry.was_sent) lost.push_back(entry.sequence);
  });
  for (const std::uint64_t sequence : lost) end(sequence, DeliveryState::failed, FailureReason::connection_lost);
}

void SharedMember::Impl::fail_requests() {
  for (const Request& request : std::exchange(requests_, {})) {
    const Error error = local_error(Errc::not_connected);
    if (request.type == PacketType::subscribe) subscriptions_.subscribe_answered({request.number, {}, error, {}}, tell_event_);
    else subscriptions_.unsubscribe_answered({request.number, error, {}, {}}, tell_event_);
  }
}

void SharedMember::Impl::refused(JoinRefused refused) {
  lose_leader();
  dead_link_ = true;
  update_state();
  tell(SharedEvent{refused});
}

void SharedMember::Impl::handle_frames(Bytes frames) {
  PieceReader piece(frames);
  if (link_ == nullptr || dead_link_ || stage_ == Stage::apart || !piece.good() || piece.epoch() != epoch_) return;
  heard_ = loop_.now();
  unanswered_ = 0;
  silent_ = false;
  silent_at_.reset();
  if (piece.version() != link_version) return refused({JoinRefused::Reason::version, piece.version()});
  const unsigned link = link_changes_;
  LinkFrame type{};
  Bytes body;
  while (link == link_changes_ && piece.next(type, body)) {
    const bool was_joined = joined();
    const bool understood = handle(type, body);
    if (link != link_changes_) break;
    if (!understood) return refused({JoinRefused::Reason::not_understood, link_version});
    const bool held = type == LinkFrame::message && !held_.empty();
    const bool counts = (was_joined || type == LinkFrame::welcome) && joined() && !goes_ahead(type);
    if (counts && !held) taken_ += body.size() + frame_header_bytes;
  }
  if (link == link_changes_ && !piece.good()) return refused({JoinRefused::Reason::not_understood, link_version});
  loop_.request_turn();
}

// ---- what goes out ----

ByteBuffer& SharedMember::Impl::out() {
  if (out_.empty()) begin_piece(epoch_, out_);
  return out_;
}

void SharedMember::Impl::flush() {
  if (out_.empty() || link_ == nullptr) return;
  link_->send(std::exchange(out_, {}));
}

void SharedMember::Impl::turn() {
  take_held();
  pump_requests();
  pump_publishes();
  if (joined() && taken_ - taken_told_ >= tell_taken_after) {
    taken_told_ = taken_;
    LinkWriter(LinkFrame::taken, out()).number(taken_);
  }
  flush();
  for (const DeliveryChanged& changed : std::exchange(told_later_, {})) tell(changed);
  subscriptions_.tell_settled(tell_event_);
  finish_if_done();
  arm();
  if (owner_.on_turn) owner_.on_turn();
}

void SharedMember::Impl::pump_requests() {
  while (stage_ != Stage::apart && requests_.size() < requests_most) {
    if (!send_unsubscribe() && !send_subscribe()) return;
  }
}

bool SharedMember::Impl::send_unsubscribe() {
  const auto filters = subscriptions_.take_unwanted(filters_most);
  if (filters.empty()) return false;
  requests_.push_back({++last_request_, PacketType::unsubscribe, filters.size()});
  LinkWriter frame(LinkFrame::unsubscribe, out());
  frame.number(last_request_).bytes(subscriptions_.taken_properties().wire()).number(filters.size());
  for (const std::string_view filter : filters) {
    frame.text(filter);
    memory_.ended(filter);
  }
  subscriptions_.unsubscribe_sent(last_request_);
  return true;
}

bool SharedMember::Impl::send_subscribe() {
  const auto requests = subscriptions_.take_wanted(filters_most, ProtocolVersion::mqtt_5);
  if (requests.empty()) return false;
  requests_.push_back({++last_request_, PacketType::subscribe, requests.size()});
  LinkWriter frame(LinkFrame::subscribe, out());
  frame.number(last_request_).bytes(subscriptions_.taken_properties().wire()).number(requests.size());
  for (const TopicRequest& request : requests) {
    // New to the broker or not: it is new to this tab.
    RetainHandling retained = request.retain_handling;
    if (retained == RetainHandling::send_if_new && !memory_.has_asked(request.filter)) retained = RetainHandling::send;
    if (retained == RetainHandling::send) memory_.asked(request.filter);
    const unsigned options = static_cast<unsigned>(request.qos) | (request.no_local ? 4u : 0u) |
                             (request.retain_as_published ? 8u : 0u) | static_cast<unsigned>(retained) << 4;
    frame.text(request.filter).byte(options);
  }
  subscriptions_.subscribe_sent(last_request_);
  return true;
}

void SharedMember::Impl::pump_publishes() {
  while (joined() && outbox_.unconfirmed_bytes() < unconfirmed_most) {
    Outbox::Entry* const entry = outbox_.waiting();
    if (entry == nullptr) return;
    if (entry->deadline != Time{} && entry->deadline <= loop_.now()) {
      end(entry->sequence, DeliveryState::failed, FailureReason::expired);
    } else {
      write_publish(*entry);
    }
  }
}

void SharedMember::Impl::write_publish(Outbox::Entry& entry) {
  LinkWriter frame(LinkFrame::publish, out());
  frame.number(entry.sequence).byte(entry.latest_per_topic ? published_latest_per_topic : std::uint8_t{0});
  frame.duration(entry.deadline == Time{} ? Duration{} : entry.deadline - loop_.now());
  if (entry.expires) {
    Publish packet;
    (void)LinkReader(entry.packet).packet(packet, Direction::outbound);
    PropertyList properties;
    properties.assign(packet.properties);
    count_expiry(properties, age_of(entry.sequence, loop_.now()));
    packet.properties = properties;
    frame.packet(packet);
  } else {
    frame.rest(entry.packet);
  }
  entry.was_sent = true;
  entry.in_memory = !status_.durable;
  outbox_.sent(entry);
}

void SharedMember::Impl::take_held() {
  while (!paused_ && !held_.empty()) {
    const Held held = held_.take();
    (void)handle_message(held.body, held.link);
    if (joined() && held.link == link_changes_) taken_ += held.body.size() + frame_header_bytes;
  }
}

// ---- time ----

// The leader is asked for a sign of life when none has come for a while. A browser may have slowed this tab down or frozen it: who
// looks late asks once more before it judges.
void SharedMember::Impl::watch_leader(Time now) {
  const Duration answer_within = std::max(options_.silent_after - options_.ping_interval, Duration{1});
  if (silent_at_ && now >= *silent_at_) {
    const bool late = now >= *silent_at_ + options_.ping_interval;
    silent_at_.reset();
    if ((!late || unanswered_ > 1) && !std::exchange(silent_, true)) return tell(SharedEvent{LeaderSilent{epoch_}});
  }
  if (silent_at_ || now < heard_ + options_.ping_interval) return;
  ++unanswered_;
  silent_at_ = now + answer_within;
  LinkWriter(LinkFrame::ping, out());
  flush();
}

void SharedMember::Impl::timer() {
  if (stage_ != Stage::apart) watch_leader(loop_.now());
  finish_if_done();
  arm();
}

void SharedMember::Impl::arm() {
  std::optional<Time> next = finish_at_;
  const auto consider = [&next](Time time) {
    if (!next || time < *next) next = time;
  };
  if (stage_ != Stage::apart) consider(silent_at_ ? *silent_at_ : heard_ + options_.ping_interval);
  loop_.set_timer(next);
}

void SharedMember::Impl::progress() {
  if (finish_at_) finish_at_ = later(loop_.now(), finish_timeout_);
}

void SharedMember::Impl::finish_if_done() {
  if (!finish_at_) return;
  const bool done = outbox_.count() == 0 && requests_.empty() && out_.empty() && held_.empty();
  if (done || loop_.now() >= *finish_at_) disconnect();
}

// ---- telling ----

ConnectionState SharedMember::Impl::state() const {
  if (!started_) return ConnectionState::stopped;
  return joined() ? status_.state : ConnectionState::connecting;
}

StopReason SharedMember::Impl::stop_reason() const {
  if (state() != ConnectionState::stopped) return StopReason::none;
  return started_ ? status_.stop_reason : StopReason::asked;
}

void SharedMember::Impl::update_state() {
  const ConnectionState now = state();
  if (now == std::exchange(told_state_, now)) return;
  tell(MqttEvent{StateChanged{now, stop_reason(), joined() ? status_.retry_at : std::nullopt}});
  if (now != ConnectionState::connected || state() != now) return;
  tell(MqttEvent{Connected{status_.session_present, status_.session_in_doubt}});
}

void SharedMember::Impl::tell(const MqttEvent& event) {
  if (owner_.on_event) owner_.on_event(event);
}

void SharedMember::Impl::tell(const SharedEvent& event) {
  if (owner_.on_shared) owner_.on_shared(event);
}

void SharedMember::Impl::tell(const DeliveryChanged& changed) {
  progress();
  if (owner_.on_delivery) owner_.on_delivery(changed.delivery, changed.state, changed.reason);
  if (owner_.on_delivery_changed) owner_.on_delivery_changed(changed);
}

// Its end is told when the entry is gone: the application may publish from inside. One that has ended: no-op.
void SharedMember::Impl::end(std::uint64_t sequence, DeliveryState state, FailureReason reason, ReasonCode code,
                             std::string_view words) {
  Outbox::Entry* const entry = outbox_.find(sequence);
  if (entry == nullptr) return;
  outbox_.end(*entry);
  tell(DeliveryChanged{{sequence}, state, reason, code, words});
}

}  // namespace wasmqtt
