#include "message_memory.hpp"

#include <algorithm>

#include "link_frames.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt {
namespace {

// Without what differs from one delivery of a message to the next.
std::uint64_t content_of(const Publish& packet) {
  std::uint64_t hash = hash64(as_text(packet.payload), hash64(packet.topic));
  for (auto property = packet.properties.begin(); property != packet.properties.end(); ++property) {
    const PropertyId id = property->id;
    const bool differs = id == PropertyId::topic_alias || id == PropertyId::message_expiry_interval ||
                         id == PropertyId::subscription_identifier;
    if (!differs) hash = hash64(as_text(property.wire()), hash);
  }
  return hash;
}

// A token names the packet id, so that it is found by it.
PacketId id_of(std::uint64_t token) { return static_cast<PacketId>(token); }

}  // namespace

Slot MessageMemory::find(PacketId packet_id) const {
  return by_id_.find(hash_of(std::uint64_t{packet_id}), [&](Slot slot) { return entries_[slot].packet_id == packet_id; });
}

void MessageMemory::forget(Slot slot) {
  by_id_.erase(hash_of(std::uint64_t{entries_[slot].packet_id}), slot);
  entries_.remove(slot);
  --remembered_;
}

MessageMemory::Noted MessageMemory::note(const Publish& packet, std::uint64_t number) {
  const std::uint64_t content = content_of(packet);
  if (const Slot slot = find(packet.packet_id); slot != no_slot) {
    Entry& known = entries_[slot];
    if (packet.dup && known.content == content && known.exactly_once == (packet.qos == Qos::exactly_once)) {
      known.number = number;
      return {known, true};
    }
    forget(slot);
  }
  Entry entry{packet.packet_id, content, number, 0, packet.qos == Qos::exactly_once, {}};
  entry.token = ++last_token_ << 16 | packet.packet_id;
  const Slot slot = entries_.add(entry);
  by_id_.insert(hash_of(std::uint64_t{packet.packet_id}), slot);
  ++remembered_;
  return {entries_[slot], false};
}

MessageMemory::Entry* MessageMemory::finish(std::uint64_t token, ReasonCode answer) {
  const Slot slot = find(id_of(token));
  if (token == 0 || slot == no_slot || entries_[slot].token != token || entries_[slot].done) return nullptr;
  entries_[slot].done = answer;
  done_.push(token);
  if (++done_count_ > most_done) {
    --done_count_;
    const std::uint64_t oldest = done_.take();
    const Slot old = find(id_of(oldest));
    if (old != no_slot && entries_[old].token == oldest) forget(old);
  }
  return &entries_[slot];
}

void MessageMemory::settled(PacketId packet_id) {
  const Slot slot = find(packet_id);
  if (slot != no_slot && entries_[slot].exactly_once && entries_[slot].done) forget(slot);
}

void MessageMemory::leader_gone() {
  for (Entry& entry : entries_.all()) entry.number = 0;
}

// Tokens mean nothing any more.
void MessageMemory::session_lost() {
  entries_ = {};
  by_id_ = {};
  done_ = {};
  done_count_ = remembered_ = 0;
}

bool MessageMemory::knows(const Publish& packet, bool stored) {
  if (topics_.empty()) topics_.resize(topics);
  const std::uint64_t topic = hash64(packet.topic);
  const std::uint64_t content = content_of(packet);
  Topic& last = topics_[topic % topics];
  const bool same = stored && last.topic == topic && last.content == content && last.order != 0;
  const bool wanted = same && std::any_of(asked_.begin(), asked_.end(), [&](const Asked& one) {
                        return one.order > last.order && topic_matches(one.filter, packet.topic);
                      });
  last = {topic, content, ++order_};
  return same && !wanted;
}

void MessageMemory::asked(std::string_view filter) {
  ended(filter);
  asked_.push_back({std::string(filter), ++order_});
}

bool MessageMemory::has_asked(std::string_view filter) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.filter == filter; });
}

void MessageMemory::ended(std::string_view filter) {
  std::erase_if(asked_, [&](const Asked& one) { return one.filter == filter; });
}

}  // namespace wasmqtt
