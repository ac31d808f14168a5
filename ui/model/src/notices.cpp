#include "chat/notices.hpp"

#include "chat/names.hpp"

namespace chat {

void Notices::add(wasmqtt::Time at, std::string text, std::string topic) {
  ++total_;
  // A topic of 64 KB is legal; a notice shows the start of it.
  if (topic.size() > 200) topic = std::string(cut_utf8(topic, 200)) + "…";
  if (!list_.empty() && list_.back().text == text && list_.back().topic == topic) {
    ++list_.back().count;
    list_.back().at = at;
    return;
  }
  list_.push_back({at, std::move(text), std::move(topic), 1});
  if (list_.size() > capacity_) list_.pop_front();
}

}  // namespace chat
