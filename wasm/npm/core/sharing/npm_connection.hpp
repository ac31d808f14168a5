// What a client of the entry `wasmqtt/shared` talks through: with the option `share` this tab's part of a connection that tabs have
// in common, else, as in ../alone/npm_connection.hpp, a connection of its own.
#pragma once

#include <memory>
#include <optional>

#include "own_connection.hpp"
#include "values.hpp"
#include "wasmqtt/browser/shared_tab.hpp"

namespace wasmqtt {

class NpmConnection final : MqttListener {
 public:
  // `values`: whether it shares; if so, whether it may be first, the address, the user name, the keep alive in seconds, and the will,
  // as in an attempt. The connection's own come with each attempt; these name the group, and are compared.
  NpmConnection(ConnectionOptions options, Values& values);

  void connect();
  // Calls use() with the MqttClient, or the SharedMember, which has the same functions.
  template <class Use>
  decltype(auto) with(Use use) {
    return tab_ ? use(tab_->mqtt()) : use(own_->mqtt());
  }
  // The connection itself; nullptr: another tab has it.
  MqttClient* mqtt();
  // Not with `share`.
  OwnConnection& own() { return *own_; }

  // With `share` nothing is said: other tabs may go on.
  Error disconnect_when_done(Duration timeout, const DisconnectOptions& options);
  void watch_packets(bool on);

 private:
  void share(ConnectionOptions options, Values& values);
  void tell(const SharedEvent& event);
  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged&) override {}

  int id_;
  std::optional<OwnConnection> own_;
  std::unique_ptr<SharedTab> tab_;  // in its place
};

}  // namespace wasmqtt
