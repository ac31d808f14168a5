// What a connection, or the time between two, makes of the session.
#include <algorithm>
#include <utility>

#include "client_impl.hpp"

namespace wasmqtt {

Error Client::Impl::set_client_id(std::string client_id) {
  if (client_id == options_.client_id) return {};
  if (phase_ != Phase::idle) return local_error(Errc::already_connected);
  if (options_.journal) return local_error(Errc::wrong_session);
  options_.client_id = std::move(client_id);
  session_lost();
  session_ends_at_.reset();
  session_established_ = session_in_doubt_ = false;
  return {};
}

void Client::Impl::session_lost() {
  SessionLost lost;
  acknowledgements_.clear();
  lost.republished = session_->forget();
  while (!session_->released().empty()) {
    // The broker has had these (PUBREC), then lost its memory: only it could tell whether they were delivered.
    end_delivery(session_->released().front(), DeliveryState::failed, FailureReason::session_lost);
    ++lost.failed;
  }
  if (session_established_ || lost.republished + lost.failed != 0) events_.session_lost(lost);
}

// MQTT 5: the session outlives the connection by its expiry interval, and one whose CONNECT had no answer may do so, too.
void Client::Impl::session_ends(bool in_doubt) {
  const bool lasts = version_ != ProtocolVersion::mqtt_5 || session_expiry_ == never_expires;
  const auto end = lasts ? std::nullopt : std::optional(now_ + std::chrono::seconds{session_expiry_});
  if (!in_doubt || !end) session_ends_at_ = end;
  else if (session_ends_at_) session_ends_at_ = std::max(*session_ends_at_, *end);
}

}  // namespace wasmqtt
