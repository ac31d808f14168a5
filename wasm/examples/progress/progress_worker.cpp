// Works at a task of a hundred steps and publishes how far it is, retained on progress/TASK. While disconnected it
// continues; of the states that could not be sent meanwhile only the newest is.
//
//   progress_worker [--mqtt5] URL TASK [MILLISECONDS_PER_STEP]
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <iostream>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

int main(int argument_count, char** arguments) {
  using namespace wasmqtt;
  const Protocol protocol = take_protocol(argument_count, arguments);
  if (argument_count < 3) {
    std::cerr << "usage: progress_worker [--mqtt5] URL TASK [MILLISECONDS_PER_STEP]\n";
    return 2;
  }
  const std::string task = arguments[2];
  const std::chrono::milliseconds step{argument_count > 3 ? std::stoi(arguments[3]) : 100};
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  MqttClient mqtt(loop, transport,
                  {.urls = {arguments[1]}, .client = {.client_id = "progress-worker-" + task, .protocol = protocol}, .driver = {}});
  boost::asio::steady_timer timer(context);
  int percent = 0;
  Delivery last;

  std::function<void()> work = [&] {
    const auto delivery = mqtt.publish("progress/" + task, std::to_string(percent),
                                       {.qos = Qos::at_least_once, .retain = true, .latest_per_topic = true});
    if (delivery) last = *delivery;
    if (percent++ == 100) return;
    timer.expires_after(step);
    timer.async_wait([&](auto) { work(); });
  };
  mqtt.on_delivery = [&](Delivery delivery, DeliveryState state, FailureReason) {
    if (percent > 100 && delivery == last && state == DeliveryState::acknowledged) mqtt.disconnect();
  };
  mqtt.on_event = [&](const MqttEvent& event) {
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed != nullptr && changed->state == ConnectionState::stopped) context.stop();
  };
  mqtt.connect();
  work();
  context.run();
  return mqtt.stop_reason() == StopReason::asked ? 0 : 1;
}
