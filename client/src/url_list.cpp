#include "wasmqtt/url_list.hpp"

#include <utility>

namespace wasmqtt {

UrlList::Next UrlList::take() {
  at_ = urls_.size();
  if (!named_.empty()) return {std::exchange(named_, {}), UrlChoice::named};
  if (urls_.empty()) return {};
  if (returning_) {
    at_ = 0;
    return {urls_.front(), UrlChoice::preferred};
  }
  at_ = (first_ + tried_) % urls_.size();
  const bool same = settled_ && tried_ == 0;
  tried_ = (tried_ + 1) % urls_.size();
  return {urls_[at_], same ? UrlChoice::same : UrlChoice::in_turn};
}

void UrlList::again() {
  if (at_ < urls_.size() && !returning_) tried_ = (tried_ + urls_.size() - 1) % urls_.size();
}

void UrlList::settle() {
  if (returning_) failed_returns_ = 0;
  returning_ = false;
  if (!stay_ || at_ >= urls_.size()) return;
  first_ = at_;
  tried_ = 0;
  settled_ = true;
}

void UrlList::leave() {
  if (!std::exchange(settled_, false)) return;
  first_ = (first_ + 1) % urls_.size();
}

bool UrlList::more() {
  if (!std::exchange(returning_, false)) return tried_ != 0;
  ++failed_returns_;
  return true;
}

}  // namespace wasmqtt
