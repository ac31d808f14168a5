#include "chat_view/chat_list.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "chat/look_alikes.hpp"
#include "chat/names.hpp"
#include "chat_view/stages.hpp"
#include "group_pieces.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float item_height = 72;
constexpr float avatar_size = 44;
constexpr std::size_t most_online = 6;

std::string last_line(const chat::State& state, const chat::Conversation& conversation) {
  if (!conversation.draft.empty() && !(state.open == conversation.key())) return "Draft: " + one_line(conversation.draft);
  const chat::ChatMessage* last = conversation.last();
  if (last == nullptr) return "No messages yet";
  if (last->sender == state.user) return "You: " + one_line(last->text);
  const bool theirs = !conversation.key().has(state.user) || conversation.group;
  return theirs ? last->sender + ": " + one_line(last->text) : one_line(last->text);
}

// Who is online, as far as it is known: a click opens the chat.
void draw_online(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const std::vector<std::string> names = state.presence.online(state.now, most_online, state.user);
  if (names.empty()) return;
  gap(Theme::space_4);
  text(ui, "Online now", {.style = TextStyle::small_strong, .center = true});
  auto users = region(ui, {.role = Role::group, .name = "Online now", .auto_height = true, .padding = {Theme::space_3, 0}});
  Rows rows(ui.theme().control_height());
  for (const std::string& name : names) {
    const ImVec2 size = button_size(ui, name, {.small = true});
    rows.next(size.x, size.y, Theme::space_2);
    if (button(ui, name, {.small = true})) intents.emplace_back(chat::AddChat{name});
  }
}

}  // namespace

void ChatListView::draw(Ui& ui, const chat::State& state, chat::Intents& intents, bool stages) {
  ImGui::SetCursorPos({Theme::space_4, Theme::space_4});
  draw_heading(ui, state, intents, stages);
  draw_new_chat(ui, state, intents);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddLine({at.x, at.y}, {at.x + ImGui::GetWindowWidth(), at.y},
                                      ui.theme().color.border.u32());
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + 1);
  draw_items(ui, state, intents);
}

void ChatListView::draw_heading(Ui& ui, const chat::State& state, chat::Intents& intents, bool stages) {
  using chat::Notifications;
  heading(ui, 2, "Chats", {.style = TextStyle::heading, .width = -1});
  if (stages) {
    const ButtonOptions stage = stage_button_options(state);
    const float height = button_size(ui, "Stage 10", stage).y;
    const ImVec2 below = ImGui::GetCursorPos(), title = ImGui::GetItemRectSize();
    ImGui::SetCursorPos({Theme::space_4 + title.x + Theme::space_2, Theme::space_4 + std::floor((title.y - height) * 0.5f)});
    if (stage_button(ui, state, stage)) stages_ = true;
    ImGui::SetCursorPos(below);
  }
  if (state.notifications == Notifications::unavailable) return;
  const bool on = state.notifications == Notifications::on;
  const bool refused = state.notifications == Notifications::refused;
  const ImVec2 after = ImGui::GetCursorPos();
  const ButtonOptions options{.kind = ButtonKind::ghost, .icon = Icon::bell, .icon_only = true, .small = true,
                              .disabled_reason = refused ? "Notifications are blocked for this page. You can allow "
                                                           "them in the browser's site settings." : "",
                              .pressed = on,
                              .description = on ? "You are notified about unread messages."
                                                : "Notify me about unread messages."};
  ImGui::SetCursorPos({ImGui::GetWindowWidth() - Theme::space_4 - button_size(ui, "Notifications", options).x,
                       Theme::space_3});
  if (button(ui, "Notifications", options)) {
    if (on) intents.emplace_back(chat::MuteNotifications{});
    else intents.emplace_back(chat::AskForNotifications{});
  }
  ImGui::SetCursorPos(after);
}

void ChatListView::draw_new_chat(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto area = region(ui, {.role = Role::group, .name = "New conversation", .auto_height = true,
                          .padding = {Theme::space_4, Theme::space_2}});
  auto fields = form(ui, "New conversation");
  const bool groups = makes_groups(state);
  const ButtonOptions group{.icon = Icon::people, .icon_only = true};
  const float group_width = groups ? button_size(ui, "New group", group).x + Theme::space_2 : 0;
  const ButtonOptions add{.kind = ButtonKind::primary, .icon = Icon::plus, .icon_only = room().x - group_width < 240};
  const float add_width = button_size(ui, "Add Chat", add).x + group_width;
  const ImVec2 start = ImGui::GetCursorPos();
  const float width = room().x;
  // The button first on the screen's right, yet after the field in reading order.
  const FieldResult field = text_field(ui, "New chat", new_chat_,
                                       {.placeholder = "Name", .error = problem_, .label_visible = false,
                                        .take_focus = std::exchange(take_focus_, false) && !ui.theme().touch,
                                        .width = width - add_width - Theme::space_2});
  const ImVec2 after = ImGui::GetCursorPos();
  ImGui::SetCursorPos({start.x + width - add_width, start.y});
  const bool pressed = button(ui, "Add Chat", add);
  if (groups) {
    ImGui::SameLine(0, Theme::space_2);
    if (button(ui, "New group", group)) new_group_ = true;
  }
  ImGui::SetCursorPos(after);
  ImGui::Dummy({0, 0});
  if (field.changed && !problem_.empty()) problem_ = chat::check_user_name(chat::trim(new_chat_));
  if (!pressed && !fields.submitted()) return;
  const std::string name(chat::trim(new_chat_));
  problem_ = chat::check_user_name(name);
  if (!problem_.empty()) {
    take_focus_ = true;
    ui.announce(problem_, Politeness::assertive);
    ui.set_unsettled();
    return;
  }
  intents.emplace_back(chat::AddChat{name});
  new_chat_.clear();
}

void ChatListView::draw_items(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto area = scroll_area(ui, "Conversations", {.padding = {Theme::space_2, Theme::space_2}});
  const auto& conversations = state.conversations.newest_first();
  if (conversations.empty()) {
    gap(Theme::space_8);
    text(ui, "No chats yet", {.style = TextStyle::body_strong, .center = true});
    const TextOptions quiet{.style = TextStyle::small, .color = ui.theme().color.text_muted, .center = true};
    text(ui, state.admin ? "You are signed in as admin. Each conversation appears here with its next message."
                         : "Enter a name above to start a chat. A message from somebody new opens its chat automatically.", quiet);
    return draw_online(ui, state, intents);
  }
  auto items = list(ui, "Chats");
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 2));
  // Only what is in sight is drawn: there can be thousands.
  constexpr float step = item_height + 2;
  const float top = ImGui::GetCursorScreenPos().y;
  const ImDrawList& draw_list = *ImGui::GetWindowDrawList();
  const int count = static_cast<int>(conversations.size());
  const int first = std::clamp(static_cast<int>((draw_list.GetClipRectMin().y - top) / step) - 1, 0, count);
  const int last = std::clamp(static_cast<int>((draw_list.GetClipRectMax().y - top) / step) + 2, first, count);
  if (first > 0) ImGui::Dummy({1, static_cast<float>(first) * step - 2});
  for (int i = first; i < last; ++i)
    draw_item(ui, state, *conversations[static_cast<std::size_t>(i)], i + 1, intents);
  if (last < count) ImGui::Dummy({1, static_cast<float>(count - last) * step - 2});
  ImGui::PopStyleVar();
}

void ChatListView::draw_item(Ui& ui, const chat::State& state, const chat::Conversation& conversation, int position,
                             chat::Intents& intents) {
  const Palette& c = ui.theme().color;
  const IdScope id(conversation.key().text());
  const bool is_open = state.open == conversation.key();
  const bool person = conversation.key().has(state.user) && !conversation.group;
  const std::string title = conversation.title_for(state.user);
  const bool looks_alike = !chat::look_alike_warning(conversation.key().first).empty() ||
                           !chat::look_alike_warning(conversation.key().second).empty();
  const std::string line = (looks_alike ? "Look-alike name. " : "") + last_line(state, conversation);
  const std::string time = conversation.empty() ? std::string() : state.zone->short_day(conversation.active_at(), state.clock);
  const auto presence = person ? state.presence.of(title, state.now) : chat::Presence::Shown{};
  std::string description = person ? presence_text(presence, *state.zone, state.clock) + ", " : std::string();
  if (conversation.group) description = "group, " + members_words(*conversation.group) + ", ";
  const std::string unread = conversation.unread() == 0   ? std::string()
                             : conversation.unread() > 99 ? std::string("99+")
                                                          : std::to_string(conversation.unread());
  if (!unread.empty()) description += unread + " unread, ";
  description += line + (time.empty() ? "" : ", " + time);
  const SurfaceResult item =
      list_item(ui, title, item_height,
                {.selected = is_open, .description = description, .position = position,
                 .set_size = static_cast<int>(state.conversations.size())});
  if (item.activated) intents.emplace_back(chat::OpenChat{conversation.key()});

  const Rect& r = item.rect;
  const ImVec2 avatar_at{r.x + Theme::space_3, r.y + (r.h - avatar_size) * 0.5f};
  draw_avatar(ui, avatar_at, avatar_size, title);
  if (!conversation.group)
    draw_presence_dot(ui, avatar_at, avatar_size, presence.kind,
                    is_open ? c.accent_soft : item.hovered ? c.hover : c.panel);
  const float x = avatar_at.x + avatar_size + Theme::space_3;
  const float right = r.x + r.w - Theme::space_3;
  const float time_width = time.empty() ? 0 : text_size(ui, time, TextStyle::tiny).x;
  if (!time.empty()) draw_text(ui, {right - time_width, r.y + 17}, time, TextStyle::tiny, c.text_muted);
  draw_text(ui, {x, r.y + 13}, title, TextStyle::body_strong, c.text, right - x - time_width - Theme::space_2);
  float line_right = right;
  if (!unread.empty()) {
    const BadgeOptions pill{.solid = true};
    const ImVec2 size = badge_size(ui, unread, pill);
    line_right -= size.x + Theme::space_2;
    const Entrance entrance(ui, widget_id("unread"));
    draw_badge(ui, {right - size.x, r.y + 37}, unread, pill);
  }
  draw_text(ui, {x, r.y + 39}, line, TextStyle::small, unread.empty() ? c.text_muted : c.text, line_right - x);
}

}  // namespace chat_view
