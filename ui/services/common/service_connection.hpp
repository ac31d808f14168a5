// A connection of a service to the broker, with what it stands on.
#pragma once

#include <boost/asio/io_context.hpp>

#include "service_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace chat {

// Of a service: it comes back quickly, yields to nobody, and tries again where it was refused, for the broker may have come
// back without knowing us yet.
wasmqtt::MqttOptions service_mqtt_options(const ServiceOptions& options, const std::string& client_id);

class ServiceConnection {
 public:
  ServiceConnection(boost::asio::io_context& context, const ServiceOptions& options, wasmqtt::MqttOptions mqtt_options,
                    wasmqtt::SessionStore* store = nullptr);

  wasmqtt::AsioLoop loop;
  wasmqtt::AsioLoop timers;  // for what is built on the client
  wasmqtt::NetworkTransport transport;
  wasmqtt::MqttClient mqtt;
};

}  // namespace chat
