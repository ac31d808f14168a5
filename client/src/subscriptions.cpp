#include "subscriptions.hpp"

#include <algorithm>

namespace wasmqtt {
namespace {

// What the topics of a shared subscription match: "$share/group/filter" of MQTT 5, which brokers offer with 3.1.1 too, and
// "$queue/filter".
std::string_view topics_of(std::string_view filter) {
  std::string_view rest = filter;
  if (rest.starts_with("$queue/")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("$share/")) {
    rest.remove_prefix(7);
    const std::size_t group = rest.find('/');
    if (group == 0 || group == std::string_view::npos) return filter;
    rest.remove_prefix(group + 1);
  }
  return rest.empty() ? filter : rest;
}

}  // namespace

TopicRequest Subscriptions::Filter::request() const {
  TopicRequest all;
  all.no_local = !subscriptions.empty();
  all.retain_handling = RetainHandling::do_not_send;
  for (const Wish& wish : subscriptions) {
    all.qos = std::max(all.qos, wish.qos);
    all.no_local = all.no_local && wish.no_local;
    all.retain_as_published = all.retain_as_published || wish.retain_as_published;
    all.retain_handling = std::min(all.retain_handling, wish.retain_handling);
  }
  return all;
}

// ---- what the application asks for ----

Subscription Subscriptions::add(const MqttClient::SubscribeRequest& request) {
  const std::uint32_t number = ++last_number_;
  auto handler = std::make_shared<Handler>(Handler{std::string(request.filter), request.handler});
  const std::string& text = handler->filter;
  Filter& filter = filters_[text];
  const bool is_new = filter.subscriptions.empty();
  const TopicRequest before = filter.request();
  filter.subscriptions.push_back(
      {number, request.qos, request.no_local, request.retain_as_published, request.retain_handling});
  if (identified_ && filter.identifier == 0) filter.identifier = ++last_identifier_;
  handler->identifier = filter.identifier;
  filter.unanswered.push_back(number);
  if (is_new) take_back_unsubscribe(text, filter);
  replace(request.replaces, text, filter);
  const TopicRequest after = filter.request();
  const bool raises = !is_new && (after.qos > before.qos || after.no_local != before.no_local ||
                                  after.retain_as_published != before.retain_as_published);
  const bool in_flight = filter.state == Granted::unknown && !filter.wanted && !is_new;
  if (is_new || raises || request.ask_again || filter.state == Granted::no) {
    filter.again = false;
    want(text, filter);
  } else if (in_flight) {
    join_request_in_flight(filter);
  } else if (filter.state == Granted::yes && !filter.wanted) {
    settled_.push_back({true, number, text, filter.granted, {}, static_cast<ReasonCode>(filter.granted)});
    filter.unanswered.clear();
  }
  trie_.insert(topics_of(text), number);
  recent_.forget();
  handlers_.emplace(number, std::move(handler));
  return {number};
}

// Subscribed to again before UNSUBSCRIBE left.
void Subscriptions::take_back_unsubscribe(const std::string& text, Filter& filter) {
  const auto at = std::find_if(unwanted_.begin(), unwanted_.end(), [&](const Unwanted& entry) { return entry.filter == text; });
  if (at == unwanted_.end()) return;
  filter.known = true;
  settle(false, at->calls, text, {});
  unwanted_.erase(at);
}

void Subscriptions::replace(Subscription old, const std::string& text, Filter& filter) {
  const auto found = handlers_.find(old.number);
  if (found == handlers_.end() || found->second->filter != text) return;
  std::erase_if(filter.subscriptions, [&](const auto& entry) { return entry.number == old.number; });
  trie_.erase(topics_of(text), old.number);
  handlers_.erase(found);
}

// The SUBSCRIBE in flight asks for the same: its answer is for the new calls, too.
void Subscriptions::join_request_in_flight(Filter& filter) {
  for (auto& [packet_id, all] : subscribes_) {
    for (Asked& asked : all) {
      if (asked.order != filter.last_asked) continue;
      asked.calls.insert(asked.calls.end(), filter.unanswered.begin(), filter.unanswered.end());
      asked.first.insert(asked.first.end(), filter.unanswered.begin(), filter.unanswered.end());
      filter.unanswered.clear();
      return;
    }
  }
}

void Subscriptions::want(const std::string& text, Filter& filter) {
  if (!std::exchange(filter.wanted, true)) wanted_.push_back(text);
}

void Subscriptions::remove(Subscription subscription) {
  const auto found = handlers_.find(subscription.number);
  if (found == handlers_.end()) return;
  const std::string text = found->second->filter;
  handlers_.erase(found);
  trie_.erase(topics_of(text), subscription.number);
  recent_.forget();
  Filter& filter = filters_.at(text);
  std::erase_if(filter.subscriptions, [&](const auto& entry) { return entry.number == subscription.number; });
  Numbers call{subscription.number};
  if (!filter.subscriptions.empty()) return settle(false, call, text, {});
  settle(true, filter.unanswered, text, local_error(Errc::subscription_ended));
  if (filter.known) {
    unwanted_.push_back({text, std::move(call)});
  } else {
    settle(false, call, text, {});
  }
  filters_.erase(text);
}

Subscription Subscriptions::remove_filter(std::string_view filter) {
  Numbers call{++last_number_};
  const Subscription named{call.front()};
  std::string text(filter);
  if (filters_.contains(text)) {
    settle(false, call, text, {});
  } else {
    unwanted_.push_back({std::move(text), std::move(call)});
  }
  return named;
}

// ---- dispatch ----

bool Subscriptions::dispatch(const Message& message) {
  if (const RecentTopics::Entry* known = recent_.find(message.topic)) {
    const auto subscriptions = known->subscriptions;  // a handler may change what is kept
    return call({subscriptions.data(), known->count}, message);
  }
  std::vector<std::uint32_t> matching = std::move(spare_);
  matching.clear();
  trie_.match(message.topic, [&](std::uint32_t number) { matching.push_back(number); });
  recent_.remember(message.topic, matching);
  const bool handled = call(matching, message);
  spare_ = std::move(matching);
  return handled;
}

bool Subscriptions::meant_for(std::uint32_t number, const Message& message) const {
  const auto found = handlers_.find(number);
  if (found == handlers_.end()) return false;
  for (const Property& property : message.properties) {
    if (property.id == PropertyId::subscription_identifier && property.number == found->second->identifier) return true;
  }
  return false;
}

// Identifiers of an earlier run, which a kept session can still bear, mean nobody: then the topic decides.
bool Subscriptions::call(std::span<const std::uint32_t> subscriptions, const Message& message) {
  bool handled = false;
  const auto meant = [&](std::uint32_t number) { return meant_for(number, message); };
  const bool by_identifier =
      identified_ && !message.properties.empty() && std::any_of(subscriptions.begin(), subscriptions.end(), meant);
  for (std::uint32_t number : subscriptions) {
    if (by_identifier && !meant(number)) continue;
    const auto found = handlers_.find(number);
    if (found == handlers_.end()) continue;  // an earlier handler removed it
    const std::shared_ptr<Handler> one = found->second;
    handled = true;
    if (one->handler) one->handler(message);
  }
  return handled;
}

// ---- towards the broker ----

void Subscriptions::connected(bool session_present, bool in_doubt, bool resubscribe) {
  wanted_.clear();
  if (!session_present) {
    for (Unwanted& entry : unwanted_) settle(false, entry.calls, entry.filter, {});
    unwanted_.clear();
  }
  for (auto& [text, filter] : filters_) {
    if (!session_present) filter.known = false;
    const bool lost = resubscribe && (!session_present || in_doubt);
    filter.again = lost && filter.granted_before;
    filter.wanted = lost || filter.state != Granted::yes || !filter.unanswered.empty();
    if (filter.wanted) wanted_.push_back(text);
  }
  std::sort(wanted_.begin(), wanted_.end());  // the same order on every machine
}

std::uint32_t Subscriptions::identifier_of(std::string_view filter) const {
  const auto found = filters_.find(std::string(filter));
  return found == filters_.end() ? 0 : found->second.identifier;
}

std::vector<TopicRequest> Subscriptions::take_wanted(std::size_t most, ProtocolVersion version) {
  std::vector<TopicRequest> requests;
  wanted_taken_.clear();
  std::size_t looked_at = 0;
  for (; looked_at < wanted_.size() && requests.size() < most; ++looked_at) {
    const auto found = filters_.find(wanted_[looked_at]);
    if (found == filters_.end() || !std::exchange(found->second.wanted, false)) continue;
    Filter& filter = found->second;
    Numbers calls = filter.unanswered;
    for (const Wish& wish : filter.subscriptions) calls.push_back(wish.number);
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    filter.known = true;
    filter.state = Granted::unknown;
    filter.last_asked = ++last_order_;
    TopicRequest request = filter.request();
    // What was retained has come already: only a subscription that the broker does not know any more brings it again.
    if (filter.again) request.retain_handling = std::max(request.retain_handling, RetainHandling::send_if_new);
    if (version == ProtocolVersion::mqtt_3_1_1) request = {{}, request.qos};
    request.filter = found->first;
    requests.push_back(request);
    wanted_taken_.push_back({found->first, std::move(calls), std::exchange(filter.unanswered, {}), filter.last_asked});
  }
  wanted_.erase(wanted_.begin(), wanted_.begin() + static_cast<std::ptrdiff_t>(looked_at));
  return requests;
}

std::vector<std::string_view> Subscriptions::take_unwanted(std::size_t most) {
  const auto end = unwanted_.begin() + static_cast<std::ptrdiff_t>(std::min(most, unwanted_.size()));
  unwanted_taken_.assign(std::make_move_iterator(unwanted_.begin()), std::make_move_iterator(end));
  unwanted_.erase(unwanted_.begin(), end);
  std::vector<std::string_view> filters;
  for (const Unwanted& entry : unwanted_taken_) filters.push_back(entry.filter);
  return filters;
}

void Subscriptions::subscribe_sent(PacketId packet_id) { subscribes_[packet_id] = std::exchange(wanted_taken_, {}); }
void Subscriptions::unsubscribe_sent(PacketId packet_id) {
  unsubscribes_[packet_id] = std::exchange(unwanted_taken_, {});
}

void Subscriptions::give_back_wanted() {
  for (Asked& asked : std::exchange(wanted_taken_, {})) {
    Filter& filter = filters_.at(asked.filter);
    filter.unanswered = std::move(asked.first);
    want(asked.filter, filter);
  }
}

void Subscriptions::subscribe_refused(Error error) {
  for (Asked& asked : std::exchange(wanted_taken_, {})) {
    const auto at = filters_.find(asked.filter);
    if (at != filters_.end()) {
      at->second.state = Granted::no;
      at->second.known = at->second.granted_before;
    }
    for (std::uint32_t number : asked.calls) settled_.push_back({true, number, asked.filter, {}, error, error.reason_code()});
  }
}

void Subscriptions::give_back_unwanted() {
  for (Unwanted& entry : std::exchange(unwanted_taken_, {})) unwanted_.push_back(std::move(entry));
}

void Subscriptions::subscribe_answered(const Subscribed& answer, const Tell& tell) {
  const auto found = subscribes_.find(answer.packet_id);
  if (found == subscribes_.end()) return;
  std::vector<Asked> all = std::move(found->second);
  subscribes_.erase(found);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Asked& asked = all[i];
    const auto at = filters_.find(asked.filter);
    if (answer.error) {  // asked again on the next connection
      if (at == filters_.end()) {
        settle(true, asked.first, asked.filter, local_error(Errc::subscription_ended));
      } else {
        Numbers& unanswered = at->second.unanswered;
        unanswered.insert(unanswered.begin(), asked.first.begin(), asked.first.end());
      }
      continue;
    }
    const std::uint8_t code = answer.return_codes[i];
    const bool granted = code < suback_failure;
    if (at != filters_.end() && at->second.last_asked == asked.order) {
      // A broker that refuses a filter that it had not granted before has nothing to unsubscribe from.
      if (!granted && !at->second.granted_before) at->second.known = false;
      at->second.granted_before = at->second.granted_before || granted;
      at->second.state = granted ? Granted::yes : Granted::no;
      if (granted) at->second.granted = static_cast<Qos>(code);
    }
    std::vector<Subscription> calls;
    for (std::uint32_t number : asked.calls) calls.push_back({number});
    SubscriptionAnswered told{calls, asked.filter, {}, {}, static_cast<ReasonCode>(code)};
    if (granted) told.granted = static_cast<Qos>(code);
    tell(told);
  }
}

void Subscriptions::unsubscribe_answered(const Unsubscribed& answer, const Tell& tell) {
  const auto found = unsubscribes_.find(answer.packet_id);
  if (found == unsubscribes_.end()) return;
  std::vector<Unwanted> all = std::move(found->second);
  unsubscribes_.erase(found);
  for (Unwanted& entry : all) {
    if (!answer.error) {
      for (std::uint32_t number : entry.calls) tell(UnsubscribeAnswered{{number}, entry.filter, {}});
    } else if (filters_.contains(entry.filter)) {
      settle(false, entry.calls, entry.filter, {});  // wanted again
    } else {
      unwanted_.push_back(std::move(entry));
    }
  }
}

// ---- answers that need no packet ----

void Subscriptions::settle(bool subscribed, Numbers& numbers, const std::string& filter, Error error) {
  for (std::uint32_t number : std::exchange(numbers, {})) settled_.push_back({subscribed, number, filter, {}, error});
}

void Subscriptions::stopped() {
  for (auto& [text, filter] : filters_) settle(true, filter.unanswered, text, local_error(Errc::not_connected));
  for (Unwanted& entry : unwanted_) settle(false, entry.calls, entry.filter, local_error(Errc::not_connected));
}

void Subscriptions::tell_settled(const Tell& tell) {
  for (const Settled& one : std::exchange(settled_, {})) {
    const Subscription call{one.number};
    if (!one.subscribed) {
      tell(UnsubscribeAnswered{call, one.filter, one.error});
    } else {
      tell(SubscriptionAnswered{{&call, 1}, one.filter, one.granted, one.error, one.code});
    }
  }
}

}  // namespace wasmqtt
