#include "wasmqtt/progress_deadline.hpp"

namespace wasmqtt {

void ProgressDeadline::note(const Event& event, Time now) {
  if (!deadline_) return;
  if (std::holds_alternative<Closed>(event)) sending_counts_ = false;
  const auto* change = std::get_if<DeliveryChanged>(&event);
  const auto* subscribed = std::get_if<Subscribed>(&event);
  const auto* unsubscribed = std::get_if<Unsubscribed>(&event);
  const bool ended = change != nullptr && change->state != DeliveryState::sent;
  const bool answered = (subscribed != nullptr && !subscribed->error) || (unsubscribed != nullptr && !unsubscribed->error);
  if (!ended && !answered) return;
  sending_counts_ = true;
  deadline_ = later(now, timeout_);
}

}  // namespace wasmqtt
