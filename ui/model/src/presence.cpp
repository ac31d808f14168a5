#include "chat/presence.hpp"

#include <algorithm>

namespace chat {

bool Presence::handle_status(std::string_view user, const WireStatus& status, const Arrival& arrival) {
  auto at = users_.find(user);
  if (at == users_.end()) {
    if (users_.size() >= max_users) return false;
    at = users_.emplace(std::string(user), Entry{}).first;
  }
  Entry& entry = at->second;
  const bool was_online = entry.online;
  entry.online = status.online;
  entry.last_seen = status.last_online;
  entry.offline_from.reset();
  if (status.online || arrival.retained) return true;
  entry.last_seen = std::max(status.last_online, arrival.clock);
  const bool is_will = !arrival.held_back && arrival.clock - status.last_online > fresh;
  if (was_online && is_will) {
    entry.offline_from = arrival.now + grace;
    latest_grace_end_ = *entry.offline_from;
  }
  return true;
}

void Presence::forget(std::string_view user) {
  const auto at = users_.find(user);
  if (at != users_.end()) users_.erase(at);
}

Presence::Shown Presence::of(std::string_view user, Time now) const {
  const auto at = users_.find(user);
  if (at == users_.end()) return {};
  const Entry& entry = at->second;
  if (entry.online || (entry.offline_from && now < *entry.offline_from)) return {Kind::online, {}};
  return {Kind::offline, entry.last_seen};
}

std::vector<std::string> Presence::online(Time now, std::size_t most, std::string_view except) const {
  std::vector<std::string> names;
  for (auto at = users_.begin(); at != users_.end() && names.size() < most; ++at)
    if (at->first != except && of(at->first, now).kind == Kind::online) names.push_back(at->first);
  return names;
}

std::optional<Time> Presence::next_change(Time now) const {
  std::optional<Time> next;
  if (latest_grace_end_ <= now) return next;
  for (const auto& [user, entry] : users_)
    if (entry.offline_from && *entry.offline_from > now && (!next || *entry.offline_from < *next))
      next = entry.offline_from;
  return next;
}

std::string presence_text(const Presence::Shown& shown, const LocalTime& zone, Time now) {
  if (shown.kind == Presence::Kind::unknown) return "unknown";
  if (shown.kind == Presence::Kind::online) return "online";
  const std::string clock = zone.clock(shown.last_seen);
  if (zone.day_number(shown.last_seen) == zone.day_number(now)) return "offline, last seen " + clock;
  return "offline, last seen " + zone.day_in_sentence(shown.last_seen, now) + " " + clock;
}

}  // namespace chat
