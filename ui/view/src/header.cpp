#include "chat_view/header.hpp"

#include <algorithm>
#include <cmath>

#include "chat_view/stages.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;
using Kind = chat::ConnectionStatus::Kind;

namespace {

constexpr float height = 64;

Tone tone_of_connection(Kind kind) {
  switch (kind) {
    case Kind::connected: return Tone::success;
    case Kind::connecting:
    case Kind::reconnecting: return Tone::warning;
    case Kind::offline:
    case Kind::elsewhere: return Tone::danger;
  }
  return Tone::neutral;
}

}  // namespace

void HeaderView::draw(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, bool& show_packets) {
  const Palette& c = ui.theme().color;
  const float padding = narrow ? Theme::space_3 : Theme::space_5;
  {
    auto bar = region(ui, {.role = Role::banner, .name = "MQTT Chat", .size = {0, height}, .padding = {padding, 0}});
    const ImVec2 at = ImGui::GetWindowPos();
    const float width = ImGui::GetWindowWidth();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(at, {at.x + width, at.y + height}, c.panel.u32());
    list.AddLine({at.x, at.y + height - 0.5f}, {at.x + width, at.y + height - 0.5f}, c.border.u32());
    // On the smallest phones its room goes to the words.
    const bool logo = width >= 360;
    if (logo) draw_logo(ui, {at.x + padding, at.y + 14}, 36);
    float x = padding + (logo ? 36 + Theme::space_3 : 0);
    if (!narrow) {
      ImGui::SetCursorPos({x, 18});
      heading(ui, 1, "MQTT Chat", {.style = TextStyle::heading, .width = -1});
      x += text_size(ui, "MQTT Chat", TextStyle::heading).x + Theme::space_5;
    }
    const float buttons = narrow ? 3 * ui.theme().control_height() + 2 * Theme::space_1 : 372.0f;
    BadgeOptions pill{.tone = tone_of_connection(state.connection.kind), .dot = true};
    const float pill_width = badge_size(ui, state.connection.text, pill).x;
    const float free = width - x - padding - buttons - Theme::space_4;
    const bool stacked = free < pill_width + 120;
    const float name_room = stacked ? free : free - pill_width - Theme::space_3;
    ImGui::SetCursorPos({x, stacked ? 10.0f : 22.0f});
    text(ui, narrow ? state.user : "Signed in as " + state.user,
         {.style = TextStyle::small, .color = c.text_muted, .width = std::max(24.0f, name_room), .ellipsis = true});
    const float name = std::min(name_room, text_size(ui, narrow ? state.user : "Signed in as " + state.user, TextStyle::small).x);
    if (stacked) pill.max_width = free;
    if (stacked) ImGui::SetCursorPos({x, 32});
    else ImGui::SetCursorPos({x + name + Theme::space_3, 20});
    status(ui, state.connection.text, pill);
    if (!stacked) draw_stage(ui, state, x + name + pill_width + 2 * Theme::space_3, free + x);
    draw_buttons(ui, intents, narrow, show_packets);
  }
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y);
  draw_banner(ui, state, intents);
}

// Where there is room for it.
void HeaderView::draw_stage(Ui& ui, const chat::State& state, float x, float right) {
  const ButtonOptions options = stage_button_options(state);
  const ImVec2 size = button_size(ui, stage_name(state.settings), options);
  if (x + size.x > right) return;
  ImGui::SetCursorPos({x, std::floor((height - size.y) * 0.5f)});
  if (stage_button(ui, state, options)) stages_ = true;
}

void HeaderView::draw_buttons(Ui& ui, chat::Intents& intents, bool narrow, bool& show_packets) {
  const bool dark = ui.theme().scheme == Scheme::dark;
  const ButtonOptions packets{.icon = Icon::packets, .icon_only = narrow, .pressed = show_packets};
  const ButtonOptions theme{.kind = ButtonKind::ghost, .icon = dark ? Icon::sun : Icon::moon, .icon_only = true,
                            .description = dark ? "Switch to the light theme." : "Switch to the dark theme."};
  const ButtonOptions logout{.kind = narrow ? ButtonKind::ghost : ButtonKind::secondary, .icon = Icon::logout,
                             .icon_only = narrow};
  const float space = narrow ? Theme::space_1 : Theme::space_2;
  const float width = button_size(ui, "Show Packets", packets).x + button_size(ui, "Theme", theme).x +
                      button_size(ui, "Logout", logout).x + 2 * space;
  ImGui::SetCursorPos({ImGui::GetWindowWidth() - width - (narrow ? Theme::space_3 : Theme::space_5),
                       std::floor((height - ui.theme().control_height()) * 0.5f)});
  if (button(ui, "Show Packets", packets)) show_packets = !show_packets;
  ImGui::SameLine(0, space);
  if (button(ui, "Theme", theme)) intents.emplace_back(chat::ChooseTheme{dark ? "light" : "dark"});
  ImGui::SameLine(0, space);
  if (button(ui, "Logout", logout)) intents.emplace_back(chat::Logout{});
}

void HeaderView::draw_banner(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const chat::ConnectionStatus& connection = state.connection;
  const bool trouble = connection.kind != Kind::connected && !connection.detail.empty();
  if (!trouble && state.subscription_problem.empty() && state.storage_problem.empty()) return;
  {
    auto banner = region(ui, {.role = Role::region, .name = "Problems", .auto_height = true,
                              .padding = {Theme::space_4, Theme::space_3}});
    draw_problems(ui, state, trouble, intents);
  }
  // What follows has a padding of its own.
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y - Theme::space_3);
}

void HeaderView::draw_problems(Ui& ui, const chat::State& state, bool trouble, chat::Intents& intents) {
  if (trouble) draw_trouble(ui, state.connection, intents);
  alert(ui, state.subscription_problem, Tone::danger);
  alert(ui, state.storage_problem, Tone::warning);
}

void HeaderView::draw_trouble(Ui& ui, const chat::ConnectionStatus& connection, chat::Intents& intents) {
  const bool elsewhere = connection.kind == Kind::elsewhere;
  const std::string_view label = elsewhere ? "Use here" : "Connect now";
  const ButtonOptions options{.kind = elsewhere ? ButtonKind::primary : ButtonKind::secondary};
  const bool beside = room().x > 560;
  const float width = beside ? room().x - button_size(ui, label, options).x - Theme::space_3 : 0;
  {
    auto words = region(ui, {.role = Role::group, .name = "Connection problem", .size = {width, 0}, .auto_height = true});
    alert(ui, connection.detail, connection.kind == Kind::reconnecting ? Tone::warning : Tone::danger);
  }
  if (beside) ImGui::SameLine(0, Theme::space_3);
  if (!button(ui, label, options)) return;
  if (elsewhere) intents.emplace_back(chat::UseHere{});
  else intents.emplace_back(chat::ConnectNow{});
}

}  // namespace chat_view
