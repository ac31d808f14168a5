// One client of the npm package: its connection, which each entry has in a way of its own (alone/, sharing/), told in calls that
// JavaScript understands (imports.hpp). It decides nothing; src/client.js gives it MQTT.js's names.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "npm_connection.hpp"
#include "npm_requests.hpp"
#include "topic_names.hpp"
#include "values.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

class NpmClient {
 public:
  NpmClient(int id, Values& values);

  NpmConnection& connection() { return connection_; }
  // Calls use() with what has MqttClient's functions.
  template <class Use>
  decltype(auto) with(Use use) {
    return connection_.with(use);
  }

  // The attempt that wasmqtt_npm_prepare() asked for, or, instead, why there is none; too late or twice: nothing happens.
  void attempt(Values& values);

  Error disconnect_when_done(Duration timeout, Values& values);

  // AUTH's data and words.
  Error authenticate(bool renew, Values& values);

  // Filter, MQTT 5's Subscription Options (3.8.3.1) as their byte, whether to ask again, the subscription that it replaces,
  // its handler's number or 0, and properties, for each. Negative: an error.
  int subscribe(Values values);

  // Made when it is first asked for.
  NpmRequests& requests();

  void trace();

  // Packets to wasmqtt_npm_packet() from now on, or no more.
  void watch_packets(bool on);
  void tell_packets();

 private:
  ConnectionOptions connection_options(Values& values);
  MqttOptions mqtt_options(Values& values);

  template <class Client>
  void listen(Client& mqtt);
  void tell(const StateChanged& event);
  void tell(const Connected& event);
  void tell(const SessionLost& event);
  void tell(const FellBack&) {}
  void tell(const Authentication& event);
  void tell(const SessionWarning& event);
  void tell(const SubscriptionAnswered& event);
  void tell(const UnsubscribeAnswered& event);
  void tell(const StoreProblem& event);
  void tell(const TakeoverSuspected&) {}  // the policy is to stop, with a reason
  void tell(const Closed& event);
  void tell(const Message& message);

  int id_;
  std::function<void(Attempt)> ready_;
  RequestResponseOptions request_options_;
  TraceLimits trace_limits_;
  std::uint64_t next_packet_ = 0;  // to be told; 0: nobody listens
  NpmConnection connection_;       // after what its options fill
  std::optional<NpmRequests> requests_;
};

// For all clients of the module.
TopicNames& topic_names();

}  // namespace wasmqtt
