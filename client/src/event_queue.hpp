// Events that wait for poll_event(). Small ones are kept small: a burst of 50,000 publishes makes 50,000 of them.
#pragma once

#include <vector>

#include "wasmqtt/event.hpp"

namespace wasmqtt {

class EventQueue {
 public:
  void connected(bool session_present, bool in_doubt) {
    Small& small = add(Kind::connected);
    small.flag = session_present;
    small.doubt = in_doubt;
  }
  void session_lost(const SessionLost& lost) {
    Small& small = add(Kind::session_lost);
    small.number = lost.republished;
    small.slot = static_cast<std::uint32_t>(lost.failed);
  }
  void delivery(Delivery delivery, DeliveryState state, FailureReason reason = FailureReason::none,
                ReasonCode code = ReasonCode::success, std::string_view words = {}) {
    Small& small = add(Kind::delivery);
    small.number = delivery.number;
    small.slot = delivery.slot;
    small.state = state;
    small.reason = reason;
    small.code = code;
    small.flag = !words.empty();
    if (!words.empty()) words_.emplace_back(words);
  }
  void request_ended(PacketType type, PacketId packet_id, Error error) {
    Small& small = add(type == PacketType::subscribe ? Kind::subscribed : Kind::unsubscribed);
    small.packet_id = packet_id;
    small.error = error;
  }
  void closed(CloseRecord record) {
    records_.push_back(std::move(record));
    add(Kind::closed);
  }

  bool empty() const { return next_ == queue_.size(); }
  // Only when not empty.
  void pop(Event& event);

 private:
  enum class Kind : std::uint8_t { connected, session_lost, delivery, subscribed, unsubscribed, closed };
  struct Small {
    Kind kind{};
    std::uint64_t number = 0;
    std::uint32_t slot = 0;
    PacketId packet_id = 0;
    DeliveryState state = DeliveryState::queued;
    FailureReason reason = FailureReason::none;
    ReasonCode code = ReasonCode::success;
    bool flag = false;
    bool doubt = false;
    Error error{};
  };
  // Written in its place and read there, a member at a time: a copy would read together what was written apart just before,
  // and the processor waits for that.
  Small& add(Kind kind) {
    Small& small = queue_.emplace_back();
    small.kind = kind;
    return small;
  }
  void read_delivery(const Small& small, Event& event);
  void read_rare(const Small& small, Event& event);

  std::vector<Small> queue_;
  std::size_t next_ = 0;
  std::vector<CloseRecord> records_;  // hardly ever more than one
  std::vector<std::string> words_;    // of refused deliveries that wait
  std::string last_words_;            // of the event popped last
};

}  // namespace wasmqtt
