// One client of the npm package: MqttClient with the browser's loop, transport and store, or this tab's part of a connection that
// tabs share, told in calls that JavaScript understands (imports.hpp). It decides nothing; src/client.js gives it MQTT.js's names.
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
#include "wasmqtt/browser/shared_tab.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

class NpmClient final : MqttListener {
 public:
  NpmClient(int id, Values& values);

  void connect();
  // Calls use() with the MqttClient, or the SharedMember, which has the same functions.
  template <class Use>
  decltype(auto) with(Use use) {
    return tab_ ? use(tab_->mqtt()) : use(*mqtt_);
  }
  // The connection itself; nullptr: another tab has it.
  MqttClient* connection();
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

  void trace();

  // Packets to wasmqtt_npm_packet() from now on, or no more.
  void watch_packets(bool on);
  void tell_packets();

 private:
  MqttOptions options(Values& values);
  // npm_sharing.cpp
  void share(MqttOptions options, std::string database, bool journal, Values& values);
  void tell(const SharedEvent& event);
  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged&) override {}

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
  BrowserLoop loop_;
  WebSocketTransport transport_;
  std::unique_ptr<IndexedDbStore> database_;
  std::unique_ptr<ScriptStore> script_store_;
  std::unique_ptr<PageLifeCycle> page_;
  std::optional<MqttClient> mqtt_;
  std::unique_ptr<SharedTab> tab_;  // in its place
  std::function<void(Attempt)> ready_;
  RequestResponseOptions request_options_;
  std::optional<NpmRequests> requests_;
  TraceLimits trace_limits_;
  std::uint64_t next_packet_ = 0;  // to be told; 0: nobody listens
};

// For all clients of the module.
TopicNames& topic_names();

}  // namespace wasmqtt
