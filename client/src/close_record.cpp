#include "wasmqtt/close_record.hpp"

#include "wasmqtt/describe.hpp"

namespace wasmqtt {
namespace {

std::string in_words(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms < 10'000 ? std::to_string(ms) + " ms" : std::to_string(ms / 1000) + " s";
}

// " (code 1002: bad frame)", as far as the peer told.
std::string peer_words(const CloseRecord& record) {
  if (record.code == 0 && record.reason.empty()) return {};
  std::string text = " (";
  if (record.code != 0) text += "code " + std::to_string(record.code);
  if (!record.reason.empty()) text += (record.code != 0 ? ": " : "") + record.reason;
  return text + ")";
}

std::string never_opened(const CloseRecord& record) {
  const bool guess = record.fault == TransportFault::unknown;
  std::string text = "No connection to " + record.url + ": ";
  if (guess) return text + "nothing answered there as an MQTT broker over WebSocket. Is the broker running?";
  text += describe(record.fault);
  return text + peer_words(record) + ".";
}

std::string ended_by_transport(const CloseRecord& record) {
  if (record.phase == CloseRecord::Phase::opening) return never_opened(record);
  std::string text;
  if (record.fault == TransportFault::none || record.fault == TransportFault::unknown) {
    text = record.clean ? "The broker closed the connection" : "The connection was lost";
  } else {
    text = "The connection ended, " + std::string(describe(record.fault));
  }
  text += peer_words(record);
  if (record.phase == CloseRecord::Phase::connecting)
    return text + " " + in_words(record.elapsed) + " after the attempt began, before CONNACK: is " + record.url +
           " a port where a broker speaks MQTT?";
  return text + " after " + in_words(record.connected_for) + ".";
}

}  // namespace

std::string CloseRecord::sentence() const {
  switch (cause) {
    case Cause::transport: return ended_by_transport(*this);
    case Cause::refused: return std::string(describe(return_code)) + ".";
    case Cause::protocol_error: {
      const std::string clause(error.clause());
      return "The broker broke the protocol: " + std::string(error.message()) +
             (clause.empty() ? "." : " (" + clause + ").");
    }
    case Cause::timed_out: {
      std::string text(error.message());
      text[0] = static_cast<char>(text[0] - 'a' + 'A');
      return text + ".";
    }
    case Cause::disconnected: return "Disconnected.";
    case Cause::aborted: return "The connection was given up.";
  }
  return {};
}

}  // namespace wasmqtt
