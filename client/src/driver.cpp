#include "wasmqtt/driver.hpp"

#include <utility>

#include "driver_states.hpp"

namespace wasmqtt {
namespace {

bool address_is_wrong(TransportFault fault) {
  return fault == TransportFault::invalid_url || fault == TransportFault::unsupported_scheme ||
         fault == TransportFault::mixed_content;
}

bool was_silent(const CloseRecord& record) {
  return record.cause == CloseRecord::Cause::timed_out || record.fault == TransportFault::timed_out;
}

// An address without its query, where tokens travel.
std::string_view place_of(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

bool is_among(const std::vector<std::string>& places, std::string_view url) {
  return std::find(places.begin(), places.end(), place_of(url)) != places.end();
}

std::string scheme_of(std::string_view url) {
  std::string scheme(url.substr(0, url.find(':')));
  for (char& letter : scheme) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return scheme;
}

// What nobody can read on the way may not be sent on in a form that somebody can. Schemes that are not known, an application's own, are
// taken for the worst: safe to leave for none but a safe one.
bool is_lesser(std::string_view url, std::string_view than) {
  const std::string to = scheme_of(url);
  const std::string from = scheme_of(than);
  const bool safe = to == "wss" || to == "mqtts" || to == "ssl" || to == "tls";
  const bool plain = from == "ws" || from == "mqtt" || from == "tcp";
  return !safe && !plain && to != from;
}

std::vector<std::string> in_order(DriverOptions& options, EventLoop& loop) {
  std::vector<std::string> urls = std::move(options.urls);
  if (!options.shuffle_urls) return urls;
  for (std::size_t left = urls.size(); left > 1; --left) std::swap(urls[left - 1], urls[loop.random() % left]);
  return urls;
}

ClientOptions with_journal(ClientOptions options, bool journal) {
  options.journal = journal;
  return options;
}

}  // namespace

Driver::Driver(EventLoop& loop, Transport& transport, SessionStore* store, ClientOptions client, DriverOptions options)
    : loop_(loop),
      transport_(transport),
      store_(store),
      client_(with_journal(std::move(client), store != nullptr)),
      options_(std::move(options)),
      backoff_(options_.backoff),
      takeover_(options_.takeover),
      step_(store != nullptr ? DriverState::unloaded : DriverState::stopped),
      urls_(in_order(options_, loop), options_.stay),
      newest_(client_.options().protocol == Protocol::newest) {
  loop_.attach([this] { handle_timer(); }, [this] { drain(); });
}

Driver::~Driver() {
  lifetime_.end();
  loop_.attach({}, {});
  loop_.set_timer(std::nullopt);
  if (transport_in_use_) transport_.close();
}

// ---- asked from outside ----

void Driver::start() {
  if (finishing_.deadline()) client_.forget_disconnect();
  finishing_.cancel();
  if (at_rest(step_)) {
    if (store_says_stop()) return;
    takeover_.reset();
    backoff_.reset();
  }
  fire(DriverEvent::start);
}

void Driver::stop() {
  client_.forget_disconnect();
  finishing_.cancel();
  fire(DriverEvent::stop);
}

Error Driver::stop(const DisconnectOptions& options) {
  if (Error error = client_.set_disconnect(options)) return error;
  finishing_.cancel();
  fire(DriverEvent::stop);
  if (at_rest(step_)) client_.forget_disconnect();  // there was no connection to say it on
  return {};
}

Error Driver::stop_when_done(Duration timeout, const DisconnectOptions& options) {
  if (Error error = client_.set_disconnect(options)) return error;
  if (at_rest(step_)) client_.forget_disconnect();
  if (at_rest(step_) || state_ == ConnectionState::disconnecting) return {};
  finishing_.start(timeout, loop_.now());
  flush_soon();
  return {};
}

void Driver::abort() {
  finishing_.cancel();
  fire(DriverEvent::abort);
}

void Driver::wake() {
  fire(DriverEvent::retry);
  if (state_ != ConnectionState::connected) return;
  client_.handle_timeout(loop_.now());
  client_.probe(loop_.now());
  drain();
}

void Driver::offline() {
  if (!transport_in_use_ || state_ == ConnectionState::disconnecting) return;
  client_.abort(loop_.now());
  drain();
}

Result<Delivery> Driver::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  const Time now = loop_.now();
  auto delivery = client_.publish(topic, payload, options, now);
  if (!delivery) return delivery;
  if (options.qos == Qos::at_most_once) takeover_.qos0_published(now);
  flush_soon();
  return delivery;
}

void Driver::flush_soon() {
  if (!draining_) write_full_frames();
  loop_.request_turn();
}

// ---- the table's events and actions ----

// `reason` is for the case that the event leads to rest.
void Driver::fire(DriverEvent event, StopReason reason) {
  const DriverTransition transition = next_transition(step_, event);
  if (transition.next != step_ && !enter(transition.next, reason)) return;
  act(transition.action);
  if (!draining_) arm_timer();
}

// False: a handler that was told of the new state has led to another one.
bool Driver::enter(DriverState next, StopReason reason) {
  step_ = next;
  const std::uint64_t transition = ++transitions_;
  stop_reason_ = at_rest(next) ? reason : StopReason::none;
  if (at_rest(next)) finishing_.cancel();
  if (next != DriverState::waiting) retry_at_.reset();
  if (next != DriverState::connected) go_back_at_.reset();
  if (next != DriverState::disconnecting && next != DriverState::restarting) deadline_.reset();
  const auto visible = visible_state(next);
  if (!visible || *visible == std::exchange(state_, *visible)) return true;
  if (on_state) on_state(*visible);
  return transition == transitions_;
}

void Driver::act(DriverAction action) {
  const Time now = loop_.now();
  switch (action) {
    case DriverAction::nothing: return;
    case DriverAction::load: return load();
    case DriverAction::prepare: return prepare();
    case DriverAction::open: return open();
    case DriverAction::send_connect:
      error_ = client_.handle_transport_open(now);
      if (error_) client_.abort(now);
      return drain();
    case DriverAction::disconnect:
      deadline_ = later(now, options_.disconnect_timeout);
      client_.disconnect(now);
      return drain();
    case DriverAction::abort:
      client_.abort(now);
      return drain();
    case DriverAction::fail_preparation:
      client_.handle_attempt(url_, now, url_choice_);
      client_.handle_transport_closed({TransportFault::not_prepared, 0, std::exchange(attempt_.problem, {}), false}, now);
      return drain();
    case DriverAction::close_unopened:
      transport_.close();
      return on_transport_closed({TransportFault::timed_out, 0, {}, false});
  }
}

void Driver::load() {
  store_->load(client_.options().client_id, [this, alive = lifetime_.watch()](bool ok, Bytes records, std::string_view problem) {
    if (!alive || (step_ != DriverState::loading && step_ != DriverState::unloaded)) return;
    const Error error = ok ? client_.handle_restore(records, loop_.now()) : Error{};
    if (!ok) store_problem(problem);
    if (error) store_problem(error.message());
    loaded_ = true;
    fire(DriverEvent::loaded);
  });
}

void Driver::prepare() {
  error_ = {};
  Attempt proposal;
  UrlList::Next next = urls_.take();
  proposal.url = std::move(next.url);
  url_choice_ = next.choice;
  const ClientOptions& client = client_.options();
  proposal.user_name = client.user_name;
  proposal.password = client.password;
  proposal.will = client.will;
  proposal.authentication = client.authentication;
  proposal.client_id = client.client_id;
  proposal.clean_session = client.clean_session;
  proposal.keep_alive = client.keep_alive;
  if (!options_.prepare_attempt) {
    attempt_ = std::move(proposal);
    return fire(DriverEvent::prepared);
  }
  url_ = proposal.url;
  deadline_ = later(loop_.now(), options_.open_timeout);
  options_.prepare_attempt(std::move(proposal), [this, alive = lifetime_.watch(), asked = transitions_](Attempt attempt) {
    if (!alive || asked != transitions_) return;  // late, or the second time
    attempt_ = std::move(attempt);
    fire(attempt_.problem.empty() ? DriverEvent::prepared : DriverEvent::not_prepared);
  });
}

void Driver::open() {
  const Time now = loop_.now();
  Attempt attempt = std::exchange(attempt_, {});
  url_ = attempt.url;
  if (newest_) client_.set_protocol(trying_old_ || is_old(url_) ? Protocol::mqtt_3_1_1 : Protocol::newest);
  client_.set_credentials(std::move(attempt.user_name), std::move(attempt.password));
  client_.set_will(std::move(attempt.will));
  if (attempt.clean_session) client_.set_clean_session(*attempt.clean_session);
  if (attempt.keep_alive) client_.set_keep_alive(*attempt.keep_alive);
  client_.set_authentication(std::move(attempt.authentication));
  if (options_.authenticator != nullptr) error_ = options_.authenticator->driver_connects(client_);
  if (attempt.client_id && !error_) error_ = client_.set_client_id(std::move(*attempt.client_id), now);
  client_.handle_attempt(url_, now, url_choice_);
  if (error_) {
    client_.abort(now);
    return drain();
  }
  deadline_ = later(now, options_.open_timeout);
  transport_in_use_ = true;
  transport_full_ = false;
  transport_.open(url_, *this);
}

Error Driver::reauthenticate() {
  Authenticator* const authenticator = options_.authenticator;
  const Error error = authenticator ? authenticator->driver_renews(client_, loop_.now()) : client_.reauthenticate({}, loop_.now());
  if (!error) flush_soon();
  return error;
}

// ---- after an attempt ----

void Driver::decide_what_next() {
  if (step_ == DriverState::closed) return fire(DriverEvent::give_up);
  const bool was_connected = step_ == DriverState::lost;
  if ((!was_connected && falls_back()) || follows_server() || (was_connected && urls_.returning())) {
    retry_at_ = loop_.now();
    return fire(DriverEvent::again);
  }
  const StopReason reason = reason_to_stop(was_connected);
  if (reason != StopReason::none) return fire(DriverEvent::give_up, reason);
  // The other brokers of the list are tried before anything waits.
  const bool more_urls = !was_connected && urls_.more();
  if (!options_.reconnect && !more_urls) return fire(DriverEvent::give_up, StopReason::connection_lost);
  if (was_connected && !same_fault_again()) backoff_.connection_lasted(close_record_.connected_for);
  if (was_connected && backoff_.failures() == 0) redirects_ = 0;
  if (was_connected && (was_silent(close_record_) || backoff_.failures() > 1)) urls_.leave();
  const bool at_once = more_urls || (was_connected && options_.reconnect_at_once && backoff_.failures() == 0);
  const Duration wait = more_urls ? Duration{} : backoff_.next(loop_.random());
  retry_at_ = loop_.now() + (at_once ? Duration{} : wait);
  fire(DriverEvent::again);
}

void Driver::forgive_endings() {
  takeover_.reset();
  backoff_.reset();
}

bool Driver::is_old(std::string_view url) const { return is_among(old_urls_, url); }

// A connection was accepted.
void Driver::remember_version() {
  if (trying_old_) return remember_old();
  const bool is_new = newest_ && client_.version() == ProtocolVersion::mqtt_5 && !is_among(new_urls_, url_);
  if (is_new) new_urls_.emplace_back(place_of(url_));
}

void Driver::remember_old() {
  trying_old_ = false;
  if (!newest_ || is_old(url_)) return;
  old_urls_.emplace_back(place_of(url_));
  if (on_fallback) on_fallback(url_);
}

// A broker that does not speak MQTT 5 says so, or just closes [MQTT5-3.1.2-2]. What only closes may have other reasons: that it
// was the version is known when 3.1.1 is accepted; and it was not where MQTT 5 has been spoken.
bool Driver::falls_back() {
  const CloseRecord& record = close_record_;
  if (!newest_ || error_ || std::exchange(trying_old_, false) || record.version != ProtocolVersion::mqtt_5) return false;
  if (authenticates(client_.options())) return false;
  const bool said = record.cause == CloseRecord::Cause::refused &&
                    record.reason_code == ReasonCode::unsupported_protocol_version;
  const bool closed = record.cause == CloseRecord::Cause::transport && record.phase == CloseRecord::Phase::connecting &&
                      !record.last_received && !is_among(new_urls_, url_);
  if (!said && !closed) return false;
  if (said) remember_old();
  else trying_old_ = true;
  urls_.again();
  return true;
}

bool Driver::follows_server() {
  constexpr unsigned most = 3;
  const CloseRecord& record = close_record_;
  const bool named = record.reason_code == ReasonCode::use_another_server || record.reason_code == ReasonCode::server_moved;
  std::string url;
  if (named && options_.follow_server && !record.server_reference.empty() && redirects_ < most)
    url = options_.follow_server(record.server_reference, record);
  if (url.empty() || is_lesser(url, url_)) {
    redirects_ = 0;
    return false;
  }
  urls_.follow(std::move(url));
  ++redirects_;
  return true;
}

// The next attempt would have the address of this one.
bool Driver::has_one_address() const {
  if (urls_.size() > 1) return false;
  return !options_.prepare_attempt || (urls_.size() == 1 && url_ == urls_.first());
}

StopReason Driver::reason_to_stop(bool was_connected) {
  const CloseRecord& record = close_record_;
  if (store_says_stop()) return StopReason::store_failed;
  if (error_) return StopReason::invalid;
  if (record.cause == CloseRecord::Cause::refused) {
    const bool retry = options_.retry_refusal ? options_.retry_refusal(record.return_code)
                                              : can_heal(record.reason_code, PacketType::connack);
    if (!retry) return StopReason::refused;
  }
  if (record.error.code() == Errc::authentication_refused) return StopReason::refused;
  const bool ended = record.cause == CloseRecord::Cause::ended_by_broker;
  const bool taken_over = record.reason_code == ReasonCode::session_taken_over;
  if (ended && !taken_over && !can_heal(record.reason_code, PacketType::disconnect)) return StopReason::refused;
  if (address_is_wrong(record.fault) && has_one_address()) return StopReason::invalid;
  const auto suspected = takeover_.ended(record, was_connected, client_.counts().in_flight, loop_.now());
  if (!suspected) return StopReason::none;
  if (on_takeover) on_takeover(*suspected);
  return options_.takeover.policy == TakeoverPolicy::stop ? StopReason::taken_over : StopReason::none;
}

// A broker that makes the same mistake on each connection will make it on the next one, however long they last.
bool Driver::same_fault_again() {
  const bool fault = close_record_.cause == CloseRecord::Cause::protocol_error;
  if (close_record_.cause == CloseRecord::Cause::ended_by_broker) {
    const ReasonCode code = close_record_.reason_code;
    return std::exchange(last_ending_, code) == code && is_failure(code);
  }
  last_ending_ = ReasonCode::success;
  const Error before = std::exchange(last_fault_, fault ? close_record_.error : Error{});
  return fault && before == close_record_.error;
}

void Driver::store_problem(std::string_view problem) {
  if (std::exchange(store_failed_, true)) return;
  if (on_store_problem) on_store_problem(problem);
  if (store_says_stop()) fire(DriverEvent::store_lost, StopReason::store_failed);
}

// ---- time ----

void Driver::arm_timer() {
  std::optional<Time> next = client_.next_timeout();
  for (const auto& time : {deadline_, retry_at_, go_back_at_, finishing_.deadline()}) {
    if (time && (!next || *time < *next)) next = time;
  }
  loop_.set_timer(next);
}

void Driver::handle_timer() {
  const Time now = loop_.now();
  if (transport_in_use_) client_.consume_output(0, now, transport_.buffered());
  client_.handle_timeout(now);
  if (deadline_ && now >= *deadline_) {
    deadline_.reset();
    // As long as bytes leave, what was accepted before DISCONNECT is on its way.
    const Time enough = later(client_.last_sent(), options_.disconnect_timeout);
    if (state_ == ConnectionState::disconnecting && now < enough) deadline_ = enough;
    else fire(DriverEvent::timed_out);
  }
  if (retry_at_ && now >= *retry_at_) fire(DriverEvent::retry);
  go_back_if_due();
  drain();
}

// What is in flight is sent again there.
void Driver::go_back_if_due() {
  if (!go_back_at_ || loop_.now() < *go_back_at_) return;
  urls_.go_back();
  fire(DriverEvent::go_back);
}

}  // namespace wasmqtt
