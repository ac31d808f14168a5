// SharedHub: what leads. It has the one MqttClient of all tabs of an account, and serves the SharedMember of each.
//
//   wasmqtt::SharedHub hub(loop, timers, transport, options, {}, &store);
//   hub.on_leading = [&](std::uint64_t epoch) { ... link the tabs: own.link_opened(own_link.member_end(), epoch) ... };
//   hub.start();
//   const auto link = hub.link_opened(port);      // for each tab
//   hub.handle_frames(link, bytes);
//   hub.link_closed(link);                        // the tab is gone
//
// Whoever makes a SharedHub has been elected: a Web Lock, say, that only one tab can hold. Still there may be two for a while, for
// one that was frozen does not know that it has been replaced. Each leader has an epoch, larger than all before: the store refuses
// what an older one writes, tabs ignore what it says, and each connection is only made after the store has confirmed the lead.
//
// A new leader loads the journal. In it is, for each tab, how far its publishes have been taken, and which of them are unfinished;
// the tabs send the rest. Incoming messages are held until the tabs that are expected have joined, or gather_timeout has passed.
//
// To the broker go the subscriptions of all tabs together. They are noted in the journal, so that those of a tab which died with
// the leader end, too.
//
// Bounds: for each tab what has been sent and not read (window_bytes), and what waits behind it (queue_bytes). A tab that lets more
// pile up is let go: its subscriptions end, what waited for it is dropped, and when it reads again, it is told MessagesMissed and
// joins anew. Nobody else waits for it: after acknowledge_timeout a message is acknowledged to the broker without it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/shared/fenced_store.hpp"
#include "wasmqtt/shared/shared_link.hpp"

namespace wasmqtt {

struct SharedHubOptions {
  // The SharedMemberOptions::id of each tab that is known to live, this one's included: the broker's messages are handed out as
  // soon as all of them have joined. Empty: nobody is known, and the whole of gather_timeout is waited for.
  std::vector<std::uint64_t> expected{};
  Duration gather_timeout = std::chrono::milliseconds{400};
  std::size_t window_bytes = 256 * 1024;      // for each tab, sent ahead of its reading
  std::size_t queue_bytes = 8 * 1024 * 1024;  // for each tab, waiting behind that
  // For another tab to handle a message of QoS 1 or 2. The leader's own is waited for as long as it takes: it is awake when we are.
  Duration acknowledge_timeout = std::chrono::seconds{10};
  std::size_t remembered_tabs = 256;  // that are gone and may come back: how far their publishes have been taken
  std::uint64_t key = 0;              // tabs with another SharedMemberOptions::key are refused, as those of another account are
};

class SharedHub {
 public:
  // `loop` is MqttClient's, `timers` another one of its own. All references, and `store` if there is one, outlive this object.
  // Of the options manual_acknowledgement is set, and DriverOptions::prepare_attempt comes after the store's confirmation.
  SharedHub(EventLoop& loop, EventLoop& timers, Transport& transport, MqttOptions options, SharedHubOptions shared,
            FencedStore* store = nullptr);
  ~SharedHub();  // without a word to anybody, as if the tab had crashed; see resign()
  SharedHub(const SharedHub&) = delete;
  SharedHub& operator=(const SharedHub&) = delete;

  // Takes the lead, loads the journal and connects. Once.
  void start();
  // The lead has been taken; `epoch` is for SharedMember::link_opened(). Without storage it is the time.
  std::function<void(std::uint64_t epoch)> on_leading;
  std::uint64_t epoch() const;  // 0 before on_leading
  // Another leads: the connection has been dropped without a word, nothing has been written, and this object does nothing any more.
  // Told once, never from inside a call of this object's functions.
  std::function<void()> on_superseded;
  // It is known otherwise that another leads, that the lock has been stolen for example: the same, without the call.
  void abdicate();
  // The tab goes, in order: tells the tabs to elect another, and the broker DISCONNECT, which ends no session that is kept. It does
  // as much of it at once as can be. Nothing more comes after that.
  void resign();

  // ---- the tabs ----
  // After on_leading. `link` lives until link_closed(), or the end of this object.
  using Link = std::uint32_t;
  // `own`: of this tab, or program.
  Link link_opened(SharedLink& link, bool own = false);
  // What arrives from there, also before the journal is loaded. Other epochs than this one: ignored. Valid during the call.
  void handle_frames(Link link, Bytes frames);
  // That tab is gone: its subscriptions end. What it has published goes on. An unknown or closed one: no-op.
  void link_closed(Link link);

  // ---- getters ----
  struct Counts {
    std::size_t links = 0;
    std::size_t joined = 0;
    std::size_t waiting_bytes = 0;     // for all tabs, behind their windows
    std::size_t unacknowledged = 0;    // messages that wait for tabs
    std::size_t subscriptions = 0;     // of all tabs; MqttClient::filters() has their union
  };
  Counts counts() const;
  std::vector<std::uint64_t> joined() const;  // SharedMemberOptions::id of each
  // The connection of all. on_message is the hub's, as are all commands; its getters, add_listener() and what only the leader can do
  // (reauthenticate(), say) are everybody's.
  MqttClient& mqtt();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The name of the group that shares a connection: for the lock, the channel and the worker. Made of URL (without query), client id and
// user name; two that may share have the same.
std::string share_name(const MqttOptions& options);

}  // namespace wasmqtt
