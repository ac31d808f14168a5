// From the tabs to the broker. Each tab's publishes are taken in their order, and their sequences only grow: one number for each
// tab tells what has been taken, and it is in the journal with the messages.
#include <algorithm>
#include <utility>

#include "hub_impl.hpp"
#include "message_expiry.hpp"

namespace wasmqtt {

Slot SharedHub::Impl::find_outgoing(std::uint64_t number) const {
  return outgoing_by_number_.find(hash_of(number), [&](Slot slot) { return outgoing_[slot].number == number; });
}

void SharedHub::Impl::add_outgoing(std::uint64_t number, Source& source, std::uint64_t sequence, Qos qos) {
  outgoing_by_number_.insert(hash_of(number), outgoing_.add({number, &source, sequence, qos}));
}

bool SharedHub::Impl::handle_publish(Tab& tab, Bytes body) {
  // Those behind one that waits wait, too.
  if ((tab.inbox.empty() && try_publish(tab, body, {})) || tab.source == nullptr) return true;
  tab.inbox.push({timers_.now(), ByteBuffer(body.begin(), body.end())});
  tab.inbox_bytes += body.size();
  return tab.inbox_bytes - body.size() <= shared_.queue_bytes;
}

void SharedHub::Impl::retry_publishes(Tab& tab) {
  while (tab.source != nullptr && !tab.inbox.empty()) {
    const Unread& first = tab.inbox.front();
    if (!try_publish(tab, first.body, timers_.now() - first.since)) return;
    if (tab.source != nullptr) tab.inbox_bytes -= tab.inbox.take().body.size();
  }
}

// False: there is no room now. It has waited here for so long.
bool SharedHub::Impl::try_publish(Tab& tab, Bytes body, Duration waited) {
  LinkReader frame(body);
  const std::uint64_t sequence = frame.number();
  const std::uint8_t flags = frame.byte(published_latest_per_topic);
  const Duration time_to_live = frame.duration();
  Publish packet;
  if (!frame.packet(packet, Direction::outbound)) {
    refuse(tab, JoinRefused::Reason::not_understood);
    return true;
  }
  Source& from = *tab.source;
  if (sequence <= from.accepted) return true;
  PublishOptions options{packet.qos, packet.retain, time_to_live, (flags & published_latest_per_topic) != 0, packet.properties};
  const bool over = time_to_live != Duration{} && time_to_live <= waited;
  if (time_to_live != Duration{}) options.time_to_live -= waited;
  PropertyList properties;
  if (waited != Duration{} && packet.properties.has(PropertyId::message_expiry_interval)) {
    properties.assign(packet.properties);
    count_expiry(properties, waited);
    options.properties = properties;
  }
  const auto delivery = over ? Result<Delivery>(local_error(Errc::timed_out)) : mqtt_->publish(packet.topic, packet.payload, options);
  const bool full = delivery.error().code() == Errc::queue_full;
  if (full && mqtt_->counts().queued != 0) return false;
  from.accepted = sequence;
  tab.accepted_due = true;
  if (!delivery) {
    fail_publish(tab, sequence, packet.qos, delivery.error());
  } else if (delivery->number == 0) {
    tell(tab, sequence, {{}, DeliveryState::sent});
  } else {
    add_outgoing(delivery->number, from, sequence, packet.qos);
    if (packet.qos != Qos::at_most_once && durable()) journal_->origin(delivery->number, {from.id, sequence});
  }
  return true;
}

// The tab was told when it published that it could be done; the broker, or what waits already, says no.
void SharedHub::Impl::fail_publish(Tab& tab, std::uint64_t sequence, Qos qos, Error error) {
  FailureReason reason = FailureReason::not_supported;
  if (error.code() == Errc::queue_full) reason = FailureReason::dropped_newest;
  if (error.code() == Errc::not_connected) reason = FailureReason::connection_lost;
  if (error.code() == Errc::timed_out) reason = FailureReason::expired;
  if (qos != Qos::at_most_once) {
    keep_failure(*tab.source, {sequence, reason, error.reason_code()});
    if (durable()) journal_->origin(0, {tab.source->id, sequence});  // it has been taken, as those before it
  }
  tell(tab, sequence, {{}, DeliveryState::failed, reason, error.reason_code()});
}

// Until the tab has heard of it.
void SharedHub::Impl::keep_failure(Source& from, const Failure& failure) {
  from.failures.push_back(failure);
  if (durable()) journal_->failure(from.id, failure);
}

void SharedHub::Impl::tell(Tab& tab, std::uint64_t sequence, const DeliveryChanged& changed) {
  send(tab, [&](ByteBuffer& out) {
    LinkWriter frame(LinkFrame::delivery, out);
    frame.number(sequence).byte(changed.state).byte(changed.reason).byte(changed.reason_code).text(changed.reason_string);
  });
}

// A failure is kept in the batch in which the message ends: what is not in the journal any more has been acknowledged, or it is there
// as a failure.
void SharedHub::Impl::on_mqtt_delivery(const DeliveryChanged& changed) {
  const Slot slot = find_outgoing(changed.delivery.number);
  if (quiet_ || slot == no_slot) return;
  outgoing_[slot].state = changed.state;
  const Outgoing one = outgoing_[slot];
  Source& from = *one.source;
  const bool ends = changed.state == DeliveryState::acknowledged || changed.state == DeliveryState::failed ||
                    (changed.state == DeliveryState::sent && one.qos == Qos::at_most_once);
  if (ends) {
    outgoing_by_number_.erase(hash_of(one.number), slot);
    outgoing_.remove(slot);
  }
  if (changed.state == DeliveryState::failed && one.qos != Qos::at_most_once)
    keep_failure(from, {one.sequence, changed.reason, changed.reason_code});
  if (from.tab != nullptr) tell(*from.tab, one.sequence, changed);
  timers_.request_turn();
}

bool SharedHub::Impl::handle_heard(Tab& tab, LinkReader& frame) {
  const std::uint64_t sequence = frame.number();
  if (!frame.done()) return false;
  Source& from = *tab.source;
  const auto erased = std::erase_if(from.failures, [&](const Failure& failure) { return failure.sequence == sequence; });
  if (erased != 0 && durable()) journal_->forget_failure(from.id, sequence);
  return true;
}

// Too late for what the broker may have; its end tells.
bool SharedHub::Impl::handle_cancel(Tab& tab, LinkReader& frame) {
  const std::uint64_t sequence = frame.number();
  if (!frame.done()) return false;
  const auto all = outgoing_.all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Outgoing& one) {
    return one.number != 0 && one.source == tab.source && one.sequence == sequence;
  });
  if (found != all.end()) (void)mqtt_->cancel({found->number});
  return true;
}

}  // namespace wasmqtt
