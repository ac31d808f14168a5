// The subscriptions of all tabs, and their union at the broker.
//
// A filter is noted in the journal before the broker is asked for it, and until it has been told that it is not wanted any more: so
// the next leader knows all that the session may have, and ends what nobody claims.
#include <algorithm>
#include <utility>

#include "hub_impl.hpp"
#include "subscriptions.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt {

Slot SharedHub::Impl::find_wanted(const Tab& tab, std::string_view filter) const {
  return wanted_by_filter_.find(hash_of(filter),
                                [&](Slot slot) { return wanted_[slot].tab == &tab && wanted_[slot].filter == filter; });
}

Slot SharedHub::Impl::find_known(std::string_view filter) const {
  return known_by_filter_.find(hash_of(filter), [&](Slot slot) { return known_[slot].filter == filter; });
}

// `noted`: the journal has it.
Slot SharedHub::Impl::know(std::string_view filter, bool noted) {
  if (const Slot slot = find_known(filter); slot != no_slot) return slot;
  const Slot slot = known_.add({std::string(filter), 0, 0});
  known_by_filter_.insert(hash_of(filter), slot);
  if (noted || !durable()) return slot;
  journal_->filter(filter, true);
  known_[slot].noted_in = journal_->batch();
  return slot;
}

// As the members check it.
Error SharedHub::Impl::check_filter(std::string_view filter) const {
  return old_only_ ? check_topic_filter(filter) : check_subscription(filter);
}

// ---- subscribing ----

bool SharedHub::Impl::handle_subscribe(Tab& tab, LinkReader& frame) {
  const auto number = static_cast<std::uint16_t>(frame.number(65'535));
  const Properties properties = frame.properties(host_of(PacketType::subscribe), Direction::outbound);
  const auto count = static_cast<std::size_t>(frame.number(65'535));
  std::vector<TopicRequest> requests;
  while (frame.more() && requests.size() < count) {
    TopicRequest& request = requests.emplace_back();
    request.filter = frame.text();
    const std::uint8_t options = frame.byte<std::uint8_t>(0x2f);
    request.qos = static_cast<Qos>(options & 3);
    request.no_local = (options & 4) != 0;
    request.retain_as_published = (options & 8) != 0;
    request.retain_handling = static_cast<RetainHandling>(options >> 4);
    if (request.qos > Qos::exactly_once || check_filter(request.filter)) return false;
  }
  if (!frame.done() || count == 0 || requests.size() != count) return false;
  tab.requests.push_back({number, PacketType::subscribe, std::vector<std::uint8_t>(count), count});
  std::vector<Slot> asked;
  for (std::size_t i = 0; i < count && tab.source != nullptr; ++i) {
    if (const Slot slot = want(tab, requests[i], properties, number, i); slot != no_slot) asked.push_back(slot);
  }
  if (tab.source != nullptr) ask(asked);
  return true;
}

// The place of what the broker is to be asked for now.
Slot SharedHub::Impl::want(Tab& tab, const TopicRequest& request, Properties properties, std::uint16_t number, std::size_t index) {
  Slot slot = find_wanted(tab, request.filter);
  const bool is_new = slot == no_slot;
  if (is_new) {
    const Slot known = know(request.filter, false);
    ++known_[known].users;
    slot = wanted_.add({&tab, std::string(request.filter)});
    wanted_[slot].noted_in = known_[known].noted_in;
    wanted_by_filter_.insert(hash_of(request.filter), slot);
    ++wanted_count_;
    trie_.insert(topics_of(wanted_[slot].filter), slot);
  }
  Wanted& wanted = wanted_[slot];
  TopicRequest options = request;
  options.filter = wanted.filter;
  const bool differs = options.qos != wanted.options.qos || options.no_local != wanted.options.no_local ||
                       options.retain_as_published != wanted.options.retain_as_published ||
                       !(properties == wanted.properties.view());
  wanted.waiting.push_back({number, index});
  const bool again = request.retain_handling == RetainHandling::send;
  if (is_new || differs || again) {
    wanted.options = options;
    wanted.properties.assign(properties);
    wanted.answer.reset();
    const bool durably_noted = wanted.noted_in == 0 || known_[find_known(wanted.filter)].noted_in == 0;
    if (wanted.subscription.number != 0 || durably_noted) return slot;
  } else if (wanted.answer) {
    answer(slot, *wanted.answer, {});
  }
  return no_slot;
}

// For all of them in one SUBSCRIBE, where they have the same properties.
void SharedHub::Impl::ask(std::span<const Slot> slots) {
  if (slots.empty()) return;
  std::vector<MqttClient::SubscribeRequest> requests;
  for (const Slot slot : slots) requests.push_back(request_of(wanted_[slot]));
  const auto made = mqtt_->subscribe(requests);
  if (!made && slots.size() == 1) return answer(slots[0], made.error().reason_code(), {});
  // One that cannot be asked for does not keep the others from it.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (made) asked(slots[i], (*made)[i]);
    else if (wanted_[slots[i]].tab != nullptr) ask(slots.subspan(i, 1));  // else its tab was expelled at an answer to it
  }
}

// With its retained messages, where they are wanted, although the broker may have been asked by another tab.
MqttClient::SubscribeRequest SharedHub::Impl::request_of(Wanted& wanted) const {
  wanted.noted_in = 0;
  MqttClient::SubscribeRequest request{.filter = wanted.filter, .qos = wanted.options.qos,
                                       .ask_again = wanted.options.retain_handling == RetainHandling::send,
                                       .replaces = wanted.subscription};
  if (old_only_) return request;
  request.no_local = wanted.options.no_local;
  request.retain_as_published = wanted.options.retain_as_published;
  request.retain_handling = wanted.options.retain_handling;
  request.properties = wanted.properties;
  return request;
}

void SharedHub::Impl::asked(Slot slot, Subscription made) {
  Subscription& subscription = wanted_[slot].subscription;
  if (subscription.number != 0) wanted_by_subscription_.erase(hash_of(std::uint64_t{subscription.number}), slot);
  subscription = made;
  wanted_by_subscription_.insert(hash_of(std::uint64_t{made.number}), slot);
}

// The journal has these filters now.
void SharedHub::Impl::ask_noted(std::uint64_t batch) {
  for (Known& known : known_.all()) {
    if (known.noted_in <= batch) known.noted_in = 0;
  }
  std::vector<Slot> due;
  for (Slot slot = 0; slot < wanted_.all().size(); ++slot) {
    const Wanted& wanted = wanted_[slot];
    if (wanted.tab != nullptr && wanted.noted_in != 0 && wanted.noted_in <= batch) due.push_back(slot);
  }
  ask(due);
  timers_.request_turn();
}

void SharedHub::Impl::answered(const SubscriptionAnswered& event) {
  if (event.error.code() == Errc::not_connected || event.error.code() == Errc::subscription_ended) return;
  for (const Subscription subscription : event.subscriptions) {
    const Slot slot = wanted_by_subscription_.find(hash_of(std::uint64_t{subscription.number}), [&](Slot one) {
      return wanted_[one].subscription == subscription;
    });
    if (slot == no_slot) continue;
    answer(slot, event.granted ? static_cast<ReasonCode>(*event.granted) : event.reason_code, event.properties);
  }
}

void SharedHub::Impl::answer(Slot slot, ReasonCode code, Properties properties) {
  Wanted& wanted = wanted_[slot];
  wanted.answer = code;
  Tab& tab = *wanted.tab;
  for (const Wanted::Waiting& waiting : std::exchange(wanted.waiting, {}))
    answer(tab, waiting.request, waiting.index, code, properties);
}

void SharedHub::Impl::answer(Tab& tab, std::uint16_t number, std::size_t index, ReasonCode code, Properties properties) {
  const auto found = std::find_if(tab.requests.begin(), tab.requests.end(),
                                  [number](const Request& one) { return one.number == number; });
  if (found == tab.requests.end() || found->left == 0) return;
  found->codes[index] = static_cast<std::uint8_t>(code);
  if (!properties.empty()) found->properties.assign(properties);
  if (--found->left != 0) return;
  const Request request = std::move(*found);
  tab.requests.erase(found);
  send(tab, [&](ByteBuffer& out) {
    const bool subscribed = request.type == PacketType::subscribe;
    LinkWriter(subscribed ? LinkFrame::subscribed : LinkFrame::unsubscribed, out)
        .number(number)
        .bytes(request.codes)
        .bytes(request.properties.view().wire());
  });
}

// After a lost session, the next answers are new ones.
void SharedHub::Impl::forget_answers() {
  for (Wanted& wanted : wanted_.all()) wanted.answer.reset();
}

// ---- ending ----

bool SharedHub::Impl::handle_unsubscribe(Tab& tab, LinkReader& frame) {
  const auto number = static_cast<std::uint16_t>(frame.number(65'535));
  const Properties properties = frame.properties(host_of(PacketType::unsubscribe), Direction::outbound);
  const auto count = static_cast<std::size_t>(frame.number(65'535));
  std::vector<std::string_view> filters;
  while (frame.more() && filters.size() < count) {
    filters.push_back(frame.text());
    if (check_filter(filters.back())) return false;
  }
  if (!frame.done() || count == 0 || filters.size() != count) return false;
  tab.requests.push_back({number, PacketType::unsubscribe, std::vector<std::uint8_t>(count), count});
  for (std::size_t i = 0; i < count && tab.source != nullptr; ++i) end_filter(tab, filters[i], properties, number, i);
  return true;
}

void SharedHub::Impl::end_filter(Tab& tab, std::string_view filter, Properties properties, std::uint16_t request,
                                 std::size_t index) {
  const Slot slot = find_wanted(tab, filter);
  const std::string text(filter);
  if (old_only_) properties = {};
  if (slot == no_slot) {
    const auto call = mqtt_->unsubscribe_filter(text, properties);
    if (!call) return answer(tab, request, index, call.error().reason_code(), {});
    endings_.push_back({*call, text, tab.number, request, index});
    return;
  }
  const Subscription subscription = take_out(slot);
  if (subscription.number == 0) {
    forget_unused(text);
    return answer(tab, request, index, ReasonCode::success, {});
  }
  endings_.push_back({subscription, text, tab.number, request, index});
  (void)mqtt_->unsubscribe({&subscription, 1}, properties);
}

// From the tables; the broker still has it.
Subscription SharedHub::Impl::take_out(Slot slot) {
  Wanted& wanted = wanted_[slot];
  const Subscription subscription = wanted.subscription;
  trie_.erase(topics_of(wanted.filter), slot);
  wanted_by_filter_.erase(hash_of(std::string_view(wanted.filter)), slot);
  if (subscription.number != 0) wanted_by_subscription_.erase(hash_of(std::uint64_t{subscription.number}), slot);
  --known_[find_known(wanted.filter)].users;
  --wanted_count_;
  wanted_.remove(slot);
  return subscription;
}

void SharedHub::Impl::end_all(Tab& tab) {
  std::vector<Subscription> all;
  for (Slot slot = 0; slot < wanted_.all().size(); ++slot) {
    if (wanted_[slot].tab != &tab) continue;
    std::string filter = wanted_[slot].filter;
    const Subscription subscription = take_out(slot);
    if (subscription.number == 0) {
      forget_unused(filter);
      continue;
    }
    all.push_back(subscription);
    endings_.push_back({subscription, std::move(filter), 0, 0, 0});
  }
  if (!all.empty()) mqtt_->unsubscribe(all);
}

// Filters of tabs that died with the leader before.
void SharedHub::Impl::end_unclaimed() {
  for (const Known& known : known_.all()) {
    if (known.filter.empty() || known.users != 0) continue;
    const auto call = mqtt_->unsubscribe_filter(known.filter);
    if (call) endings_.push_back({*call, known.filter, 0, 0, 0});
  }
}

void SharedHub::Impl::ended(const UnsubscribeAnswered& event) {
  const auto found = std::find_if(endings_.begin(), endings_.end(),
                                  [&](const Ending& one) { return one.subscription == event.subscription; });
  if (found == endings_.end()) return;
  const Ending ending = std::move(*found);
  endings_.erase(found);
  if (event.error) return;  // without a connection the broker is told later
  if (Tab* const tab = ending.tab == 0 ? nullptr : find_tab(ending.tab))
    answer(*tab, ending.request, ending.index, event.reason_code, event.properties);
  forget_unused(ending.filter);
}

// Which the broker does not have any more, or was never asked for.
void SharedHub::Impl::forget_unused(std::string_view filter) {
  const Slot slot = find_known(filter);
  const bool ends = std::any_of(endings_.begin(), endings_.end(), [&](const Ending& one) { return one.filter == filter; });
  if (slot == no_slot || known_[slot].users != 0 || ends) return;
  if (durable()) journal_->filter(filter, false);
  known_by_filter_.erase(hash_of(filter), slot);
  known_.remove(slot);
  timers_.request_turn();
}

}  // namespace wasmqtt
