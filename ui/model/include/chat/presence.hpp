// Who is online, from the retained and live messages of chat/status/<user>.
//
//   presence.handle_status("peter", status, {.retained = true, .now = now});
//   presence.of("peter", now).kind  ->  Presence::Kind::online
//
// A will shows at once: it is all that MQTT 3.1.1 tells when a page is closed, and a browser tells nobody that it only
// reloads one. MQTT 5's broker holds a will back by itself for who is soon back. Only where the broker ends a connection
// because its owner has made a new one, the will and the "online" of the new one come together: so a will waits for
// `grace`, which nobody sees. A will is known by its time stamp, older than `fresh`: it was written when its owner
// connected. "Last seen" is the later of the time stamp and the arrival, except for retained statuses, whose arrival says
// nothing.
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
  static constexpr Duration grace = std::chrono::milliseconds{300};
  // A status with a time stamp no older than this was written just before it was sent; a will was not.
  static constexpr Duration fresh = std::chrono::seconds{2};
  static constexpr std::size_t max_users = 20'000;

  enum class Kind : std::uint8_t { unknown, online, offline };
  struct Shown {
    Kind kind = Kind::unknown;
    Time last_seen{};  // offline
  };

  struct Arrival {
    bool retained = false;  // stored by the broker: when it was published is not known
    bool held_back = false; // a will that its Will Delay Interval has held back
    Time now{};             // of the event loop, which never steps back
    Time clock = now;       // LocalTime::now()
  };
  // False when the status was not kept: there are max_users already, and this is another one.
  bool handle_status(std::string_view user, const WireStatus& status, const Arrival& arrival);
  // An empty retained payload clears the status.
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
