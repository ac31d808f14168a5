#include "service_connection.hpp"

namespace chat {

using namespace wasmqtt;

namespace {

NetworkOptions network_options(const ServiceOptions& options) {
  NetworkOptions network;
  network.tls.ca_file = options.ca_file;
  network.tls.certificate_file = options.certificate_file;
  network.tls.key_file = options.key_file;
  return network;
}

}  // namespace

MqttOptions service_mqtt_options(const ServiceOptions& options, const std::string& client_id) {
  MqttOptions mqtt;
  mqtt.urls = {options.url};
  mqtt.client.client_id = client_id;
  mqtt.client.keep_alive = std::chrono::seconds{20};
  if (options.password) {
    mqtt.client.user_name = options.user;
    mqtt.client.password.emplace(options.password->begin(), options.password->end());
  }
  mqtt.driver.takeover.policy = TakeoverPolicy::report;
  mqtt.driver.retry_refusal = [](ConnectReturnCode) { return true; };
  mqtt.driver.backoff.first = std::chrono::milliseconds{100};
  mqtt.driver.backoff.longest = std::chrono::seconds{5};
  mqtt.driver.backoff.stable_after = std::chrono::seconds{2};
  return mqtt;
}

ServiceConnection::ServiceConnection(boost::asio::io_context& context, const ServiceOptions& options, MqttOptions mqtt_options,
                                     SessionStore* store)
    : loop(context),
      timers(context),
      transport(context, network_options(options)),
      mqtt(loop, transport, std::move(mqtt_options), store) {}

}  // namespace chat
