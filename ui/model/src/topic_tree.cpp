#include "chat/topic_tree.hpp"

#include <algorithm>

#include "chat/packet_fields.hpp"

namespace chat {
namespace {

// How many whole levels two topics have in common at their beginning.
std::size_t common_levels(std::string_view a, std::string_view b) {
  std::size_t levels = 0;
  for (std::size_t i = 0;; ++i) {
    const bool end_a = i >= a.size() || a[i] == '/', end_b = i >= b.size() || b[i] == '/';
    if (end_a != end_b || (!end_a && a[i] != b[i])) return levels;
    if (!end_a) continue;
    ++levels;
    if (i >= a.size() || i >= b.size()) return levels;
  }
}

}  // namespace

void TopicTree::update(const wasmqtt::PacketTrace& trace) {
  if (trace.end() < next_) *this = {};
  next_ = std::max(next_, trace.first());
  if (next_ == trace.end()) return;
  for (; next_ != trace.end(); ++next_)
    if (trace[next_].type == wasmqtt::PacketType::publish) take(trace, trace[next_]);
  make_rows();
}

void TopicTree::take(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& entry) {
  const wasmqtt::Bytes bytes = trace.bytes(entry);
  std::string topic = packet_topic(entry, bytes, trace.alias_topic(entry));
  if (topic.empty()) return;
  if (topics_.size() >= most_topics && !topics_.contains(topic)) {
    ++left_out_;
    return;
  }
  Topic& one = topics_[std::move(topic)];
  if ((bytes[0] & 8) == 0) ++one.messages;
  one.last = publish_payload(entry, bytes);
  // An empty one takes back what was retained.
  if ((bytes[0] & 1) != 0) one.retained = one.last;
}

bool TopicTree::ByLevels::operator()(const std::string& a, const std::string& b) const {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [rank](char x, char y) { return rank(x) < rank(y); });
}

void TopicTree::make_rows() {
  rows_.clear();
  std::string_view before;
  for (const auto& [topic, one] : topics_) {
    std::size_t depth = 0, from = 0;
    const std::size_t known = before.data() == nullptr ? 0 : common_levels(before, topic);
    while (from <= topic.size()) {
      const std::size_t end = std::min(topic.find('/', from), topic.size());
      const bool last = end == topic.size();
      if (depth >= known || last)
        rows_.push_back({depth, topic.substr(from, end - from), topic.substr(0, end), last ? one.messages : 0,
                         last ? one.last : std::string(), last ? one.retained : std::string()});
      ++depth;
      from = end + 1;
    }
    before = topic;
  }
}

}  // namespace chat
