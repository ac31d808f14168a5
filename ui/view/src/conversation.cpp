#include "chat_view/conversation.hpp"

#include <algorithm>
#include <cmath>

#include "chat/look_alikes.hpp"
#include "chat/names.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float heading_height = 72;
constexpr float avatar_size = 32;
constexpr float bubble_padding_x = 14;
constexpr float bubble_padding_y = 10;
constexpr float widest_text = 560;
constexpr std::size_t long_message_bytes = 4000;
constexpr chat::Duration run_pause = std::chrono::minutes{5};

// The icon and the words below a message of one's own.
Icon icon_of(chat::SendState state) {
  switch (state) {
    case chat::SendState::none: return Icon::none;
    case chat::SendState::queued: return Icon::clock;
    case chat::SendState::sent: return Icon::check;
    case chat::SendState::delivered: return Icon::check_double;
    case chat::SendState::failed: return Icon::warning;
  }
  return Icon::none;
}

void draw_nothing_yet(Ui& ui, std::string_view title, std::string_view words) {
  const float height = room().y;
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(0.0f, std::floor(height * 0.5f) - 64));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  draw_logo(ui, {std::floor(at.x + (room().x - 48) * 0.5f), at.y}, 48);
  ImGui::Dummy({1, 56});
  text(ui, title, {.style = TextStyle::subheading, .center = true});
  text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.text_muted, .center = true});
}

}  // namespace

void ConversationView::draw(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, float reserve) {
  const chat::Conversation* conversation = state.open_conversation();
  if (conversation == nullptr) {
    auto empty = region(ui, {.role = Role::group, .name = "No chat is open", .padding = {Theme::space_6, Theme::space_6}});
    draw_nothing_yet(ui, "Select a chat", "Choose a chat on the left, or start a new one.");
    return;
  }
  draw_heading(ui, state, intents, narrow);
  draw_name_warning(ui, state.open);
  draw_log(ui, state, *conversation, intents, room().y - reserve);
}

void ConversationView::draw_heading(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow) {
  const chat::ConversationKey& key = state.open;
  const Palette& c = ui.theme().color;
  const bool own = key.has(state.user);
  const std::string title = key.title_for(state.user);
  const float padding = narrow ? Theme::space_2 : Theme::space_5;
  auto bar = region(ui, {.role = Role::group, .name = "About this chat", .size = {0, heading_height},
                         .padding = {padding, 0}});
  const ImVec2 at = ImGui::GetWindowPos();
  const float width = ImGui::GetWindowWidth();
  ImGui::GetWindowDrawList()->AddLine({at.x, at.y + heading_height - 0.5f}, {at.x + width, at.y + heading_height - 0.5f},
                                      c.border.u32());
  float x = padding;
  if (narrow) {
    ImGui::SetCursorPos({x, std::floor((heading_height - ui.theme().control_height()) * 0.5f)});
    const bool back = button(ui, "Back to chats", {.kind = ButtonKind::ghost, .icon = Icon::back, .icon_only = true});
    if (back || ui.take_escape()) intents.emplace_back(chat::LeaveChat{});
    x += ui.theme().control_height() + Theme::space_1;
  }
  draw_avatar(ui, {at.x + x, at.y + 16}, 40, title);
  x += 40 + Theme::space_3;
  const std::string words = own ? presence_words(state, title) : "read only";
  BadgeOptions badge_options{
      .tone = own ? tone_of(state.presence.of(title, state.now).kind) : Tone::neutral, .dot = own};
  const float badge_width = badge_size(ui, words, badge_options).x;
  const TextStyle style = narrow ? TextStyle::subheading : TextStyle::heading;
  const std::string heading_words = key.heading_for(state.user);
  const float name_width = text_size(ui, heading_words, style).x;
  const bool stacked = x + name_width + Theme::space_3 + badge_width + padding > width;
  ImGui::SetCursorPos({x, stacked ? 8.0f : narrow ? 24.0f : 22.0f});
  heading(ui, 2, heading_words, {.style = style, .width = width - x - padding, .ellipsis = true});
  ImGui::SetCursorPos(stacked ? ImVec2{x, 40} : ImVec2{x + name_width + Theme::space_3, 24});
  badge_options.max_width = width - x - padding;
  badge(ui, words, badge_options);
}

void ConversationView::draw_name_warning(Ui& ui, const chat::ConversationKey& key) {
  std::string_view warning = chat::look_alike_warning(key.first);
  if (warning.empty()) warning = chat::look_alike_warning(key.second);
  if (warning.empty()) return;
  auto bar = region(ui, {.role = Role::group, .name = "About this name", .auto_height = true,
                         .padding = {Theme::space_4, Theme::space_2}});
  alert(ui, warning, Tone::warning);
}

void ConversationView::draw_log(Ui& ui, const chat::State& state, const chat::Conversation& conversation,
                                chat::Intents& intents, float height) {
  const auto& messages = conversation.messages();
  Place& place = places_[conversation.key()];
  if (place.removed != conversation.removed() || place.reordered != conversation.reordered()) {
    // The items moved under their indices: their heights are measured anew.
    if (place.removed != conversation.removed()) place.log.clear();
    for (int i = std::max(0, static_cast<int>(messages.size()) - 500); i < static_cast<int>(messages.size()); ++i)
      place.log.item_changed(i);
    place.removed = conversation.removed();
    place.reordered = conversation.reordered();
  }
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float log_height = std::max(80.0f, height + ImGui::GetStyle().ItemSpacing.y);
  if (messages.empty()) {
    auto empty = region(ui, {.role = Role::log, .name = "Messages", .size = {0, log_height},
                             .padding = {Theme::space_6, Theme::space_6}});
    const std::string partner = conversation.key().title_for(state.user);
    draw_nothing_yet(ui, "No messages yet", conversation.key().has(state.user) ? "Say hello to " + partner + "."
                                                                               : "Their messages will appear here.");
    return;
  }
  const std::size_t first_new = conversation.first_new();
  const auto draw_one = [&](int index) {
    const auto i = static_cast<std::size_t>(index);
    const chat::ChatMessage& message = messages[i];
    const chat::ChatMessage* before = i == 0 ? nullptr : &messages[i - 1];
    const chat::Time time = message.sort_time();
    const bool other_day = before == nullptr || state.zone->day_number(before->sort_time()) != state.zone->day_number(time);
    const bool own_chat = conversation.key().has(state.user);
    const Item item{.conversation = conversation, .message = message, .before = before,
                    .right = message.sender == (own_chat ? state.user : conversation.key().second),
                    .new_above = i == first_new, .new_day = other_day,
                    .new_run = other_day || before->sender != message.sender || i == first_new ||
                               time - before->sort_time() > run_pause};
    draw_message(ui, state, item, intents);
  };
  log(ui, "Messages", place.log, static_cast<int>(messages.size()), draw_one,
      {.size = {0, log_height}, .padding = {Theme::space_4, Theme::space_4}, .estimated_height = 64,
       .gap = Theme::space_1, .max_content_width = 960, .from_bottom = true,
       .text = [this, &conversation](int i) {
         return shown_text(conversation, conversation.messages()[static_cast<std::size_t>(i)]);
       },
       .text_version = reinterpret_cast<std::uintptr_t>(&conversation) + conversation.reordered() + conversation.removed()});
  if (place.log.at_bottom()) place.last_seen = conversation.next_number();
  else draw_jump(ui, place, conversation, {at.x + ImGui::GetWindowWidth(), at.y + log_height});
}

void ConversationView::draw_message(Ui& ui, const chat::State& state, const Item& item, chat::Intents& intents) {
  const chat::ChatMessage& message = item.message;
  if (item.before == nullptr && item.conversation.removed() != 0)
    separator(ui, std::to_string(item.conversation.removed()) + " older messages were dropped");
  if (item.new_day) separator(ui, state.zone->day(message.sort_time(), state.clock));
  if (item.new_above) separator(ui, "New", Tone::accent);
  if (item.new_run && !item.new_day && !item.new_above) ImGui::Dummy({1, Theme::space_1});
  const bool named = item.new_run && !(item.right && item.conversation.key().has(state.user));
  if (named) {
    const float name = text_size(ui, message.sender, TextStyle::small_strong).x;
    if (item.right) align_right(name + avatar_size + Theme::space_2);
    else ImGui::SetCursorPosX(ImGui::GetCursorPosX() + avatar_size + Theme::space_3);
    text(ui, message.sender, {.style = TextStyle::small_strong, .color = ui.theme().color.text_muted, .width = -1});
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() - Theme::space_1);
  }
  draw_bubble(ui, state, item);
  if (shown_text(item.conversation, message).size() < message.text.size()) {
    const IdScope id(std::to_string(message.number));
    const ButtonOptions options{.kind = ButtonKind::ghost, .small = true};
    if (item.right) align_right(button_size(ui, "Show the whole message", options).x);
    else ImGui::SetCursorPosX(ImGui::GetCursorPosX() + avatar_size + Theme::space_2);
    if (button(ui, "Show the whole message", options)) expanded_.emplace(item.conversation.key(), message.number);
  }
  if (message.state == chat::SendState::failed) draw_failure(ui, item, intents);
  else if (!message.problem.empty()) draw_note(ui, message.problem);
}

std::string_view ConversationView::shown_text(const chat::Conversation& conversation,
                                              const chat::ChatMessage& message) const {
  if (message.text.size() <= long_message_bytes || expanded_.count({conversation.key(), message.number}) != 0)
    return message.text;
  return chat::cut_utf8(message.text, long_message_bytes / 2);
}

void ConversationView::draw_bubble(Ui& ui, const chat::State& state, const Item& item) {
  const chat::ChatMessage& message = item.message;
  const Palette& c = ui.theme().color;
  const bool own = item.right && item.conversation.key().has(state.user);
  const float total = room().x;
  const float text_room = std::min(widest_text, std::max(80.0f, (total - avatar_size - Theme::space_2) * 0.82f - 2 * bubble_padding_x));
  const std::string_view words = shown_text(item.conversation, message);
  const ImVec2 text_box = text_size(ui, words, TextStyle::body, text_room);
  const Icon icon = icon_of(message.state);
  std::string meta = state.zone->clock(message.sort_time());
  if (own) meta += " · " + std::string(describe(message.state));
  const float meta_width = text_size(ui, meta, TextStyle::tiny).x + (icon == Icon::none ? 0 : 18.0f);
  const float width = std::ceil(std::max(std::min(text_box.x, text_room), meta_width)) + 2 * bubble_padding_x;
  const float height = text_box.y + 18 + 2 * bubble_padding_y;
  const float indent = avatar_size + Theme::space_2;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float left = own ? start.x + total - width : item.right ? start.x + total - width - indent : start.x + indent;
  const ImVec2 at{std::floor(left), start.y};

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Color fill = own ? c.own_bubble : c.other_bubble;
  // The corner towards its author is less round at the start of a run.
  const ImDrawFlags rounded = !item.new_run ? ImDrawFlags_RoundCornersAll
                              : item.right  ? ImDrawFlags_RoundCornersAll & ~ImDrawFlags_RoundCornersTopRight
                                            : ImDrawFlags_RoundCornersAll & ~ImDrawFlags_RoundCornersTopLeft;
  list.AddRectFilled(at, {at.x + width, at.y + height}, fill.u32(), Theme::radius_bubble, rounded);
  if (ui.theme().scheme == Scheme::forced)
    list.AddRect(at, {at.x + width, at.y + height}, c.border.u32(), Theme::radius_bubble, rounded);
  if (!own && item.new_run) draw_avatar(ui, {item.right ? start.x + total - avatar_size : start.x, start.y}, avatar_size, message.sender);

  ImGui::SetCursorScreenPos({at.x + bubble_padding_x, at.y + bubble_padding_y});
  text(ui, words, {.color = own ? c.on_own_bubble : c.on_other_bubble, .width = text_room,
                   .box_width = width - 2 * bubble_padding_x, .links = true});
  const Color muted = own ? c.on_own_bubble_muted : c.on_other_bubble_muted;
  const ImVec2 meta_at{std::floor(at.x + width - bubble_padding_x - meta_width), at.y + bubble_padding_y + text_box.y + 3};
  const float meta_y = meta_at.y;
  ImGui::SetCursorScreenPos(meta_at);
  text(ui, meta, {.style = TextStyle::tiny, .color = muted, .width = -1});
  if (offer_packets_) {
    const IdScope id(std::to_string(message.number));
    ImGui::SetCursorScreenPos({meta_at.x - 4, meta_y - 3});
    const SurfaceResult ticks = button_surface(ui, "Show packet", {meta_width + 8, 24}, {.kind = ButtonKind::ghost});
    if (ticks.activated) asked_for_ = message.id;
    if (ticks.hovered || ticks.held) draw_text(ui, meta_at, meta, TextStyle::tiny, c.text);
  }
  if (icon != Icon::none)
    draw_icon(list, icon, {at.x + width - bubble_padding_x - 14, meta_y + 1}, 14, muted.u32());
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy({total, height});
}

void ConversationView::draw_note(Ui& ui, std::string_view words) {
  const float width = std::max(80.0f, std::min(widest_text, room().x));
  align_right(text_size(ui, words, TextStyle::small, width).x);
  text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.warning_text, .width = width});
}

void ConversationView::draw_failure(Ui& ui, const Item& item, chat::Intents& intents) {
  const ButtonOptions retry{.small = true};
  const ImVec2 button_box = button_size(ui, "Retry", retry);
  const float words_room = std::max(80.0f, std::min(widest_text, room().x - button_box.x - Theme::space_3));
  const ImVec2 words = text_size(ui, item.message.problem, TextStyle::small, words_room);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room().x - words.x - button_box.x - Theme::space_3));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos({at.x, at.y + std::max(0.0f, std::floor((button_box.y - words.y) * 0.5f))});
  text(ui, item.message.problem, {.style = TextStyle::small, .color = ui.theme().color.danger_text, .width = words_room});
  ImGui::SetCursorScreenPos({at.x + words.x + Theme::space_3, at.y});
  const IdScope id(std::to_string(item.message.number));
  if (button(ui, "Retry", retry)) intents.emplace_back(chat::RetryMessage{item.conversation.key(), item.message.id});
}

void ConversationView::draw_jump(Ui& ui, Place& place, const chat::Conversation& conversation, ImVec2 corner) {
  const ButtonOptions options{.kind = ButtonKind::secondary, .icon = Icon::arrow_down, .small = true};
  const ImVec2 size = button_size(ui, "Jump to latest", options);
  const ImVec2 after = ImGui::GetCursorPos();
  const auto& messages = conversation.messages();
  const auto fresh = std::count_if(messages.begin(), messages.end(),
                                   [&](const chat::ChatMessage& message) { return message.number >= place.last_seen; });
  {
    ImGui::SetCursorScreenPos({corner.x - size.x - Theme::space_5, corner.y - size.y - Theme::space_3});
    // A window of its own, so that it lies above the messages for the pointer, too.
    auto above = region(ui, {.role = Role::group, .name = "Newer messages", .size = size});
    ButtonOptions shown = options;
    const std::string description = fresh == 0 ? std::string() : std::to_string(fresh) + " newer";
    shown.description = description;
    if (fresh != 0) shown.kind = ButtonKind::primary;
    if (button(ui, "Jump to latest", shown)) place.log.jump_to_latest();
  }
  ImGui::SetCursorPos(after);
}

}  // namespace chat_view
