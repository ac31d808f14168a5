#include "chat_view/page.hpp"

#include <algorithm>
#include <cmath>

#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float phone_width = 640;
constexpr float low_height = 420;
constexpr float least_packets_height = 380, least_list_height = 260;
// Under the chat they have to do with less than they would like, and only then scroll as a whole.
constexpr float cramped_packets_height = 240;
// Below it the packets lie under the chat, where the table has room for all its columns.
constexpr float packets_beside_width = 1500;
constexpr float packets_beside_login_width = 1080;

}  // namespace

void Page::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto all = screen(ui);
  const bool signed_in = state.screen == chat::Screen::chat;
  if (signed_in && !was_signed_in_) {
    login_.signed_in();
    // Else the message's field takes it.
    if (state.open_conversation() == nullptr) chat_list_.take_focus();
    if (!state.settings.lesson.empty()) {
      show_packets_ = true;
      packets_.show_lessons();
    }
  }
  if (!signed_in && was_signed_in_) {
    show_packets_ = false;
    conversation_ = {};
    composer_ = {};
    chat_list_ = {};
    packets_ = {};
    new_group_ = {};
    group_members_ = {};
    announcer_ = {};
  }
  was_signed_in_ = signed_in;
  if (signed_in) announcer_.tell(ui, state);
  if (signed_in) draw_chat(ui, state, intents);
  else draw_login(ui, state, intents);
}

// With the packets of its sign-ins beside the card, or below where there is no room.
void Page::draw_login(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (!show_packets_ || state.trace == nullptr) return login_.draw(ui, state, intents, {0, 0}, show_packets_);
  const ImVec2 space = room();
  const bool beside = space.x >= packets_beside_login_width;
  // In a low window both have their room, one below the other, and the page scrolls.
  const bool low = space.y < low_height;
  const auto pane = low ? scroll_area(ui, "Pane") : Scope();
  const float below = low ? least_packets_height : std::floor(space.y * 0.5f);
  login_.draw(ui, state, intents, beside ? ImVec2{480, low ? space.y : 0} : ImVec2{0, low ? space.y : space.y - below}, show_packets_);
  if (beside) ImGui::SameLine(0, 0);
  const float margin = space.x < phone_width ? 0 : Theme::space_4;
  auto part = region(ui, {.role = Role::group, .name = "Packets of this page", .size = {0, low ? below : 0},
                          .padding = {margin, beside ? margin : 0}});
  auto card = region(ui, {.role = Role::region, .name = "Packets", .size = {0, -margin}, .surface = Surface::card});
  packets_.draw(ui, state, intents);
}

// One column on a phone, and in a window that zoom has made low: two headings would leave no room for what is below.
void Page::draw_chat(Ui& ui, const chat::State& state, chat::Intents& intents) {
  // The innermost takes Escape: a dialog before the chat below it.
  if ((new_group_.is_open() || group_members_.is_open()) && ui.take_escape()) {
    new_group_.close();
    group_members_.close();
    intents.emplace_back(chat::DismissGroupProblem{});
  }
  const bool narrow = room().x < phone_width || ImGui::GetIO().DisplaySize.y < low_height;
  const bool heading = narrow && !show_packets_ && state.open_conversation() != nullptr;
  if (!heading) header_.draw(ui, state, intents, room().x < 760, show_packets_);
  if (narrow) draw_narrow(ui, state, intents);
  else draw_wide(ui, state, intents);
  conversation_.draw_dialog(ui, state, intents);
  draw_group_dialogs(ui, state, intents);
}

void Page::draw_group_dialogs(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (chat_list_.take_new_group()) new_group_.open();
  const chat::Conversation* conversation = state.open_conversation();
  if (conversation_.take_members() && conversation != nullptr) group_members_.open(*conversation);
  new_group_.draw(ui, state, intents);
  group_members_.draw(ui, state, intents);
}

void Page::draw_narrow(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto part = region(ui, {.role = Role::main, .name = show_packets_ ? "Packets" : "Chat"});
  const ImVec2 at = ImGui::GetWindowPos();
  const ImVec2 size = ImGui::GetWindowSize();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui.theme().color.panel.u32());
  if (!show_packets_ && state.open_conversation() != nullptr) return draw_narrow_conversation(ui, state, intents);
  if (show_packets_) return draw_packets(ui, state, intents, least_packets_height);
  if (size.y >= least_list_height) return chat_list_.draw(ui, state, intents);
  auto pane = scroll_area(ui, "Pane");
  auto content = region(ui, {.role = Role::group, .name = "Content", .size = {0, least_list_height}});
  chat_list_.draw(ui, state, intents);
}

// Where they would have less than `enough`, the pane scrolls.
void Page::draw_packets(Ui& ui, const chat::State& state, chat::Intents& intents, float enough) {
  if (room().y >= enough) return packets_.draw(ui, state, intents);
  auto pane = scroll_area(ui, "Pane");
  auto content = region(ui, {.role = Role::group, .name = "Content", .size = {0, least_packets_height}});
  packets_.draw(ui, state, intents);
}

// In a low window the problems stand below: the heading names them, and messages and composer stay in sight. Both have the
// same parents in either, so that the field keeps the focus while a soft keyboard takes half of the window.
void Page::draw_narrow_conversation(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const bool low = ImGui::GetIO().DisplaySize.y < low_height;
  if (!low) header_.draw_banner(ui, state, intents);
  const float height = room().y;
  auto pane = scroll_area(ui, "Pane");
  {
    auto content = region(ui, {.role = Role::group, .name = "Content", .size = {0, height}});
    draw_conversation(ui, state, intents, true);
  }
  if (low) header_.draw_banner(ui, state, intents);
}

void Page::draw_wide(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto main_part = region(ui, {.role = Role::main, .name = "Chat", .padding = {Theme::space_4, Theme::space_4}});
  const ImVec2 space = room();
  const bool beside = show_packets_ && space.x >= packets_beside_width;
  const float chat_width = beside ? std::floor(space.x * 0.56f) : space.x;
  const float chat_height = show_packets_ && !beside ? std::floor(space.y * 0.5f) : space.y;
  {
    auto chat_part = region(ui, {.role = Role::group, .name = "Chats and messages", .size = {chat_width, chat_height}});
    conversation_.offer_packets(show_packets_);
    draw_columns(ui, state, intents, chat_height);
  }
  if (!show_packets_) return;
  follow_message(ui, state);
  if (beside) ImGui::SameLine(0, Theme::space_4);
  else gap(Theme::space_4);
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = room();
  {
    auto card = region(ui, {.role = Role::region, .name = "Packets", .surface = Surface::card});
    draw_packets(ui, state, intents, cramped_packets_height);
  }
  uncover(ui, widget_id("Packets"), {at.x, at.y, size.x, size.y});
}

void Page::draw_columns(Ui& ui, const chat::State& state, chat::Intents& intents, float height) {
  const float width = room().x;
  const float list_width = std::clamp(std::floor(width * 0.3f), 232.0f, 344.0f);
  {
    auto side = region(ui, {.role = Role::navigation, .name = "Chats", .size = {list_width, height}, .surface = Surface::card});
    chat_list_.draw(ui, state, intents);
  }
  ImGui::SameLine(0, Theme::space_4);
  auto card = region(ui, {.role = Role::region, .name = "Conversation", .size = {0, height}, .surface = Surface::card});
  draw_conversation(ui, state, intents, false);
}

void Page::draw_conversation(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow) {
  const bool open = state.open_conversation() != nullptr;
  const float reserve = open ? composer_.height(ui, state, room().x) : 0;
  conversation_.draw(ui, state, intents, narrow, reserve, show_packets_);
  if (!open) return;
  if (std::optional<std::string> text = conversation_.take_edited()) composer_.edit(std::move(*text), intents);
  // It brings its own space above its field.
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y);
  composer_.draw(ui, state, intents);
}

// The ticks of a message lead to its packet.
void Page::follow_message(Ui& ui, const chat::State& state) {
  const std::string id = conversation_.take_asked_for();
  if (id.empty()) return;
  packets_.choose_message(ui, state, id);
  ui.set_unsettled();
}

}  // namespace chat_view
