// What becomes of an account's connection, and what is said of it.
#include "account.hpp"
#include "device.hpp"

#include <algorithm>

#include "chat/digits.hpp"
#include "chat/topics.hpp"

namespace chat {
namespace {

using wasmqtt::CloseRecord;
using wasmqtt::ConnectionState;
using wasmqtt::ReasonCode;
using wasmqtt::StopReason;

// A connection that the broker has ended because of changed rights is usually back before anybody has read that.
constexpr Duration kick_grace = std::chrono::seconds{2};

// Refusals in plain words, with what to do. Mosquitto answers a wrong password with "not authorized", so with a password the
// two codes mean the same to the user.
std::string why(const CloseRecord& record, bool with_password) {
  if (record.cause != CloseRecord::Cause::refused) return record.sentence();
  switch (record.reason_code) {
    case ReasonCode::unsupported_protocol_version: return "The broker does not support MQTT 3.1.1.";
    case ReasonCode::client_identifier_not_valid: return "The broker rejected the client id. Try another user name.";
    case ReasonCode::server_unavailable: return "The broker is not available right now. Please try again later.";
    case ReasonCode::bad_user_name_or_password: return "Bad user name or password.";
    case ReasonCode::not_authorized:
      if (with_password) return "Bad user name or password. (The broker answered: not authorized.)";
      return "Not authorized: the broker refused this user. It may require a password.";
    default: return record.sentence();
  }
}

bool is_takeover(const CloseRecord& record) {
  return record.cause == CloseRecord::Cause::ended_by_broker && record.reason_code == ReasonCode::session_taken_over;
}

// MQTT 5 says so; in 3.1.1 the broker just closes the connection, which may have any other reason.
bool ends_as_rights_change(const CloseRecord& record) {
  if (record.phase != CloseRecord::Phase::connected) return false;
  if (record.cause == CloseRecord::Cause::ended_by_broker) return record.reason_code == ReasonCode::administrative_action;
  return record.cause == CloseRecord::Cause::transport;
}

}  // namespace

void Account::handle(const wasmqtt::StateChanged& event) { handle_state(event.state); }

void Account::handle(const wasmqtt::Connected& event) {
  resumed_ = event.session_present;
  farewell_.clear();
  kicked_at_.reset();
  if (stopping_) return;
  // Another tab has taken the connection back.
  if (share_ && elsewhere_ != Elsewhere::no && app_ != nullptr) {
    use_here();
    app_->on_used_here();
  }
  if (std::exchange(forgetting_, false)) {
    // The session of this connection ends with it; the next one is kept again.
    if (wasmqtt::MqttClient* client = connection()) client->abort(), client->connect();
    return;
  }
  handle_connected();
}

void Account::handle(const wasmqtt::SessionLost& event) {
  if (was_connected_ || event.republished != 0)
    notice("The broker had lost the session. " + std::to_string(event.republished) +
           " messages were sent again; what others sent in the meantime is lost.");
}

void Account::handle(const wasmqtt::SubscriptionAnswered& event) {
  if (workbench_) workbench_->handle_answered(event);
  if (event.error) return;
  const bool messages = app_ != nullptr && event.filter != all_status_filter;
  if (!event.granted) {
    notice("The broker refused this subscription" + reason_words(event.reason_code) +
               ". You will not receive messages on this topic.", event.filter);
    if (messages) subscription_refused(event.filter);
    return;
  }
  // Something else than the chat may have asked for less.
  const auto filters = mqtt_->filters();
  const bool less = std::any_of(filters.begin(), filters.end(), [&](const auto& one) { return one.filter == event.filter && *event.granted < one.asked; });
  if (less)
    notice("The broker granted only QoS " + std::to_string(static_cast<int>(*event.granted)) + ".", event.filter);
  if (messages && event.filter == refused_filter_) app_->state_.subscription_problem.clear();
}

void Account::subscription_refused(std::string_view filter) {
  std::string& problem = app_->state_.subscription_problem;
  if (!problem.empty()) return;
  refused_filter_ = filter;
  problem = "The broker refused the subscription to " + refused_filter_ + ". You will not receive any messages.";
  if (by_certificate())
    problem += " Is the certificate that the browser shows in the name of " + user_ + ", and does the broker know this user?";
}

void Account::handle(const wasmqtt::StoreProblem& event) { storage_failed(event.problem); }

void Account::handle(const wasmqtt::Closed& event) {
  const bool kicked = settings_.dynamic_rights() && ends_as_rights_change(event.record);
  std::string words = event.record.sentence();
  if (event.record.code != 0) words += " (WebSocket code " + std::to_string(event.record.code) + ")";
  if (kicked) words += " The broker does this where access rights change.";
  note(words);
  if (kicked) kicked_at_ = now();
  if (kicked || event.record.cause != CloseRecord::Cause::ended_by_broker) return;
  farewell_ = event.record.sentence();
  notice(farewell_);
}

void Account::handle(const wasmqtt::FellBack&) {
  notice("This broker speaks MQTT 3.1.1 only. What MQTT 5 adds is not available.");
}

void Account::handle_state(ConnectionState state) {
  if (state != ConnectionState::loading && state != ConnectionState::stopped) adopt_unfinished();
  note_state(state);
  if (stopping_) return;
  if (state == ConnectionState::waiting) handle_waiting();
  if (state == ConnectionState::stopped) handle_stopped();
}

// Between the packets. A sign-in waits for no further attempt.
void Account::note_state(ConnectionState state) {
  if (state != ConnectionState::waiting || !mqtt_->retry_at() || !(was_connected_ || returning_)) return;
  const Duration left = std::max(*mqtt_->retry_at() - now(), Duration{0});
  note("Waiting " + decimal(left.count() / 1000, 1) + " s before the next attempt.");
}

void Account::handle_connected() {
  const bool again = std::exchange(was_connected_, true);
  connected_at_ = now();
  if (settings_.status && leads()) publish_status(true);
  checks_.restart(now());
  if (desk_) desk_->handle_connected(again, resumed_);
  if (again && resumed_ && settings_.status) {
    // The session kept the subscription, and a broker sends the retained statuses to new ones only; those that
    // changed meanwhile would be missed.
    status_subscription_ = subscribe(all_status_filter, &Account::handle_status, status_subscription_);
  }
  if (!again && app_ != nullptr) app_->signed_in();
}

bool Account::by_certificate() const { return settings_.authentication && password_.empty() && broker_.starts_with("wss:"); }

std::string Account::why_not_connected() const {
  const CloseRecord& record = mqtt_->close_record();
  std::string words = why(record, settings_.authentication);
  // A browser does not tell this from any other failure.
  if (by_certificate() && record.cause == CloseRecord::Cause::transport && record.phase == CloseRecord::Phase::opening)
    words += " If the broker asks for your certificate: has the browser one, is it still valid, and did you choose it there?";
  return words;
}

// A sign-in is tried once, but for what the client tries at once: the other version of the protocol.
void Account::handle_waiting() {
  if (was_connected_ || returning_ || mqtt_->retry_at() <= now()) return;
  // The other tab is signed in, and waits, too.
  if (!leads()) {
    returning_ = true;
    if (app_ != nullptr) app_->signed_in();
    return;
  }
  std::string problem = why_not_connected();
  if (app_ != nullptr && !app_->network_) problem = "This device is offline. " + problem;
  stopping_ = true;
  mqtt_->abort();
  if (app_ != nullptr) app_->sign_in_failed(problem);
}

void Account::handle_stopped() {
  if (mqtt_->stop_reason() == StopReason::taken_over && elsewhere_ == Elsewhere::no)
    elsewhere_ = is_takeover(mqtt_->close_record()) ? Elsewhere::told_by_broker : Elsewhere::suspected;
  if (app_ != nullptr && elsewhere_ != Elsewhere::no) app_->signed_out();
  if (was_connected_ || app_ == nullptr || elsewhere_ != Elsewhere::no) return;
  stopping_ = true;
  if (mqtt_->close_record().cause == CloseRecord::Cause::refused) app_->device_->saw(40);
  const wasmqtt::Error error = connection() != nullptr ? connection()->error() : wasmqtt::Error{};
  app_->sign_in_failed(mqtt_->stop_reason() == StopReason::invalid && error
                           ? "Cannot connect: " + std::string(error.message()) + "."
                           : why_not_connected());
}

ConnectionStatus Account::connection(bool network) const {
  using Kind = ConnectionStatus::Kind;
  if (elsewhere_ == Elsewhere::other_tab || elsewhere_ == Elsewhere::told_by_broker) {
    std::string detail = "Somebody signed in as " + user_ + " in another window" +
                         (elsewhere_ == Elsewhere::other_tab ? "" : " or on another device") +
                         ". A broker allows one connection per client id.";
    if (!farewell_.empty()) detail += " " + farewell_;
    return {Kind::elsewhere, "Signed in elsewhere", std::move(detail)};
  }
  if (elsewhere_ == Elsewhere::suspected)
    return {Kind::elsewhere, "Possibly signed in elsewhere",
            "The broker closed several connections in a row right after signing in. Somebody may have signed in as " +
                user_ + " on another device: a broker allows one connection per client id."};
  if (mqtt_ == nullptr) return {Kind::connecting, "Connecting", {}};
  const ConnectionState state = mqtt_->state();
  const bool several = broker_.find(' ') != std::string::npos;
  if (is_connected()) return {Kind::connected, several ? "Connected to " + mqtt_->url() : "Connected", {}};
  if (!network) return {Kind::offline, "Offline", "This device is offline. The chat reconnects when the network is back."};
  // No more than a moment: there is nothing to explain yet.
  if (kicked_at_ && now() < *kicked_at_ + kick_grace) return {Kind::reconnecting, "Reconnecting", {}};
  const bool was_closed = was_connected_ || (returning_ && !mqtt_->close_record().url.empty());
  std::string reason = was_closed ? why_not_connected() : std::string{};
  if (!farewell_.empty() && reason != farewell_) reason = farewell_ + " " + reason;
  if (state == ConnectionState::stopped) return {Kind::offline, "Offline", reason};
  if (state == ConnectionState::waiting && mqtt_->retry_at()) {
    const Duration left = std::max(*mqtt_->retry_at() - now(), Duration{0});
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    return {Kind::reconnecting, "Reconnecting in " + std::to_string(seconds) + " s", reason};
  }
  return {Kind::reconnecting, was_connected_ ? "Reconnecting" : "Connecting", reason};
}

std::optional<Time> Account::next_change() const {
  std::optional<Time> next = next_countdown();
  const auto consider = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  consider(history_.next_write());
  consider(settle_at_);
  if (is_connected()) consider(checks_.next_change());
  if (desk_) consider(desk_->next_change());
  if (kicked_at_ && now() < *kicked_at_ + kick_grace) consider(*kicked_at_ + kick_grace);
  return next;
}

std::optional<Time> Account::next_countdown() const {
  if (mqtt_ == nullptr || mqtt_->state() != ConnectionState::waiting || !mqtt_->retry_at()) return {};
  const Duration left = *mqtt_->retry_at() - now();
  if (left <= Duration{0}) return {};
  const auto whole = std::chrono::ceil<std::chrono::seconds>(left) - std::chrono::seconds{1};
  return *mqtt_->retry_at() - whole;
}

}  // namespace chat
