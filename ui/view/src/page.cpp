#include "chat_view/page.hpp"

#include <algorithm>
#include <cmath>

#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float phone_width = 640;
// Below it the packets lie under the chat, where the table has room for all its columns.
constexpr float packets_beside_width = 1500;

}  // namespace

void Page::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto all = screen(ui);
  const bool signed_in = state.screen == chat::Screen::chat;
  if (signed_in && !was_signed_in_) login_.signed_in();
  if (!signed_in && was_signed_in_) {
    show_packets_ = false;
    conversation_ = {};
    composer_ = {};
    chat_list_ = {};
    packets_ = {};
  }
  was_signed_in_ = signed_in;
  if (signed_in) draw_chat(ui, state, intents);
  else login_.draw(ui, state, intents);
}

void Page::draw_chat(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const bool narrow = room().x < phone_width;
  header_.draw(ui, state, intents, room().x < 760, show_packets_);
  if (narrow) draw_narrow(ui, state, intents);
  else draw_wide(ui, state, intents);
}

void Page::draw_narrow(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto part = region(ui, {.role = Role::main, .name = show_packets_ ? "Packets" : "Chat"});
  const ImVec2 at = ImGui::GetWindowPos();
  const ImVec2 size = ImGui::GetWindowSize();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui.theme().color.panel.u32());
  if (show_packets_) packets_.draw(ui, state, intents);
  else if (state.open_conversation() != nullptr) draw_conversation(ui, state, intents, true);
  else chat_list_.draw(ui, state, intents);
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
  auto card = region(ui, {.role = Role::region, .name = "Packets", .surface = Surface::card});
  packets_.draw(ui, state, intents);
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
  conversation_.draw(ui, state, intents, narrow, reserve);
  if (!open) return;
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
