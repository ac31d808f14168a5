// Many MQTT clients in one io_context: connected so many a second, each with its own transport, all alike but for their ids.
//
//   Fleet fleet(context, {.urls = {"mqtt://localhost"}, .connections = 1000, .client = {}});
//   fleet.on_event = [](std::size_t client, const MqttEvent& event) { ... };
//   fleet.connect();
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace wasmqtt::load {

struct FleetOptions {
  std::vector<std::string> urls{};     // each client has all of them, the list begun with another one in turn
  bool one_url_each = true;            // each has only the first of them
  std::size_t connections = 1;
  std::size_t connect_rate = 1000;     // a second
  std::string client_id = "load";      // of client 7: load-7
  ClientOptions client{};
  DriverOptions driver{};
  NetworkOptions network{};
  std::vector<std::string> source_addresses{};  // in turn
};

class Fleet {
 public:
  Fleet(boost::asio::io_context& context, FleetOptions options);

  std::function<void(std::size_t client, const MqttEvent&)> on_event;
  std::function<void(std::size_t client, const DeliveryChanged&)> on_delivery;
  std::function<void(std::size_t client, const Message&)> on_message;

  void connect();
  // DISCONNECT from each that was begun.
  void disconnect();

  MqttClient& operator[](std::size_t client) { return members_[client]->mqtt; }
  std::size_t size() const { return options_.connections; }
  std::size_t connected() const { return connected_; }
  std::size_t stopped() const { return stopped_; }  // refused, or disconnected
  bool all_stopped() const { return stopped_ >= members_.size(); }
  // Why connections and attempts ended: the sentence without what differs, and how often.
  const std::map<std::string, std::size_t>& endings() const { return endings_; }

 private:
  struct Member {
    Member(boost::asio::io_context& context, const NetworkOptions& network, MqttOptions options)
        : loop(context), transport(context, network), mqtt(loop, transport, std::move(options)) {}
    AsioLoop loop;
    NetworkTransport transport;
    MqttClient mqtt;
    bool connected = false;
  };

  void connect_some();
  void add_member();
  void note(Member& member, const MqttEvent& event);

  boost::asio::io_context& context_;
  FleetOptions options_;
  std::vector<std::unique_ptr<Member>> members_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer::time_point began_{};
  std::size_t connected_ = 0;
  std::size_t stopped_ = 0;
  std::map<std::string, std::size_t> endings_;
};

}  // namespace wasmqtt::load
