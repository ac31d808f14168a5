// The pages of an origin that share something under one name: exactly one of them leads, and each of the others has a link to it.
//
//   wasmqtt::TabGroup group("alice at wss://broker.example", loop.random());
//   group.on_lead = [&](std::uint64_t, const auto&) { group.open(); };      // this page leads, from now on
//   group.on_frame = [&](wasmqtt::TabGroup::Link from, wasmqtt::Bytes bytes) { group.send(from, bytes); };
//   group.on_leader = [&](std::uint64_t, bool) { group.send(wasmqtt::TabGroup::leader, as_bytes("hello")); };
//   group.join();
//
// Pages, and workers of any kind, may be in one group. When the leader's page is closed, or crashes, the next one leads at once.
// A leader that is frozen, or hangs, is not noticed here: whoever notices calls depose(). The one that is deposed hears of it
// when it wakes up; what it has sent since goes nowhere, for a link belongs to one leadership. What it stores, the epoch tells
// from what the new leader does: IndexedDbStore::fenced().
//
// Nothing is told before join() has returned, and nothing in or after the destructor, which leaves the group.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/border.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

class TabGroup {
 public:
  // At the leader: the member that it goes to, in the order in which they joined; numbers are not used again.
  using Link = std::uint32_t;
  static constexpr Link leader = 0;  // at a member

  struct Options {
    // Otherwise another page, or worker, is waited for that leads; this one stands when there is one, or after 2 s.
    bool may_be_first = true;
  };

  // `id` is this object's own: random, not 0.
  TabGroup(std::string name, std::uint64_t id) : TabGroup(std::move(name), id, Options{}) {}
  TabGroup(std::string name, std::uint64_t id, Options options) : name_(std::move(name)), id_(id), options_(options) {}
  ~TabGroup();
  TabGroup(const TabGroup&) = delete;
  TabGroup& operator=(const TabGroup&) = delete;

  // Once.
  void join();

  // There can be no group here: no Web Locks, no storage. Told once, instead of all else, or after it, when storage fails later.
  std::function<void(std::string_view why)> on_unavailable;

  // ---- who leads; `epoch` grows with each leadership, across pages and their ends ----
  // This page. `living`: the ids of all in the group that have not ended; some may be frozen.
  std::function<void(std::uint64_t epoch, const std::vector<std::uint64_t>& living)> on_lead;
  std::function<void()> on_deposed;  // no longer
  // Another page, or a worker, and this one has a link to it. The link to the one before is gone.
  std::function<void(std::uint64_t epoch, bool worker)> on_leader;

  // The leader of this epoch is silent: this page, or another one that says so, takes its place. No-op if there is a newer one.
  void depose(std::uint64_t epoch);

  // ---- at the leader; elsewhere no-ops ----
  void open();    // members may join from now on
  void resign();  // on_deposed follows, and another one leads; or this one again, where there is no other
  std::function<void(Link member)> on_joined;
  std::function<void(Link member)> on_left;  // it has said so, or ended without a word

  // ---- links ----
  // Frames arrive whole and in the order of the calls. `bytes` are valid during the call.
  std::function<void(Link from, Bytes bytes)> on_frame;
  // Copies. Nothing happens if there is no such link any more.
  void send(Link to, Bytes bytes);

  // Called by js/tab_group.js.
  void handle_unavailable() { call(on_unavailable, room_.text()); }
  void handle_lead(std::uint64_t epoch);
  void handle_deposed() { call(on_deposed); }
  void handle_leader(std::uint64_t epoch, bool worker) { call(on_leader, epoch, worker); }
  void handle_joined(Link member) { call(on_joined, member); }
  void handle_left(Link member) { call(on_left, member); }
  void handle_frame(Link from) { call(on_frame, from, room_.bytes()); }

 private:
  template <class Function, class... Values>
  static void call(const Function& function, const Values&... values) {
    if (function) function(values...);
  }

  std::string name_;
  std::uint64_t id_;
  Options options_;
  int handle_ = 0;  // in JavaScript; 0: join() was not called yet
  Room room_;
};

}  // namespace wasmqtt
