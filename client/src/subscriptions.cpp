#include "subscriptions.hpp"

#include <algorithm>

namespace wasmqtt {

Qos Subscriptions::Filter::qos() const {
  Qos highest = Qos::at_most_once;
  for (const auto& [number, qos] : subscriptions) highest = std::max(highest, qos);
  return highest;
}

Subscription Subscriptions::add(std::string_view text, Qos qos, MqttClient::MessageHandler handler) {
  const std::uint32_t number = ++last_number_;
  auto one = std::make_shared<One>(One{std::string(text), std::move(handler)});
  Filter& filter = filters_[one->filter];
  const bool is_new = filter.subscriptions.empty();
  const bool raises = !is_new && qos > filter.qos();
  filter.subscriptions.emplace_back(number, qos);
  if (is_new || raises) {
    filter.asked = Asked::no;
    wanted_.push_back(one->filter);
    if (std::erase(unwanted_, one->filter) != 0) filter.known = true;
  }
  trie_.insert(one->filter, number);
  recent_.forget();
  ones_.emplace(number, std::move(one));
  return {number};
}

void Subscriptions::remove(Subscription subscription) {
  const auto found = ones_.find(subscription.number);
  if (found == ones_.end()) return;
  const std::shared_ptr<One> one = found->second;
  ones_.erase(found);
  trie_.erase(one->filter, subscription.number);
  recent_.forget();
  const auto filter = filters_.find(one->filter);
  std::erase_if(filter->second.subscriptions,
                [&](const auto& entry) { return entry.first == subscription.number; });
  if (!filter->second.subscriptions.empty()) return;
  if (filter->second.known) unwanted_.push_back(one->filter);
  filters_.erase(filter);
  std::erase(wanted_, one->filter);
}

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

bool Subscriptions::call(std::span<const std::uint32_t> subscriptions, const Message& message) {
  bool handled = false;
  for (std::uint32_t number : subscriptions) {
    const auto found = ones_.find(number);
    if (found == ones_.end()) continue;  // an earlier handler removed it
    const std::shared_ptr<One> one = found->second;
    handled = true;
    one->handler(message);
  }
  return handled;
}

void Subscriptions::connected(bool session_present, bool in_doubt) {
  wanted_.clear();
  under_way_.clear();
  if (!session_present) unwanted_.clear();
  for (auto& [text, filter] : filters_) {
    if (!session_present) filter.known = false;
    if (!session_present || in_doubt || filter.asked != Asked::yes) {
      filter.asked = Asked::no;
      wanted_.push_back(text);
    }
  }
  std::sort(wanted_.begin(), wanted_.end());  // the same order on every machine
}

std::vector<TopicRequest> Subscriptions::take_wanted(std::size_t most) {
  std::vector<TopicRequest> requests;
  const std::size_t count = std::min(most, wanted_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto filter = filters_.find(wanted_[i]);
    if (filter == filters_.end()) continue;
    filter->second.asked = Asked::under_way;
    filter->second.known = true;
    requests.push_back({filter->first, filter->second.qos()});
  }
  wanted_.erase(wanted_.begin(), wanted_.begin() + static_cast<std::ptrdiff_t>(count));
  return requests;
}

std::vector<std::string_view> Subscriptions::take_unwanted(std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, unwanted_.size()));
  taken_.assign(unwanted_.begin(), unwanted_.begin() + count);
  unwanted_.erase(unwanted_.begin(), unwanted_.begin() + count);
  return {taken_.begin(), taken_.end()};
}

void Subscriptions::asked(PacketId packet_id, const std::vector<TopicRequest>& requests) {
  std::vector<std::string>& filters = under_way_[packet_id];
  filters.clear();
  for (const TopicRequest& request : requests) filters.emplace_back(request.filter);
}

void Subscriptions::gave_up(PacketId packet_id, const std::vector<std::string_view>& filters) {
  giving_up_[packet_id].assign(filters.begin(), filters.end());
}

void Subscriptions::given_up(PacketId packet_id, bool done) {
  const auto found = giving_up_.find(packet_id);
  if (found == giving_up_.end()) return;
  if (!done) give_back(std::vector<std::string_view>(found->second.begin(), found->second.end()));
  giving_up_.erase(found);
}

void Subscriptions::give_back(const std::vector<TopicRequest>& wanted) {
  for (const TopicRequest& request : wanted) wanted_.emplace_back(request.filter);
}

void Subscriptions::give_back(const std::vector<std::string_view>& unwanted) {
  for (std::string_view filter : unwanted) {
    if (!filters_.contains(std::string(filter))) unwanted_.emplace_back(filter);
  }
}

void Subscriptions::answered(PacketId packet_id, Bytes return_codes,
                             const std::function<void(std::string_view filter, std::uint8_t code)>& result) {
  const auto found = under_way_.find(packet_id);
  if (found == under_way_.end()) return;
  const std::vector<std::string> filters = std::move(found->second);
  under_way_.erase(found);
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const auto filter = filters_.find(filters[i]);
    if (filter == filters_.end() || filter->second.asked != Asked::under_way) continue;
    const bool granted = i < return_codes.size() && return_codes[i] != suback_failure;
    filter->second.asked = granted ? Asked::yes : Asked::no;
    if (i < return_codes.size()) result(filters[i], return_codes[i]);
  }
}

}  // namespace wasmqtt
