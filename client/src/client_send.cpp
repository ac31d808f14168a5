#include <utility>

#include "client_impl.hpp"
#include "encode_reason.hpp"
#include "message_expiry.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {

using State = OutgoingMessage::State;

void Client::Impl::appended(PacketType type, Bytes packet) {
  const bool acknowledged = type == PacketType::publish ? (packet[0] & 6) != 0
                                                        : type == PacketType::pubrel || type == PacketType::subscribe ||
                                                              type == PacketType::unsubscribe;
  if (acknowledged) acknowledgement_timer_.appended(output_.end(), now_);
  note_sent(type, packet);
}

// Only a CONNECT that has not left yet goes before it [MQTT-3.1.0-1].
std::uint64_t Client::Impl::send_ahead(PacketType type, Bytes packet) {
  const std::uint64_t place = output_.insert_ready(packet, output_.begin() == 0 ? ~std::uint64_t{0} : durable());
  acknowledgement_timer_.inserted(place, packet.size());
  note_sent(type, packet);
  return place + packet.size();
}

void Client::Impl::note_sent(PacketType type, Bytes packet) {
  record_.last_sent = type;
  trace_.record(now_, Direction::outbound, packet);
}

Error Client::Impl::check_text(std::string_view text) const {
  const bool discouraged = options_.strict_text && has_discouraged_characters(text);
  return discouraged ? local_error(Errc::discouraged_character) : Error{};
}

// ---- publish ----

namespace {

// Of any length, and U+0000 is a character like any other.
bool is_utf8(Bytes bytes) {
  for (std::string_view rest = as_text(bytes); !rest.empty();) {
    const std::size_t length = utf8_sequence(rest);
    if (length == 0) return false;
    rest.remove_prefix(length);
  }
  return true;
}

// What a message may not have beyond what the standard says of properties.
Error check_own(Properties properties, Bytes payload) {
  if (properties.has(PropertyId::topic_alias)) return local_error(Errc::property_not_allowed);
  // What says that it is text has to be.
  const bool text = properties.number(PropertyId::payload_format_indicator, 0) != 0;
  return text && !is_utf8(payload) ? local_error(Errc::ill_formed_utf8) : Error{};
}

}  // namespace

Result<Delivery> Client::Impl::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  const bool qos0 = options.qos == Qos::at_most_once;
  const Publish packet{topic, payload, static_cast<PacketId>(qos0 ? 0 : 1), options.qos, options.retain, false,
                       options.properties};
  // Which version a later connection speaks is not known yet, and properties that it has no place for are left out.
  if (Error error = check(packet, options.properties.empty() ? ProtocolVersion::mqtt_3_1_1 : ProtocolVersion::mqtt_5))
    return error;
  if (!options.properties.empty()) {
    if (Error error = check_own(options.properties, payload)) return error;
  }
  if (Error error = check_text(topic)) return error;
  if (phase_ == Phase::connected && limited()) {
    if (Error error = check_limits(packet)) return error;
  }
  if (!qos0) return enqueue(topic, payload, options);
  if (phase_ != Phase::connected && !options_.queue_qos0) return local_error(Errc::not_connected);
  if (!may_send_now(options.qos)) return enqueue(topic, payload, options);
  write(packet, 0);
  return Delivery{};
}

// What this broker does not take.
Error Client::Impl::check_limits(const Publish& packet) const {
  if (packet.qos > limits_.maximum_qos) return local_error(Errc::qos_not_supported);
  if (packet.retain && !limits_.retain_available) return local_error(Errc::retain_not_supported);
  const bool fits = encoded_size(packet, version_) <= limits_.maximum_packet_size;
  return fits ? Error{} : local_error(Errc::above_server_limit);
}

// Whether a new message would overtake nothing and break no limit.
bool Client::Impl::may_send_now(Qos qos) const {
  if (phase_ != Phase::connected || resend_next_ != no_slot || output_.size() >= options_.output_bytes) return false;
  return !trial_.under_way() && session_->queued(qos).empty() && window_open(qos);
}

bool Client::Impl::window_open(Qos qos) const {
  if (qos == Qos::at_most_once) return true;
  if (!quota_open()) return false;
  if (session_->in_flight() >= options_.in_flight_window) return false;
  return qos != Qos::exactly_once || session_->in_flight_qos2() < options_.qos2_window;
}

Result<Delivery> Client::Impl::enqueue(std::string_view topic, Bytes payload, const PublishOptions& options) {
  const Slot superseded = options.latest_per_topic ? session_->latest_for(topic) : no_slot;
  const bool fits = may_send_now(options.qos) || make_room(topic.size() + payload.size(), superseded);
  if (!fits && options_.overflow != OverflowPolicy::drop_newest) return local_error(Errc::queue_full);
  // Looked up again: making room may have dropped it.
  if (const Slot old = fits && superseded != no_slot ? session_->latest_for(topic) : no_slot; old != no_slot)
    end_delivery(old, DeliveryState::failed, FailureReason::superseded);
  const Slot slot = session_->enqueue(topic, payload, options, now_);
  const Delivery delivery = session_->delivery(slot);
  if (!fits) {
    end_delivery(slot, DeliveryState::failed, FailureReason::dropped_newest);
  } else {
    pump();
  }
  return delivery;
}

// Room in the queue for one more message of this size, in the place of `replaced` if there is one; by dropping the
// oldest, if that is the policy.
bool Client::Impl::make_room(std::size_t bytes, Slot replaced) {
  std::size_t freed_bytes = replaced == no_slot ? 0 : (*session_)[replaced].size;
  std::size_t freed = replaced == no_slot ? 0 : 1;
  const auto full = [&] {
    return session_->queued_count() >= options_.queue_messages + freed ||
           session_->queued_bytes() + bytes > options_.queue_bytes + freed_bytes;
  };
  if (!full()) return true;
  expire();
  if (options_.overflow == OverflowPolicy::drop_oldest && bytes <= options_.queue_bytes) {
    while (full() && session_->queued_count() != 0) {
      const Slot oldest = session_->oldest(session_->queue_heads());
      if (oldest == replaced) freed = freed_bytes = 0;
      end_delivery(oldest, DeliveryState::failed, FailureReason::dropped_oldest);
    }
  }
  return !full();
}

Error Client::Impl::cancel(Delivery delivery) {
  const Slot slot = session_->find(delivery);
  if (slot == no_slot) return local_error(Errc::unknown_delivery);
  if ((*session_)[slot].state != State::queued) return local_error(Errc::already_sent);
  end_delivery(slot, DeliveryState::failed, FailureReason::cancelled);
  return {};
}

void Client::Impl::end_delivery(Slot slot, DeliveryState state, FailureReason reason, ReasonCode code,
                                std::string_view words) {
  const Delivery delivery = session_->delivery(slot);
  const OutgoingMessage& message = (*session_)[slot];
  if (slot == resend_next_) resend_next_ = message.next;
  const bool unanswered = reason == FailureReason::not_supported || reason == FailureReason::connection_closed_repeatedly;
  const PacketId abandoned = unanswered && message.qos == Qos::exactly_once ? message.packet_id : PacketId{0};
  session_->finish(slot);
  if (abandoned != 0) session_->abandon_id(abandoned);
  events_.delivery(delivery, state, reason, code, words);
}

// MQTT 5's section 4.9: every connection begins with all of the quota.
void Client::Impl::clear_quota() {
  quota_used_ = 0;
  for (const MessageList* list : {&session_->published(), &session_->released()}) {
    for (Slot slot = list->front(); slot != no_slot; slot = (*session_)[slot].next) (*session_)[slot].takes_quota = false;
  }
}

void Client::Impl::end_quota(Slot slot) {
  if ((*session_)[slot].takes_quota) --quota_used_;
  (*session_)[slot].takes_quota = false;
}

// ---- what leaves ----

void Client::Impl::pump() {
  if (phase_ == Phase::disconnecting) return sign_off();
  while (has_unsent() && phase_ == Phase::connected && !connecting_ && !trial_.under_way() &&
         output_.size() < options_.output_bytes) {
    if (!send_next()) return;
  }
}

// Resends keep to the quota, too [MQTT5-4.9.0-2]; what does not count goes on meanwhile.
bool Client::Impl::send_next() {
  return resend_next_ != no_slot && quota_open() ? send_next_again() : send_next_queued();
}

// The application has had Connected, and has asked for its subscriptions: now what it published before may follow, so that
// a program hears itself. A message on trial waits for PINGRESP, which comes after the answers to all of that.
void Client::Impl::end_connecting() {
  connecting_ = false;
  if (phase_ == Phase::connected && session_->strikes().count >= Trial::strikes_for_trial) {
    trial_.begin();
    if (!keep_alive_.waiting()) ping();
  }
  pump();
}

void Client::Impl::publish_alone() {
  if (std::exchange(releases_held_, false)) return resend_releases();
  while (!trial_.has_published() && send_next()) {}
  if (trial_.has_published()) return;
  trial_.end();  // it was cancelled meanwhile, or has expired
  pump();
}

// Released first, in the order of their PUBRECs [MQTT-4.6.0-4]; then the published ones in theirs [MQTT-4.6.0-1],
// as the output has room.
void Client::Impl::resend_session() {
  const Session::Strikes& strikes = session_->strikes();
  const Slot suspect = session_->find(strikes.delivery);
  releases_held_ = strikes.count >= Trial::strikes_for_trial && suspect != no_slot &&
                   (*session_)[suspect].state == State::released;
  if (!releases_held_) resend_releases();
  resend_next_ = session_->published().front();
}

void Client::Impl::resend_releases() {
  for (Slot slot = session_->released().front(); slot != no_slot; slot = (*session_)[slot].next) {
    trial_.released_again((*session_)[slot].number, output_.end());
    send_acknowledgement(PacketType::pubrel, (*session_)[slot].packet_id);
  }
}

bool Client::Impl::send_next_again() {
  const Slot slot = resend_next_;
  if (limited() && fail_unsupported(slot)) return true;
  OutgoingMessage& message = (*session_)[slot];
  resend_next_ = message.next;
  write_publish(message, true);  // [MQTT-3.3.1-1]
  events_.delivery(session_->delivery(slot), DeliveryState::sent);
  return true;
}

// The message that was accepted first, of those whose window is open: only messages of one topic and QoS have to keep their
// order [MQTT-4.6.0-6], so a full window for QoS 2 holds up no other.
Slot Client::Impl::next_queued() const {
  Session::Heads heads = session_->queue_heads();
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    Slot& head = heads[static_cast<std::size_t>(qos)];
    if (head != no_slot && !may_leave_queue(qos)) head = no_slot;
  }
  return session_->oldest(heads);
}

bool Client::Impl::may_leave_queue(Qos qos) const {
  return qos == Qos::at_most_once ? !trial_.under_way() : resend_next_ == no_slot && window_open(qos);
}

bool Client::Impl::send_next_queued() {
  const Slot slot = next_queued();
  if (slot == no_slot) return false;
  OutgoingMessage& message = (*session_)[slot];
  if (message.deadline != Time{} && message.deadline <= now_) {
    end_delivery(slot, DeliveryState::failed, FailureReason::expired);
    return true;
  }
  if (limited() && fail_unsupported(slot)) return true;
  if (message.qos == Qos::at_most_once) {
    write_publish(message, false);
    end_delivery(slot, DeliveryState::sent);
    return true;
  }
  if (!session_->publish(slot)) return false;
  write_publish(message, false);
  events_.delivery(session_->delivery(slot), DeliveryState::sent);
  return true;
}

Publish Client::Impl::packet_of(const OutgoingMessage& message, bool dup) const {
  return {message.topic(), message.payload(), message.packet_id, message.qos, message.retain, dup, message.properties()};
}

void Client::Impl::write_publish(OutgoingMessage& message, bool dup) {
  const Publish packet = packet_of(message, dup);
  if (message.qos != Qos::at_most_once) {
    trial_.published(message.number, output_.end());
    message.takes_quota = true;
    ++quota_used_;
  }
  write(packet, message.number);
}

// What differs in MQTT 5 from the message as it was accepted: what is left of its expiry, and its topic's number. `number` tells
// when it was accepted; 0: now. A resend always has the whole topic.
void Client::Impl::write_changed(const Publish& packet, std::uint64_t number) {
  const OutgoingAliases::Alias alias = packet.dup ? OutgoingAliases::Alias{} : outgoing_aliases_.find(packet.topic);
  const bool expires = number != 0 && !packet.properties.empty() && packet.properties.has(PropertyId::message_expiry_interval);
  if (alias.number == 0 && !expires) return append_publish(packet);
  scratch_.assign(packet.properties);
  if (expires) count_expiry(scratch_, age_of(number, now_));
  const std::size_t without_alias = packet.properties.wire().size();
  if (alias.number != 0) {
    (void)scratch_.add(PropertyId::topic_alias, alias.number);
    const Publish shorter{alias.known ? std::string_view() : packet.topic, packet.payload, packet.packet_id, packet.qos,
                          packet.retain, packet.dup, scratch_};
    if (encoded_size(shorter, version_) <= limits_.maximum_packet_size) {
      outgoing_aliases_.use(alias, packet.topic);
      return append_publish(shorter);
    }
  }
  Publish changed = packet;
  changed.properties = Properties(scratch_.view().wire().first(without_alias));
  append_publish(changed);
}

void Client::Impl::append_publish(const Publish& packet) {
  send(PacketType::publish, [&](ByteBuffer& out) { encode_checked(packet, out, version_); });
}

// What was accepted before this broker said what it takes.
bool Client::Impl::fail_unsupported(Slot slot) {
  const Error error = check_limits(packet_of((*session_)[slot], false));
  if (error) end_delivery(slot, DeliveryState::failed, FailureReason::not_supported, error.reason_code());
  return static_cast<bool>(error);
}

void Client::Impl::send_acknowledgement(PacketType type, PacketId packet_id, ReasonCode code) {
  const bool has_code = version_ == ProtocolVersion::mqtt_5 && code != ReasonCode::success;
  answers_.add(acknowledgement_bytes + (has_code ? 1 : 0), output_.begin(), output_.end());
  send(type, [&](ByteBuffer& out) { encode_acknowledgement(type, {packet_id, code, {}}, out, version_); });
}

void Client::Impl::expire() {
  const auto due = session_->next_deadline();
  if (!due || *due > now_) return;
  std::optional<Time> next;
  Session::Heads heads = session_->queue_heads();
  for (Slot slot = session_->oldest(heads); slot != no_slot; slot = session_->oldest(heads)) {
    const OutgoingMessage& message = (*session_)[slot];
    heads[static_cast<std::size_t>(message.qos)] = message.next;
    if (message.deadline == Time{}) continue;
    if (message.deadline <= now_) {
      end_delivery(slot, DeliveryState::failed, FailureReason::expired);
    } else if (!next || message.deadline < *next) {
      next = message.deadline;
    }
  }
  session_->set_next_deadline(next);
}

void Client::Impl::drop_queued_qos0() {
  const MessageList& queued = session_->queued(Qos::at_most_once);
  while (!queued.empty()) end_delivery(queued.front(), DeliveryState::failed, FailureReason::connection_lost);
}

// QoS 0 messages that waited for room in the output were accepted before: they leave before DISCONNECT, as does the
// acknowledgement of the message that the application is handling.
void Client::Impl::sign_off() {
  if (disconnect_written_ || delivered_token_ != 0) return;
  const MessageList& queued = session_->queued(Qos::at_most_once);
  while (connected_at_ && !queued.empty()) {
    if (output_.size() >= options_.output_bytes) return;
    write_publish((*session_)[queued.front()], false);
    end_delivery(queued.front(), DeliveryState::sent);
  }
  disconnect_written_ = true;
  send_disconnect();
}

// What was asked for before this connection began may not fit it: 3.1.1 has nothing of it, and a session that was to end with
// its connection gets no time.
void Client::Impl::send_disconnect() {
  PropertyList properties;
  ReasonCode code = ReasonCode::success;
  std::size_t words = 0;
  if (version_ == ProtocolVersion::mqtt_5) {
    code = disconnect_code_;
    if (disconnect_expiry_ && (*disconnect_expiry_ == 0 || asked_expiry() != 0)) {
      session_expiry_ = *disconnect_expiry_;
      (void)properties.add(PropertyId::session_expiry_interval, session_expiry_);
    }
    words = properties.view().wire().size();
    properties.append(disconnect_words_);
  }
  send(PacketType::disconnect,
       [&](ByteBuffer& out) { (void)make_reason(PacketType::disconnect, code, properties, words, out); });
}

// [MQTT5-3.14.2-3] [MQTT5-3.14.2-4] [MQTT5-3.15.2-2] [MQTT5-3.15.2-3]
Error Client::Impl::make_reason(PacketType type, ReasonCode code, Properties properties, std::size_t words,
                                ByteBuffer& out) const {
  const std::size_t begin = out.size();
  const Error error = encode_reason(type, code, properties, out, version_);
  if (error || out.size() - begin <= limits_.maximum_packet_size) return error;
  out.resize(begin);
  return encode_reason(type, code, Properties(properties.wire().first(words)), out, version_);
}

}  // namespace wasmqtt
