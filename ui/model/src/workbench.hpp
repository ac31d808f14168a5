// Messages and subscriptions that are no part of the chat, over the same client. Internal to Account.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "chat/intent.hpp"
#include "chat/workbench_state.hpp"
#include "line.hpp"

namespace chat {

class Workbench {
 public:
  // `line` and this object are destroyed together: its handlers refer to this.
  Workbench(Line& line, std::string user) : line_(line), user_(std::move(user)) {}

  // state() has changed by what came from the network.
  std::function<void()> on_changed;

  // All but what concerns trouble.
  const WorkbenchState& state() const { return state_; }

  void publish(const PublishTopic& what);
  void subscribe(const SubscribeTopic& what);
  void unsubscribe(const std::string& filter);
  // One more message in each lane.
  void send_in_lanes();
  void handle_delivery(const wasmqtt::DeliveryChanged& change);
  void handle_answered(const wasmqtt::SubscriptionAnswered& answer);

 private:
  std::string lane_topic(std::size_t lane) const;
  void subscribe_lanes();
  void send_round();
  void arrived(std::size_t lane, const wasmqtt::Message& message);
  void show_filters();

  Line& line_;
  WorkbenchState state_;
  std::string user_;
  std::map<std::string, wasmqtt::Subscription> subscriptions_;
  bool lanes_subscribed_ = false;
  std::vector<wasmqtt::Subscription> unanswered_;  // of the lanes
  unsigned rounds_ = 0;                            // to be sent when the lanes are subscribed to
  std::array<std::set<std::string>, 3> seen_;      // payloads, for each lane; as many as were sent from here
  std::map<std::uint64_t, std::size_t> unfinished_;  // lane by delivery number
};

}  // namespace chat
