// Joins Client, Transport, SessionStore and the reconnect policy: the only place that does.
//
// A Driver runs attempts until it is told to stop: fetch URL and credentials, open the transport, feed the client,
// hand its events up and its bytes down, journal before the wire, wait, try again. It never blocks, and it is called
// from one event loop only. MqttClient adds subscriptions with handlers on top.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wasmqtt/authenticator.hpp"
#include "wasmqtt/backoff.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/event_loop.hpp"
#include "wasmqtt/lifetime.hpp"
#include "wasmqtt/progress_deadline.hpp"
#include "wasmqtt/session_store.hpp"
#include "wasmqtt/takeover.hpp"
#include "wasmqtt/transport.hpp"
#include "wasmqtt/url_list.hpp"

namespace wasmqtt {

// What one attempt needs; asked anew for every attempt, so that a token, a signed URL or a will can be fresh. A proposal
// holds what the last attempt had: change what is new and hand it back.
struct Attempt {
  std::string url{};
  std::optional<std::string> user_name{};
  std::optional<std::vector<std::uint8_t>> password{};
  std::optional<WillOptions> will{};
  AuthenticationOptions authentication{};  // MQTT 5's; an Authenticator takes its place
  // Not set: as before. Another client id is another session [MQTT-3.1.3-2]; see Client::set_client_id.
  std::optional<std::string> client_id{};
  std::optional<bool> clean_session{};
  std::optional<std::chrono::seconds> keep_alive{};
  // Not empty: there is nothing to connect with, and this is why, in words for people. The attempt has failed at once
  // (TransportFault::not_prepared), and the close record's sentence says it.
  std::string problem{};
};

// What to do when the store fails: denied, full, damaged, gone. on_store_problem says so in either case, once.
enum class StoreFailure : std::uint8_t {
  // Prefers availability: the session continues in this object, and nothing is lost unless the program or page ends. For a
  // chat.
  continue_in_memory,
  // Prefers durability: nothing leaves that waits for a record, so no PUBLISH that a crash could make us forget and no
  // acknowledgement of what the application could not store. The connection ends without DISCONNECT and is not made again
  // by this object (StopReason::store_failed). For a worker.
  stop,
};

struct DriverOptions {
  // Several brokers: tried in turn, also on reconnect; the rest of a round without waiting. A broker that takes a connection
  // and does not answer is left after ClientOptions::connack_timeout.
  std::vector<std::string> urls{};
  // In an order of this driver's own, drawn once: a fleet spreads over the brokers, and over the others when one is gone.
  bool shuffle_urls = false;
  // Where a connection has ended, the same broker is tried first, for the session lives there; unless it was silent (a time-out),
  // or the connections there end before BackoffOptions::stable_after, twice in a row.
  bool stay = false;
  // Not zero: who has been connected for so long to another than the first broker (of the drawn order) goes back to it, with
  // DISCONNECT. When it does not serve, the other one is tried next, and the time until the next return doubles, up to 64 times.
  Duration return_after{};
  bool reconnect = true;          // false: an attempt or connection that ended stops the driver (StopReason::connection_lost)
  BackoffOptions backoff{};
  // Where a connection that the broker had accepted ends, the first attempt is made at once and the waiting begins after it. For
  // a broker that ends connections to change their rights; see forgive_endings().
  bool reconnect_at_once = false;
  Duration open_timeout = std::chrono::seconds{20};  // for prepare_attempt to answer, and for the transport to open
  // For DISCONNECT to leave, from when bytes left last: what was published before may take longer. Then the transport is
  // closed without it.
  Duration disconnect_timeout = std::chrono::seconds{2};
  TakeoverOptions takeover{};
  StoreFailure store_failure = StoreFailure::continue_in_memory;
  // Whether to try again after this refusal (CONNACK); else StopReason::refused. Default: can_heal(), which of MQTT 3.1.1's
  // codes is 3, server unavailable, only. One of MQTT 5 comes as the nearest that 3.1.1 has; Closed has the code itself.
  std::function<bool(ConnectReturnCode)> retry_refusal{};
  // MQTT 5: where to go when the broker names another server (0x9C, 0x9D in CONNACK or DISCONNECT); an empty address: nowhere,
  // which is also what happens without this function. `reference` is the broker's text: a list separated by spaces, each a
  // host or host:port. The address is for the next attempt, with the credentials of this one, and has to be as secure as the
  // present one, else it is not used; at most three are followed in a row.
  std::function<std::string(std::string_view reference, const CloseRecord& record)> follow_server{};
  // MQTT 5's enhanced authentication, when set; outlives the driver. It answers what the broker asks, and the event
  // Authentication comes only when the broker has been accepted, too.
  Authenticator* authenticator = nullptr;
  // Replaces urls and the client's options when set: calls `ready` once, at once or later. After open_timeout, or
  // with an answer that names a problem, the attempt has failed (TransportFault::not_prepared), and the next one asks again.
  std::function<void(Attempt proposal, std::function<void(Attempt)> ready)> prepare_attempt{};
};

enum class ConnectionState : std::uint8_t {
  stopped,       // not started, or ended; see StopReason
  loading,       // reading the stored session
  connecting,
  connected,
  waiting,       // for the next attempt; see retry_at()
  disconnecting,
};

enum class StopReason : std::uint8_t {
  none,
  asked,             // disconnect() or abort()
  refused,           // CONNACK with a code that retry_refusal does not try again, or DISCONNECT with one that can't heal; or
                     // we have refused the broker's authentication
  taken_over,        // under TakeoverPolicy::stop: the same client id is probably in use elsewhere
  store_failed,      // under StoreFailure::stop
  connection_lost,   // without DriverOptions::reconnect
  invalid,           // options or URL can't work: see the close record or error()
};

enum class DriverState : std::uint8_t;  // src/driver_states.hpp: what it is doing, as a table
enum class DriverEvent : std::uint8_t;
enum class DriverAction : std::uint8_t;

class Driver final : private TransportObserver {
 public:
  // All references outlive the driver. `store` may be nullptr: then the session lives as long as this object.
  Driver(EventLoop& loop, Transport& transport, SessionStore* store, ClientOptions client, DriverOptions options);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Every event of the client, in order; views are valid during the call. Commands may be called from inside.
  std::function<void(const Event&)> on_event;
  // The state below changed.
  std::function<void(ConnectionState)> on_state;
  // The store failed: the session continues in memory only from now on, or the driver stops: see StoreFailure.
  std::function<void(std::string_view problem)> on_store_problem;
  std::function<void(const TakeoverSuspected&)> on_takeover;
  // Under Protocol::newest: the broker at this address speaks MQTT 3.1.1 only, and is asked for nothing else from now on.
  // Once for each address.
  std::function<void(std::string_view url)> on_fallback;
  // Events, records and output of this turn of the event loop have been dealt with. Commands may be called from inside.
  std::function<void()> on_turn;

  // Starts, or tries again at once when waiting or stopped. Idempotent while connecting or connected. After
  // StopReason::store_failed it stays stopped.
  void start();
  // DISCONNECT, then stop; before CONNACK too, when CONNECT is out. Always finishes, within disconnect_timeout.
  void stop();
  // The same with something to say. Errors, then nothing changed: see Client::set_disconnect().
  Error stop(const DisconnectOptions& options);
  // stop() as soon as no message, request or output is unfinished, or after `timeout` without progress; see
  // MqttClient::disconnect_when_done().
  Error stop_when_done(Duration timeout, const DisconnectOptions& options);
  // See MqttClient::reauthenticate().
  Error reauthenticate();
  // Stop without DISCONNECT (the broker publishes the will).
  void abort();
  // Something woke us up (visible again, online, resumed): checks the link at once, or tries at once if waiting.
  void wake();
  // The application has learned why the last connections ended, that their rights have changed for example: they count neither
  // towards a takeover nor in the backoff.
  void forgive_endings();
  // The network is gone for certain: an open connection is aborted and the next attempt waits.
  void offline();

  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options);
  // After any other command on client(): has its output sent and its records written at the end of this turn; what fills a
  // frame already goes at once.
  void flush_soon();
  Client& client() { return client_; }
  const Client& client() const { return client_; }
  Time now() const { return loop_.now(); }

  ConnectionState state() const { return state_; }
  StopReason stop_reason() const { return stop_reason_; }
  std::optional<Time> retry_at() const { return retry_at_; }  // when waiting
  const std::string& url() const { return url_; }             // of the current or last attempt
  UrlChoice url_choice() const { return url_choice_; }        // and why it is that one
  const CloseRecord& close_record() const { return close_record_; }  // of the last attempt that ended
  Error error() const { return error_; }                      // StopReason::invalid
  bool durable() const { return store_ != nullptr && loaded_ && !store_failed_; }  // what is accepted now would survive a crash

 private:
  void on_transport_open() override;
  void on_transport_bytes(Bytes bytes) override;
  void on_transport_writable() override;
  void on_transport_closed(const TransportClose& close) override;

  // driver.cpp: what happens, and what follows from the table
  void fire(DriverEvent event, StopReason reason = StopReason::asked);
  bool enter(DriverState next, StopReason reason);
  void act(DriverAction action);
  void load();
  void prepare();
  void open();
  void decide_what_next();
  bool has_one_address() const;
  bool falls_back();
  bool is_old(std::string_view url) const;
  void remember_version();
  void remember_old();
  bool follows_server();
  void go_back_if_due();
  StopReason reason_to_stop(bool was_connected);
  bool same_fault_again();
  void arm_timer();
  void handle_timer();
  void store_problem(std::string_view problem);
  bool store_says_stop() const { return store_failed_ && options_.store_failure == StoreFailure::stop; }

  // driver_turn.cpp: one turn of the event loop
  void drain();
  void deliver_events();
  void note(const Event& event, Time now);
  void write_journal();
  void write_output();
  void write_full_frames();
  void close_transport_if_due();
  void stop_if_done();

  EventLoop& loop_;
  Transport& transport_;
  SessionStore* store_;
  Client client_;
  DriverOptions options_;
  Backoff backoff_;
  TakeoverWatch takeover_;
  ProgressDeadline finishing_;    // of stop_when_done()
  DriverState step_;
  std::uint64_t transitions_ = 0;  // of step_: what was begun before one is out of date after it
  ConnectionState state_ = ConnectionState::stopped;
  StopReason stop_reason_ = StopReason::none;
  CloseRecord close_record_;
  Error error_;
  Error last_fault_;              // of the protocol, that ended the connection before
  ReasonCode last_ending_ = ReasonCode::success;  // of the broker's DISCONNECT, if that ended it
  Attempt attempt_;               // prepared, until it is opened
  UrlList urls_;
  std::string url_;
  UrlChoice url_choice_ = UrlChoice::in_turn;
  const bool newest_;             // Protocol::newest was asked for
  std::vector<std::string> old_urls_;  // of brokers that speak 3.1.1 only
  std::vector<std::string> new_urls_;  // of brokers that have spoken MQTT 5
  bool trying_old_ = false;       // this attempt finds out whether it is that
  unsigned redirects_ = 0;        // in a row
  std::optional<Time> retry_at_;
  std::optional<Time> deadline_;  // of preparing, opening or disconnecting
  std::optional<Time> go_back_at_;  // to the first of urls
  bool loaded_ = false;           // the store's session
  bool store_failed_ = false;
  bool transport_in_use_ = false; // between open() and the end, whichever side ends it
  bool transport_full_ = false;   // until on_transport_writable()
  bool draining_ = false;         // a call from inside returns; the loop further out continues
  Lifetime lifetime_;
};

}  // namespace wasmqtt
