#include "bot.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

namespace wasmqtt {

namespace {

using Json = nlohmann::ordered_json;  // as it is written here, which is as the other clients write it

// "2024-05-01T12:00:00.125+02:00"
std::string timestamp() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[32];
  std::string stamp(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local));
  const std::string fraction = std::to_string(1000 + now.time_since_epoch().count() % 1000);
  stamp += "." + fraction.substr(1);
  std::string offset(text, std::strftime(text, sizeof text, "%z", &local));
  return stamp + offset.insert(offset.size() - 2, ":");
}

// A random UUID, RFC 4122 version 4.
std::string uuid(AsioLoop& loop) {
  constexpr char digits[] = "0123456789abcdef";
  std::uint64_t high = (loop.random() & ~0xF000ULL) | 0x4000ULL;
  std::uint64_t low = (loop.random() & ~(3ULL << 62)) | (2ULL << 62);
  std::string text;
  for (auto half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) text += '-';
      text += digits[(half >> shift) & 15];
    }
  }
  return text;
}

std::string status_json(std::string_view status) {
  return Json{{"status", status}, {"lastOnlineTimestamp", timestamp()}}.dump();
}

std::string status_topic(const std::string& user) { return "chat/status/" + user; }

WillOptions will_of(const std::string& user) {
  auto text = status_json("offline");
  return {.topic = status_topic(user),
          .message = {text.begin(), text.end()},
          .qos = Qos::at_least_once,
          .retain = true};
}

MqttOptions mqtt_options(const BotOptions& options) {
  MqttOptions mqtt;
  mqtt.urls = options.urls;
  mqtt.client.client_id = "mqtt-chat-client-" + options.user;
  mqtt.client.clean_session = false;
  mqtt.client.will = will_of(options.user);
  mqtt.client.user_name = options.user;
  if (options.password) mqtt.client.password.emplace(options.password->begin(), options.password->end());
  mqtt.driver.prepare_attempt = [user = options.user](Attempt attempt, const std::function<void(Attempt)>& ready) {
    attempt.will = will_of(user);  // with the time of now
    ready(std::move(attempt));
  };
  return mqtt;
}

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
      mqtt_(loop_, transport_, mqtt_options(options), store_.get()) {
  mqtt_.on_event = [this](const MqttEvent& event) {
    if (const auto* changed = std::get_if<StateChanged>(&event)) state_changed(changed->state);
    if (const auto* store = std::get_if<StoreProblem>(&event))
      std::cerr << options_.user << ": " << store->problem << '\n';
    const auto* answer = std::get_if<SubscriptionAnswered>(&event);
    if (answer != nullptr && !answer->granted && !answer->error)
      std::cerr << options_.user << ": the broker refused the subscription to " << answer->filter << '\n';
  };
  mqtt_.on_delivery = [this](Delivery delivery, DeliveryState state, FailureReason) {
    bool over = state == DeliveryState::acknowledged || state == DeliveryState::failed;
    if (ending_ && over && delivery == farewell_) disconnect();
  };
}

int Bot::run() {
  auto subscription = mqtt_.subscribe("chat/messages/" + options_.user + "/+", Qos::at_least_once,
                                      [this](const Message& message) { receive(message); });
  if (!subscription) {
    std::cerr << options_.user << ": " << subscription.error().message() << '\n';
    return 1;
  }
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  await_signal();
  mqtt_.connect();
  context_.run();
  return exit_code_;
}

// ---- messages ----

void Bot::receive(const Message& message) {
  std::string sender(message.topic.substr(message.topic.rfind('/') + 1));
  if (sender.empty() || sender == options_.user || message.retain) return;
  auto text = as_text(message.payload);
  auto json = Json::parse(text.begin(), text.end(), nullptr, false);
  bool sound = json.is_object() && json.contains("content") && json["content"].is_string();
  if (!sound) {
    std::cerr << options_.user << ": " << sender << " sent something that is no chat message (" << text.size()
              << " bytes)\n";
    return;
  }
  auto id = json.find("messageId");
  if (id != json.end() && id->is_string() && is_repetition(sender + '/' + id->get<std::string>())) return;
  if (on_message) on_message(sender, json["content"].get<std::string>());
}

bool Bot::is_repetition(const std::string& message_id) {
  constexpr std::size_t longest_memory = 256;
  if (std::find(seen_.begin(), seen_.end(), message_id) != seen_.end()) return true;
  seen_.push_back(message_id);
  if (seen_.size() > longest_memory) seen_.pop_front();
  return false;
}

void Bot::send(const std::string& receiver, const std::string& content) {
  Json json{{"messageId", uuid(loop_)}, {"content", content}, {"timestamp", timestamp()}};
  auto sent = mqtt_.publish("chat/messages/" + receiver + '/' + options_.user, json.dump(), {.qos = options_.qos});
  if (!sent) std::cerr << options_.user << ": not sent to " << receiver << ": " << sent.error().message() << '\n';
}

Delivery Bot::publish_status(std::string_view status) {
  PublishOptions how{.qos = Qos::at_least_once, .retain = true, .latest_per_topic = true};
  auto sent = mqtt_.publish(status_topic(options_.user), status_json(status), how);
  if (sent) return *sent;
  std::cerr << options_.user << ": status not sent: " << sent.error().message() << '\n';
  return {};
}

// ---- connection ----

void Bot::state_changed(ConnectionState state) {
  switch (state) {
    case ConnectionState::connected:
      std::cout << options_.user << ": connected to " << mqtt_.url() << std::endl;
      publish_status("online");
      break;
    case ConnectionState::waiting:
      std::cerr << options_.user << ": " << mqtt_.close_record().sentence() << '\n';
      break;
    case ConnectionState::stopped:
      if (mqtt_.stop_reason() != StopReason::asked) {
        std::cerr << options_.user << ": " << mqtt_.close_record().sentence() << '\n';
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

// Says good-bye, waits until the broker has it, then disconnects; a second signal does not wait.
void Bot::end() {
  if (ending_ || !mqtt_.connected()) return disconnect();
  ending_ = true;
  await_signal();
  farewell_ = publish_status("offline");
  if (farewell_.number == 0) return disconnect();
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

}  // namespace wasmqtt
