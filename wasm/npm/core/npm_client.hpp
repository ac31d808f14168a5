// One client of the npm package: MqttClient with the browser's loop, transport and store, told in calls that JavaScript
// understands (imports.hpp). It decides nothing; src/client.js gives it MQTT.js's names.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "npm_requests.hpp"
#include "script_store.hpp"
#include "topic_names.hpp"
#include "values.hpp"
#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

class NpmClient {
 public:
  NpmClient(int id, Values& values);

  MqttClient& mqtt() { return *mqtt_; }
  ScriptStore* script_store() { return script_store_.get(); }

  // The attempt that wasmqtt_npm_prepare() asked for; too late or twice: nothing happens.
  void attempt(Values& values);

  Error disconnect_when_done(Duration timeout, Values& values);

  // AUTH's data and words.
  Error authenticate(bool renew, Values& values);

  // Filter, MQTT 5's Subscription Options (3.8.3.1) as their byte, whether to ask again, the subscription that it replaces,
  // its handler's number or 0, and properties, for each. Negative: an error.
  int subscribe(Values values);

  // Made when it is first asked for.
  NpmRequests& requests();

  // Packets to wasmqtt_npm_packet() from now on, or no more.
  void watch_packets(bool on);
  void tell_packets();

 private:
  MqttOptions options(Values& values);
  SessionStore* store(Values& values);
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
  BrowserLoop loop_;
  WebSocketTransport transport_;
  std::unique_ptr<IndexedDbStore> database_;
  std::unique_ptr<ScriptStore> script_store_;
  std::unique_ptr<PageLifeCycle> page_;
  std::optional<MqttClient> mqtt_;
  std::function<void(Attempt)> ready_;
  RequestResponseOptions request_options_;
  std::optional<NpmRequests> requests_;
  TraceLimits trace_limits_;
  std::uint64_t next_packet_ = 0;  // to be told; 0: nobody listens
};

// For all clients of the module.
TopicNames& topic_names();

}  // namespace wasmqtt
