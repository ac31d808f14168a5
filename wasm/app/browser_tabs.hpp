// The tabs of this browser in which the same user is signed in, as the chat sees them.
#pragma once

#include <memory>

#include "chat/tab_share.hpp"
#include "wasmqtt/browser/shared_tab.hpp"

namespace mqtt_chat {

class BrowserTabs final : public chat::TabShare {
 public:
  // `transport` and `loop`: of the connection, while this tab leads. One object at a time.
  BrowserTabs(chat::Sharing sharing, wasmqtt::Transport& transport, wasmqtt::EventLoop& loop);
  ~BrowserTabs() override;

  // There are no Web Locks, say.
  static bool possible();

  void join() override { tab_.connect(); }
  wasmqtt::SharedMember& mqtt() override { return tab_.mqtt(); }
  std::uint64_t id() const override { return tab_.id(); }
  wasmqtt::SharedHub* hub() override { return tab_.hub(); }
  void tell(std::string_view words) override;

 private:
  void handle(const wasmqtt::SharedEvent& event);

  wasmqtt::BrowserLoop refusals_;  // told in a turn of their own
  wasmqtt::SharedTab tab_;
};

}  // namespace mqtt_chat
