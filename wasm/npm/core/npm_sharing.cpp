// The option `share`: NpmClient over a SharedTab.
#include <utility>

#include "imports.hpp"
#include "npm_client.hpp"

namespace wasmqtt {

// After the options: whether it may be first, the address, the user name, the keep alive in seconds, and the will, as in an attempt. The
// connection's own come with each attempt; these name the group, and are compared.
void NpmClient::share(MqttOptions options, std::string database, bool journal, Values& values) {
  SharedTabOptions shared;
  shared.may_be_first = values.flag();
  shared.journal_alone = journal;
  if (!database.empty()) shared.database.name = std::move(database);
  options.urls.push_back(*values.text());
  options.client.user_name = values.text();
  options.client.keep_alive = values.seconds();
  options.client.will = values.will();
  shared.mqtt = std::move(options);
  tab_ = std::make_unique<SharedTab>(std::move(shared));
  listen(tab_->mqtt());
  if (trace_limits_.max_packets != 0) tab_->mqtt().watch_packets(true);
  tab_->on_shared = [this](const SharedEvent& event) { tell(event); };
  tab_->on_role = [this](SharedTab::Role role, std::string_view why) {
    if (MqttClient* mqtt = connection()) mqtt->add_listener(*this);
    wasmqtt_npm_role(id_, static_cast<int>(role), why.data(), why.size());
  };
  tab_->on_others = [this](std::size_t others) { wasmqtt_npm_others(id_, static_cast<int>(others)); };
}

// Of the connection that this tab has made for all.
void NpmClient::on_mqtt_event(const MqttEvent& event) {
  if (const auto* authentication = std::get_if<Authentication>(&event)) tell(*authentication);
}

void NpmClient::tell(const SharedEvent& event) {
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
