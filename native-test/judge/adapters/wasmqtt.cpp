// Our C++ client, over the native transport, for the judge: its lines in, its reports out (../README.md). To the letter of the standard.
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <iostream>
#include <istream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "hex.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace judge {
namespace {

using namespace wasmqtt;
using namespace std::chrono_literals;
using Json = nlohmann::json;

void report(const char* is, Json more = Json::object()) {
  more["is"] = is;
  std::cout << more.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}

void report_failure(const Json& command, std::string_view reason) {
  Json failure = {{"reason", reason}};
  if (command.contains("tag")) failure["tag"] = command.at("tag");
  report("failed", std::move(failure));
}

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  const std::string text = from_hex(hex);
  return {text.begin(), text.end()};
}

MqttOptions options_of(const Json& command) {
  MqttOptions options;
  options.urls = {command.at("url")};
  ClientOptions& client = options.client;
  client.client_id = command.at("client_id");
  client.clean_session = command.at("clean");
  client.keep_alive = std::chrono::seconds(command.at("keep_alive").get<int>());
  client.protocol = command.at("version") == 5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  if (command.contains("username")) client.user_name = command.at("username");
  if (command.contains("password")) client.password = bytes_of(command.at("password"));
  if (command.contains("will")) {
    const Json& will = command.at("will");
    client.will = WillOptions{will.at("topic"), bytes_of(will.at("payload")), Qos{will.at("qos").get<std::uint8_t>()}, will.at("retain")};
  }
  client.session_expiry = command.value("session_expiry", 0U);
  if (command.contains("receive_maximum")) client.receive_maximum = command.at("receive_maximum");
  if (command.contains("maximum_packet_size")) client.max_packet_bytes = command.at("maximum_packet_size");
  if (command.contains("topic_alias_maximum")) client.topic_alias_maximum = command.at("topic_alias_maximum");
  if (command.value("topic_aliases", false)) client.topic_aliases = 65'535;
  client.pingresp_timeout = client.keep_alive / 2;
  client.strict_reserved = client.strict_session_present = true;
  options.driver.backoff.first = options.driver.backoff.longest = 50ms;
  options.driver.backoff.jitter = false;
  options.driver.retry_refusal = [](ConnectReturnCode) { return true; };
  return options;
}

// One client, from its connect command to the next one.
class Judged {
 public:
  Judged(boost::asio::io_context& context, const Json& command)
      : loop_(context), transport_(context), mqtt_(loop_, transport_, options_of(command)) {
    mqtt_.on_event = [this](const MqttEvent& event) { std::visit([this](const auto& it) { tell(it); }, event); };
    mqtt_.on_message = [](const Message& message) {
      report("message", {{"topic", message.topic}, {"payload", to_hex(message.payload.data(), message.payload.size())},
                         {"qos", static_cast<int>(message.qos)}, {"retain", message.retain}, {"dup", message.dup}});
    };
    mqtt_.on_delivery_changed = [this](const DeliveryChanged& changed) { tell(changed); };
    mqtt_.connect();
  }

  void publish(const Json& command) {
    const std::string topic = command.at("topic"), payload = from_hex(command.at("payload"));
    const PublishOptions options{.qos = Qos{command.at("qos").get<std::uint8_t>()}, .retain = command.value("retain", false)};
    const auto delivery = mqtt_.publish(topic, payload, options);
    if (!delivery) return report_failure(command, delivery.error().message());
    if (delivery->number == 0) return report("delivered", {{"tag", command.at("tag")}});
    published_[delivery->number] = command.at("tag");
  }

  void subscribe(const Json& command) {
    const auto subscription = mqtt_.subscribe(command.at("filter").get<std::string>(), Qos{command.at("qos").get<std::uint8_t>()});
    if (!subscription) return report_failure(command, subscription.error().message());
    subscribed_[subscription->number] = command.at("tag");
    filters_[command.at("filter")] = *subscription;
  }

  void unsubscribe(const Json& command) {
    const Subscription subscription = filters_[command.at("filter")];
    unsubscribed_[subscription.number] = command.at("tag");
    mqtt_.unsubscribe(subscription);
  }

  void disconnect() { mqtt_.disconnect(); }

 private:
  void tell(const Connected& event) { report("connected", {{"session_present", event.session_present}}); }
  void tell(const Closed& event) { report("closed", {{"reason", event.record.sentence()}}); }
  void tell(const SubscriptionAnswered& event) {
    for (const Subscription subscription : event.subscriptions) {
      const auto found = subscribed_.extract(subscription.number);
      if (!found) continue;
      const int granted = event.granted ? static_cast<int>(*event.granted) : static_cast<int>(event.reason_code);
      report("subscribed", {{"tag", found.mapped()}, {"granted", granted}});
    }
  }
  void tell(const UnsubscribeAnswered& event) {
    if (const auto found = unsubscribed_.extract(event.subscription.number)) report("unsubscribed", {{"tag", found.mapped()}});
  }
  template <typename Other>
  void tell(const Other&) {}

  void tell(const DeliveryChanged& changed) {
    const auto found = published_.find(changed.delivery.number);
    if (found == published_.end() || changed.state == DeliveryState::queued || changed.state == DeliveryState::sent) return;
    if (changed.state == DeliveryState::acknowledged) report("delivered", {{"tag", found->second}});
    else report("failed", {{"tag", found->second}, {"reason", describe(changed.reason)}});
    published_.erase(found);
  }

  AsioLoop loop_;
  NetworkTransport transport_;
  MqttClient mqtt_;
  std::map<std::uint64_t, std::string> published_;
  std::map<std::uint32_t, std::string> subscribed_;
  std::map<std::uint32_t, std::string> unsubscribed_;
  std::map<std::string, Subscription> filters_;
};

class Adapter {
 public:
  explicit Adapter(boost::asio::io_context& context) : context_(context), input_(context, ::dup(STDIN_FILENO)) {
    report("ready", {{"name", "wasmqtt (C++)"}, {"transport", "tcp"}, {"versions", {4, 5}}});
    read();
  }

 private:
  void read() {
    boost::asio::async_read_until(input_, buffer_, '\n', [this](boost::system::error_code error, std::size_t) {
      if (error) return context_.stop();
      std::istream lines(&buffer_);
      std::string line;
      std::getline(lines, line);
      handle(Json::parse(line));
      read();
    });
  }

  void handle(const Json& command) {
    const std::string name = command.at("do");
    if (name == "echo") report("echo", {{"tag", command.at("tag")}});
    if (name == "forget") {
      client_.reset();
      report("forgotten");
    }
    if (name == "connect") client_ = std::make_unique<Judged>(context_, command);
    if (!client_) return;
    if (name == "publish") client_->publish(command);
    if (name == "subscribe") client_->subscribe(command);
    if (name == "unsubscribe") client_->unsubscribe(command);
    if (name == "disconnect") client_->disconnect();
  }

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::streambuf buffer_;
  std::unique_ptr<Judged> client_;
};

}  // namespace
}  // namespace judge

int main() {
  boost::asio::io_context context;
  const judge::Adapter adapter(context);
  context.run();
}
