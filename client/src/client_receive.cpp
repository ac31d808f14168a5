#include <algorithm>

#include "client_impl.hpp"
#include "redact.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {

namespace {

// ejabberd answers 3.1.1 with MQTT 5's codes.
bool refuses_in_other_codes(const Suback& packet) {
  const Bytes codes = packet.return_codes;
  return std::none_of(codes.begin(), codes.end(), [](std::uint8_t code) { return code > 2 && code < suback_failure; });
}

}  // namespace

bool Client::Impl::receive() {
  Frame frame;
  while (phase_ == Phase::connecting || phase_ == Phase::connected) {
    if (!paused_ && !held_.empty()) {
      if (handle_publish(held_.take())) return true;
      if (!events_.empty()) break;
      continue;
    }
    const FrameReader::Status status = reader_.next(frame);
    if (status == FrameReader::Status::need_more) break;
    if (status == FrameReader::Status::error) {
      fail(reader_.error());
      break;
    }
    if (handle_frame(frame)) return true;
    if (!events_.empty()) break;
  }
  if (events_.empty()) return false;
  events_.pop(current_);
  return true;
}

// True when `current_` holds an event made of the frame.
bool Client::Impl::handle_frame(const Frame& frame) {
  trace_.record(now_, Direction::inbound, frame.whole);
  record_.last_received = frame.type();
  keep_alive_.received(now_);
  judge_at_.reset();
  const bool authenticates = frame.type() == PacketType::auth && authentication_ != AuthenticationState::none;
  if (phase_ == Phase::connecting && frame.type() != PacketType::connack && !authenticates) {
    fail(peer_error(Errc::first_packet_not_connack));
    return false;
  }
  if (answers_.bytes() > options_.answer_bytes) {
    fail(peer_error(Errc::peer_not_reading));
    return false;
  }
  if (frame.type() == PacketType::publish) {
    if (!paused_) return handle_publish(frame);
    hold(frame);
    return false;
  }
  Error error = check_header(frame, Direction::inbound, version_);
  const bool lenient = !options_.strict_reserved && version_ == ProtocolVersion::mqtt_3_1_1;
  if (error.code() == Errc::wrong_flags && lenient) error = {};  // they carry nothing
  bool event = false;
  if (!error) error = handle_answer(frame, event);
  if (error) fail(error);
  return event;
}

// What is wrong with the packet itself is returned; what it does not fit into ends the connection here.
Error Client::Impl::handle_answer(const Frame& frame, bool& event) {
  switch (frame.type()) {
    case PacketType::connack: {
      Connack packet;
      // A broker that speaks 3.1.1 only refuses in that version's form.
      const bool old_refusal = frame.body.size() == 2 && frame.body[1] != 0;
      const Error error = decode_connack(frame, packet, old_refusal ? ProtocolVersion::mqtt_3_1_1 : version_);
      if (error && (error.code() != Errc::reserved_return_code || options_.strict_reserved)) return error;
      if (phase_ != Phase::connecting) return peer_error(Errc::second_connack);
      event = connack(packet);
      return {};
    }
    case PacketType::suback: {
      Suback packet;
      Error error = decode_suback(frame, packet, version_);
      if (error.code() == Errc::reserved_return_code && !options_.strict_reserved && refuses_in_other_codes(packet)) error = {};
      if (!error) error = check_words(packet.properties);
      if (error) return error;
      event = handle_suback(packet);
      return {};
    }
    case PacketType::unsuback: {
      Unsuback packet;
      if (Error error = decode_unsuback(frame, packet, version_)) return error;
      if (Error error = check_words(packet.properties)) return error;
      event = handle_unsuback(packet);
      return {};
    }
    case PacketType::disconnect: {
      Disconnect packet;
      if (Error error = decode_disconnect(frame, packet, version_)) return error;
      ended_by_broker(packet);
      return {};
    }
    case PacketType::auth: {
      Auth packet;
      Error error = decode_auth(frame, packet);
      if (!error) error = check_words(packet.properties);
      if (!error) error = auth(packet);
      event = !error;
      return error;
    }
    case PacketType::pingresp:
      if (Error error = decode_empty(frame)) return error;
      keep_alive_.answered();
      if (trial_.answered()) publish_alone();
      return {};
    default: return handle_acknowledging(frame);  // check_header() lets only what acknowledges come in
  }
}

Error Client::Impl::handle_acknowledging(const Frame& frame) {
  const PacketType type = frame.type();
  Acknowledgement packet;
  Error error = decode_acknowledgement(frame, packet, version_);
  if (!error && !packet.properties.empty()) error = check_words(packet.properties);
  // A code that the packet does not know settles the message all the same: it would be sent again, and the answer with it.
  if (error && error.code() != Errc::reserved_reason_code) return error;
  if (type == PacketType::pubrel) {
    if (!error) handle_pubrel(packet.packet_id);
    return error;
  }
  handle_acknowledgement(type, packet);
  // Mosquitto refuses what is above its size limit so.
  const bool tolerated = packet.reason_code == ReasonCode::packet_too_large && !options_.strict_reserved;
  return tolerated || phase_ != Phase::connected ? Error{} : error;
}

// [MQTT5-3.1.2-29]
Error Client::Impl::check_words(Properties properties) const {
  if (properties.empty() || connect_properties_.view().number(PropertyId::request_problem_information, 1) != 0) return {};
  const bool any = properties.has(PropertyId::reason_string) || properties.has(PropertyId::user_property);
  return any ? peer_error(Errc::unexpected_reason) : Error{};
}

// ---- incoming messages ----

// Decoded where it is handed out from: a copy would read together what was written apart just before, and the processor waits
// for that.
bool Client::Impl::handle_publish(const Frame& frame) {
  Message* const here = std::get_if<Message>(&current_);
  Message& packet = here != nullptr ? *here : current_.emplace<Message>();
  Error error = decode_publish(frame, packet, version_);
  if (!error && !packet.properties.empty()) error = incoming_aliases_.resolve(packet);
  if (!error && options_.strict_text && has_discouraged_characters(packet.topic))
    error = peer_error(Errc::discouraged_character);
  if (!error && packet.qos != Qos::at_most_once && acknowledgements_.count() >= options_.max_unacknowledged)
    error = peer_error(Errc::too_many_unacknowledged);
  if (!error && packet.qos != Qos::at_most_once && !receive_window_.add(packet.packet_id, packet.qos))
    error = peer_error(Errc::receive_maximum_exceeded);
  if (error) {
    record_.topic = escaped(packet.topic);
    fail(error);
    return false;
  }
  if (packet.qos == Qos::at_most_once) return deliver(packet, 0);
  if (packet.qos == Qos::at_least_once)
    return deliver(packet, acknowledgements_.add(packet.packet_id, packet.qos, true, false));
  if (session_->takes_uncertain_id(packet.packet_id, packet.dup)) {
    acknowledgements_.forget(packet.packet_id);
    session_->free_received(packet.packet_id);
  }
  if (session_->hold_received(packet.packet_id))
    return deliver(packet, acknowledgements_.add(packet.packet_id, packet.qos, true, false));
  // A repetition: answered in its turn, not delivered again [MQTT-4.3.3-2]. Its PUBREC waits for the application if the
  // first delivery still does.
  if (!acknowledgements_.add_repetition(packet.packet_id))
    acknowledgements_.add(packet.packet_id, packet.qos, false, true);
  flush_acknowledgements();
  return false;
}

void Client::Impl::hold(const Frame& frame) {
  if (held_.bytes() + frame.whole.size() > options_.paused_bytes) return fail(peer_error(Errc::paused_too_long));
  held_.add(frame);
}

bool Client::Impl::deliver(Message& message, std::uint64_t token) {
  if (!options_.manual_acknowledgement) delivered_token_ = token;
  message.token = token;
  return true;
}

// Recorded even when its PUBREC can't go now: the application has had it, and a restart must not deliver it again. What it refused
// may come again.
void Client::Impl::acknowledge(std::uint64_t token, ReasonCode reason_code) {
  const PacketId packet_id = acknowledgements_.make_ready(token, reason_code);
  const bool had = packet_id != 0 && !is_failure(reason_code) && session_->received().contains(packet_id);
  if (had) session_->record_received(packet_id);
  flush_acknowledgements();
}

void Client::Impl::flush_acknowledgements() {
  const bool may_follow = phase_ == Phase::connected || (phase_ == Phase::disconnecting && !disconnect_written_);
  if (!may_follow) return;
  while (const auto entry = acknowledgements_.take_ready()) {
    const bool qos1 = entry->qos == Qos::at_least_once;
    if (qos1) session_->barrier();  // what the application stored with the message is durable before PUBACK
    if (qos1) receive_window_.puback();
    else if (version_ == ProtocolVersion::mqtt_5 && is_failure(entry->reason_code)) end_received(entry->packet_id);
    send_acknowledgement(qos1 ? PacketType::puback : PacketType::pubrec, entry->packet_id, entry->reason_code);
  }
}

// The broker may use its id for another message [MQTT5-4.3.3-9].
void Client::Impl::end_received(PacketId packet_id) {
  session_->free_received(packet_id);
  receive_window_.pubcomp(packet_id);
}

void Client::Impl::handle_pubrel(PacketId packet_id) {
  const bool known = session_->received().contains(packet_id);
  end_received(packet_id);
  // An unknown id is answered too: the broker may have missed the first PUBCOMP [MQTT-4.3.3-2].
  send_acknowledgement(PacketType::pubcomp, packet_id,
                       known ? ReasonCode::success : ReasonCode::packet_identifier_not_found);
}

// ---- answers to what we sent ----

void Client::Impl::handle_acknowledgement(PacketType type, const Acknowledgement& packet) {
  const Slot slot = session_->find_id(packet.packet_id);
  const bool refused = is_failure(packet.reason_code);
  const OutgoingMessage* message = slot == no_slot ? nullptr : &(*session_)[slot];
  switch (action_for(message, type, options_.puback_ends_qos2, refused)) {
    case AckAction::ignore: return;
    case AckAction::wrong:
      if (options_.strict_acknowledgements) fail(peer_error(Errc::acknowledgement_of_wrong_kind));
      return;
    case AckAction::repeat_release:
      send_acknowledgement(PacketType::pubrel, packet.packet_id,
                           message == nullptr ? ReasonCode::packet_identifier_not_found : ReasonCode::success);
      return;
    case AckAction::release:
      if (slot == resend_next_) resend_next_ = (*session_)[slot].next;
      session_->release(slot);
      trial_.acknowledged();
      session_->clear_strikes();
      acknowledged();
      send_acknowledgement(PacketType::pubrel, packet.packet_id);
      pump();  // of a message on trial: the others go on
      return;
    case AckAction::refuse:
    case AckAction::complete:
      if (type != PacketType::pubcomp) {
        trial_.acknowledged();
        session_->clear_strikes();
      } else {
        trial_.completed(message->number);
      }
      end_quota(slot);
      if (refused && type != PacketType::pubcomp) {
        end_delivery(slot, DeliveryState::failed, FailureReason::refused, packet.reason_code,
                     packet.properties.text(PropertyId::reason_string));
      } else {
        end_delivery(slot, DeliveryState::acknowledged, FailureReason::none, packet.reason_code);
      }
      acknowledged();
      if (trial_.sends_alone() && !trial_.has_published()) publish_alone();  // its PUBREL did no harm
      pump();
      return;
  }
}

bool Client::Impl::handle_suback(const Suback& packet) {
  const Request request = requests_.take(packet.packet_id);
  if (request.packet_id == 0) return false;  // completes nothing [MQTT-3.8.4-2]
  session_->packet_ids().release(request.packet_id);
  acknowledged();
  if (request.type != PacketType::subscribe || request.filters != packet.return_codes.size()) {
    events_.request_ended(request.type, request.packet_id, peer_error(Errc::suback_count_mismatch));
    fail(peer_error(request.type != PacketType::subscribe ? Errc::acknowledgement_of_wrong_kind
                                                          : Errc::suback_count_mismatch));
    return false;
  }
  current_ = Subscribed{packet.packet_id, packet.return_codes, {}, packet.properties};
  return true;
}

bool Client::Impl::handle_unsuback(const Unsuback& packet) {
  const Request request = requests_.take(packet.packet_id);
  if (request.packet_id == 0) return false;
  session_->packet_ids().release(request.packet_id);
  acknowledged();
  Error error;
  if (request.type != PacketType::unsubscribe) error = peer_error(Errc::acknowledgement_of_wrong_kind);
  else if (!packet.reason_codes.empty() && packet.reason_codes.size() != request.filters)
    error = peer_error(Errc::suback_count_mismatch);
  if (error) {
    events_.request_ended(request.type, request.packet_id, error);
    fail(error);
    return false;
  }
  current_ = Unsubscribed{packet.packet_id, {}, packet.reason_codes, packet.properties};
  return true;
}

}  // namespace wasmqtt
