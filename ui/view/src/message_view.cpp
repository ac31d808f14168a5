#include "chat_view/message_view.hpp"

#include <algorithm>
#include <cmath>

#include "chat/names.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float avatar_size = 32;
constexpr float bubble_padding_x = 14;
constexpr float bubble_padding_y = 10;
constexpr float widest_text = 560;
constexpr std::size_t long_message_bytes = 4000;
constexpr std::size_t separator_bytes = std::string_view(" · ").size();

// The icon and the words below a message of one's own.
Icon icon_of(chat::SendState state) {
  switch (state) {
    case chat::SendState::none: return Icon::none;
    case chat::SendState::queued: return Icon::clock;
    case chat::SendState::sent: return Icon::check;
    case chat::SendState::delivered: return Icon::check_double;
    case chat::SendState::failed: return Icon::warning;
    case chat::SendState::checking: return Icon::clock;
    case chat::SendState::accepted: return Icon::check_double;
    case chat::SendState::rejected: return Icon::warning;
  }
  return Icon::none;
}

}  // namespace

void MessageView::draw(Ui& ui, const chat::State& state, const Item& item, chat::Intents& intents) {
  const chat::ChatMessage& message = item.message;
  if (item.before == nullptr && item.conversation.removed() != 0)
    separator(ui, std::to_string(item.conversation.removed()) + " older messages were dropped");
  if (item.new_day) separator(ui, state.zone->day(message.sort_time(), state.clock));
  if (item.new_above) separator(ui, "New", Tone::accent);
  if (item.new_run && !item.new_day && !item.new_above) ImGui::Dummy({1, Theme::space_1});
  if (item.new_run && !(item.right && item.conversation.key().has(state.user))) draw_name(ui, item);
  draw_bubble(ui, state, item);
  if (shown_text(item.conversation, message).size() < message.text.size()) {
    const IdScope id(std::to_string(message.number));
    const ButtonOptions options{.kind = ButtonKind::ghost, .small = true};
    if (item.right) align_right(button_size(ui, "Show the whole message", options).x);
    else ImGui::SetCursorPosX(ImGui::GetCursorPosX() + avatar_size + Theme::space_2);
    if (button(ui, "Show the whole message", options)) expanded_.emplace(item.conversation.key(), message.number);
  }
  if (message.state == chat::SendState::failed) draw_failure(ui, item, intents);
  else if (message.state == chat::SendState::rejected) draw_rejection(ui, item);
  else if (!message.problem.empty()) draw_note(ui, message.problem);
}

void MessageView::draw_name(Ui& ui, const Item& item) {
  constexpr float beside = avatar_size + Theme::space_2;
  const float widest = std::max(40.0f, std::min(widest_text, room().x - beside - Theme::space_3));
  const float name = std::min(widest, text_size(ui, item.message.sender, TextStyle::small_strong).x);
  if (item.right) align_right(name + beside);
  else ImGui::SetCursorPosX(ImGui::GetCursorPosX() + avatar_size + Theme::space_3);
  text(ui, item.message.sender, {.style = TextStyle::small_strong, .color = ui.theme().color.text_muted, .width = widest,
                                 .ellipsis = true, .aside = true});
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - Theme::space_1);
}

std::string_view MessageView::shown_text(const chat::Conversation& conversation,
                                              const chat::ChatMessage& message) const {
  if (message.text.size() <= long_message_bytes || expanded_.count({conversation.key(), message.number}) != 0)
    return message.text;
  return chat::cut_utf8(message.text, long_message_bytes / 2);
}

void MessageView::draw_bubble(Ui& ui, const chat::State& state, const Item& item) {
  const chat::ChatMessage& message = item.message;
  const Palette& c = ui.theme().color;
  const bool own = item.right && item.conversation.key().has(state.user);
  const float total = room().x;
  const float text_room = std::min(widest_text, std::max(80.0f, (total - avatar_size - Theme::space_2) * 0.82f - 2 * bubble_padding_x));
  const std::string_view words = shown_text(item.conversation, message);
  const ImVec2 text_box = text_size(ui, words, TextStyle::body, text_room);
  Meta meta{.time = state.zone->clock(message.sort_time()),
            .words = own ? " · " + std::string(describe(message.state)) : std::string(),
            .drawn_words = item.last_own || (message.state != chat::SendState::delivered && message.state != chat::SendState::accepted),
            .width = icon_of(message.state) == Icon::none ? 0 : 18.0f,
            .color = own ? c.on_own_bubble_muted : c.on_other_bubble_muted};
  meta.width += text_size(ui, meta.drawn_words ? meta.time + meta.words : meta.time, TextStyle::tiny).x;
  const float width = std::ceil(std::max(std::min(text_box.x, text_room), meta.width)) + 2 * bubble_padding_x;
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
  if (marked_ && marked_->number == message.number && marked_->key == item.conversation.key())
    list.AddRect({at.x - 3, at.y - 3}, {at.x + width + 3, at.y + height + 3}, c.focus.u32(), Theme::radius_bubble + 3, 0, 2);
  if (!own && item.new_run) draw_avatar(ui, {item.right ? start.x + total - avatar_size : start.x, start.y}, avatar_size, message.sender);

  ImGui::SetCursorScreenPos({at.x + bubble_padding_x, at.y + bubble_padding_y});
  text(ui, words, {.color = own ? c.on_own_bubble : c.on_other_bubble, .width = text_room,
                   .box_width = width - 2 * bubble_padding_x, .links = true});
  draw_meta(ui, item, meta, {std::floor(at.x + width - bubble_padding_x - meta.width), at.y + bubble_padding_y + text_box.y + 3});
  // Pointed at, it says in words what its ticks mean.
  const float words_width = text_size(ui, meta.words, TextStyle::tiny).x;
  const bool pointed = !meta.drawn_words && ImGui::IsMouseHoveringRect(at, {at.x + width, at.y + height});
  if (pointed && at.x - start.x > words_width)
    draw_text(ui, {at.x - words_width - Theme::space_2, at.y + bubble_padding_y + text_box.y + 3},
              std::string_view(meta.words).substr(separator_bytes), TextStyle::tiny, c.text_muted);
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy({total, height});
}

void MessageView::draw_meta(Ui& ui, const Item& item, const Meta& meta, ImVec2 at) {
  const std::string drawn = meta.drawn_words ? meta.time + meta.words : meta.time;
  const Icon icon = icon_of(item.message.state);
  ImGui::SetCursorScreenPos(at);
  text(ui, drawn, {.style = TextStyle::tiny, .color = meta.color, .width = -1, .aside = true,
                   .after = meta.drawn_words ? std::string_view{} : std::string_view(meta.words)});
  if (offer_packets_) {
    const IdScope id(std::to_string(item.message.number));
    ImGui::SetCursorScreenPos({at.x - 4, at.y - 3});
    const SurfaceResult ticks = button_surface(ui, "Show packet", {meta.width + 8, 24}, {.kind = ButtonKind::ghost});
    if (ticks.activated) asked_for_ = {item.conversation.key(), item.message.number};
    if (ticks.hovered || ticks.held) draw_text(ui, at, drawn, TextStyle::tiny, ui.theme().color.text);
  }
  if (icon != Icon::none)
    draw_icon(*ImGui::GetWindowDrawList(), icon, {at.x + meta.width - 14, at.y + 1}, 14, meta.color.u32());
}

void MessageView::draw_note(Ui& ui, std::string_view words) {
  const float width = std::max(80.0f, std::min(widest_text, room().x));
  align_right(text_size(ui, words, TextStyle::small, width).x);
  text(ui, words, {.style = TextStyle::small, .color = ui.theme().color.warning_text, .width = width});
}

void MessageView::draw_failure(Ui& ui, const Item& item, chat::Intents& intents) {
  if (draw_problem(ui, item, item.message.problem, "Retry"))
    intents.emplace_back(chat::RetryMessage{item.conversation.key(), item.message.id});
}

void MessageView::draw_rejection(Ui& ui, const Item& item) {
  if (draw_problem(ui, item, "Rejected: " + item.message.problem, "Edit")) edited_ = item.message.text;
}

bool MessageView::draw_problem(Ui& ui, const Item& item, std::string_view problem, std::string_view action) {
  const ButtonOptions options{.small = true};
  const ImVec2 button_box = button_size(ui, action, options);
  const float words_room = std::max(80.0f, std::min(widest_text, room().x - button_box.x - Theme::space_3));
  const ImVec2 words = text_size(ui, problem, TextStyle::small, words_room);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, room().x - words.x - button_box.x - Theme::space_3));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos({at.x, at.y + std::max(0.0f, std::floor((button_box.y - words.y) * 0.5f))});
  text(ui, problem, {.style = TextStyle::small, .color = ui.theme().color.danger_text, .width = words_room});
  ImGui::SetCursorScreenPos({at.x + words.x + Theme::space_3, at.y});
  const IdScope id(std::to_string(item.message.number));
  return button(ui, action, options);
}

}  // namespace chat_view
