// What the browser says about the page's life, in the words of the client.
//
//   wasmqtt::PageLifeCycle page;
//   page.on_wake = [&] { mqtt.wake(); };        // shown, resumed, back from the cache
//   page.on_online = [&] { mqtt.wake(); };
//   page.on_offline = [&] { mqtt.offline(); };
//
// While a page is hidden its messages still arrive; while it is frozen nothing runs, and its socket may be dead when
// it wakes up. "offline" can be relied on, "online" is a hint; so every wake-up means no more than "check the link".
// In a worker there is online and offline only.
#pragma once

#include <functional>

namespace wasmqtt {

class PageLifeCycle {
 public:
  PageLifeCycle();
  ~PageLifeCycle();
  PageLifeCycle(const PageLifeCycle&) = delete;
  PageLifeCycle& operator=(const PageLifeCycle&) = delete;

  std::function<void()> on_wake;
  std::function<void()> on_online;
  std::function<void()> on_offline;
  // Somebody looks at the page, as far as can be told: it is visible and its window has the focus. A page beside the
  // window that is worked in is visible, too, but nobody may be reading it.
  std::function<void(bool attended)> on_attended;
  std::function<void()> on_leave;  // the page is unloaded or frozen: the last chance to save something
  // The user is about to leave: return true to have the browser ask first, when something would be lost.
  std::function<bool()> on_leave_asked;

  static bool attended();
  static bool online();

  // Called by js/page.js.
  bool handle_event(int code);

 private:
  void tell_attention();

  int id_;
  bool attended_;
};

}  // namespace wasmqtt
