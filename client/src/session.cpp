#include "session.hpp"

#include <algorithm>
#include <utility>

#include "message_expiry.hpp"

namespace wasmqtt {

using Kind = JournalRecord::Kind;
using State = OutgoingMessage::State;

// ---- outgoing ----

Slot Session::enqueue(std::string_view topic, Bytes payload, const PublishOptions& options, Time now) {
  const Slot slot = table_.add(topic, payload, options.properties);
  OutgoingMessage& message = table_[slot];
  // Numbers follow the clock, so that those given out before a stored session is loaded come after all of its own.
  message.number = last_number_ = std::max(last_number_ + 1, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  // A time beyond what can be counted is no limit.
  const Duration life = lifetime_of(options);
  const Time deadline = life != Duration{} && life < Time::max() - now ? now + life : Time{};
  message.qos = options.qos;
  message.retain = options.retain;
  message.latest_per_topic = options.latest_per_topic;
  message.deadline = deadline;
  queue(slot);
  if (journal_ && message.qos != Qos::at_most_once) record_put(message);
  return slot;
}

// A message that is in no list joins the queue's end.
void Session::queue(Slot slot) {
  OutgoingMessage& message = table_[slot];
  message.order = ++last_order_;
  queued_[static_cast<std::size_t>(message.qos)].push_back(table_, slot);
  if (message.latest_per_topic) {
    if (const Slot old = latest_for(message.topic()); old != no_slot) forget_latest(old);
    latest_.insert(hash_of(message.topic()), slot);
  }
  note_deadline(message.deadline);
}

void Session::note_deadline(Time deadline) {
  if (deadline != Time{}) next_deadline_ = std::min(next_deadline_.value_or(deadline), deadline);
}

Slot Session::latest_for(std::string_view topic) const {
  return latest_.find(hash_of(topic), [&](Slot slot) { return table_[slot].topic() == topic; });
}

void Session::forget_latest(Slot slot) {
  if (table_[slot].latest_per_topic) latest_.erase(hash_of(table_[slot].topic()), slot);
}

MessageList& Session::list_of(const OutgoingMessage& message) {
  if (message.state == State::queued) return queued_[static_cast<std::size_t>(message.qos)];
  return message.state == State::published ? published_ : released_;
}

Slot Session::oldest(const Heads& heads) const {
  Slot first = no_slot;
  for (const Slot head : heads) {
    if (head != no_slot && (first == no_slot || table_[head].order < table_[first].order)) first = head;
  }
  return first;
}

void Session::move_to(Slot slot, State state) {
  OutgoingMessage& message = table_[slot];
  list_of(message).remove(table_, slot);
  if (message.state == State::queued) {
    forget_latest(slot);
    if (message.qos == Qos::exactly_once) ++in_flight_qos2_;
  }
  message.state = state;
  list_of(message).push_back(table_, slot);
}

bool Session::publish(Slot slot) {
  OutgoingMessage& message = table_[slot];
  const PacketId packet_id = packet_ids_.take();
  if (packet_id == 0) return false;
  message.packet_id = packet_id;
  remember_id(packet_id, slot);
  move_to(slot, State::published);
  record(Kind::sent, message.number, packet_id);
  return true;
}

void Session::release(Slot slot) {
  move_to(slot, State::released);
  record(Kind::released, table_[slot].number, table_[slot].packet_id);
}

void Session::finish(Slot slot) {
  const bool recorded = table_[slot].qos != Qos::at_most_once;
  const std::uint64_t number = table_[slot].number;
  finish_unrecorded(slot);
  if (recorded) record(Kind::removed, number);
}

void Session::finish_unrecorded(Slot slot) {
  OutgoingMessage& message = table_[slot];
  list_of(message).remove(table_, slot);
  if (message.state == State::queued) forget_latest(slot);
  else if (message.qos == Qos::exactly_once) --in_flight_qos2_;
  if (message.packet_id != 0) {
    remember_id(message.packet_id, no_slot);
    packet_ids_.release(message.packet_id);
  }
  if (message.number == strikes_.delivery.number) strikes_ = {};
  table_.erase(slot);
  if (queued_count() == 0) next_deadline_.reset();
}

void Session::abandon_id(PacketId packet_id) {
  keep_id(packet_id);
  record(Kind::sent, 0, packet_id);
}

void Session::keep_id(PacketId packet_id) {
  if (packet_ids_.claim(packet_id)) abandoned_ids_.push_back(packet_id);
}

std::size_t Session::forget() {
  if (received_.count() != 0 || !abandoned_ids_.empty()) record(Kind::forgot, 0);
  for (const PacketId packet_id : std::exchange(abandoned_ids_, {})) packet_ids_.release(packet_id);
  received_.clear();
  uncertain_.clear();
  // From the last to the first, each to the front, keeps their order [MQTT-4.6.0-1].
  std::vector<Slot> slots;
  slots.reserve(published_.count());
  for (Slot slot = published_.front(); slot != no_slot; slot = table_[slot].next) slots.push_back(slot);
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
    requeue(*slot);
    record(Kind::requeued, table_[*slot].number);
  }
  return slots.size();
}

void Session::requeue(Slot slot) {
  OutgoingMessage& message = table_[slot];
  published_.remove(table_, slot);
  remember_id(message.packet_id, no_slot);
  packet_ids_.release(message.packet_id);
  if (message.qos == Qos::exactly_once) --in_flight_qos2_;
  message.packet_id = 0;
  message.state = State::queued;
  message.order = --first_order_;
  list_of(message).push_front(table_, slot);
  note_deadline(message.deadline);
}

// The slot is a hint: a handle from before a restart, or from before the session was loaded, is found by its number.
Slot Session::find(Delivery delivery) const {
  if (const Slot slot = table_.find(delivery); slot != no_slot || delivery.number == 0) return slot;
  for (const MessageList* list : {&queued_[0], &queued_[1], &queued_[2], &published_, &released_}) {
    for (Slot slot = list->front(); slot != no_slot; slot = table_[slot].next) {
      if (table_[slot].number == delivery.number) return slot;
    }
  }
  return no_slot;
}

Slot Session::find_id(PacketId packet_id) const {
  const auto& page = by_id_[packet_id / page_size];
  return page ? (*page)[packet_id % page_size] : no_slot;
}

void Session::remember_id(PacketId packet_id, Slot slot) {
  auto& page = by_id_[packet_id / page_size];
  if (!page) {
    page = std::make_unique<Page>();
    page->fill(no_slot);
  }
  (*page)[packet_id % page_size] = slot;
}

void Session::count_strike(Delivery delivery) {
  if (!(strikes_.delivery == delivery)) strikes_ = {delivery, 0};
  ++strikes_.count;
}

void Session::add_strike(std::uint64_t number) {
  const Slot slot = find({number});
  if (slot == no_slot) return;
  count_strike(delivery(slot));
  record(Kind::strike, number);
}

void Session::end_strikes() {
  strikes_ = {};
  record(Kind::strike, 0);
}

// ---- incoming QoS 2 ----

void Session::record_received(PacketId packet_id) { record(Kind::received, 0, packet_id); }

void Session::free_received(PacketId packet_id) {
  uncertain_.erase(packet_id);
  if (received_.erase(packet_id)) record(Kind::received_done, 0, packet_id);
}

}  // namespace wasmqtt
