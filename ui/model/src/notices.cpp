#include "chat/notices.hpp"

#include <utility>

#include "chat/names.hpp"

namespace chat {
namespace {

std::string shortened(std::string text, std::size_t bytes) {
  return text.size() <= bytes ? std::move(text) : std::string(cut_utf8(text, bytes)) + "…";
}

}  // namespace

void Notices::add(wasmqtt::Time at, std::string text, std::string topic) {
  ++total_;
  // A topic of 64 KB is legal; a notice shows the start of it.
  text = shortened(std::move(text), max_text_bytes);
  topic = shortened(std::move(topic), max_topic_bytes);
  if (!list_.empty() && list_.back().text == text && list_.back().topic == topic) {
    ++list_.back().count;
    list_.back().at = at;
    return;
  }
  list_.push_back({at, std::move(text), std::move(topic), 1});
  if (list_.size() > capacity_) list_.pop_front();
}

}  // namespace chat
