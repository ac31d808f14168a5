#include "event_queue.hpp"

namespace wasmqtt {

void EventQueue::pop(Event& event) {
  const Small& small = queue_[next_++];
  if (small.kind == Kind::delivery) read_delivery(small, event);  // nearly all are
  else read_rare(small, event);
  if (next_ == queue_.size()) {
    queue_.clear();
    next_ = 0;
  } else if (next_ >= 1024 && next_ * 2 >= queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
}

void EventQueue::read_rare(const Small& small, Event& event) {
  switch (small.kind) {
    case Kind::connected: event = Connected{small.flag, small.doubt}; return;
    case Kind::session_lost: event = SessionLost{static_cast<std::size_t>(small.number), small.slot}; return;
    case Kind::subscribed: event = Subscribed{small.packet_id, {}, small.error}; return;
    case Kind::unsubscribed: event = Unsubscribed{small.packet_id, small.error}; return;
    case Kind::delivery: return;  // see pop()
    case Kind::closed:
      event = Closed{std::move(records_.front())};
      records_.erase(records_.begin());
      return;
  }
}

void EventQueue::read_delivery(const Small& small, Event& event) {
  last_words_.clear();
  if (small.flag) {
    last_words_ = std::move(words_.front());
    words_.erase(words_.begin());
  }
  event = DeliveryChanged{{small.number, small.slot}, small.state, small.reason, small.code, last_words_};
}

}  // namespace wasmqtt
