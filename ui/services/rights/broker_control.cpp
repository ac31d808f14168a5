#include "broker_control.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace rights {

using namespace wasmqtt;

namespace {

// The broker does nothing else while it answers or carries out a message, and takes none above its message_size_limit.
constexpr std::size_t page = 10;  // clients, roles or groups in one answer
constexpr std::size_t commands_per_message = 50;
constexpr std::size_t rights_per_message = 2000;  // about 100 bytes each; a command that has more goes alone
constexpr std::chrono::seconds answer_timeout{60};

}  // namespace

BrokerControl::BrokerControl(MqttClient& mqtt, EventLoop& loop, std::function<void(std::string_view)> log)
    : mqtt_(mqtt), loop_(loop), log_(std::move(log)), name_(std::to_string(loop.random())) {
  mqtt_.on_event = [this](const MqttEvent& event) { handle(event); };
  (void)mqtt_.subscribe(dynsec_response_topic, Qos::at_least_once, [this](const Message& message) { receive(as_text(message.payload)); });
  loop_.attach(
      [this] {
        if (correlation_.empty()) return;
        log_("the broker has not answered a command");
        finish(false);
      },
      [] {});
}

void BrokerControl::handle(const MqttEvent& event) {
  if (const auto* answer = std::get_if<SubscriptionAnswered>(&event)) {
    if (!answer->granted && !answer->error) log_("the broker does not let this account administer it");
    if (!answer->granted) return;
    ready_ = true;
    if (on_ready) on_ready();
  }
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed == nullptr || changed->state == ConnectionState::connected) return;
  ready_ = false;
  if (changed->state == ConnectionState::waiting || changed->state == ConnectionState::stopped) log_(mqtt_.close_record().sentence());
  finish(false);
}

void BrokerControl::read(Read done) {
  reading_ = std::move(done);
  state_ = {};
  offset_ = 0;
  ask();
}

void BrokerControl::apply(std::vector<Command> commands, Done done) {
  applying_ = std::move(done);
  commands_ = std::move(commands);
  done_ = sent_ = 0;
  send_next();
}

void BrokerControl::ask() {
  correlation_ = name_ + '.' + std::to_string(++number_);
  publish(write_questions(offset_, page, correlation_));
}

void BrokerControl::send_next() {
  if (done_ == commands_.size()) return finish(true);
  correlation_ = name_ + '.' + std::to_string(++number_);
  std::size_t rights = commands_[done_].acls.size();
  for (sent_ = 1; sent_ < std::min(commands_per_message, commands_.size() - done_); ++sent_) {
    rights += commands_[done_ + sent_].acls.size();
    if (rights > rights_per_message) break;
  }
  publish(write_commands(std::span(commands_).subspan(done_, sent_), correlation_));
}

// QoS 0, in a clean session: a command that would be sent again after a reconnect could undo a later one.
void BrokerControl::publish(const std::string& payload) {
  if (!mqtt_.publish(dynsec_topic, payload)) return finish(false);
  loop_.set_timer(loop_.now() + answer_timeout);
}

void BrokerControl::receive(std::string_view payload) {
  if (correlation_.empty()) return;
  const auto response = read_response(payload, correlation_, offset_ + page, state_);
  if (!response) return;
  for (const std::string& error : response->errors) log_("the broker refuses " + error);
  if (!response->errors.empty()) return finish(false);
  if (reading_) {
    if (!response->more) return finish(true);
    offset_ += page;
    return ask();
  }
  if (response->answers != sent_) return finish(false);
  done_ += sent_;
  send_next();
}

void BrokerControl::finish(bool ok) {
  correlation_.clear();
  loop_.set_timer(std::nullopt);
  if (const auto reading = std::exchange(reading_, nullptr)) return reading(ok ? std::optional(std::move(state_)) : std::nullopt);
  if (const auto applying = std::exchange(applying_, nullptr)) applying(ok);
}

}  // namespace rights
