// A lamp that is away now and then. It takes the colour that its shadow wants, also one that was wanted while it was away.
//
//   lamp [--mqtt5] URL [SECONDS_HERE SECONDS_AWAY]
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace {

using namespace wasmqtt;

class Lamp {
 public:
  Lamp(boost::asio::io_context& context, MqttClient& mqtt, double here, double away)
      : timer_(context), mqtt_(mqtt), here_(here), away_(away) {}

  bool begin() {
    const auto delta = mqtt_.subscribe("shadow/lamp/delta", Qos::at_least_once, [this](const Message& m) { take(m); });
    come();
    return delta.has_value();
  }

 private:
  // "version colour"; empty: nothing is to do.
  void take(const Message& message) {
    const std::string_view text = as_text(message.payload);
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return;
    colour_ = text.substr(space + 1);
    report();
  }

  // Retained: a keeper that comes later shall know, too.
  void report() {
    std::cout << colour_ << std::endl;
    const auto sent = mqtt_.publish("shadow/lamp/report", colour_, {.qos = Qos::exactly_once, .retain = true});
    if (!sent) std::cerr << sent.error().message() << '\n';
  }

  void come() {
    mqtt_.connect();
    report();
    if (away_ > 0) after(here_, [this] { leave(); });
  }

  void leave() {
    mqtt_.disconnect();
    after(away_, [this] { come(); });
  }

  template <class What>
  void after(double seconds, What what) {
    timer_.expires_after(std::chrono::milliseconds(static_cast<long>(seconds * 1000)));
    timer_.async_wait([what](const boost::system::error_code& cancelled) {
      if (!cancelled) what();
    });
  }

  boost::asio::steady_timer timer_;
  MqttClient& mqtt_;
  const double here_;
  const double away_;
  std::string colour_ = "white";
};

}  // namespace

int main(int argument_count, char** arguments) {
  const Protocol protocol = take_protocol(argument_count, arguments);
  if (argument_count != 2 && argument_count != 4) {
    std::cerr << "usage: lamp [--mqtt5] URL [SECONDS_HERE SECONDS_AWAY]\n";
    return 2;
  }
  const bool leaves = argument_count == 4;
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  MqttClient mqtt(loop, transport, {.urls = {arguments[1]}, .client = {.client_id = "lamp", .protocol = protocol}, .driver = {}});
  Lamp lamp(context, mqtt, leaves ? std::atof(arguments[2]) : 0, leaves ? std::atof(arguments[3]) : 0);
  if (!lamp.begin()) return 1;
  context.run();
  return 0;
}
