// From the broker to the tabs: each message once to each that wants it, and acknowledged when all of them are done with it.
#include <algorithm>
#include <utility>

#include "hub_impl.hpp"

namespace wasmqtt {

void SharedHub::Impl::message(const Message& message) {
  if (quiet_) return;
  ++messages_;
  std::vector<Tab*> receivers;
  bool may_be_live = false;
  trie_.match(message.topic, [&](std::uint32_t slot) {
    const Wanted& wanted = wanted_[slot];
    may_be_live = may_be_live || wanted.options.retain_as_published;
    const bool unwanted = message.retain && wanted.options.retain_handling == RetainHandling::do_not_send &&
                          !wanted.options.retain_as_published;
    if (unwanted || std::exchange(wanted.tab->message, messages_) == messages_) return;
    receivers.push_back(wanted.tab);
  });
  Pending pending{messages_, message.token, message.packet_id, message.qos, later(timers_.now(), shared_.acknowledge_timeout)};
  for (const Tab* tab : receivers) pending.receivers.push_back({tab->number, false});
  pending.left = receivers.size();
  if (message.qos != Qos::at_most_once) {
    if (receivers.empty()) return mqtt_->acknowledge(message.token);
    pending_by_number_.insert(hash_of(messages_), pending_.add(std::move(pending)));
    ++pending_count_;
  }
  const std::uint64_t number = message.qos == Qos::at_most_once ? 0 : messages_;
  const Publish packet{message.topic, message.payload, message.packet_id, message.qos, message.retain, message.dup, message.properties};
  for (Tab* tab : receivers) {
    if (tab->source != nullptr) ++tab->source->given;
    send(*tab, [&](ByteBuffer& out) {
      LinkWriter frame(LinkFrame::message, out);
      frame.number(number).byte(may_be_live ? message_may_be_live : std::uint8_t{0}).packet(packet);
    });
  }
}

bool SharedHub::Impl::handle_handled(Tab& tab, LinkReader& frame) {
  const std::uint64_t number = frame.number();
  const auto code = static_cast<ReasonCode>(frame.byte());
  if (!frame.done()) return false;
  const Slot slot =
      pending_by_number_.find(hash_of(number), [&](Slot one) { return pending_[one].number == number; });
  if (number != 0 && slot != no_slot) done(slot, tab.number, code);
  return true;
}

// `code`: its answer; none, it is not waited for any more.
void SharedHub::Impl::done(Slot slot, Link tab, std::optional<ReasonCode> code) {
  Pending& pending = pending_[slot];
  const auto receiver = std::find_if(pending.receivers.begin(), pending.receivers.end(),
                                     [tab](const Receiver& one) { return one.tab == tab && !one.done; });
  if (receiver == pending.receivers.end()) return;
  receiver->done = true;
  if (code && is_failure(*code)) pending.refusal = *code;
  else if (code) pending.acknowledged = true;
  if (--pending.left == 0) finish(slot);
}

void SharedHub::Impl::finish(Slot slot) {
  Pending pending = std::move(pending_[slot]);
  pending_by_number_.erase(hash_of(pending.number), slot);
  pending_.remove(slot);
  --pending_count_;
  const bool refused = is_failure(pending.refusal) && !pending.acknowledged;
  if (!refused || mqtt_->refuse(pending.token, pending.refusal)) mqtt_->acknowledge(pending.token);
  if (pending.qos == Qos::exactly_once && !refused && durable())
    settling_.push_back({journal_->session_batch(), pending.packet_id, std::move(pending.receivers)});
  timers_.request_turn();
}

// The others, and the broker's window, have waited long enough. What waits here for those tabs is theirs alone from now on: should
// this leader die, they have missed it, and know so.
void SharedHub::Impl::give_up_waiting(Time now) {
  for (Slot slot = 0; slot < pending_.all().size(); ++slot) {
    Pending& pending = pending_[slot];
    if (pending.number == 0 || !pending.deadline || now < *pending.deadline) continue;
    pending.deadline.reset();
    pending.left = 0;
    for (Receiver& receiver : pending.receivers) {
      Tab* const tab = receiver.done ? nullptr : find_tab(receiver.tab);
      if (tab != nullptr && tab->own) ++pending.left;
      else receiver.done = true;
      if (tab == nullptr || tab->own || tab->waiting() == 0) continue;
      LinkWriter(LinkFrame::behind, tab->ahead);
      send(*tab, [](ByteBuffer& out) { LinkWriter(LinkFrame::caught_up, out); });
    }
    if (pending.left == 0) finish(slot);
  }
}

// That tab is not waited for any more.
void SharedHub::Impl::release(Link tab) {
  for (Slot slot = 0; slot < pending_.all().size(); ++slot) {
    if (pending_[slot].number != 0) done(slot, tab, std::nullopt);
  }
}

void SharedHub::Impl::forget_pending(bool exactly_once_too) {
  for (Slot slot = 0; slot < pending_.all().size(); ++slot) {
    const Pending& pending = pending_[slot];
    if (pending.number == 0 || (!exactly_once_too && pending.qos == Qos::exactly_once)) continue;
    pending_by_number_.erase(hash_of(pending.number), slot);
    pending_.remove(slot);
    --pending_count_;
  }
  if (exactly_once_too) settling_.clear();
}

void SharedHub::Impl::settle(std::uint64_t session_batch) {
  std::vector<Settling> settled;
  for (Settling& one : std::exchange(settling_, {})) (one.batch > session_batch ? settling_ : settled).push_back(std::move(one));
  for (const Settling& one : settled) {
    for (const Receiver& receiver : one.receivers) {
      if (Tab* const tab = find_tab(receiver.tab))
        send(*tab, [&](ByteBuffer& out) { LinkWriter(LinkFrame::settled, out).number(one.packet_id); });
    }
  }
}

}  // namespace wasmqtt
