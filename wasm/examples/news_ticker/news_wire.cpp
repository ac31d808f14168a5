// Publishes headlines, each retained on its topic, so that a reader who comes later sees the latest of each at once.
//
//   news_wire [--mqtt5] [URL]   lines of standard input, "topic headline"; an empty headline takes the topic's away
//   printf 'news/sport/formula-1 Rain in Spa\n' | news_wire mqtt://localhost:18830
#include <iostream>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

int main(int argument_count, char** arguments) {
  using namespace wasmqtt;
  const Protocol protocol = take_protocol(argument_count, arguments);
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  const std::string url = argument_count > 1 ? arguments[1] : "mqtt://127.0.0.1:18830";
  MqttClient mqtt(loop, transport, {.urls = {url}, .client = {.client_id = "news-wire", .protocol = protocol}, .driver = {}});

  // QoS 1 messages wait for the connection by themselves; when the last is acknowledged, there is nothing left to do.
  std::size_t unfinished = 0;
  bool failed = false;
  for (std::string line; std::getline(std::cin, line);) {
    const auto space = line.find(' ');
    const std::string headline = space == std::string::npos ? "" : line.substr(space + 1);
    const auto delivery = mqtt.publish(line.substr(0, space), headline, {.qos = Qos::at_least_once, .retain = true});
    if (delivery) ++unfinished;
    else std::cerr << line << ": " << delivery.error().message() << '\n';
    failed = failed || !delivery;
  }
  mqtt.on_delivery = [&](Delivery, DeliveryState state, FailureReason) {
    if (state == DeliveryState::acknowledged && --unfinished == 0) mqtt.disconnect();
  };
  mqtt.on_event = [&](const MqttEvent& event) {
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed == nullptr) return;
    if (changed->state == ConnectionState::waiting) std::cerr << mqtt.close_record().sentence() << '\n';
    if (changed->state == ConnectionState::stopped) context.stop();
  };
  if (unfinished == 0) return failed ? 1 : 0;
  mqtt.connect();
  context.run();
  return unfinished == 0 && !failed ? 0 : 1;
}
