// Of each part of the world outside the client: what of its state can make a difference later. The client's own is in
// native-test/explore/client_fingerprint.cpp.
#include "fingerprint.hpp"

#include <algorithm>

#include "application.hpp"
#include "ledger.hpp"
#include "limits_oracle.hpp"
#include "model_broker.hpp"
#include "model_store.hpp"
#include "wire_oracle.hpp"

namespace wasmqtt::chaos {
namespace {

void add(Fingerprint& print, const std::string& text) { print << std::string_view(text); }

template <class All>
void add_all(Fingerprint& print, const All& all) {
  print << all.size();
  for (const auto& one : all) {
    if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::string>) add(print, one);
    else print << one;
  }
}

std::uint64_t value_of(const LogEntry& entry, bool with_number) {
  Fingerprint print;
  print << entry.kind << std::string_view(entry.label) << (with_number ? entry.number : 0) << entry.state << entry.reason
        << std::string_view(entry.topic) << entry.qos;
  return print.value();
}

// A delivery's number is only its name.
std::uint64_t value_of(const LogEntry& entry) { return value_of(entry, entry.kind == LogEntry::Kind::step_done); }

}  // namespace

// What was forwarded is judged for each topic and QoS by itself.
void Ledger::add_to(Fingerprint& print, Time now, unsigned connection) const {
  print << sent.size();
  for (const auto& [label, one] : sent) {
    add(print, label);
    print << one.on_wire << one.forgotten_in_flight << one.cancelled << one.dropped;
    print << (one.announced_before == ~0u ? 2 : one.announced_before < connection ? 1 : 0);
    if (one.expiry != Duration{}) print << now - one.accepted_at;
  }
  print << owed.size();
  for (const auto& [label, one] : owed) {
    add(print, label);
    print << one.wiped;
  }
  std::map<std::pair<std::string_view, Qos>, Fingerprint> by_topic;
  for (const Forwarded& one : forwarded) by_topic[{one.topic, one.qos}] << std::string_view(one.label);
  std::uint64_t all = 0;
  for (const auto& [topic, chain] : by_topic) all += chain.value();
  print << all << serial << (forgets != 0) << (sessions_reported_lost - sessions_resumed_in_vain)
        << (sessions_made_unseen != 0) << smallest_packet_limit << failures.size();
  add_all(print, completed);
}

void ModelBroker::add_to(Fingerprint& print) const {
  print << (link_ != nullptr) << connected_ << saw_disconnect_ << refuse_next_ << will_.has_value() << version_ << is_up();
  if (link_) print << simulation_.now() - heard_at_ << keep_alive_;
  for (const auto& [alias, topic] : their_aliases_) {
    print << alias;
    add(print, topic);
  }
  for (const auto& [topic, alias] : our_aliases_) {
    print << alias;
    add(print, topic);
  }
  for (const auto& [topic, message] : retained_) add(print, message.payload);
  print << (session_ != nullptr);
  if (!session_) return;
  print << (session_->made_on == nullptr ? 0 : session_->made_on == link_ ? 2 : 1);
  if (session_->made_on) print << std::min(session_->made_on->arrived(Direction::inbound), session_->connack_bytes);
  for (const auto& [filter, qos] : session_->subscriptions) {
    add(print, filter);
    print << qos;
  }
  print << session_->outgoing.size();
  for (const Outgoing& one : session_->outgoing) {
    add(print, one.message.payload);
    print << one.message.qos << one.message.retain << one.packet_id << one.sent << one.on_link << one.released;
  }
  print << session_->received.size();
  for (const auto& [packet_id, received] : session_->received) {
    print << packet_id << received.to_forward;
    add(print, received.message.payload);
  }
}

namespace {

void add(Fingerprint& print, const JournalRecord& record, const std::map<std::uint64_t, std::string>& labels) {
  print << record.kind << record.packet_id;
  if (const auto label = labels.find(record.number); label != labels.end()) add(print, label->second);
  else print << (record.number != 0);
}

}  // namespace

// What is durable of the session is in here as far as the oracles look; what a next process makes of it depends on more,
// and is added by who lets processes die.
void ModelStore::add_to(Fingerprint& print, const std::map<std::uint64_t, std::string>& labels) const {
  std::uint64_t all = 0;
  for (const LogEntry& entry : log_) all += value_of(entry);
  print << all << staged_.size();
  for (const LogEntry& entry : staged_) print << value_of(entry);
  print << waiting_.size();
  for (const Batch& batch : waiting_) {
    JournalReader reader(batch.records);
    JournalRecord record;
    while (reader.next(record) == JournalReader::Status::record) add(print, record, labels);
    print << batch.log.size();
    for (const LogEntry& entry : batch.log) print << value_of(entry);
  }
  for (const auto& [number, message] : journal_.messages) {
    if (const auto label = labels.find(number); label != labels.end()) chaos::add(print, label->second);
    print << message.packet_id << message.released;
  }
  add_all(print, journal_.received);
  print << problems.size();
}

void LimitsOracle::add_to(Fingerprint& print) const {
  print << limits_.receive_maximum << limits_.maximum_packet_size << limits_.topic_alias_maximum;
  add_all(print, unfinished_);
  for (const auto& [alias, topic] : aliases_) {
    print << alias;
    add(print, topic);
  }
}

void WireOracle::add_to(Fingerprint& print) const {
  limits_.add_to(print);
  // PUBRECs are numbered over the run; what is compared is their order.
  const auto rank = [this](std::uint64_t pubrec) {
    std::size_t before = 0;
    for (const auto& [id, flow] : flows_) before += flow.pubrec != 0 && flow.pubrec < pubrec ? 1 : 0;
    return pubrec == 0 ? 0 : before + 1;
  };
  const auto add_flows = [&](const std::map<PacketId, Flow>& flows) {
    print << flows.size();
    for (const auto& [packet_id, flow] : flows) {
      print << packet_id << (flow.ended == 0 ? 0 : flow.ended == process_ ? 1 : ~flow.ended == 0 ? 2 : 3);
      print << rank(flow.pubrec) << (flow.pubrec > last_pubrec_);
      add(print, flow.label);
    }
  };
  const auto add_attempts = [&](const std::map<std::string, Attempt>& attempts) {
    print << attempts.size();
    for (const auto& [label, attempt] : attempts) {
      add(print, label);
      print << attempt.packet_id << attempt.released;
    }
  };
  add_flows(flows_);
  add_attempts(attempts_);
  print << expects_session_ << version_ << connect_sent_ << connack_seen_ << loss_may_be_forgotten() << disconnected_
        << signing_off_ << simulation_.now() - last_out_;
  if (loss_may_be_forgotten()) {
    print << static_cast<std::int64_t>(loss_batch_ - std::min(loss_batch_, store_.committed()));
    add_flows(flows_before_loss_);
    add_attempts(attempts_before_loss_);
  }
  add_all(print, published_);
  for (const auto& [topic, last] : last_serial_) {
    add(print, topic.first);
    print << topic.second << last;
  }
  for (const auto* await : {&await_puback_, &await_pubrec_}) {
    print << await->size();
    for (const auto& [packet_id, label] : *await) {
      print << packet_id;
      add(print, label);
    }
  }
  add_all(print, await_pubcomp_);
}

// The client itself is not in here.
void Application::add_to(Fingerprint& print) const {
  print << (mqtt_ != nullptr);
  if (!mqtt_) return;
  add_all(print, done_);
  print << subscriptions_.size();
  for (const auto& [number, label] : labels_) add(print, label);
  add_all(print, completed_);
  add_all(print, seen_);
  for (const auto& [topic, last] : last_new_) {
    add(print, topic.first);
    print << topic.second << last;
  }
  for (const Undecided& one : undecided_) {
    add(print, one.entry.label);
    print << one.token;
  }
}

}  // namespace wasmqtt::chaos
