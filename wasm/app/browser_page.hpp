// The page around the chat, as far as js/app.js knows it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "chat/local_time.hpp"
#include "chat/settings.hpp"
#include "chat/state.hpp"

namespace mqtt_chat {

// "?stage=20&user=alice"
std::string address_query();
// Where the page came from, and which ports config.json names.
chat::PageOrigin page_origin();

// Tells the other tabs of this browser who signed in here, and calls back when one of them did.
void hear_tabs(std::function<void(std::string_view user, std::string_view broker)> handler);
void tell_tabs(std::string_view user, std::string_view broker);

// Lets a reload of this page know who is signed in on it, until that is forgotten or the tab is closed.
void remember_tab(std::string_view user, std::string_view broker);
void forget_tab();
// Who was signed in on this page before it was reloaded.
struct Returned {
  std::string user, broker;
};
std::optional<Returned> returned();

// A file for the user.
void download(std::string_view name, std::string_view text);

// Lets the user choose a file of at most 64 MB, and calls back with its name and bytes; with a larger one not with its bytes.
void open_file(std::function<void(std::string_view name, std::string_view bytes)> opened);
void copy_text(std::string_view text);

// A text file that is served with the page. Calls back with what it holds; nullopt: it could not be had. One at a time for
// each name.
void load_text(std::string name, std::function<void(std::optional<std::string_view>)> loaded);

// What the browser allows now; asking calls back with what the user answered.
chat::Notifications notifications();
void ask_for_notifications(std::function<void(chat::Notifications)> answered);
// Shown only after the user allowed it; replaces the one with the same title, and alerts the user again.
void notify(std::string_view title, std::string_view text);
// Calls back with the title of a notification that was clicked, when the page has come to the front.
void on_notification_clicked(std::function<void(std::string_view title)> handler);

// The browser's clock and time zone.
class BrowserZone final : public chat::LocalTime {
 public:
  wasmqtt::Time now() const override;
  std::chrono::minutes offset_at(wasmqtt::Time time) const override;

 private:
  // Asked once for an hour: a long list of messages asks for many times close together.
  mutable long hour_ = 0;
  mutable std::chrono::minutes offset_{};
  mutable bool known_ = false;
};

}  // namespace mqtt_chat
