#include "wasmqtt/driver.hpp"

#include <algorithm>
#include <utility>

namespace wasmqtt {
namespace {

// One write becomes one WebSocket frame: large enough that its cost does not count, small enough not to stall.
constexpr std::size_t largest_write = 64 * 1024;

// After this close code it was nobody's takeover: going away, policy violation, too big, restart, try again later.
bool names_another_reason(int code) { return code != 0 && code != 1000 && code != 1005 && code != 1006; }

bool address_is_wrong(TransportFault fault) {
  return fault == TransportFault::invalid_url || fault == TransportFault::unsupported_scheme ||
         fault == TransportFault::mixed_content;
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
      backoff_(options_.backoff) {
  loop_.attach([this] { handle_timer(); }, [this] { drain(); });
}

Driver::~Driver() {
  *alive_ = false;
  loop_.attach({}, {});
  loop_.set_timer(std::nullopt);
  if (transport_in_use_) transport_.close();
}

// ---- asked from outside ----

void Driver::start() {
  stop_wanted_ = false;
  done_timeout_.reset();
  if (state_ == ConnectionState::stopped) {
    if (store_says_stop()) return stop_for(StopReason::store_failed);
    strikes_ = 0;
    backoff_.reset();
    if (store_ != nullptr && !loaded_) return load();
    begin_attempt();
  } else if (state_ == ConnectionState::waiting) {
    begin_attempt();
  }
}

void Driver::load() {
  set_state(ConnectionState::loading);
  store_->load(client_.options().client_id,
               [this, alive = alive_](bool ok, Bytes records, std::string_view problem) {
                 if (!*alive || loaded_) return;
                 loaded_ = true;
                 const Error error = ok ? client_.handle_restore(records, loop_.now()) : Error{};
                 if (!ok) store_problem(problem);
                 if (error) store_problem(error.message());
                 if (*alive && state_ == ConnectionState::loading) begin_attempt();
               });
}

void Driver::stop() {
  end_by_request([this] { client_.disconnect(loop_.now()); });
}

void Driver::abort() {
  end_by_request([this] { client_.abort(loop_.now()); });
}

void Driver::stop_when_done(Duration timeout) {
  if (state_ == ConnectionState::stopped || state_ == ConnectionState::disconnecting) return;
  done_timeout_ = timeout;
  done_deadline_ = loop_.now() + timeout;
  writing_is_progress_ = true;
  flush_soon();
}

template <class End>
void Driver::end_by_request(End end) {
  done_timeout_.reset();
  if (state_ == ConnectionState::stopped) return;
  stop_wanted_ = true;
  if (attempt_open_ && !transport_in_use_) return;  // it just ended, and its events are being delivered
  const bool at_rest = state_ == ConnectionState::waiting || state_ == ConnectionState::loading;
  if (at_rest || !transport_in_use_) {
    ++generation_;  // an answer of prepare_attempt comes too late
    return stop_for(StopReason::asked);
  }
  set_state(ConnectionState::disconnecting);
  deadline_ = loop_.now() + options_.disconnect_timeout;
  end();
  drain();
}

void Driver::wake() {
  if (state_ == ConnectionState::waiting) return begin_attempt();
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
  if (options.qos == Qos::at_most_once) qos0_published_at_ = now;
  flush_soon();
  return delivery;
}

void Driver::flush_soon() {
  if (!draining_) write_full_frames();
  loop_.request_turn();
}

// In a long burst the network works while the application still makes the rest. Neither events nor records: those come
// with the turn.
void Driver::write_full_frames() {
  while (transport_in_use_ && !transport_full_) {
    const Bytes output = client_.pending_output();
    if (output.size() < largest_write) return;
    const std::size_t taken = transport_.write(output.first(largest_write));
    transport_full_ = taken < largest_write;
    client_.consume_output(taken, loop_.now());
  }
}

// ---- attempts ----

void Driver::set_state(ConnectionState state) {
  if (state_ == state) return;
  state_ = state;
  if (state != ConnectionState::waiting) retry_at_.reset();
  if (on_state) on_state(state);
}

void Driver::begin_attempt() {
  const std::uint64_t generation = ++generation_;
  stop_reason_ = StopReason::none;
  error_ = {};
  set_state(ConnectionState::connecting);
  if (generation != generation_) return;  // the application stopped it from on_state
  Attempt proposal;
  if (const std::size_t count = options_.urls.size(); count != 0) {
    if (options_.shuffle_urls && tried_urls_ == 0) first_url_ = loop_.random() % count;
    proposal.url = options_.urls[(first_url_ + tried_urls_) % count];
    tried_urls_ = (tried_urls_ + 1) % count;
  }
  const ClientOptions& client = client_.options();
  proposal.user_name = client.user_name;
  proposal.password = client.password;
  proposal.will = client.will;
  proposal.client_id = client.client_id;
  proposal.clean_session = client.clean_session;
  proposal.keep_alive = client.keep_alive;
  if (!options_.prepare_attempt) return open(std::move(proposal));
  url_ = proposal.url;
  deadline_ = loop_.now() + options_.open_timeout;
  options_.prepare_attempt(std::move(proposal), [this, alive = alive_, generation](Attempt attempt) {
    const bool awaited = *alive && generation == generation_ && state_ == ConnectionState::connecting;
    if (awaited && !attempt_open_) open(std::move(attempt));
  });
  arm_timer();
}

void Driver::not_prepared(Time now) {
  ++generation_;  // an answer comes too late
  attempt_open_ = true;
  client_.handle_attempt(url_, now);
  client_.handle_transport_closed({TransportFault::not_prepared, 0, {}, false}, now);
}

void Driver::open(Attempt attempt) {
  const Time now = loop_.now();
  url_ = attempt.url;
  client_.set_credentials(std::move(attempt.user_name), std::move(attempt.password));
  client_.set_will(std::move(attempt.will));
  if (attempt.clean_session) client_.set_clean_session(*attempt.clean_session);
  if (attempt.keep_alive) client_.set_keep_alive(*attempt.keep_alive);
  if (attempt.client_id) error_ = client_.set_client_id(std::move(*attempt.client_id), now);
  client_.handle_attempt(url_, now);
  attempt_open_ = true;
  if (error_) {
    client_.abort(now);
    return drain();
  }
  deadline_ = now + options_.open_timeout;
  transport_in_use_ = true;
  transport_full_ = false;
  transport_.open(url_, *this);
  arm_timer();
}

void Driver::on_transport_open() {
  deadline_.reset();
  if (const Error error = client_.handle_transport_open(loop_.now())) {
    error_ = error;
    client_.abort(loop_.now());
  }
  drain();
}

void Driver::on_transport_bytes(Bytes bytes) {
  client_.handle_bytes(bytes, loop_.now());
  drain();
}

void Driver::on_transport_writable() {
  transport_full_ = false;
  drain();
}

void Driver::on_transport_closed(const TransportClose& close) {
  transport_in_use_ = false;
  client_.handle_transport_closed(close, loop_.now());
  drain();
}

// ---- one turn: events up, journal to the store, bytes to the wire ----

void Driver::drain() {
  if (draining_) return;  // called back from inside: the loop below goes on
  draining_ = true;
  const std::shared_ptr<bool> alive = alive_;
  do {
    deliver_events();
    if (!*alive) return;
    write_journal();
    write_output();
    close_transport_if_due();
  } while (client_.has_events());
  draining_ = false;
  if (ended_) decide_what_next();
  if (!*alive) return;
  if (on_turn) on_turn();
  if (!*alive) return;
  stop_if_done();
  if (*alive) arm_timer();
}

void Driver::stop_if_done() {
  if (!done_timeout_ || draining_) return;
  const Client::Counts counts = client_.counts();
  const bool done = counts.queued + counts.in_flight + counts.requests + counts.output_bytes == 0;
  if (done || loop_.now() >= *done_deadline_) stop();
}

// Acknowledgements and answers. What is only sent again on the next connection is no progress.
void Driver::note_progress(const Event& event) {
  if (!done_timeout_) return;
  if (std::holds_alternative<Closed>(event)) writing_is_progress_ = false;
  const auto* change = std::get_if<DeliveryChanged>(&event);
  const auto* subscribed = std::get_if<Subscribed>(&event);
  const auto* unsubscribed = std::get_if<Unsubscribed>(&event);
  const bool ended = change != nullptr && change->state != DeliveryState::sent;
  const bool answered = (subscribed != nullptr && !subscribed->error) || (unsubscribed != nullptr && !unsubscribed->error);
  if (!ended && !answered) return;
  writing_is_progress_ = true;
  done_deadline_ = loop_.now() + *done_timeout_;
}

void Driver::deliver_events() {
  const std::shared_ptr<bool> alive = alive_;
  const Time now = loop_.now();  // once: thousands of messages come in one piece, and a browser's clock is slow
  while (const Event* event = client_.poll_event(now)) {
    const bool connected = std::holds_alternative<Connected>(*event);
    connected_once_ = connected_once_ || connected;
    note_progress(*event);
    if (const auto* subscribed = std::get_if<Subscribed>(event)) requests_cut_ = requests_cut_ || subscribed->error;
    if (const auto* unsubscribed = std::get_if<Unsubscribed>(event)) requests_cut_ = requests_cut_ || unsubscribed->error;
    if (const Closed* closed = std::get_if<Closed>(event)) {
      close_record_ = closed->record;
      ended_ = true;
    }
    if (on_event) on_event(*event);
    if (!*alive) return;
    // After the event, so that whoever hears of the state finds everything above it ready; unless it was ended there.
    if (connected && state_ == ConnectionState::connecting) set_state(ConnectionState::connected);
    if (!*alive) return;
  }
}

void Driver::write_journal() {
  if (store_ == nullptr) return;
  const std::uint64_t position = client_.journal_position();
  if (store_failed_) {
    client_.take_journal();
    if (store_says_stop()) return;
    client_.handle_journal_durable(position);
    return;
  }
  if (!loaded_ || client_.pending_journal().empty()) return;
  store_->append(client_.pending_journal(), [this, alive = alive_, position](bool ok, std::string_view problem) {
    if (!*alive) return;
    if (!ok) store_problem(problem);
    if (!*alive) return;
    if (!store_says_stop()) client_.handle_journal_durable(position);
    drain();
  });
  client_.take_journal();
}

void Driver::write_output() {
  while (transport_in_use_ && !transport_full_) {
    Bytes output = client_.pending_output();
    if (output.empty()) return;
    output = output.first(std::min(output.size(), largest_write));
    const std::size_t taken = transport_.write(output);
    transport_full_ = taken < output.size();
    client_.consume_output(taken, loop_.now());
    if (done_timeout_ && writing_is_progress_ && taken != 0) done_deadline_ = loop_.now() + *done_timeout_;
    write_journal();
  }
}

void Driver::close_transport_if_due() {
  if (!client_.should_close()) return;
  if (transport_in_use_) transport_.close();
  transport_in_use_ = false;
  client_.handle_transport_closed({TransportFault::none, 0, {}, true}, loop_.now());
}

void Driver::store_problem(std::string_view problem) {
  if (std::exchange(store_failed_, true)) return;
  const std::shared_ptr<bool> alive = alive_;
  if (on_store_problem) on_store_problem(problem);
  if (!*alive || options_.store_failure != StoreFailure::stop || state_ == ConnectionState::stopped) return;
  if (attempt_open_) return client_.abort(loop_.now());  // its events follow with the turn
  ++generation_;  // an answer of prepare_attempt comes too late
  stop_for(StopReason::store_failed);
}

// ---- after an attempt ----

void Driver::decide_what_next() {
  ended_ = attempt_open_ = false;
  deadline_.reset();
  const CloseRecord& record = close_record_;
  const bool was_connected = std::exchange(connected_once_, false);
  if (stop_wanted_) return stop_for(StopReason::asked);
  if (store_says_stop()) return stop_for(StopReason::store_failed);
  if (error_) return stop_for(StopReason::invalid);
  if (record.cause == CloseRecord::Cause::refused && !retry_after(record.return_code))
    return stop_for(StopReason::refused);
  if (address_is_wrong(record.fault) && options_.urls.size() <= 1 && !options_.prepare_attempt)
    return stop_for(StopReason::invalid);
  const std::shared_ptr<bool> alive = alive_;
  if (suspect_takeover(record, was_connected)) return stop_for(StopReason::taken_over);
  if (!*alive || state_ == ConnectionState::stopped) return;
  // The other brokers of the list are tried before anything waits.
  const bool more_urls = !was_connected && tried_urls_ != 0;
  if (!options_.reconnect && !more_urls) return stop_for(StopReason::connection_lost);
  if (was_connected && !same_fault_again(record)) backoff_.connection_lasted(record.connected_for);
  retry_at_ = loop_.now() + (more_urls ? Duration{} : backoff_.next(loop_.random()));
  set_state(ConnectionState::waiting);
}

bool Driver::retry_after(ConnectReturnCode code) const {
  return options_.retry_refusal ? options_.retry_refusal(code) : code == ConnectReturnCode::server_unavailable;
}

// A broker that makes the same mistake on each connection will make it on the next one, however long they last.
bool Driver::same_fault_again(const CloseRecord& record) {
  const Error fault = record.cause == CloseRecord::Cause::protocol_error ? record.error : Error{};
  return std::exchange(last_fault_, fault) == fault && fault;
}

// See TakeoverSuspected. True: the policy is to stop.
bool Driver::suspect_takeover(const CloseRecord& record, bool was_connected) {
  const TakeoverOptions& takeover = options_.takeover;
  const bool ours = std::exchange(requests_cut_, false) || client_.counts().in_flight != 0 ||
                    loop_.now() - qos0_published_at_ < std::chrono::seconds{1};
  const bool cut = was_connected && record.cause == CloseRecord::Cause::transport && !names_another_reason(record.code);
  strikes_ = cut && !ours && record.connected_for < takeover.within ? strikes_ + 1 : 0;
  if (takeover.connections == 0 || strikes_ < takeover.connections) return false;
  const bool likely = strikes_ >= 2 * takeover.connections;
  if (on_takeover)
    on_takeover({likely ? TakeoverSuspected::Likelihood::likely : TakeoverSuspected::Likelihood::possible, strikes_});
  return takeover.policy == TakeoverPolicy::stop;
}

void Driver::stop_for(StopReason reason) {
  stop_reason_ = reason;
  stop_wanted_ = false;
  done_timeout_.reset();
  deadline_.reset();
  set_state(ConnectionState::stopped);
  arm_timer();
}

// ---- time ----

void Driver::arm_timer() {
  std::optional<Time> next = client_.next_timeout();
  const std::optional<Time> done = done_timeout_ ? done_deadline_ : std::nullopt;
  for (const auto& time : {deadline_, retry_at_, done}) {
    if (time && (!next || *time < *next)) next = time;
  }
  loop_.set_timer(next);
}

void Driver::handle_timer() {
  const Time now = loop_.now();
  client_.handle_timeout(now);
  if (deadline_ && now >= *deadline_) {
    deadline_.reset();
    if (state_ == ConnectionState::disconnecting) {
      client_.abort(now);
    } else if (transport_in_use_) {
      transport_.close();
      on_transport_closed({TransportFault::timed_out, 0, {}, false});
    } else if (state_ == ConnectionState::connecting && !attempt_open_) {
      not_prepared(now);
    }
  }
  if (state_ == ConnectionState::waiting && retry_at_ && now >= *retry_at_) begin_attempt();
  drain();
}

}  // namespace wasmqtt
