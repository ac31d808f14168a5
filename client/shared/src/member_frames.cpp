// What the leader says. Each handler answers whether the frame is one that can be: anything may come from another version of the page.
#include <algorithm>
#include <utility>

#include "member_impl.hpp"

namespace wasmqtt {

bool SharedMember::Impl::handle(LinkFrame type, Bytes body) {
  LinkReader frame(body);
  // What was under way before our hello has been answered is for who we were before.
  if (stage_ == Stage::greeting && type != LinkFrame::welcome && type != LinkFrame::refused) return true;
  switch (type) {
    case LinkFrame::refused: {
      const auto reason = frame.byte(JoinRefused::Reason::not_understood);
      const std::uint8_t greeting = frame.byte();
      if (!frame.done()) return false;
      // An earlier link of ours has been refused, because we came by this one.
      if (greeting == 0 || greeting == greeting_) refused({reason, link_version});
      return true;
    }
    case LinkFrame::welcome: return handle_welcome(frame);
    case LinkFrame::status: {
      LinkStatus status = read_status(frame);
      if (!frame.done()) return false;
      take_status(std::move(status));
      return true;
    }
    case LinkFrame::event: {
      const auto event = read_event(frame);
      if (!event) return false;
      if (const auto* closed = std::get_if<Closed>(&*event)) close_record_ = closed->record;
      tell(*event);
      return true;
    }
    case LinkFrame::accepted: {
      const std::uint64_t sequence = frame.number();
      if (frame.done()) outbox_.taken(sequence);
      return frame.done();
    }
    case LinkFrame::delivery: return handle_delivery(frame);
    case LinkFrame::message:
      ++messages_;
      if (!paused_ && held_.empty()) return handle_message(body, link_changes_);
      held_.push({link_changes_, ByteBuffer(body.begin(), body.end())});
      return true;
    case LinkFrame::settled: {
      const auto packet_id = static_cast<PacketId>(frame.number(65'535));
      if (frame.done()) memory_.settled(packet_id);
      return frame.done();
    }
    case LinkFrame::subscribed: return handle_answer(frame, PacketType::subscribe);
    case LinkFrame::unsubscribed: return handle_answer(frame, PacketType::unsubscribe);
    case LinkFrame::behind:
    case LinkFrame::caught_up: behind_ = type == LinkFrame::behind; return frame.done();
    case LinkFrame::let_go:
      lose_leader();
      behind_ = true;
      greet();
      update_state();
      return frame.done();
    case LinkFrame::resigned: {
      const std::uint64_t epoch = epoch_;
      lose_leader();
      update_state();
      tell(SharedEvent{LeaderResigned{epoch}});
      return frame.done();
    }
    case LinkFrame::pong: return frame.done();
    case LinkFrame::packet: return handle_packet(frame);
    default: return false;
  }
}

// ---- joining ----

bool SharedMember::Impl::handle_welcome(LinkReader& frame) {
  const std::uint8_t greeting = frame.byte();
  const bool late = frame.flag();
  const std::string_view others = frame.text();
  LinkStatus status = read_status(frame);
  const std::uint64_t accepted = frame.number();
  Fates fates;
  while (frame.more()) {
    Fate& fate = fates.emplace_back();
    fate.sequence = frame.number();
    fate.state = frame.byte(DeliveryState::failed);
    fate.reason = frame.byte(FailureReason::not_supported);
    fate.code = static_cast<ReasonCode>(frame.byte());
  }
  if (!frame.done()) return false;
  if (stage_ != Stage::greeting || greeting != greeting_) return true;
  stage_ = Stage::joined;
  taken_ = taken_told_ = messages_ = 0;
  const bool other_leader = std::exchange(joined_epoch_, epoch_) != epoch_;
  const bool behind = std::exchange(behind_, false);
  status_.durable = status.durable;
  const unsigned link = link_changes_;
  resolve(accepted, fates, other_leader);
  if (link != link_changes_) return true;
  tell(SharedEvent{LeaderJoined{epoch_}});
  if (!others.empty()) tell(SharedEvent{OtherOptions{others}});
  if (behind || late) tell(SharedEvent{MessagesMissed{behind ? MessagesMissed::Reason::did_not_read : MessagesMissed::Reason::late}});
  if (link == link_changes_) take_status(std::move(status));
  return true;
}

// What has become of all that earlier leaders were given. Ends come in the order of the publishes.
void SharedMember::Impl::resolve(std::uint64_t accepted, const Fates& fates, bool other_leader) {
  std::size_t at = 0;
  std::vector<Fate> ended;
  const auto fate_of = [&](std::uint64_t sequence) -> const Fate* {
    while (at < fates.size() && fates[at].sequence < sequence) ++at;
    return at < fates.size() && fates[at].sequence == sequence ? &fates[at] : nullptr;
  };
  for (const Fate& fate : fates) {
    if (fate.state == DeliveryState::failed) LinkWriter(LinkFrame::heard, out()).number(fate.sequence);
    // Of an earlier object with our id, which published it before this one was made.
    const bool left = fate.sequence < born_ && outbox_.find(fate.sequence) == nullptr;
    if (left) outbox_.add({.sequence = fate.sequence, .qos = Qos::at_least_once, .was_sent = true, .state = DeliveryState::queued});
  }
  outbox_.each([&](Outbox::Entry& entry) {
    const Fate* fate = fate_of(entry.sequence);
    if (entry.sequence <= accepted) {
      if (fate == nullptr) ended.push_back({entry.sequence, DeliveryState::acknowledged, {}, {}});
      else if (fate->state == DeliveryState::failed) ended.push_back(*fate);
      else entry.state = fate->state;
      return;
    }
    // The leader that had it had nothing to keep it in, or this one can't read it: it may have been sent, or not.
    const bool in_doubt = entry.was_sent && other_leader && (entry.in_memory || !status_.durable);
    if (in_doubt && entry.qos == Qos::exactly_once)
      ended.push_back({entry.sequence, DeliveryState::failed, FailureReason::session_lost, {}});
    entry.state = DeliveryState::queued;
  });
  outbox_.take_back(accepted);
  for (const Fate& fate : ended) end(fate.sequence, fate.state, fate.reason, fate.code);
}

// Each connection begins as another state, so that it is told.
void SharedMember::Impl::take_status(LinkStatus status) {
  const bool connects = status.state == ConnectionState::connected && told_state_ != ConnectionState::connected;
  status_ = std::move(status);
  server_ = speaks_5() && status_.state == ConnectionState::connected ? read_limits(status_.server_properties) : ServerLimits{};
  if (connects && !status_.session_present) memory_.session_lost();
  if (status_.state == ConnectionState::stopped && told_state_ != ConnectionState::stopped) {
    fail_requests();
    subscriptions_.stopped();
    ask_again_ = true;
  } else if (connects && (std::exchange(ask_again_, false) || (!greeted_ && (!status_.session_present || status_.session_in_doubt)))) {
    fail_requests();
    subscriptions_.connected(status_.session_present, status_.session_in_doubt, options_.mqtt.resubscribe);
  }
  // The leader has been asked for all with the greeting, and asks the broker.
  if (connects) greeted_ = false;
  update_state();
}

// ---- publishes and requests ----

bool SharedMember::Impl::handle_delivery(LinkReader& frame) {
  const std::uint64_t sequence = frame.number();
  const auto state = frame.byte(DeliveryState::failed);
  const auto reason = frame.byte(FailureReason::not_supported);
  const auto code = static_cast<ReasonCode>(frame.byte());
  const std::string_view words = frame.text();
  if (!frame.done()) return false;
  Outbox::Entry* const entry = outbox_.find(sequence);
  if (state == DeliveryState::failed) LinkWriter(LinkFrame::heard, out()).number(sequence);
  if (entry == nullptr) return true;
  const bool goes_on = state == DeliveryState::queued || (state == DeliveryState::sent && entry->qos != Qos::at_most_once);
  if (!goes_on) {
    end(sequence, state, reason, code, words);
    return true;
  }
  entry->state = state;
  tell(DeliveryChanged{{sequence}, state, reason, code, words});
  return true;
}

bool SharedMember::Impl::handle_answer(LinkReader& frame, PacketType type) {
  const auto number = static_cast<std::uint16_t>(frame.number(65'535));
  const Bytes codes = frame.bytes();
  const PacketType answer = type == PacketType::subscribe ? PacketType::suback : PacketType::unsuback;
  const Properties properties = frame.properties(host_of(answer), Direction::inbound);
  if (!frame.done()) return false;
  const auto found = std::find_if(requests_.begin(), requests_.end(),
                                  [&](const Request& one) { return one.number == number && one.type == type; });
  if (found == requests_.end()) return true;
  if (codes.size() != found->filters) return false;
  requests_.erase(found);
  if (type == PacketType::subscribe) subscriptions_.subscribe_answered({number, codes, {}, properties}, tell_event_);
  else subscriptions_.unsubscribe_answered({number, {}, codes, properties}, tell_event_);
  progress();
  return true;
}

bool SharedMember::Impl::handle_packet(LinkReader& frame) {
  const auto at = frame.time();
  const auto direction = frame.byte(Direction::inbound);
  const auto version = frame.byte(ProtocolVersion::mqtt_5);
  const Bytes packet = frame.bytes();
  if (!frame.done() || packet.empty() || version < ProtocolVersion::mqtt_3_1_1) return false;
  const bool connects = direction == Direction::outbound && packet[0] >> 4 == static_cast<std::uint8_t>(PacketType::connect);
  if (connects) trace_.start_connection(version);
  if (watching_) trace_.record(at.value_or(Time{}), direction, packet);
  return true;
}

// ---- messages ----

// `link`: by which it came; a leader that is gone is not answered.
bool SharedMember::Impl::handle_message(Bytes body, unsigned link) {
  LinkReader frame(body);
  std::uint64_t number = frame.number();
  const std::uint8_t flags = frame.byte();
  Publish packet;
  if (!frame.packet(packet, Direction::inbound) || (packet.qos == Qos::at_most_once) != (number == 0)) return false;
  if (link != link_changes_) number = 0;
  std::uint64_t token = 0;
  bool repeated = false;
  if (packet.qos != Qos::at_most_once) {
    const auto noted = memory_.note(packet, number);
    token = noted.entry.token;
    repeated = noted.repeated;
    if (repeated && noted.entry.done) answer(noted.entry);
  }
  if (repeated) return true;
  if (memory_.knows(packet, packet.retain && (flags & message_may_be_live) == 0)) acknowledge(token, ReasonCode::success);
  else deliver(packet, token);
  return true;
}

void SharedMember::Impl::deliver(const Publish& packet, std::uint64_t token) {
  const Message message{packet, token};
  delivered_token_ = options_.mqtt.client.manual_acknowledgement ? 0 : token;
  if (owner_.on_message) owner_.on_message(message);
  const bool handled = subscriptions_.dispatch(message);
  if (!handled && !owner_.on_message && owner_.on_unhandled) owner_.on_unhandled(message);
  if (const std::uint64_t done = std::exchange(delivered_token_, 0)) acknowledge(done, ReasonCode::success);
}

void SharedMember::Impl::answer(const MessageMemory::Entry& entry) {
  if (entry.number == 0 || !joined()) return;
  LinkWriter(LinkFrame::handled, out()).number(entry.number).byte(*entry.done);
  loop_.request_turn();
}

}  // namespace wasmqtt
