#include "browser_page.hpp"

#include <emscripten.h>

#include <map>

#include "wasmqtt/border.hpp"

// js/app.js
extern "C" {
void mqtt_chat_address(int part);  // into the room
int mqtt_chat_config(const char* name, std::size_t size, std::size_t index);
void mqtt_chat_note();  // into the room
double mqtt_chat_now();  // milliseconds since the epoch
int mqtt_chat_zone(double milliseconds);
void mqtt_chat_hear_tabs();
void mqtt_chat_tell_tabs(const char* user, std::size_t user_size, const char* broker, std::size_t broker_size);
void mqtt_chat_remember_tab(const char* user, std::size_t user_size, const char* broker, std::size_t broker_size);
void mqtt_chat_forget_tab();
std::size_t mqtt_chat_returned();  // into the room
void mqtt_chat_download(const char* name, std::size_t name_size, const char* text, std::size_t text_size);
void mqtt_chat_open_file();
void mqtt_chat_copy(const char* text, std::size_t size);
void mqtt_chat_load(const char* name, std::size_t size);
int mqtt_chat_notifications();
void mqtt_chat_ask_for_notifications();
void mqtt_chat_notify(const char* title, std::size_t title_size, const char* text, std::size_t text_size);
}

namespace mqtt_chat {
namespace {

wasmqtt::Room room;  // for the texts of one call
std::function<void(std::string_view, std::string_view)> on_tab;
std::function<void(chat::Notifications)> on_notifications;
std::function<void(std::string_view)> on_clicked;
std::function<void(std::string_view, std::string_view)> on_opened;
std::map<std::string, std::function<void(std::optional<std::string_view>)>, std::less<>> on_loaded;

std::string address(int part) {
  mqtt_chat_address(part);
  return std::string(room.text());
}

void read_ports(std::string_view name, std::vector<int>& ports) {
  std::vector<int> all;
  while (const int port = mqtt_chat_config(name.data(), name.size(), all.size())) all.push_back(port);
  if (!all.empty()) ports = std::move(all);
}

}  // namespace

std::string address_query() { return address(0); }

chat::PageOrigin page_origin() {
  chat::PageOrigin page;
  page.host = address(1);
  page.port = address(2);
  page.secure = address(3) == "https:";
  read_ports("openWs", page.open_ports);
  read_ports("authWs", page.auth_ports);
  read_ports("dynamicWs", page.dynamic_ports);
  mqtt_chat_note();
  page.note = room.text();
  return page;
}

void hear_tabs(std::function<void(std::string_view user, std::string_view broker)> handler) {
  on_tab = std::move(handler);
  mqtt_chat_hear_tabs();
}

void tell_tabs(std::string_view user, std::string_view broker) {
  mqtt_chat_tell_tabs(user.data(), user.size(), broker.data(), broker.size());
}

void remember_tab(std::string_view user, std::string_view broker) {
  mqtt_chat_remember_tab(user.data(), user.size(), broker.data(), broker.size());
}

void forget_tab() { mqtt_chat_forget_tab(); }

std::optional<Returned> returned() {
  const std::size_t user_size = mqtt_chat_returned();
  if (user_size == 0) return std::nullopt;
  const std::string_view both = room.text();
  return Returned{std::string(both.substr(0, user_size)), std::string(both.substr(user_size))};
}

void download(std::string_view name, std::string_view text) {
  mqtt_chat_download(name.data(), name.size(), text.data(), text.size());
}

void open_file(std::function<void(std::string_view name, std::string_view bytes)> opened) {
  on_opened = std::move(opened);
  mqtt_chat_open_file();
}

void copy_text(std::string_view text) { mqtt_chat_copy(text.data(), text.size()); }

void load_text(std::string name, std::function<void(std::optional<std::string_view>)> loaded) {
  mqtt_chat_load(name.data(), name.size());
  on_loaded[std::move(name)] = std::move(loaded);
}

chat::Notifications notifications() { return static_cast<chat::Notifications>(mqtt_chat_notifications()); }

void ask_for_notifications(std::function<void(chat::Notifications)> answered) {
  on_notifications = std::move(answered);
  mqtt_chat_ask_for_notifications();
}

void notify(std::string_view title, std::string_view text) {
  mqtt_chat_notify(title.data(), title.size(), text.data(), text.size());
}

void on_notification_clicked(std::function<void(std::string_view title)> handler) { on_clicked = std::move(handler); }

wasmqtt::Time BrowserZone::now() const {
  return wasmqtt::Time{wasmqtt::Duration{static_cast<wasmqtt::Duration::rep>(mqtt_chat_now() * 1000)}};
}

std::chrono::minutes BrowserZone::offset_at(wasmqtt::Time time) const {
  const auto since = time.time_since_epoch();
  const long hour = static_cast<long>(std::chrono::floor<std::chrono::hours>(since).count());
  if (!known_ || hour != hour_) {
    known_ = true;
    hour_ = hour;
    offset_ = std::chrono::minutes{mqtt_chat_zone(static_cast<double>(since.count()) / 1000.0)};
  }
  return offset_;
}

}  // namespace mqtt_chat

extern "C" {

EMSCRIPTEN_KEEPALIVE wasmqtt::Room* mqtt_chat_room() { return &mqtt_chat::room; }

EMSCRIPTEN_KEEPALIVE void mqtt_chat_on_notifications() {
  if (mqtt_chat::on_notifications) mqtt_chat::on_notifications(mqtt_chat::notifications());
}

EMSCRIPTEN_KEEPALIVE void mqtt_chat_on_notification_clicked() {
  const std::string title(mqtt_chat::room.text());
  if (mqtt_chat::on_clicked) mqtt_chat::on_clicked(title);
}

// The bytes follow the name.
EMSCRIPTEN_KEEPALIVE void mqtt_chat_on_file(std::size_t name_size) {
  const std::string both(mqtt_chat::room.text());
  const std::string_view text = both;
  if (mqtt_chat::on_opened) mqtt_chat::on_opened(text.substr(0, name_size), text.substr(name_size));
}

// The text follows the name, unless it could not be loaded.
EMSCRIPTEN_KEEPALIVE void mqtt_chat_on_loaded(std::size_t name_size, int ok) {
  const std::string both(mqtt_chat::room.text());
  const std::string_view text = both;
  const auto found = mqtt_chat::on_loaded.find(text.substr(0, name_size));
  if (found == mqtt_chat::on_loaded.end()) return;
  const auto loaded = std::move(found->second);
  mqtt_chat::on_loaded.erase(found);
  loaded(ok != 0 ? std::optional(text.substr(name_size)) : std::nullopt);
}

// The broker follows the user.
EMSCRIPTEN_KEEPALIVE void mqtt_chat_on_tab(std::size_t user_size) {
  const std::string both(mqtt_chat::room.text());
  const std::string_view text = both;
  if (mqtt_chat::on_tab) mqtt_chat::on_tab(text.substr(0, user_size), text.substr(user_size));
}
}
