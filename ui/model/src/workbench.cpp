#include "workbench.hpp"

#include <utility>

#include "chat/names.hpp"

namespace chat {
namespace {

using wasmqtt::DeliveryState;
using wasmqtt::PropertyId;
using wasmqtt::Qos;

std::string problem_of(const wasmqtt::Error& error) { return error ? "Not accepted: " + std::string(error.message()) + "." : ""; }

wasmqtt::Error add_properties(const PublishTopic& what, wasmqtt::PropertyList& properties) {
  if (what.expiry != 0)
    if (auto error = properties.add(PropertyId::message_expiry_interval, what.expiry)) return error;
  if (!what.content_type.empty())
    if (auto error = properties.add(PropertyId::content_type, std::string_view(what.content_type))) return error;
  if (!what.response_topic.empty())
    if (auto error = properties.add(PropertyId::response_topic, std::string_view(what.response_topic))) return error;
  // "name=value"
  const std::size_t equals = what.user_property.find('=');
  if (what.user_property.empty()) return {};
  const std::string_view property = what.user_property;
  return properties.add_user_property(property.substr(0, equals),
                                      equals == std::string::npos ? std::string_view{} : property.substr(equals + 1));
}

}  // namespace

void Workbench::publish(const PublishTopic& what) {
  wasmqtt::PropertyList properties;
  if (const auto error = add_properties(what, properties)) {
    state_.problem = problem_of(error);
    return;
  }
  const auto made = line_.publish(what.topic, what.payload, {.qos = what.qos, .retain = what.retain, .properties = properties});
  state_.problem = made ? std::string() : problem_of(made.error());
}

void Workbench::subscribe(const SubscribeTopic& what) {
  const auto handler = [this](const wasmqtt::Message& message) { line_.acknowledge(message.token); };
  const auto known = subscriptions_.find(what.filter);
  const Line::SubscribeRequest request{
      .filter = what.filter, .qos = what.qos, .handler = handler, .ask_again = true,
      .replaces = known == subscriptions_.end() ? wasmqtt::Subscription{} : known->second};
  const auto made = line_.subscribe({&request, 1});
  state_.problem = made ? std::string() : problem_of(made.error());
  if (made) subscriptions_[what.filter] = made->front();
  show_filters();
}

void Workbench::unsubscribe(const std::string& filter) {
  const auto known = subscriptions_.find(filter);
  if (known == subscriptions_.end()) return;
  line_.unsubscribe(known->second);
  subscriptions_.erase(known);
  show_filters();
}

void Workbench::show_filters() {
  state_.filters.clear();
  for (const auto& [filter, subscription] : subscriptions_) state_.filters.push_back(filter);
}

std::string Workbench::lane_topic(std::size_t lane) const { return "lanes/" + user_ + "/qos" + std::to_string(lane); }

void Workbench::subscribe_lanes() {
  if (std::exchange(lanes_subscribed_, true)) return;
  for (std::size_t lane = 0; lane < 3; ++lane) {
    const std::string topic = lane_topic(lane);
    const Line::SubscribeRequest request{.filter = topic, .qos = static_cast<Qos>(lane),
                                         .handler = [this, lane](const wasmqtt::Message& message) { arrived(lane, message); }};
    const auto made = line_.subscribe({&request, 1});
    if (made && line_.connected()) unanswered_.push_back(made->front());
  }
}

// A message must not be faster than its subscription: on a connection that tabs share, that is noted before it is asked for.
void Workbench::send_in_lanes() {
  subscribe_lanes();
  if (unanswered_.empty()) send_round();
  else ++rounds_;
}

void Workbench::handle_answered(const wasmqtt::SubscriptionAnswered& answer) {
  for (const wasmqtt::Subscription subscription : answer.subscriptions) std::erase(unanswered_, subscription);
  if (!unanswered_.empty() || rounds_ == 0) return;
  for (unsigned rounds = std::exchange(rounds_, 0); rounds != 0; --rounds) send_round();
  if (on_changed) on_changed();
}

void Workbench::send_round() {
  for (std::size_t lane = 0; lane < 3; ++lane) {
    const std::string payload = "message " + std::to_string(state_.lanes[lane].sent + 1);
    const auto made = line_.publish(lane_topic(lane), payload, {.qos = static_cast<Qos>(lane)});
    // Without a connection, QoS 0 is not even sent: to the user it is lost all the same.
    ++state_.lanes[lane].sent;
    if (!made || made->number == 0 || lane == 0) continue;
    unfinished_[made->number] = lane;
    ++state_.lanes[lane].waiting;
  }
}

void Workbench::arrived(std::size_t lane, const wasmqtt::Message& message) {
  line_.acknowledge(message.token);
  WorkbenchState::Lane& counts = state_.lanes[lane];
  std::string payload(wasmqtt::as_text(message.payload));
  if (seen_[lane].contains(payload)) ++counts.doubled;
  else if (seen_[lane].size() >= counts.sent) return;  // somebody else's
  else ++counts.arrived, seen_[lane].insert(std::move(payload));
  if (on_changed) on_changed();
}

void Workbench::handle_delivery(const wasmqtt::DeliveryChanged& change) {
  if (change.state != DeliveryState::acknowledged && change.state != DeliveryState::failed) return;
  const auto at = unfinished_.find(change.delivery.number);
  if (at == unfinished_.end()) return;
  --state_.lanes[at->second].waiting;
  unfinished_.erase(at);
  if (on_changed) on_changed();
}

}  // namespace chat
