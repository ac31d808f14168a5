#include "fleet.hpp"

#include <algorithm>
#include <cctype>

namespace wasmqtt::load {
namespace {

constexpr auto tick = std::chrono::milliseconds{10};

// "after 12 ms" and "after 13 ms" are the same end.
std::string without_numbers(const std::string& sentence) {
  std::string text;
  bool in_word = false;  // "127.0.0.1:1883" and "mqtt5" stay
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(sentence[i])) != 0;
    if (!in_word && digit) {
      std::size_t end = i;
      while (end < sentence.size() && std::isdigit(static_cast<unsigned char>(sentence[end])) != 0) ++end;
      if (end == sentence.size() || sentence[end] == ' ') {
        text += "N";
        i = end - 1;
        continue;
      }
    }
    in_word = sentence[i] != ' ' && sentence[i] != '(';
    text += sentence[i];
  }
  return text;
}

}  // namespace

Fleet::Fleet(boost::asio::io_context& context, FleetOptions options)
    : context_(context), options_(std::move(options)), timer_(context) {
  members_.reserve(options_.connections);
}

void Fleet::connect() {
  began_ = boost::asio::steady_timer::clock_type::now();
  connect_some();
}

void Fleet::connect_some() {
  const std::chrono::duration<double> since = boost::asio::steady_timer::clock_type::now() - began_;
  const auto due = 1 + static_cast<std::size_t>(since.count() * static_cast<double>(options_.connect_rate));
  while (members_.size() < std::min(due, options_.connections)) add_member();
  if (members_.size() == options_.connections) return;
  timer_.expires_after(tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) connect_some();
  });
}

void Fleet::add_member() {
  const std::size_t number = members_.size();
  MqttOptions options{.urls = options_.urls, .client = options_.client, .driver = options_.driver};
  const auto first = static_cast<std::ptrdiff_t>(number % options.urls.size());
  std::rotate(options.urls.begin(), options.urls.begin() + first, options.urls.end());
  if (options_.one_url_each) options.urls.resize(1);
  options.client.client_id = options_.client_id + "-" + std::to_string(number);
  NetworkOptions network = options_.network;
  if (const auto& sources = options_.source_addresses; !sources.empty())
    network.source_address = sources[(number / options_.urls.size()) % sources.size()];
  members_.push_back(std::make_unique<Member>(context_, network, std::move(options)));
  Member& member = *members_.back();
  member.mqtt.on_event = [this, number, &member](const MqttEvent& event) {
    note(member, event);
    if (on_event) on_event(number, event);
  };
  member.mqtt.on_delivery_changed = [this, number](const DeliveryChanged& change) {
    if (on_delivery) on_delivery(number, change);
  };
  member.mqtt.on_message = [this, number](const Message& message) {
    if (on_message) on_message(number, message);
  };
  member.mqtt.connect();
}

void Fleet::note(Member& member, const MqttEvent& event) {
  if (const auto* closed = std::get_if<Closed>(&event); closed != nullptr && closed->record.cause != CloseRecord::Cause::disconnected)
    ++endings_[without_numbers(closed->record.sentence())];
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed == nullptr) return;
  const bool now = changed->state == ConnectionState::connected;
  if (now && !member.connected) ++connected_;
  if (!now && member.connected) --connected_;
  member.connected = now;
  if (changed->state == ConnectionState::stopped) ++stopped_;
}

void Fleet::disconnect() {
  timer_.cancel();
  for (const auto& member : members_) member->mqtt.disconnect();
}

}  // namespace wasmqtt::load
