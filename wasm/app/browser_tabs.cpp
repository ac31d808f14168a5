#include "browser_tabs.hpp"

#include <utility>

#include "browser_page.hpp"

namespace mqtt_chat {

using Lead = wasmqtt::SharedTab::Role;

BrowserTabs::BrowserTabs(chat::Sharing sharing, wasmqtt::Transport& transport, wasmqtt::EventLoop& loop)
    : tab_({.mqtt = sharing.mqtt,
            .database = {.name = "mqtt-chat-sessions"},
            .key = sharing.key,
            .silent_after = std::chrono::seconds{2},  // a long history, drawn without a graphics card
            .transport = &transport,
            .loop = &loop}) {
  hear_account(wasmqtt::share_name(sharing.mqtt), [this](std::string_view words) {
    if (on_told) on_told(words);
  });
  refusals_.attach({}, [this] {
    const auto refused = on_refused;
    if (refused) refused();  // it may have destroyed this object
  });
  tab_.on_role = [this](Lead role, std::string_view) {
    if (!on_role) return;
    const bool leads = role == Lead::leader || role == Lead::alone;
    on_role(leads ? TabShare::Role::leader : role == Lead::undecided ? TabShare::Role::undecided : TabShare::Role::member);
  };
  tab_.on_lead_ends = [this] {
    if (on_role) on_role(TabShare::Role::undecided);
  };
  tab_.on_others = [this](std::size_t) {
    if (on_tabs) on_tabs();
  };
  tab_.on_shared = [this](const wasmqtt::SharedEvent& event) { handle(event); };
}

BrowserTabs::~BrowserTabs() { leave_account(); }

bool BrowserTabs::possible() { return tabs_can_share(); }

void BrowserTabs::tell(std::string_view words) { tell_account(words); }

void BrowserTabs::handle(const wasmqtt::SharedEvent& event) {
  if (std::holds_alternative<wasmqtt::JoinRefused>(event)) refusals_.request_turn();
  if (std::holds_alternative<wasmqtt::MessagesMissed>(event) && on_missed) on_missed();
}

}  // namespace mqtt_chat
