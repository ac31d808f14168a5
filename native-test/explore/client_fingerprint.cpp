// Compiled with -fno-access-control, and with the client's own source in it, for MqttClient::Impl is known there only: the
// client is not changed to be looked at, and what is explored is what ships.
#include "client_fingerprint.hpp"

#include "client_impl.hpp"
#include "driver_states.hpp"
#include "mqtt_client.cpp"  // NOLINT: see above

namespace wasmqtt::explore {
namespace {

using chaos::Fingerprint;

class Reader {
 public:
  Reader(Fingerprint& print, const Labels& labels, Time now) : print_(print), labels_(labels), now_(now) {}

  void add(const Driver& driver) {
    print_ << driver.step_ << driver.state_ << driver.stop_reason_ << driver.transport_in_use_ << driver.transport_full_
           << driver.store_failed_ << driver.draining_ << static_cast<bool>(driver.error_);
    add(driver.retry_at_);
    add(driver.deadline_);
    add(driver.finishing_.deadline());
    add(*driver.client_.impl_);
  }

  void add(const Subscriptions& all) {
    print_ << all.packets_.size();
    for (const auto& packet : all.packets_) {
      print_ << packet.type << packet.packet_id;
      for (const auto& asked : packet.filters) print_ << std::string_view(asked.filter) << all.last_order_ - asked.order;
    }
    print_ << all.wanted_.size() << all.unwanted_.size() << all.taken_.size() << all.settled_.size();
    for (const std::string& filter : all.wanted_) print_ << std::string_view(filter);
  }

  // `text`: of a filter that some subscription has.
  void add(const Subscriptions& all, std::string_view text) {
    const Slot slot = all.find(text);
    if (slot == no_slot) return;
    const auto& filter = const_cast<Subscriptions&>(all).filters_[slot];
    print_ << text << filter.subscriptions.size() << filter.unanswered.size() << filter.state << filter.granted
           << filter.wanted << filter.granted_before << filter.known << filter.again << all.last_order_ - filter.last_asked;
  }

  void add(const Session& session) {
    Session::Heads heads = session.queue_heads();
    print_ << session.queued_count();
    for (Slot slot = session.oldest(heads); slot != no_slot; slot = session.oldest(heads)) {
      add(session[slot]);
      heads[static_cast<std::size_t>(session[slot].qos)] = session[slot].next;
    }
    for (const MessageList* list : {&session.published_, &session.released_}) {
      print_ << list->count();
      for (Slot slot = list->front(); slot != no_slot; slot = session[slot].next) add(session[slot]);
    }
    const Slot struck = session.find(session.strikes_.delivery);
    print_ << session.strikes_.count << (struck == no_slot ? std::string_view() : as_text(session[struck].payload()));
    add(session.next_deadline_);
    add_ids(session.received_.words_, session.received_.count_);
    add_ids(session.uncertain_.words_, session.uncertain_.count_);
    add_ids(session.packet_ids_.words_, session.packet_ids_.count_ + 1);
    print_ << session.packet_ids_.last_ << session.abandoned_ids_.size() << session.journal_begun_;
    for (const PacketId id : session.abandoned_ids_) print_ << id;
    add(session.end());
    JournalReader reader(session.pending_journal());
    JournalRecord record;
    while (reader.next(record) == JournalReader::Status::record) {
      print_ << record.kind << record.packet_id;
      add_label(record.number);
    }
  }

 private:
  void add(std::optional<Time> time) {
    print_ << time.has_value();
    if (time) add(*time);
  }
  void add(Time time) { print_ << (time == Time{} ? Duration{} : time - now_); }
  void add_label(std::uint64_t number) {
    const auto label = labels_.find(number);
    print_ << (label == labels_.end() ? std::string_view() : std::string_view(label->second)) << (number != 0);
  }
  // Few are in use, and those are low: the search ends with the last.
  template <class Words>
  void add_ids(const Words& words, std::size_t count) {
    print_ << count;
    for (std::size_t i = 0; count != 0 && i < words.size(); ++i) {
      print_ << words[i];
      count -= std::min<std::size_t>(count, static_cast<std::size_t>(std::popcount(words[i])));
    }
  }

  void add(const OutgoingMessage& message) {
    print_ << as_text(message.payload()) << message.qos << message.packet_id << message.state << message.takes_quota;
    if (message.deadline == Time{}) return;
    add(message.deadline);
    add(Time{Duration{static_cast<Duration::rep>(message.number)}});
  }

  void add(const Client::Impl& client) {
    print_ << client.phase_ << client.version_ << client.session_expiry_ << client.quota_used_ << client.paused_
           << client.delivered_token_ << client.authentication_ << client.session_present_ << client.releases_held_
           << client.connecting_ << client.disconnect_written_ << client.asked_clean_ << client.session_established_
           << client.session_in_doubt_ << client.record_.last_received.has_value() << client.server_properties_.view().wire();
    print_ << client.limits_.receive_maximum << client.limits_.maximum_packet_size << client.limits_.topic_alias_maximum;
    add(client.session_ends_at_);
    add(client.connected_at_);
    add(client.judge_at_);
    add(client.last_sent_);
    if (client.phase_ == Client::Impl::Phase::connecting) add(client.opened_at_);
    add_window(client.receive_window_);
    for (const std::string& topic : client.incoming_aliases_.topics_) print_ << std::string_view(topic);
    add(client.outgoing_aliases_);
    add(client.output_, client.session_->position(), client.durable_);
    print_ << (client.exchange_end_ > client.left_) << (client.ping_end_ > client.left_) << client.buffered_
           << client.answers_.bytes();
    print_ << (client.resend_next_ == no_slot ? 0 : (*client.session_)[client.resend_next_].packet_id);
    add(client.reader_);
    add(client.keep_alive_);
    for (const Request& request : client.requests_.requests_) print_ << request.packet_id << request.type << request.filters;
    add(client.acknowledgements_);
    add(client.acknowledgement_timer_, client.output_.begin());
    add(client.trial_, client.left_);
    add(client.events_);
    print_ << client.held_.bytes();
    add(*client.session_);
  }

  void add_window(const ReceiveWindow& window) {
    print_ << window.qos1_ << (window.qos2_ != nullptr);
    if (window.qos2_) add_ids(window.qos2_->words_, window.qos2_->count_);
  }

  void add(const OutgoingAliases& aliases) {
    print_ << aliases.maximum_ << aliases.entries_.size();
    for (const auto& entry : aliases.entries_) {
      std::size_t later = 0;
      for (const auto& other : aliases.entries_) later += other.used > entry.used ? 1 : 0;
      print_ << std::string_view(entry.topic) << later;
    }
  }

  // Gates that are open already hold nothing back.
  void add(const Output& output, std::uint64_t position, std::uint64_t durable) {
    print_ << Bytes(output.buffer_).subspan(output.start_) << (output.begin() == 0) << output.between_packets_;
    print_ << position - durable;
    for (std::size_t i = output.first_gate_; i < output.gates_.size(); ++i) {
      if (output.gates_[i].position > durable)
        print_ << output.gates_[i].offset - output.begin() << output.gates_[i].position - durable;
    }
  }

  void add(const FrameReader& reader) {
    print_ << Bytes(reader.kept_).subspan(reader.at_) << reader.input_ << static_cast<bool>(reader.error_) << reader.shortest_;
  }

  void add(const KeepAlive& keep_alive) {
    print_ << keep_alive.running_;
    if (!keep_alive.running_) return;
    print_ << keep_alive.bytes_ << keep_alive.leaving_ << keep_alive.first_ << keep_alive.interval_;
    add(keep_alive.last_sent_);
    add(keep_alive.last_received_);
    add(keep_alive.waiting_since_);
  }

  void add(const Acknowledgements& all) {
    std::vector<Acknowledgements::Undecided> undecided;  // in an order that does not tell which place came free when
    for (const auto& one : all.undecided_.all())
      if (one.packet_id != 0) undecided.push_back(one);
    std::sort(undecided.begin(), undecided.end(), [](const auto& a, const auto& b) { return a.packet_id < b.packet_id; });
    const bool matter = all.count() != 0 || !undecided.empty();
    print_ << (matter ? all.base_ + all.ring_.size() : 0) << all.count();
    for (std::size_t i = all.first_; i < all.ring_.size(); ++i) {
      const auto& entry = all.ring_[i];
      print_ << entry.packet_id << entry.qos << entry.ready << entry.delivered << entry.reason_code;
    }
    print_ << undecided.size();
    for (const auto& one : undecided)
      print_ << one.packet_id << one.old_token << one.token << one.ready << one.reason_code;
  }

  void add(const AcknowledgementTimer& timer, std::uint64_t begin) {
    print_ << timer.waiting_;
    if (!timer.waiting_) return;
    for (const std::uint64_t end : {timer.last_end_, timer.watched_end_}) print_ << end - std::min(end, begin);
    add(timer.since_);
  }

  void add(const Trial& trial, std::uint64_t left) {
    print_ << trial.stage_ << trial.acknowledged_;
    for (const auto* sent : {&trial.release_, &trial.publish_}) {
      add_label(sent->number);
      if (sent->number == 0) continue;
      print_ << sent->begin - std::min(sent->begin, left);
      add(sent->left_at);
    }
  }

  void add(const EventQueue& events) {
    print_ << events.queue_.size() - events.next_;
    for (std::size_t i = events.next_; i < events.queue_.size(); ++i) {
      const auto& event = events.queue_[i];
      print_ << event.kind << event.packet_id << event.state << event.reason << event.code << event.flag << event.doubt;
      if (event.kind == EventQueue::Kind::delivery) add_label(event.number);
    }
  }

  Fingerprint& print_;
  const Labels& labels_;
  Time now_;
};

}  // namespace

void add_client(Fingerprint& print, const MqttClient& client, const Labels& labels, Time now) {
  Reader reader(print, labels, now);
  const MqttClient::Impl& impl = *client.impl_;
  reader.add(impl.driver_);
  reader.add(impl.subscriptions_);
  for (const MqttClient::FilterState& filter : client.filters()) reader.add(impl.subscriptions_, filter.filter);
  print << impl.connected_.session_present << impl.connected_.session_in_doubt << impl.warned_[0] << impl.warned_[1]
        << impl.last_id_.has_value();
}

std::uint64_t restored_fingerprint(Bytes records) {
  Session session("alice", true);
  (void)session.restore(records);
  Fingerprint print;
  Reader(print, {}, Time{}).add(session);
  return print.value();
}

}  // namespace wasmqtt::explore
