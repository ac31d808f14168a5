// What a SharedMember tells its owner about the sharing itself; what happens at the broker are MqttEvents. Views are valid during
// the call.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace wasmqtt {

// The leader of this epoch has taken us in.
struct LeaderJoined {
  std::uint64_t epoch = 0;
};

// The leader of this epoch has not answered for SharedMemberOptions::silent_after, although this tab was awake: frozen, most
// likely. Told once, until it speaks again. Elect another.
struct LeaderSilent {
  std::uint64_t epoch = 0;
};

// The leader goes, in order: elect another now.
struct LeaderResigned {
  std::uint64_t epoch = 0;
};

// This tab may have missed messages of its subscriptions: it did not read for so long that the leader has dropped what waited
// for it, or it came back when another leader had already begun. Subscriptions are made again by themselves, with their
// retained messages; what else the application shows it had better fetch anew.
struct MessagesMissed {
  enum class Reason : std::uint8_t {
    did_not_read,  // SharedHubOptions::queue_bytes
    late,          // it joined a new leader after SharedHubOptions::gather_timeout, or lost its link
  };
  Reason reason = Reason::late;
};

// This tab's options are others than those of the leader, which count. `names`: which, separated by ", ", of "url", "clean_session",
// "keep_alive", "will", "protocol", "session_expiry".
struct OtherOptions {
  std::string_view names{};
};

// The leader does not take this tab in. The link is of no use: make a connection of its own, or wait for another leader.
struct JoinRefused {
  enum class Reason : std::uint8_t {
    version,   // the leader's page speaks another version of the link's frames
    account,   // another client id, user, or SharedMemberOptions::key
    same_id,   // a tab with this SharedMemberOptions::id is there already: a duplicated tab, say. Take another id
    not_understood,  // the leader could not read what we sent
  };
  Reason reason = Reason::version;
  unsigned version = 0;  // the leader's
};

using SharedEvent = std::variant<LeaderJoined, LeaderSilent, LeaderResigned, MessagesMissed, OtherOptions, JoinRefused>;

}  // namespace wasmqtt
