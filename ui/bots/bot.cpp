#include "bot.hpp"

#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>

#include "chat/checked_messages.hpp"
#include "chat/message_id.hpp"
#include "chat/topics.hpp"
#include "chat/wire.hpp"

namespace chat {

using namespace wasmqtt;

namespace {

constexpr std::size_t most_remembered = 10'000;  // senders of checked messages

// Local time minus UTC.
std::chrono::minutes local_offset(Time time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
  const std::time_t when = seconds.count();
  std::tm local{};
  ::localtime_r(&when, &local);
  return std::chrono::minutes{local.tm_gmtoff / 60};
}

std::string status_at(Time now, bool online) { return write_status({online, now}, local_offset(now)); }

NetworkOptions network_options(const BotOptions& options) {
  NetworkOptions network;
  network.tls.ca_file = options.ca_file;
  return network;
}

std::unique_ptr<FileStore> make_store(boost::asio::io_context& context, const std::string& directory) {
  if (directory.empty()) return nullptr;
  return std::make_unique<FileStore>(context, FileStoreOptions{.directory = directory});
}

}  // namespace

Bot::Bot(const BotOptions& options)
    : options_(options),
      transport_(context_, network_options(options)),
      store_(make_store(context_, options.state_directory)),
      mqtt_(loop_, transport_, mqtt_options(), store_.get()) {
  mqtt_.on_event = [this](const MqttEvent& event) { handle(event); };
  mqtt_.on_delivery = [this](Delivery delivery, DeliveryState state, FailureReason) {
    bool over = state == DeliveryState::acknowledged || state == DeliveryState::failed;
    if (ending_ && over && delivery == goodbye_) disconnect();
  };
}

MqttOptions Bot::mqtt_options() {
  MqttOptions mqtt;
  mqtt.urls = options_.urls;
  mqtt.driver.stay = true;
  mqtt.client.client_id = "mqtt-chat-bot-" + options_.user;
  mqtt.client.clean_session = false;
  if (options_.mqtt5) mqtt.client.protocol = Protocol::mqtt_5;
  mqtt.client.session_expiry = never_expires;  // as a session of MQTT 3.1.1; the broker may shorten it
  mqtt.client.user_name = options_.user;
  if (options_.password) mqtt.client.password.emplace(options_.password->begin(), options_.password->end());
  mqtt.driver.takeover.policy = TakeoverPolicy::report;  // yields to nobody
  mqtt.driver.prepare_attempt = [this](Attempt attempt, const std::function<void(Attempt)>& ready) {
    attempt.will = will();  // with the time of now
    ready(std::move(attempt));
  };
  return mqtt;
}

int Bot::run() {
  const std::string messages = own_messages_filter(options_.user), status = status_topic(options_.user);
  const std::string accepted = checked_topic(messages, CheckStep::accepted);
  const MqttClient::SubscribeRequest requests[] = {
      {.filter = accepted, .qos = Qos::at_least_once, .handler = [this](const Message& message) { receive_checked(message); }},
      {.filter = messages, .qos = Qos::at_least_once, .handler = [this](const Message& message) { receive(message); }},
      {.filter = status, .qos = Qos::at_least_once, .handler = [this](const Message& message) { contradict(message); }}};
  if (auto subscribed = mqtt_.subscribe(requests); !subscribed) {
    complain(subscribed.error().message());
    return 1;
  }
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  await_signal();
  mqtt_.connect();
  context_.run();
  return exit_code_;
}

void Bot::complain(std::string_view what) const { std::cerr << options_.user << ": " << what << '\n'; }

// ---- messages ----

void Bot::receive(const Message& message) {
  const auto topic = parse_message_topic(message.topic);
  if (topic) take_in(message, std::string(topic->sender), false);
}

void Bot::receive_checked(const Message& message) {
  const auto topic = parse_checked_topic(message.topic);
  if (topic && topic->step == CheckStep::accepted && !topic->room) take_in(message, std::string(topic->sender), true);
}

void Bot::take_in(const Message& message, const std::string& sender, bool checked) {
  if (sender == options_.user || message.retain) return;
  auto parsed = parse_message(as_text(message.payload));
  if (!parsed.value) return complain(sender + " sent something that is no chat message. " + parsed.problem);
  if (!seen_.first_time(sender + '/' + parsed.value->message_id)) return;
  remember_way(sender, checked);
  if (on_message) on_message(sender, parsed.value->content);
}

// Who reads only what has been checked reads no other answer.
void Bot::remember_way(const std::string& sender, bool checked) {
  if (!checked) {
    checked_.erase(sender);
  } else if (checked_.size() < most_remembered) {
    checked_.insert(sender);
  }
}

// A person who was signed in under the same name has left.
void Bot::contradict(const Message& message) {
  const auto status = parse_status(as_text(message.payload));
  if (message.retain || ending_ || !status.value || status.value->online) return;
  publish_status(true);
}

void Bot::send(const std::string& receiver, const std::string& content) {
  const Time now = loop_.now();
  const WireMessage message{make_message_id(loop_.random(), loop_.random()), content, now};
  std::string topic = message_topic(receiver, options_.user);
  if (checked_.contains(receiver)) topic = checked_topic(topic, CheckStep::request);
  auto sent = mqtt_.publish(topic, write_message(message, local_offset(now)), {.qos = options_.qos});
  if (!sent) complain("not sent to " + receiver + ": " + std::string(sent.error().message()));
}

WillOptions Bot::will() {
  const auto text = status_at(loop_.now(), false);
  return {.topic = status_topic(options_.user),
          .message = {text.begin(), text.end()},
          .qos = Qos::at_least_once,
          .retain = true};
}

Delivery Bot::publish_status(bool online) {
  PublishOptions how{.qos = Qos::at_least_once, .retain = true, .latest_per_topic = true};
  auto sent = mqtt_.publish(status_topic(options_.user), status_at(loop_.now(), online), how);
  if (sent) return *sent;
  complain("status not sent: " + std::string(sent.error().message()));
  return {};
}

// ---- connection ----

void Bot::handle(const MqttEvent& event) {
  if (const auto* changed = std::get_if<StateChanged>(&event)) state_changed(changed->state);
  if (const auto* store = std::get_if<StoreProblem>(&event)) complain(store->problem);
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer != nullptr && !answer->granted && !answer->error)
    complain("the broker refused the subscription to " + std::string(answer->filter));
}

void Bot::state_changed(ConnectionState state) {
  switch (state) {
    case ConnectionState::connected:
      std::cout << options_.user << ": connected" << std::endl;
      publish_status(true);
      break;
    case ConnectionState::waiting: complain(mqtt_.close_record().sentence()); break;
    case ConnectionState::stopped:
      if (mqtt_.stop_reason() != StopReason::asked) {
        complain(mqtt_.close_record().sentence());
        exit_code_ = 1;
      }
      // Nothing is left that could happen: run() ends when the last bytes are out.
      ending_ = true;
      signals_.cancel();
      repeat_timer_.cancel();
      end_timer_.cancel();
      break;
    default: break;
  }
}

void Bot::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& cancelled, int) {
    if (!cancelled) end();
  });
}

// Says goodbye, waits until the broker has it, then disconnects; a second signal does not wait.
void Bot::end() {
  if (ending_ || !mqtt_.connected()) return disconnect();
  ending_ = true;
  await_signal();
  goodbye_ = publish_status(false);
  if (goodbye_.number == 0) return disconnect();
  end_timer_.expires_after(std::chrono::seconds(2));
  end_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) disconnect();
  });
}

void Bot::disconnect() {
  ending_ = true;
  mqtt_.disconnect();
}

void Bot::repeat(std::chrono::milliseconds interval, std::function<void()> what) {
  what_to_repeat_ = std::move(what);
  await_interval(interval);
}

void Bot::await_interval(std::chrono::milliseconds interval) {
  repeat_timer_.expires_after(interval);
  repeat_timer_.async_wait([this, interval](const boost::system::error_code& cancelled) {
    if (cancelled || ending_) return;
    what_to_repeat_();
    await_interval(interval);
  });
}

}  // namespace chat
