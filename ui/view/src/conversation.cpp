#include "chat_view/conversation.hpp"

#include <algorithm>
#include <cmath>

#include "chat/look_alikes.hpp"
#include "chat/names.hpp"
#include "group_pieces.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr float heading_height = 72;
constexpr float narrow_heading_height = 56;
constexpr chat::Duration run_pause = std::chrono::minutes{5};

// "You, 02:16, hello, delivered to the broker". What one has written oneself is not read back.
ItemWords spoken(const chat::State& state, const chat::ChatMessage& message) {
  const bool own = message.sender == state.user;
  std::string name = (own ? "You" : message.sender) + ", " + state.zone->clock(message.sort_time()) + ", " +
                     one_line(message.text, 400);
  if (message.state != chat::SendState::none) name += ", " + std::string(describe(message.state));
  return {std::move(name), own};
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

void ConversationView::draw(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow, float reserve,
                            bool& show_packets) {
  const chat::Conversation* conversation = state.open_conversation();
  if (conversation == nullptr) {
    auto empty = region(ui, {.role = Role::group, .name = "No chat is open", .padding = {Theme::space_6, Theme::space_6}});
    draw_nothing_yet(ui, "Select a chat", "Choose a chat on the left, or start a new one.");
    return;
  }
  draw_heading(ui, state, intents, narrow, show_packets);
  draw_name_warning(ui, state.open);
  draw_log(ui, state, *conversation, intents, room().y - reserve);
}

void ConversationView::draw_heading(Ui& ui, const chat::State& state, chat::Intents& intents, bool narrow,
                                    bool& show_packets) {
  const chat::ConversationKey& key = state.open;
  const chat::Conversation& conversation = *state.open_conversation();
  const std::string title = conversation.title_for(state.user), words = conversation.heading_for(state.user);
  const float padding = narrow ? Theme::space_2 : Theme::space_5;
  const float height = narrow ? narrow_heading_height : heading_height, avatar = narrow ? 36.0f : 40.0f;
  auto bar = region(ui, {.role = Role::group, .name = "About this chat", .size = {0, height}, .padding = {padding, 0}});
  const ImVec2 at = ImGui::GetWindowPos();
  const float width = ImGui::GetWindowWidth(), middle = std::floor(height * 0.5f);
  const Palette& c = ui.theme().color;
  if (narrow) ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + height}, c.panel.u32());
  ImGui::GetWindowDrawList()->AddLine({at.x, at.y + height - 0.5f}, {at.x + width, at.y + height - 0.5f}, c.border.u32());
  float x = padding;
  if (narrow) {
    ImGui::SetCursorPos({x, middle - std::floor(ui.theme().control_height() * 0.5f)});
    const bool back = button(ui, "Back to chats", {.kind = ButtonKind::ghost, .icon = Icon::back, .icon_only = true});
    if (back || ui.take_escape()) intents.emplace_back(chat::LeaveChat{});
    x += ui.theme().control_height() + Theme::space_1;
  }
  // On the smallest phones its room goes to the words.
  if (width >= 360) {
    draw_avatar(ui, {at.x + x, at.y + middle - avatar * 0.5f}, avatar, title);
    x += avatar + Theme::space_3;
  }
  const float tool = ui.theme().control_height() + Theme::space_1;
  const float tools = padding + tool * static_cast<float>(1 + (narrow ? 1 : 0) + (key.is_room() ? 1 : 0));
  const float words_width = std::max(40.0f, width - x - Theme::space_1 - tools);
  ImGui::SetCursorPos({x, middle - 24});
  heading(ui, 2, title, {.style = narrow ? TextStyle::subheading : TextStyle::heading, .width = words_width, .ellipsis = true,
                         .before = std::string_view(words).substr(0, words.size() - title.size())});
  draw_second_line(ui, state, narrow, {x, middle + 2}, words_width);
  draw_tools(ui, key.is_room(), narrow, padding, show_packets);
}

// Quiet: who it is comes first. Where this is the page's only heading, a connection that is not there takes the place of
// the presence.
void ConversationView::draw_second_line(Ui& ui, const chat::State& state, bool narrow, ImVec2 at, float width) {
  const Palette& c = ui.theme().color;
  const chat::Conversation& conversation = *state.open_conversation();
  const bool own = state.open.has(state.user) && !conversation.group;
  const std::string title = conversation.title_for(state.user);
  const bool connected = state.connection.kind == chat::ConnectionStatus::Kind::connected;
  ImGui::SetCursorPos(at);
  if (narrow) status(ui, state.connection.text, {.tone = Tone::warning, .dot = true, .unseen = connected, .max_width = width});
  if (narrow && !connected) return;
  const auto presence = own ? state.presence.of(title, state.now).kind : chat::Presence::Kind::unknown;
  const float dot = presence == chat::Presence::Kind::unknown ? 0.0f : 14.0f;
  const ImVec2 corner = ImGui::GetWindowPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 center{corner.x + at.x + 4, corner.y + at.y + 10};
  if (presence == chat::Presence::Kind::online) list.AddCircleFilled(center, 4, c.success.u32());
  if (presence == chat::Presence::Kind::offline) list.AddCircle(center, 3.5f, c.control_border.u32(), 0, 1.5f);
  ImGui::SetCursorPos({at.x + dot, at.y});
  text(ui, own ? presence_words(state, title) : conversation.group ? members_words(*conversation.group) : "read only",
       {.style = TextStyle::small, .color = c.text_muted, .width = width - dot, .ellipsis = true});
}

void ConversationView::draw_tools(Ui& ui, bool group, bool narrow, float padding, bool& show_packets) {
  const float height = ui.theme().control_height();
  const float y = std::floor(((narrow ? narrow_heading_height : heading_height) - height) * 0.5f);
  const float right = ImGui::GetWindowWidth() - padding - height;
  const float tool = height + Theme::space_1;
  ImGui::SetCursorPos({right - (narrow ? 2 * tool : tool), y});
  if (group && button(ui, "Members", {.kind = ButtonKind::ghost, .icon = Icon::people, .icon_only = true})) members_ = true;
  ImGui::SetCursorPos({narrow ? right - tool : right, y});
  if (button(ui, "Delete chat", {.kind = ButtonKind::ghost, .icon = Icon::trash, .icon_only = true})) deleting_ = true;
  if (!narrow) return;
  ImGui::SetCursorPos({right, y});
  if (button(ui, "Show Packets", {.kind = ButtonKind::ghost, .icon = Icon::packets, .icon_only = true, .pressed = show_packets}))
    show_packets = !show_packets;
}

void ConversationView::draw_dialog(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const chat::Conversation* conversation = state.open_conversation();
  if (conversation == nullptr) deleting_ = false;
  const auto box = dialog(ui, "Delete chat", deleting_);
  if (!box) return;
  const chat::ConversationKey& key = state.open;
  const auto& messages = conversation->messages();
  const bool waits = std::any_of(messages.begin(), messages.end(),
                                 [](const chat::ChatMessage& m) { return m.state == chat::SendState::queued; });
  const bool low = ImGui::GetIO().DisplaySize.y < 420;
  const std::string title = conversation->title_for(state.user);
  const std::string_view of = conversation->group ? "of " : key.has(state.user) ? "with " : "between ";
  heading(ui, 2, std::string("Delete the chat ").append(of).append(title) + "?",
          {.style = low ? TextStyle::subheading : TextStyle::heading, .ellipsis = true});
  text(ui, std::string("Its messages are deleted here, for good. Others keep theirs.") +
               (waits ? " What waits to be sent is still sent." : ""),
       {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  if (!low) gap(Theme::space_5);
  const float width = low ? 0.0f : -1.0f;
  const bool member = conversation->group && conversation->group->member && !state.admin;
  const bool remove = button(ui, "Remove chat", {.kind = ButtonKind::danger, .small = low,
                                                 .disabled_reason = member ? "You are a member of this group." : "", .width = -1});
  const bool clear = button(ui, "Clear messages", {.small = low, .disabled = messages.empty(), .width = width});
  if (low) ImGui::SameLine(0, Theme::space_2);
  const bool cancel = button(ui, "Cancel", {.kind = ButtonKind::ghost, .small = low, .width = width});
  if (remove) intents.emplace_back(chat::RemoveChat{key});
  if (clear) intents.emplace_back(chat::ClearChat{key});
  if (remove || clear) places_.erase(key);
  if (remove || clear || cancel) deleting_ = false;
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
  follow_place(place, conversation);
  follow_shown(place, conversation);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float log_height = std::max(80.0f, height + ImGui::GetStyle().ItemSpacing.y);
  if (messages.empty()) {
    auto empty = region(ui, {.role = Role::log, .name = "Messages", .size = {0, log_height},
                             .padding = {Theme::space_6, Theme::space_6}});
    const std::string partner = conversation.title_for(state.user);
    draw_nothing_yet(ui, "No messages yet", conversation.key().has(state.user) ? "Say hello to " + partner + "."
                                                                               : "Their messages will appear here.");
    return;
  }
  const std::size_t first_new = conversation.first_new();
  const auto own = std::find_if(messages.rbegin(), messages.rend(),
                                [](const chat::ChatMessage& m) { return m.state != chat::SendState::none; });
  const std::uint64_t last_own = own == messages.rend() ? 0 : own->number;
  const auto draw_one = [&](int index) {
    const auto i = static_cast<std::size_t>(index);
    const chat::ChatMessage& message = messages[i];
    const chat::ChatMessage* before = i == 0 ? nullptr : &messages[i - 1];
    const chat::Time time = message.sort_time();
    const bool other_day = before == nullptr || state.zone->day_number(before->sort_time()) != state.zone->day_number(time);
    const bool own_chat = conversation.key().has(state.user);
    const MessageView::Item item{.conversation = conversation, .message = message, .before = before,
                    .right = message.sender == (own_chat ? state.user : conversation.key().second),
                    .new_above = i == first_new, .new_day = other_day,
                    .new_run = other_day || before->sender != message.sender || i == first_new ||
                               time - before->sort_time() > run_pause,
                    .last_own = message.number == last_own};
    message_view_.draw(ui, state, item, intents);
  };
  log(ui, "Messages", place.log, static_cast<int>(messages.size()), draw_one,
      {.size = {0, log_height}, .padding = {Theme::space_4, Theme::space_4}, .estimated_height = 64,
       .gap = Theme::space_1, .max_content_width = 960, .from_bottom = true,
       .speaker = [&state, &messages](int i) {
         const chat::ChatMessage& message = messages[static_cast<std::size_t>(i)];
         return message.sender + ", " + state.zone->clock(message.sort_time());
       },
       .text = [this, &conversation](int i) {
         return message_view_.shown_text(conversation, conversation.messages()[static_cast<std::size_t>(i)]);
       },
       .text_version = reinterpret_cast<std::uintptr_t>(&conversation) + conversation.reordered() + conversation.removed(),
       .words = [&](int i) { return spoken(state, messages[static_cast<std::size_t>(i)]); }});
  report_place(state, conversation, place, !ui.unsettled(), intents);
  if (place.log.at_bottom()) place.last_seen = conversation.next_number();
  else draw_jump(ui, place, conversation, {at.x + ImGui::GetWindowWidth(), at.y + log_height});
}

// The items may have moved under their indices, and what is new may have to come into sight.
void ConversationView::follow_place(Place& place, const chat::Conversation& conversation) {
  const auto& messages = conversation.messages();
  if (place.removed != conversation.removed() || place.reordered != conversation.reordered()) {
    if (place.removed > conversation.removed()) place.log.clear();  // another one with the same partner
    else place.log.dropped_first(static_cast<int>(conversation.removed() - place.removed));
    // Their heights are measured anew.
    for (int i = std::max(0, static_cast<int>(messages.size()) - 500); i < static_cast<int>(messages.size()); ++i)
      place.log.item_changed(i);
    place.removed = conversation.removed();
    place.reordered = conversation.reordered();
  }
  if (std::exchange(place.new_from, conversation.new_from()) != conversation.new_from()) {
    const std::size_t first_new = conversation.first_new();
    if (first_new < messages.size()) place.log.scroll_to(static_cast<int>(first_new));
  }
  // Who says something sees it.
  const std::uint64_t newest = messages.empty() ? 0 : messages.back().number;
  const std::uint64_t known = std::exchange(place.newest, newest);
  if (known != 0 && known < newest && messages.back().state != chat::SendState::none)
    place.log.jump_to_latest();
}

// The message that a packet has led to.
void ConversationView::follow_shown(Place& place, const chat::Conversation& conversation) {
  if (!shown_ || shown_->key != conversation.key()) return;
  const std::uint64_t number = std::exchange(shown_, std::nullopt)->number;
  const auto& messages = conversation.messages();
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const chat::ChatMessage& m) { return m.number == number; });
  if (found != messages.end()) place.log.scroll_to(static_cast<int>(found - messages.begin()));
}

// What is in sight is read; a frame that is drawn again tells nothing yet.
void ConversationView::report_place(const chat::State& state, const chat::Conversation& conversation, Place& place,
                                    bool settled, chat::Intents& intents) {
  const int last = place.log.last_in_sight();
  const bool at_end = place.log.at_bottom();
  if (!settled || !state.attended || last < 0) return;
  const std::size_t seen = at_end ? conversation.messages().size() - 1 : static_cast<std::size_t>(last);
  const std::uint64_t number = conversation.messages()[seen].number;
  const bool reads = conversation.unread() != 0 && conversation.unread_below(number) < conversation.unread();
  if (reads || at_end != state.reader_at_end) intents.emplace_back(chat::ReadUpTo{conversation.key(), number, at_end});
}

void ConversationView::draw_jump(Ui& ui, Place& place, const chat::Conversation& conversation, ImVec2 corner) {
  const auto& messages = conversation.messages();
  const auto fresh = std::count_if(messages.begin(), messages.end(),
                                   [&](const chat::ChatMessage& message) { return message.number >= place.last_seen; });
  const std::string description = fresh == 0 ? std::string() : std::to_string(fresh) + " newer";
  const ButtonOptions options{.kind = fresh == 0 ? ButtonKind::secondary : ButtonKind::primary, .icon = Icon::arrow_down,
                              .small = true, .description = description};
  const ImVec2 size = button_size(ui, "Jump to latest", options);
  const std::string count = fresh > 99 ? "99+" : std::to_string(fresh);
  const BadgeOptions pill{.tone = Tone::accent};
  const ImVec2 pill_size = fresh == 0 ? ImVec2{} : badge_size(ui, count, pill);
  const float above_button = std::floor(pill_size.y * 0.5f), beside = std::floor(pill_size.x * 0.5f);
  const ImVec2 after = ImGui::GetCursorPos();
  {
    ImGui::SetCursorScreenPos({corner.x - size.x - beside - Theme::space_4, corner.y - size.y - above_button - Theme::space_3});
    // A window of its own, so that it lies above the messages for the pointer, too.
    auto above = region(ui, {.role = Role::group, .name = "Newer messages", .size = {size.x + beside, size.y + above_button}});
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos({at.x, at.y + above_button});
    if (button(ui, "Jump to latest", options)) place.log.jump_to_latest();
    if (fresh != 0) draw_badge(ui, {at.x + size.x - beside, at.y}, count, pill);
  }
  ImGui::SetCursorPos(after);
}

}  // namespace chat_view
