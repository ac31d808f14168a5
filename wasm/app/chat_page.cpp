#include "chat_page.hpp"

#include <imgui_web/imgui_web.hpp>

#include <algorithm>
#include <utility>

namespace mqtt_chat {

ChatPage::ChatPage()
    : app_({.loop = trouble_.loop(), .transport = trouble_, .store = store_, .zone = zone_, .page = page_origin(),
            .trouble = &trouble_},
           chat::settings_from_query(address_query())) {
  connect_application();
  app_.handle_address(address_query());
  connect_browser();
  if (const auto before = returned()) app_.handle_returned(before->user, before->broker);
  follow_state();
}

void ChatPage::connect_application() {
  app_.on_change = [this] { follow_state(); };
  app_.on_address = [this](const std::string& query) {
    if (went_back_) address_ = query;
    else imgui_web::replace_address(query);
  };
  app_.on_download = [](const std::string& name, const std::string& text) { download(name, text); };
  app_.on_signed_in = [](const std::string& user, const std::string& broker) {
    tell_tabs(user, broker);
    remember_tab(user, broker);
  };
  app_.on_signed_out = [] { forget_tab(); };
  app_.on_unseen_message = [](const std::string& title, const std::string& text) { notify(title, text); };
  on_notification_clicked([this](std::string_view title) { open_chat_titled(title); });
  app_.on_ask_for_notifications = [this] {
    ask_for_notifications([this](chat::Notifications answer) { app_.handle_notifications(answer); });
  };
  app_.handle_notifications(notifications());
  app_.on_open_file = [this] {
    open_file([this](std::string_view name, std::string_view bytes) { app_.handle_file(name, bytes); });
  };
  app_.on_copy = [](const std::string& text) { copy_text(text); };
  app_.on_load_text = [this](chat::TextFile file) {
    load_text(file == chat::TextFile::lessons ? "lessons.json" : "explanations.json",
              [this, file](std::optional<std::string_view> text) { app_.handle_text(file, text); });
  };
}

void ChatPage::connect_browser() {
  life_.on_wake = [this] { app_.handle_wake(); };
  life_.on_online = [this] { app_.handle_online(); };
  life_.on_offline = [this] { app_.handle_offline(); };
  life_.on_leave = [this] { app_.handle_leave(); };
  life_.on_attended = [this](bool attended) { app_.handle_visible(attended); };
  app_.handle_visible(wasmqtt::PageLifeCycle::attended());
  imgui_web::on_visibility([this](bool visible) { app_.handle_drawing(visible); });
  hear_tabs([this](std::string_view user, std::string_view broker) { app_.handle_signed_in_elsewhere(user, broker); });
  imgui_web::on_address([this](std::string_view query) {
    if (std::exchange(went_back_, false)) {
      if (address_) imgui_web::replace_address(*std::exchange(address_, {}));
      return;
    }
    if (!chat_in_history_) return app_.handle_address(query);
    chat_in_history_ = false;
    app_.handle(chat::LeaveChat{});
  });
}

// What a notification was about, as its title names it.
void ChatPage::open_chat_titled(std::string_view title) {
  const chat::State& state = app_.state();
  for (const chat::Conversation* conversation : state.conversations.newest_first()) {
    if (conversation->title_for(state.user) != title) continue;
    return app_.handle(chat::OpenChat{conversation->key()});
  }
}

// The title counts what was not read also while the page is hidden and draws nothing.
void ChatPage::follow_state() {
  const chat::State& state = app_.state();
  imgui_web::set_title(chat::page_title(state));
  if (state.theme != theme_) {
    theme_ = state.theme;
    using imgui_web::Theme;
    imgui_web::prefer(theme_ == "dark" ? Theme::dark : theme_ == "light" ? Theme::light : Theme::system);
  }
  follow_open_chat();
  if (std::exchange(screen_, state.screen) != state.screen) imgui_web::show();
  else if (!handling_) imgui_web::want();
}

// Back leaves a chat before it leaves the page.
void ChatPage::follow_open_chat() {
  const bool open = !app_.state().open.empty();
  if (open == chat_in_history_) return;
  if (open) {
    imgui_web::push_address(address_query());
    chat_in_history_ = true;
  } else {
    chat_in_history_ = false;
    went_back_ = true;
    imgui_web::go_back();
  }
}

void ChatPage::draw(semantic::Ui& ui) {
  app_.update();
  view_.draw(ui, app_.state(), intents_);
  const chat::Intents asked = std::exchange(intents_, {});
  handling_ = true;
  app_.handle(asked);
  handling_ = false;
  // What was said leaves, or is stored, while the picture of it is being drawn.
  loop_.finish_turn();
  // The view has drawn what was before them.
  if (!asked.empty()) ui.set_unsettled();
  if (const auto change = app_.next_change()) {
    const std::chrono::duration<double> left = *change - loop_.now();
    ui.wake_in(std::max(0.001, left.count()));
  }
}

}  // namespace mqtt_chat
