#include "wasmqtt/takeover.hpp"

#include <utility>

namespace wasmqtt {
namespace {

// WebSocket codes such as 1001 (going away), 1008 (policy violation), 1012 (restart). No code, 1000, 1005 and 1006 say
// nothing.
bool names_another_reason(int code) { return code != 0 && code != 1000 && code != 1005 && code != 1006; }

}  // namespace

void TakeoverWatch::note(const Event& event) {
  const auto* subscribed = std::get_if<Subscribed>(&event);
  const auto* unsubscribed = std::get_if<Unsubscribed>(&event);
  if ((subscribed != nullptr && subscribed->error) || (unsubscribed != nullptr && unsubscribed->error)) request_cut_ = true;
}

std::optional<TakeoverSuspected> TakeoverWatch::ended(const CloseRecord& record, bool connected, std::size_t in_flight,
                                                      Time now) {
  const bool ours = std::exchange(request_cut_, false) || in_flight != 0 ||
                    now - qos0_published_at_ < std::chrono::seconds{1};
  if (record.cause == CloseRecord::Cause::ended_by_broker && record.reason_code == ReasonCode::session_taken_over)
    return TakeoverSuspected{TakeoverSuspected::Likelihood::certain, ++connections_};
  const bool cut = connected && record.cause == CloseRecord::Cause::transport && !names_another_reason(record.code);
  connections_ = cut && !ours && record.connected_for < options_.within ? connections_ + 1 : 0;
  if (options_.connections == 0 || connections_ < options_.connections) return std::nullopt;
  const bool likely = connections_ >= 2 * options_.connections;
  return TakeoverSuspected{
      likely ? TakeoverSuspected::Likelihood::likely : TakeoverSuspected::Likelihood::possible, connections_};
}

}  // namespace wasmqtt
