// Who is online, from the retained and live messages of chat/status/<user>.
//
//   presence.handle_status("peter", status, {.retained = true, .now = now});
//   presence.of("peter", now).kind  ->  Presence::Kind::online
//
// A reload closes the socket without DISCONNECT, and MQTT 3.1.1 has no will delay: the will says "offline" and a second
// later the page is back. Such an "offline" is shown only after `grace`, so that badges do not flicker. A logout, whose
// time stamp is new, is shown at once. A will's payload was written when its owner connected; "last seen" is then the
// time at which the will arrived.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/local_time.hpp"
#include "chat/wire.hpp"

namespace chat {

class Presence {
 public:
  static constexpr Duration grace = std::chrono::seconds{4};
  // A live status with a time stamp no older than this was written for the occasion; a will was not.
  static constexpr Duration fresh = std::chrono::seconds{2};
  // Ten thousand retained statuses are kept; of more, those of unknown users are left out.
  static constexpr std::size_t max_users = 20'000;

  enum class Kind : std::uint8_t { unknown, online, offline };
  struct Shown {
    Kind kind = Kind::unknown;
    Time last_seen{};  // offline
  };

  struct Arrival {
    bool retained = false;  // stored by the broker: when it was published is not known
    Time now{};
  };
  void handle_status(std::string_view user, const WireStatus& status, const Arrival& arrival);
  // An empty retained payload takes the status away.
  void forget(std::string_view user);
  void clear() { users_.clear(); }

  Shown of(std::string_view user, Time now) const;
  // The first users of the alphabet who are online, at most `most`, without `except`.
  std::vector<std::string> online(Time now, std::size_t most, std::string_view except) const;
  // When of() will answer differently by itself (a grace ends); nullopt: not.
  std::optional<Time> next_change(Time now) const;
  std::size_t size() const { return users_.size(); }

 private:
  struct Entry {
    bool online = false;
    Time last_seen{};
    std::optional<Time> offline_from;  // shown as online until then
  };
  std::map<std::string, Entry, std::less<>> users_;
  Time latest_grace_end_{};
};

// "online", "offline, last seen 10:42", "offline, last seen Yesterday 10:42", "unknown".
std::string presence_text(const Presence::Shown& shown, const LocalTime& zone, Time now);

}  // namespace chat
