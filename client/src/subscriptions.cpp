#include "subscriptions.hpp"

#include <algorithm>

namespace wasmqtt {
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

Properties Subscriptions::Filter::properties() const {
  const auto latest = std::find_if(subscriptions.rbegin(), subscriptions.rend(),
                                   [](const Wish& wish) { return !wish.properties.empty(); });
  return latest == subscriptions.rend() ? Properties{} : latest->properties.view();
}

// ---- what the application asks for ----

Slot Subscriptions::find(std::string_view text) const {
  return filters_by_text_.find(hash_of(text), [&](Slot slot) { return filters_[slot].text == text; });
}

Slot Subscriptions::find_handler(std::uint32_t number) const {
  return handlers_by_number_.find(hash_of(std::uint64_t{number}),
                                  [&](Slot slot) { return handlers_[slot]->number == number; });
}

void Subscriptions::remove_handler(Slot slot) {
  handlers_by_number_.erase(hash_of(std::uint64_t{handlers_[slot]->number}), slot);
  if (handlers_[slot]->handler) --handlers_to_call_;
  if (calling_ != 0) removed_.push_back(std::move(handlers_[slot]));
  handlers_.remove(slot);
}

Subscription Subscriptions::add(const MqttClient::SubscribeRequest& request) {
  const std::uint32_t number = ++last_number_;
  Slot slot = find(request.filter);
  if (slot == no_slot) {
    slot = filters_.add({std::string(request.filter)});
    filters_by_text_.insert(hash_of(request.filter), slot);
  }
  Filter& filter = filters_[slot];
  const bool is_new = filter.subscriptions.empty();
  const TopicRequest before = filter.request();
  PropertyList properties_before;
  properties_before.assign(filter.properties());
  Wish& wish = filter.subscriptions.emplace_back(
      Wish{number, request.qos, request.no_local, request.retain_as_published, request.retain_handling, {}});
  wish.properties.assign(request.properties);
  if (identified_ && filter.identifier == 0) filter.identifier = ++last_identifier_;
  filter.unanswered.push_back(number);
  if (is_new) take_back_unsubscribe(filter);
  replace(request.replaces, slot);
  const TopicRequest after = filter.request();
  const bool raises = !is_new && (after.qos > before.qos || after.no_local != before.no_local ||
                                  after.retain_as_published != before.retain_as_published ||
                                  !(filter.properties() == properties_before.view()));
  const bool in_flight = filter.state == Granted::unknown && !filter.wanted && !is_new;
  if (is_new || raises || request.ask_again || filter.state == Granted::no) {
    filter.again = false;
    want(filter);
  } else if (in_flight) {
    join_request_in_flight(filter);
  } else if (filter.state == Granted::yes && !filter.wanted) {
    settled_.push_back({true, number, filter.text, filter.granted, {}, static_cast<ReasonCode>(filter.granted)});
    filter.unanswered.clear();
  }
  trie_.insert(topics_of(filter.text), number);
  recent_.forget();
  if (request.handler) ++handlers_to_call_;
  handlers_by_number_.insert(hash_of(std::uint64_t{number}),
                             handlers_.add(std::make_unique<Handler>(Handler{number, slot, request.handler})));
  return {number};
}

// Subscribed to again before UNSUBSCRIBE left.
void Subscriptions::take_back_unsubscribe(Filter& filter) {
  const auto at =
      std::find_if(unwanted_.begin(), unwanted_.end(), [&](const Asked& entry) { return entry.filter == filter.text; });
  if (at == unwanted_.end()) return;
  filter.known = true;
  settle(false, at->calls, filter.text, {});
  unwanted_.erase(at);
}

void Subscriptions::replace(Subscription old, Slot slot) {
  const Slot handler = find_handler(old.number);
  if (handler == no_slot || handlers_[handler]->filter != slot) return;
  Filter& filter = filters_[slot];
  std::erase_if(filter.subscriptions, [&](const Wish& wish) { return wish.number == old.number; });
  trie_.erase(topics_of(filter.text), old.number);
  remove_handler(handler);
}

// The SUBSCRIBE in flight asks for the same: its answer is for the new calls, too.
void Subscriptions::join_request_in_flight(Filter& filter) {
  for (Packet& packet : packets_) {
    for (Asked& asked : packet.filters) {
      if (asked.order != filter.last_asked) continue;
      asked.calls.insert(asked.calls.end(), filter.unanswered.begin(), filter.unanswered.end());
      asked.first.insert(asked.first.end(), filter.unanswered.begin(), filter.unanswered.end());
      filter.unanswered.clear();
      return;
    }
  }
}

void Subscriptions::want(Filter& filter) {
  if (!std::exchange(filter.wanted, true)) wanted_.push_back(filter.text);
}

void Subscriptions::remove(Subscription subscription, Properties properties) {
  const Slot handler = find_handler(subscription.number);
  if (handler == no_slot) return;
  const Slot slot = handlers_[handler]->filter;
  Filter& filter = filters_[slot];
  remove_handler(handler);
  trie_.erase(topics_of(filter.text), subscription.number);
  recent_.forget();
  std::erase_if(filter.subscriptions, [&](const Wish& wish) { return wish.number == subscription.number; });
  Numbers call{subscription.number};
  if (!filter.subscriptions.empty()) return settle(false, call, filter.text, {});
  settle(true, filter.unanswered, filter.text, local_error(Errc::subscription_ended));
  if (filter.known) {
    add_unwanted(filter.text, std::move(call), properties);
  } else {
    settle(false, call, filter.text, {});
  }
  filters_by_text_.erase(hash_of(filter.text), slot);
  filters_.remove(slot);
}

void Subscriptions::add_unwanted(std::string filter, Numbers calls, Properties properties) {
  unwanted_.push_back({std::move(filter), std::move(calls)});
  unwanted_.back().properties.assign(properties);
}

Subscription Subscriptions::remove_filter(std::string_view filter, Properties properties) {
  Numbers call{++last_number_};
  const Subscription named{call.front()};
  std::string text(filter);
  if (find(filter) != no_slot) {
    settle(false, call, text, {});
  } else {
    add_unwanted(std::move(text), std::move(call), properties);
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
  const Slot slot = find_handler(number);
  if (slot == no_slot) return false;
  const std::uint32_t identifier = filters_[handlers_[slot]->filter].identifier;
  for (const Property& property : message.properties) {
    if (property.id == PropertyId::subscription_identifier && property.number == identifier) return true;
  }
  return false;
}

// Identifiers of an earlier run, which a kept session can still bear, mean nobody: then the topic decides.
bool Subscriptions::call(std::span<const std::uint32_t> subscriptions, const Message& message) {
  bool handled = false;
  const auto meant = [&](std::uint32_t number) { return meant_for(number, message); };
  const bool by_identifier =
      identified_ && !message.properties.empty() && std::any_of(subscriptions.begin(), subscriptions.end(), meant);
  ++calling_;
  for (std::uint32_t number : subscriptions) {
    if (by_identifier && !meant(number)) continue;
    const Slot slot = find_handler(number);
    if (slot == no_slot) continue;  // an earlier handler removed it
    const Handler& one = *handlers_[slot];  // stays where it is, whatever it adds or removes
    handled = true;
    if (one.handler) one.handler(message);
  }
  if (--calling_ == 0 && !removed_.empty()) std::exchange(removed_, {}).clear();
  return handled;
}

// ---- towards the broker ----

std::vector<MqttClient::FilterState> Subscriptions::states() const {
  std::vector<MqttClient::FilterState> states;
  for (const Filter& filter : filters_.all()) {
    if (filter.text.empty() || filter.subscriptions.empty()) continue;
    states.push_back({filter.text, filter.request().qos,
                      filter.state == Granted::yes ? std::optional(filter.granted) : std::nullopt});
  }
  return states;
}

void Subscriptions::connected(bool session_present, bool in_doubt, bool resubscribe) {
  wanted_.clear();
  if (!session_present) {
    for (Asked& entry : unwanted_) settle(false, entry.calls, entry.filter, {});
    unwanted_.clear();
  }
  for (Filter& filter : filters_.all()) {
    if (filter.text.empty()) continue;
    if (!session_present) filter.known = false;
    const bool lost = resubscribe && (!session_present || in_doubt);
    filter.again = lost && filter.granted_before;
    filter.wanted = lost || filter.state != Granted::yes || !filter.unanswered.empty();
    if (filter.wanted) wanted_.push_back(filter.text);
  }
}

std::uint32_t Subscriptions::identifier_of(std::string_view filter) const {
  const Slot slot = find(filter);
  return slot == no_slot ? 0 : filters_[slot].identifier;
}

std::vector<TopicRequest> Subscriptions::take_wanted(std::size_t most, ProtocolVersion version) {
  std::vector<TopicRequest> requests;
  taken_.clear();
  std::size_t looked_at = 0;
  for (; looked_at < wanted_.size() && requests.size() < most; ++looked_at) {
    const Slot slot = find(wanted_[looked_at]);
    if (slot == no_slot || !filters_[slot].wanted) continue;
    Filter& filter = filters_[slot];
    if (requests.empty()) taken_properties_.assign(filter.properties());
    else if (!(filter.properties() == taken_properties_.view())) break;
    filter.wanted = false;
    // Both are in ascending order.
    Numbers calls = filter.unanswered;
    for (const Wish& wish : filter.subscriptions) {
      const auto at = std::lower_bound(calls.begin(), calls.end(), wish.number);
      if (at == calls.end() || *at != wish.number) calls.insert(at, wish.number);
    }
    filter.known = true;
    filter.state = Granted::unknown;
    filter.last_asked = ++last_order_;
    TopicRequest request = filter.request();
    // What was retained has come already: only a subscription that the broker does not know any more brings it again.
    if (filter.again) request.retain_handling = std::max(request.retain_handling, RetainHandling::send_if_new);
    if (version == ProtocolVersion::mqtt_3_1_1) request = {{}, request.qos};
    request.filter = filter.text;
    requests.push_back(request);
    taken_.push_back({filter.text, std::move(calls), std::exchange(filter.unanswered, {}), filter.last_asked});
  }
  wanted_.erase(wanted_.begin(), wanted_.begin() + static_cast<std::ptrdiff_t>(looked_at));
  return requests;
}

std::vector<std::string_view> Subscriptions::take_unwanted(std::size_t most) {
  if (!unwanted_.empty()) taken_properties_.assign(unwanted_.front().properties);
  const auto limit = unwanted_.begin() + static_cast<std::ptrdiff_t>(std::min(most, unwanted_.size()));
  const auto end = std::find_if(unwanted_.begin(), limit,
                                [&](const Asked& entry) { return !(entry.properties == taken_properties_); });
  taken_.assign(std::make_move_iterator(unwanted_.begin()), std::make_move_iterator(end));
  unwanted_.erase(unwanted_.begin(), end);
  std::vector<std::string_view> filters;
  for (const Asked& entry : taken_) filters.push_back(entry.filter);
  return filters;
}

void Subscriptions::subscribe_sent(PacketId packet_id) {
  packets_.push_back({PacketType::subscribe, packet_id, std::exchange(taken_, {})});
}

void Subscriptions::unsubscribe_sent(PacketId packet_id) {
  packets_.push_back({PacketType::unsubscribe, packet_id, std::exchange(taken_, {})});
}

void Subscriptions::give_back_wanted() {
  for (Asked& asked : std::exchange(taken_, {})) {
    Filter& filter = filters_[find(asked.filter)];
    filter.unanswered = std::move(asked.first);
    want(filter);
  }
}

void Subscriptions::subscribe_refused(Error error) {
  for (Asked& asked : std::exchange(taken_, {})) {
    if (const Slot slot = find(asked.filter); slot != no_slot) {
      filters_[slot].state = Granted::no;
      filters_[slot].known = filters_[slot].granted_before;
    }
    for (std::uint32_t number : asked.calls) settled_.push_back({true, number, asked.filter, {}, error, error.reason_code()});
  }
}

void Subscriptions::give_back_unwanted() {
  for (Asked& entry : std::exchange(taken_, {})) unwanted_.push_back(std::move(entry));
}

std::vector<Subscriptions::Asked> Subscriptions::take_answered(PacketType type, PacketId packet_id) {
  const auto found = std::find_if(packets_.begin(), packets_.end(), [&](const Packet& packet) {
    return packet.type == type && packet.packet_id == packet_id;
  });
  if (found == packets_.end()) return {};
  std::vector<Asked> all = std::move(found->filters);
  packets_.erase(found);
  return all;
}

void Subscriptions::subscribe_answered(const Subscribed& answer, const Tell& tell) {
  std::vector<Asked> all = take_answered(PacketType::subscribe, answer.packet_id);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Asked& asked = all[i];
    const Slot slot = find(asked.filter);
    Filter* const filter = slot == no_slot ? nullptr : &filters_[slot];
    if (answer.error) {  // asked again on the next connection
      if (filter == nullptr) {
        settle(true, asked.first, asked.filter, local_error(Errc::subscription_ended));
      } else {
        Numbers& unanswered = filter->unanswered;
        unanswered.insert(unanswered.begin(), asked.first.begin(), asked.first.end());
      }
      continue;
    }
    const std::uint8_t code = answer.return_codes[i];
    const bool granted = code < suback_failure;
    if (filter != nullptr && filter->last_asked == asked.order) {
      // A broker that refuses a filter that it had not granted before has nothing to unsubscribe from.
      if (!granted && !filter->granted_before) filter->known = false;
      filter->granted_before = filter->granted_before || granted;
      filter->state = granted ? Granted::yes : Granted::no;
      if (granted) filter->granted = static_cast<Qos>(code);
    }
    std::vector<Subscription> calls;
    for (std::uint32_t number : asked.calls) calls.push_back({number});
    SubscriptionAnswered told{calls, asked.filter, {}, {}, static_cast<ReasonCode>(code), answer.properties};
    if (granted) told.granted = static_cast<Qos>(code);
    tell(told);
  }
}

void Subscriptions::unsubscribe_answered(const Unsubscribed& answer, const Tell& tell) {
  const std::uint8_t* code = answer.reason_codes.empty() ? nullptr : answer.reason_codes.data();
  for (Asked& entry : take_answered(PacketType::unsubscribe, answer.packet_id)) {
    if (!answer.error) {
      const ReasonCode reason = code == nullptr ? ReasonCode::success : static_cast<ReasonCode>(*code++);
      for (std::uint32_t number : entry.calls)
        tell(UnsubscribeAnswered{{number}, entry.filter, {}, reason, answer.properties});
    } else if (find(entry.filter) != no_slot) {
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
  for (Filter& filter : filters_.all()) settle(true, filter.unanswered, filter.text, local_error(Errc::not_connected));
  for (Asked& entry : unwanted_) settle(false, entry.calls, entry.filter, local_error(Errc::not_connected));
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
