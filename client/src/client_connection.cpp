#include <algorithm>
#include <utility>

#include "client_impl.hpp"
#include "encode_reason.hpp"
#include "redact.hpp"

namespace wasmqtt {

using RecordPhase = CloseRecord::Phase;
using Cause = CloseRecord::Cause;

void Client::Impl::begin_attempt(std::string_view url, UrlChoice choice) {
  if (phase_ != Phase::idle) return;
  phase_ = Phase::opening;
  record_ = CloseRecord{};
  record_.url = without_secrets(url);
  record_.url_choice = choice;
  attempt_began_ = now_;
}

// What MQTT 5's CONNECT says of us; `properties` are those of the application.
namespace {

Error make_properties(const ClientOptions& options, PropertyList& properties) {
  constexpr std::size_t largest = max_remaining_length + 5;  // what every packet keeps to
  properties.clear();
  if (options.receive_maximum == 0) return local_error(Errc::no_window);
  if (options.session_expiry != 0) (void)properties.add(PropertyId::session_expiry_interval, options.session_expiry);
  if (options.receive_maximum != 65'535) (void)properties.add(PropertyId::receive_maximum, options.receive_maximum);
  if (options.max_packet_bytes != 0 && options.max_packet_bytes < largest)
    (void)properties.add(PropertyId::maximum_packet_size, static_cast<std::uint32_t>(options.max_packet_bytes));
  if (options.topic_alias_maximum != 0) (void)properties.add(PropertyId::topic_alias_maximum, options.topic_alias_maximum);
  const auto& [method, data] = options.authentication;
  if (!method.empty()) {
    if (Error error = properties.add(PropertyId::authentication_method, method)) return error;
  }
  if (!data.empty()) {
    if (Error error = properties.add(PropertyId::authentication_data, Bytes(data))) return error;
  }
  properties.append(options.properties);
  return {};
}

}  // namespace

bool authenticates(const ClientOptions& options) {
  return !options.authentication.method.empty() || options.properties.view().has(PropertyId::authentication_method);
}

Error Client::Impl::make_connect(Connect& packet) {
  version_ = options_.protocol == Protocol::mqtt_3_1_1 ? ProtocolVersion::mqtt_3_1_1 : ProtocolVersion::mqtt_5;
  connect_properties_.clear();
  will_properties_.clear();
  if (version_ == ProtocolVersion::mqtt_5) {
    if (Error error = make_properties(options_, connect_properties_)) return error;
    if (options_.will) will_properties_ = options_.will->properties;
  } else if (authenticates(options_)) {
    return local_error(Errc::not_in_this_version);  // nobody wants to be connected without it
  }
  packet.properties = connect_properties_;
  packet.clean_session = options_.clean_session;
  packet.keep_alive = static_cast<std::uint16_t>(options_.keep_alive.count());
  packet.client_id = options_.client_id;
  if (options_.will)
    packet.will = Will{options_.will->topic, options_.will->message, options_.will->qos, options_.will->retain,
                       will_properties_};
  if (options_.user_name) packet.user_name = *options_.user_name;
  if (options_.password) packet.password = Bytes(*options_.password);
  // What we kept has run out, and what the broker kept, too: neither is to come back [MQTT5-3.2.2-4]. A clean session of
  // 3.1.1 would end with its connection, which nobody asked for.
  const bool v5 = version_ == ProtocolVersion::mqtt_5;
  if (v5 && session_ends_at_ && now_ >= *session_ends_at_) packet.clean_session = true;
  return check(packet, version_);
}

Error Client::Impl::open() {
  if (phase_ != Phase::idle && phase_ != Phase::opening) return {};
  if (options_.keep_alive.count() < 0 || options_.keep_alive.count() > 65'535)
    return local_error(Errc::keep_alive_too_long);
  if (options_.in_flight_window == 0 || options_.qos2_window == 0) return local_error(Errc::no_window);
  Connect packet;
  if (Error error = make_connect(packet)) return error;
  begin_attempt({});
  phase_ = Phase::connecting;
  asked_clean_ = packet.clean_session;
  record_.phase = RecordPhase::connecting;
  opened_at_ = now_;
  connected_at_.reset();
  record_.version = version_;
  limits_ = {};
  server_properties_.clear();
  ending_properties_.clear();
  session_expiry_ = asked_expiry();
  receive_window_.start(version_ == ProtocolVersion::mqtt_5 ? options_.receive_maximum : std::uint16_t{65'535});
  incoming_aliases_.start(options_.topic_alias_maximum);
  clear_quota();
  reader_.reset(version_);
  clear_output();
  trace_.start_connection(version_);
  // As long as a connection may be there, nobody knows when it ends.
  if (!asked_clean_) session_->record_end({});
  // Waits for all records so far: when the broker answers, a crash can have made us forget nothing but the answer.
  send(PacketType::connect, [&](ByteBuffer& out) { (void)encode(packet, out, version_); });
  exchange_end_ = output_.end();
  authentication_ = AuthenticationState::none;
  if (packet.properties.has(PropertyId::authentication_method)) (void)take_turn(AuthenticationEvent::connect);
  return {};
}

// The broker's time begins when CONNECT leaves; while a store holds it back there is nothing to be answered. However many AUTH
// packets go to and fro, all of them have this time together.
std::optional<Time> Client::Impl::exchange_deadline() const {
  const bool connecting = phase_ == Phase::connecting;
  if (!connecting && !(phase_ == Phase::connected && is_renewal(authentication_))) return std::nullopt;
  if (options_.connack_timeout == Duration{}) return std::nullopt;
  if (output_.begin() == 0 && output_.ready(durable()).empty()) return std::nullopt;
  const Time deadline = later(opened_at_, options_.connack_timeout);
  const bool limited = connecting && options_.connect_timeout != Duration{};
  return limited ? std::min(deadline, later(attempt_began_, options_.connect_timeout)) : deadline;
}

bool Client::Impl::connack(const Connack& packet) {
  server_properties_.assign(packet.properties);
  if (const ReasonCode reason = packet.reason(); is_failure(reason)) {
    record_.reason_code = reason;
    record_.return_code = is_failure(packet.reason_code) ? to_return_code(reason) : packet.return_code;
    record_.reason = escaped(packet.properties.text(PropertyId::reason_string));
    record_.server_reference = escaped(packet.properties.text(PropertyId::server_reference));
    finish(Cause::refused, peer_error(Errc::refused_but_open));
    return false;
  }
  // [MQTT-3.2.2-1] [MQTT5-3.2.2-2]: nothing is resumed that we asked to be clean, whatever the broker says.
  const bool v5 = version_ == ProtocolVersion::mqtt_5;
  Error error;
  if (packet.session_present && asked_clean_ && (v5 || options_.strict_session_present))
    error = peer_error(Errc::unexpected_session_present);
  if (!error) error = check_method(packet.properties);
  if (error) {
    fail(error);
    return false;
  }
  session_present_ = packet.session_present && !asked_clean_;
  if (authentication_ != AuthenticationState::none) return authenticated(packet);
  establish(session_present_);
  return false;
}

void Client::Impl::establish(bool session_present) {
  const bool v5 = version_ == ProtocolVersion::mqtt_5;
  const Properties said = server_properties_;
  if (v5) limits_ = read_limits(said);
  outgoing_aliases_.start(std::min(limits_.topic_alias_maximum, options_.topic_aliases));
  session_expiry_ = limits_.session_expiry.value_or(session_expiry_);
  session_ends_at_.reset();
  if (const auto assigned = said.text(PropertyId::assigned_client_identifier); options_.client_id.empty() && !assigned.empty()) {
    options_.client_id = assigned;
    session_->record_assigned_id(assigned);
  }
  phase_ = Phase::connected;
  record_.phase = RecordPhase::connected;
  connected_at_ = now_;
  keep_alive_.start(limits_.keep_alive.value_or(options_.keep_alive), options_.pingresp_timeout, opened_at_, now_);
  const bool in_doubt = std::exchange(session_in_doubt_, false) && session_present;
  events_.connected(session_present, in_doubt);
  if (session_present) {
    if (in_doubt) session_->mark_received_uncertain();
    resend_session();
  } else {
    session_lost();
  }
  session_->record_end({});  // after what has run out was forgotten
  session_established_ = !options_.clean_session && (!v5 || session_expiry_ != 0);
  connecting_ = true;
}

// PINGREQ depends on no record: it does not wait for a slow store behind packets that do, so that the connection stays
// alive [MQTT-3.1.2-23].
void Client::Impl::ping() {
  ByteBuffer packet;
  encode_empty(PacketType::pingreq, packet);
  ping_end_ = send_ahead(PacketType::pingreq, packet);
  keep_alive_.pinged(now_);
}

// What the transport holds has not left: on a slow uplink it may lie there for minutes, and that is not the broker's delay.
void Client::Impl::consumed(std::size_t count, std::size_t buffered) {
  output_.consume(count);
  buffered_ = std::min<std::uint64_t>(buffered, output_.begin());
  looked_at_ = now_;
  const std::uint64_t before = left_;
  left_ = std::max(left_, output_.begin() - buffered_);
  if (left_ != before) {
    last_sent_ = now_;
    if (before < exchange_end_) opened_at_ = now_;
    acknowledgement_timer_.left(before, now_);
    trial_.left(left_, now_);
    if (before < ping_end_) keep_alive_.ping_moved(now_, left_ >= ping_end_);
    keep_alive_.sent(now_);
  }
  if (count != 0) pump();
}

void Client::Impl::clear_output() {
  output_.clear();
  acknowledgement_timer_.clear();
  answers_.clear();
  trial_ = {};
  releases_held_ = false;
  ping_end_ = exchange_end_ = left_ = buffered_ = 0;
  disconnect_written_ = false;
  judge_at_.reset();
}

// An acknowledgement of something that we sent.
void Client::Impl::acknowledged() {
  acknowledgement_timer_.answered(session_->in_flight() + requests_.count() != 0, now_);
}

std::optional<Time> Client::Impl::acknowledgement_deadline() const {
  if (session_->in_flight() == 0 && requests_.count() == 0) return std::nullopt;
  // What the store holds back the broker can't acknowledge; the time begins when it leaves.
  if (acknowledgement_timer_.watched_end() > output_.begin() + output_.ready(durable()).size()) return std::nullopt;
  return acknowledgement_timer_.deadline(options_.acknowledgement_timeout);
}

std::optional<Client::Impl::Timeout> Client::Impl::timeout() const {
  std::optional<Timeout> first;
  const auto consider = [&](std::optional<Time> at, Errc error) {
    if (at && (!first || *at < first->at)) first = Timeout{*at, local_error(error)};
  };
  // Before CONNACK only AUTH can have come.
  consider(exchange_deadline(), record_.last_received ? Errc::no_authentication : Errc::no_connack);
  if (phase_ != Phase::connected) return first;
  consider(acknowledgement_deadline(), Errc::no_acknowledgement);
  consider(keep_alive_.dead_at(), Errc::no_pingresp);
  return first;
}

// A transport does not say when bytes leave: it is asked now and then, while something depends on it.
std::optional<Time> Client::Impl::next_look() const {
  constexpr Duration interval = std::chrono::milliseconds{250};
  if (buffered_ == 0 || phase_ == Phase::idle || phase_ == Phase::closing) return std::nullopt;
  return looked_at_ + interval;
}

Error Client::Impl::set_disconnect(const DisconnectOptions& options) {
  if (phase_ == Phase::disconnecting) return {};  // it may be written already
  const bool open = phase_ == Phase::connecting || phase_ == Phase::connected;
  const bool v5 = open ? version_ == ProtocolVersion::mqtt_5 : options_.protocol != Protocol::mqtt_3_1_1;
  if (!v5 && options.session_expiry) return local_error(Errc::not_in_this_version);
  ByteBuffer scratch;  // the checks
  const ProtocolVersion version = v5 ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1;
  const Properties words = options.properties;
  if (Error error = encode_reason(PacketType::disconnect, options.reason_code, words, scratch, version)) return error;
  if (words.has(PropertyId::session_expiry_interval)) return local_error(Errc::property_not_allowed);
  if (open && asked_expiry() == 0 && options.session_expiry.value_or(0) != 0) return local_error(Errc::expiry_after_none);
  disconnect_code_ = options.reason_code;
  disconnect_expiry_ = options.session_expiry;
  disconnect_words_.assign(words);
  return {};
}

void Client::Impl::forget_disconnect() {
  if (phase_ == Phase::disconnecting) return;
  disconnect_code_ = ReasonCode::success;
  disconnect_expiry_.reset();
  disconnect_words_.clear();
}

// The broker said why before it closed. Nothing is answered [MQTT5-4.13.2-1].
void Client::Impl::ended_by_broker(const Disconnect& packet) {
  ending_properties_.assign(packet.properties);
  record_.reason_code = packet.reason_code;
  record_.reason = escaped(packet.properties.text(PropertyId::reason_string));
  record_.server_reference = escaped(packet.properties.text(PropertyId::server_reference));
  // What our own packets can be the reason of; the others name another one.
  constexpr std::uint8_t by_us[] = {0x80, 0x81, 0x82, 0x83, 0x87, 0x90, 0x95, 0x97, 0x99};
  for (const std::uint8_t code : by_us) {
    if (code == static_cast<std::uint8_t>(packet.reason_code)) judge_suspect();
  }
  finish(Cause::ended_by_broker, {});
}

// MQTT 5: whether a DISCONNECT can tell the broker what was wrong. Not before CONNECT has left, and not in the middle of
// another packet.
bool Client::Impl::may_say_why() const {
  const bool open = phase_ == Phase::connecting || phase_ == Phase::connected;
  return version_ == ProtocolVersion::mqtt_5 && open && output_.begin() != 0 && output_.between_packets();
}

void Client::Impl::say_why(ReasonCode reason_code) {
  ByteBuffer packet;
  (void)encode_reason(PacketType::disconnect, reason_code, {}, packet, version_);
  output_.insert_ready(packet, ~std::uint64_t{0});
  trace_.record(now_, Direction::outbound, packet);
}

void Client::Impl::disconnect() {
  if (phase_ == Phase::connected || phase_ == Phase::connecting) {
    phase_ = Phase::disconnecting;
    authentication_ = AuthenticationState::none;
    record_.phase = RecordPhase::disconnecting;
    keep_alive_.stop();
    sign_off();
  } else if (phase_ == Phase::opening) {
    finish(Cause::disconnected, {});
  }
}

void Client::Impl::abort() {
  if (phase_ != Phase::idle && phase_ != Phase::closing) finish(Cause::aborted, {});
}

// An error of the protocol or of time: the connection it came on ends [MQTT-4.8.0-1].
void Client::Impl::fail(Error error) {
  finish(error.side() == Side::peer ? Cause::protocol_error : Cause::timed_out, error);
}

void Client::Impl::transport_closed(const TransportClose& close) {
  if (phase_ == Phase::closing) {
    phase_ = Phase::idle;
    return clear_output();  // a DISCONNECT that found no room is none of the next connection
  }
  if (phase_ == Phase::idle) return;
  record_.fault = close.fault;
  record_.code = close.code;
  record_.reason = escaped(close.reason);
  record_.clean = close.clean;
  if (phase_ == Phase::connected) judge_suspect();
  // How RabbitMQ's WebSocket listener refuses user name and password: it sends no CONNACK.
  const bool refused = phase_ == Phase::connecting && close.reason == "unauthenticated";
  if (refused) {
    record_.return_code = ConnectReturnCode::bad_user_name_or_password;
    record_.reason_code = ReasonCode::bad_user_name_or_password;
  }
  const bool asked = phase_ == Phase::disconnecting;
  finish(asked ? Cause::disconnected : refused ? Cause::refused : Cause::transport, {});
  phase_ = Phase::idle;
}

// The other side ended the connection: perhaps because of a message, see trial.hpp.
void Client::Impl::judge_suspect() {
  const bool by_peer = record_.fault == TransportFault::none || record_.fault == TransportFault::reset ||
                       record_.fault == TransportFault::unknown;
  const std::uint64_t number = by_peer ? trial_.suspect(now_) : 0;
  if (number == 0) return;
  session_->add_strike(number);
  const Session::Strikes strikes = session_->strikes();
  const Slot slot = session_->find(strikes.delivery);
  if (slot == no_slot) return;
  if (strikes.count >= Trial::strikes_for_trial) {
    record_.topic = escaped((*session_)[slot].topic());
    record_.times = strikes.count;
  }
  if (strikes.count >= Trial::strikes_to_fail)
    end_delivery(slot, DeliveryState::failed, FailureReason::connection_closed_repeatedly);
}

void Client::Impl::count_repeated_fault() {
  const bool same = last_fault_.error == record_.error && last_fault_.last_received == record_.last_received &&
                    last_fault_.topic == record_.topic;
  record_.times = same ? last_fault_.times + 1 : 1;
  last_fault_ = record_;
}

void Client::Impl::finish(Cause cause, Error error) {
  acknowledge_delivered();
  const bool says_why = cause == Cause::protocol_error && may_say_why();
  record_.cause = cause;
  record_.error = error;
  if (cause == Cause::protocol_error) count_repeated_fault();
  else last_fault_ = {};
  record_.elapsed = now_ - attempt_began_;
  const bool connect_sent = phase_ == Phase::connecting || phase_ == Phase::disconnecting;
  const bool unanswered = connect_sent && !connected_at_ && cause != Cause::refused && !asked_clean_;
  if (unanswered) session_in_doubt_ = true;
  if (connected_at_) record_.connected_for = now_ - *connected_at_;
  if (connected_at_ || unanswered) session_ends(unanswered);
  session_->record_end(session_ends_at_);
  connected_at_.reset();
  const bool asked = phase_ == Phase::disconnecting || cause == Cause::disconnected;
  phase_ = Phase::closing;
  if (asked) forget_disconnect();  // what was to be said is for one DISCONNECT
  authentication_ = AuthenticationState::none;
  keep_alive_.stop();
  reader_.reset();
  clear_output();
  if (says_why) say_why(error.reason_code());
  held_.clear();
  resend_next_ = no_slot;
  connecting_ = false;
  acknowledgements_.connection_lost();
  while (requests_.count() != 0) {
    const Request request = requests_.take(requests_.front().packet_id);
    session_->packet_ids().release(request.packet_id);
    events_.request_ended(request.type, request.packet_id, local_error(Errc::not_connected));
  }
  if (!options_.queue_qos0) drop_queued_qos0();
  events_.closed(record_);
}

}  // namespace wasmqtt
