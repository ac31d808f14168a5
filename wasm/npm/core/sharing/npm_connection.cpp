#include "npm_connection.hpp"

#include <utility>

#include "imports.hpp"

namespace wasmqtt {

NpmConnection::NpmConnection(ConnectionOptions options, Values& values) : id_(options.id) {
  if (values.flag()) share(std::move(options), values);
  else own_.emplace(std::move(options));
}

void NpmConnection::share(ConnectionOptions options, Values& values) {
  SharedTabOptions shared;
  shared.may_be_first = values.flag();
  shared.journal_alone = options.journal != ConnectionOptions::Journal::none;
  if (!options.database.empty()) shared.database.name = std::move(options.database);
  options.mqtt.urls.push_back(values.text());
  options.mqtt.client.user_name = values.optional_text();
  options.mqtt.client.keep_alive = values.seconds();
  options.mqtt.client.will = values.will();
  shared.mqtt = std::move(options.mqtt);
  tab_ = std::make_unique<SharedTab>(std::move(shared));
  tab_->on_shared = [this](const SharedEvent& event) { tell(event); };
  tab_->on_role = [this](SharedTab::Role role, std::string_view why) {
    if (MqttClient* made = mqtt()) made->add_listener(*this);
    wasmqtt_npm_role(id_, static_cast<int>(role), why.data(), why.size());
  };
  tab_->on_others = [this](std::size_t others) { wasmqtt_npm_others(id_, static_cast<int>(others)); };
}

void NpmConnection::connect() {
  if (tab_) tab_->connect();
  else own_->mqtt().connect();
}

MqttClient* NpmConnection::mqtt() {
  if (!tab_) return &own_->mqtt();
  SharedHub* hub = tab_->hub();
  return hub != nullptr ? &hub->mqtt() : nullptr;
}

Error NpmConnection::disconnect_when_done(Duration timeout, const DisconnectOptions& options) {
  if (!tab_) return own_->mqtt().disconnect_when_done(timeout, options);
  tab_->mqtt().disconnect_when_done(timeout);
  return {};
}

void NpmConnection::watch_packets(bool on) {
  if (tab_) tab_->mqtt().watch_packets(on);
}

// Of the connection that this tab has made for all.
void NpmConnection::on_mqtt_event(const MqttEvent& event) {
  const auto* authentication = std::get_if<Authentication>(&event);
  if (authentication == nullptr) return;
  const Bytes properties = authentication->properties.wire();
  wasmqtt_npm_authentication(id_, authentication->done, properties.data(), properties.size());
}

void NpmConnection::tell(const SharedEvent& event) {
  enum { other_options, refused, missed };
  if (const auto* other = std::get_if<OtherOptions>(&event)) {
    wasmqtt_npm_shared(id_, other_options, 0, other->names.data(), other->names.size());
  } else if (const auto* refusal = std::get_if<JoinRefused>(&event)) {
    wasmqtt_npm_shared(id_, refused, static_cast<int>(refusal->reason), nullptr, 0);
  } else if (const auto* messages = std::get_if<MessagesMissed>(&event)) {
    wasmqtt_npm_shared(id_, missed, static_cast<int>(messages->reason), nullptr, 0);
  }
}

}  // namespace wasmqtt
