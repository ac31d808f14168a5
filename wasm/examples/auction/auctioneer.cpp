// Accepts bids, one after the other: a bid must beat the highest. What is accepted is retained on the item's topic, where
// the bidders see it, and where the auctioneer finds it again after a restart.
//
//   auctioneer [--mqtt5] URL ITEM STARTING_PRICE [ITEM STARTING_PRICE]...
#include <charconv>
#include <iostream>
#include <map>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace {

using namespace wasmqtt;

// "amount bidder"; 0: it is no bid.
long amount_of(std::string_view text) {
  long amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  const bool whole = error == std::errc{} && end != text.data() + text.size() && *end == ' ';
  return whole && amount > 0 ? amount : 0;
}

class Auctioneer {
 public:
  Auctioneer(MqttClient& mqtt, std::map<std::string, std::string> opening) : mqtt_(mqtt), opening_(std::move(opening)) {}

  bool begin() {
    const auto known = mqtt_.subscribe("auctions/+", Qos::at_least_once, [this](const Message& m) { remember(m); });
    const auto bids = mqtt_.subscribe("auctions/+/bid", Qos::exactly_once, [this](const Message& m) { judge(m); });
    mqtt_.on_event = [this](const MqttEvent& event) {
      const auto* answer = std::get_if<SubscriptionAnswered>(&event);
      if (answer != nullptr && answer->granted && answer->filter == "auctions/+/bid") open();
    };
    mqtt_.connect();
    return known && bids;
  }

 private:
  // The house bids the starting price. It passes through the broker, behind what was accepted before and is retained
  // there; so it counts for new items only.
  void open() {
    for (const auto& [item, price] : opening_) send("auctions/" + item + "/bid", price + " the house", false);
  }

  void remember(const Message& message) {
    long& highest = highest_[std::string(message.topic)];
    highest = std::max(highest, amount_of(as_text(message.payload)));
  }

  // Bids come one at a time, in the broker's order: of two equal ones the first wins.
  void judge(const Message& message) {
    const std::string item(message.topic.substr(0, message.topic.rfind('/')));
    const long amount = amount_of(as_text(message.payload));
    long& highest = highest_[item];
    if (!opening_.contains(item.substr(item.find('/') + 1)) || amount <= highest) return;
    highest = amount;
    send(item, std::string(as_text(message.payload)), true);
  }

  void send(const std::string& topic, const std::string& text, bool retain) {
    const auto sent = mqtt_.publish(topic, text, {.qos = Qos::exactly_once, .retain = retain});
    if (!sent) std::cerr << topic << ": " << sent.error().message() << '\n';
  }

  MqttClient& mqtt_;
  std::map<std::string, std::string> opening_;  // starting price by item
  std::map<std::string, long> highest_;         // accepted so far, by topic
};

}  // namespace

int main(int argument_count, char** arguments) {
  const Protocol protocol = take_protocol(argument_count, arguments);
  if (argument_count < 4 || argument_count % 2 != 0) {
    std::cerr << "usage: auctioneer [--mqtt5] URL ITEM STARTING_PRICE [ITEM STARTING_PRICE]...\n";
    return 2;
  }
  std::map<std::string, std::string> opening;
  for (int i = 2; i + 1 < argument_count; i += 2) opening.emplace(arguments[i], arguments[i + 1]);
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  MqttClient mqtt(loop, transport, {.urls = {arguments[1]}, .client = {.client_id = "auctioneer", .protocol = protocol}, .driver = {}});
  Auctioneer auctioneer(mqtt, std::move(opening));
  if (!auctioneer.begin()) return 1;
  context.run();
  return 0;
}
