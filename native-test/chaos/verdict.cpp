#include "verdict.hpp"

#include <map>

#include "scenario.hpp"

namespace wasmqtt::chaos {
namespace {

struct Ending {
  unsigned count = 0;
  DeliveryState state = DeliveryState::queued;
  FailureReason reason = FailureReason::none;
};

std::map<std::string, Ending> endings_of(const ModelStore& store) {
  std::map<std::string, Ending> endings;
  for (const LogEntry& entry : store.durable_log()) {
    if (entry.kind == LogEntry::Kind::accepted) endings[entry.label];
    if (entry.kind != LogEntry::Kind::completed) continue;
    Ending& ending = endings[entry.label];
    ++ending.count;
    ending.state = entry.state;
    ending.reason = entry.reason;
  }
  return endings;
}

// One message that was accepted with QoS 1 or 2: as often at the others as its QoS says.
void judge_accepted(Ledger& ledger, const std::string& label, const Ending& ending, unsigned arrived) {
  const Sent& sent = ledger.sent[label];
  const bool relaxed = sent.forgotten_in_flight != 0;
  if (ending.count != 1) ledger.fail(label + " ended " + std::to_string(ending.count) + " times");
  const bool acknowledged = ending.state == DeliveryState::acknowledged;
  if (sent.topic == ledger.refused_topic) {
    if (acknowledged || ending.reason != FailureReason::connection_closed_repeatedly)
      ledger.fail(label + " was refused, and did not fail for it");
    return;
  }
  if (sent.topic == denied_topic) {
    if (acknowledged || ending.reason != FailureReason::refused || arrived != 0)
      ledger.fail(label + " was refused with a reason, and did not fail for it [MQTT5-4.4.0-2]");
    return;
  }
  const bool excused = (sent.qos == Qos::exactly_once && relaxed && ending.reason == FailureReason::session_lost) ||
                       (sent.cancelled && ending.reason == FailureReason::cancelled) ||
                       (sent.expiry != Duration{} && ending.reason == FailureReason::expired) ||
                       (sent.size > ledger.smallest_packet_limit && ending.reason == FailureReason::not_supported);
  if (!acknowledged && !excused) ledger.fail(label + " failed");
  // A PUBREL into a session that was made unseen is answered, though the broker knows the message no more.
  const bool unseen = relaxed && ledger.sessions_made_unseen != 0;
  if (acknowledged && arrived == 0 && !unseen) ledger.fail(label + " was acknowledged and never arrived");
  if (sent.qos == Qos::exactly_once && arrived > 1 + sent.forgotten_in_flight)
    ledger.fail(label + ", QoS 2, arrived " + std::to_string(arrived) + " times");
}

void judge_sent(Ledger& ledger, const ModelStore& store) {
  std::map<std::string, unsigned> arrived;
  std::map<std::pair<std::string, Qos>, unsigned> last;
  for (const Forwarded& one : ledger.forwarded) {
    if (one.label[0] != 'o') continue;
    if (++arrived[one.label] != 1) continue;
    unsigned& before = last[{one.topic, one.qos}];
    if (serial_of(one.label) < before) ledger.fail(one.label + " arrived late on its topic and QoS [MQTT-4.6.0-6]");
    before = serial_of(one.label);
  }
  const auto endings = endings_of(store);
  for (const auto& [label, ending] : endings) judge_accepted(ledger, label, ending, arrived[label]);
  for (const auto& [label, sent] : ledger.sent) {
    if (label.empty()) continue;
    if (sent.qos == Qos::at_most_once && arrived[label] > 1) ledger.fail(label + ", QoS 0, arrived twice");
    if (sent.qos != Qos::at_most_once && endings.count(label) == 0 && arrived[label] != 0)
      ledger.fail(label + " arrived, but no store remembers that it was accepted");
  }
}

void judge_received(Ledger& ledger, const ModelStore& store) {
  std::map<std::string, unsigned> had;
  std::map<std::string, Qos> qos;
  for (const LogEntry& entry : store.durable_log()) {
    if (entry.kind != LogEntry::Kind::delivered) continue;
    ++had[entry.label];
    qos[entry.label] = entry.qos;
  }
  for (const auto& [label, owed] : ledger.owed) {
    // A redelivery in a session that was made unseen can't be told from one of the session before it.
    const bool unseen = owed.qos == Qos::exactly_once && ledger.sessions_made_unseen != 0;
    if (had[label] == 0 && !owed.wiped && !unseen) ledger.fail(label + " was owed to the application, which never had it");
    if (had[label] != 0 && qos[label] != owed.qos) ledger.fail(label + " came with another QoS");
  }
  for (const auto& [label, count] : had) {
    if (count > 1 && qos[label] != Qos::at_least_once)
      ledger.fail(label + ", QoS " + std::to_string(static_cast<int>(qos[label])) + ", is in the application's store " +
                  std::to_string(count) + " times");
  }
}

}  // namespace

void note_forgotten(Ledger& ledger, const ModelStore& store) {
  for (auto& [label, sent] : ledger.sent) {
    if (sent.on_wire && !store.completed(label)) ++sent.forgotten_in_flight;
  }
}

void judge(Ledger& ledger, const ModelStore& store) {
  judge_sent(ledger, store);
  judge_received(ledger, store);
  if (ledger.sessions_reported_lost != ledger.sessions_resumed_in_vain)
    ledger.fail("the session was lost " + std::to_string(ledger.sessions_resumed_in_vain) + " times and " +
                std::to_string(ledger.sessions_reported_lost) + " times the application was told");
  for (const std::string& problem : store.problems) ledger.fail(problem);
}

}  // namespace wasmqtt::chaos
