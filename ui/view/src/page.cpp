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
// What the splitter between them leaves to each.
constexpr float least_chat_width = 560, least_packets_width = 440, least_chat_height = 220;
constexpr float packets_beside_login_width = 1080;

// One column on a phone, and in a window that zoom has made low: two headings would leave no room for what is below.
bool is_narrow() {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  return size.x < phone_width || size.y < low_height;
}

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
    stages_ = {};
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

void Page::draw_chat(Ui& ui, const chat::State& state, chat::Intents& intents) {
  // The innermost takes Escape: a dialog before the chat below it.
  if ((new_group_.is_open() || group_members_.is_open()) && ui.take_escape()) {
    new_group_.close();
    group_members_.close();
    intents.emplace_back(chat::DismissGroupProblem{});
  }
  const bool narrow = is_narrow();
  const bool heading = narrow && !show_packets_ && state.open_conversation() != nullptr;
  if (!heading) header_.draw(ui, state, intents, room().x < 760, show_packets_);
  if (narrow) draw_narrow(ui, state, intents);
  else draw_wide(ui, state, intents);
  conversation_.draw_dialog(ui, state, intents);
  draw_dialogs(ui, state, intents);
}

void Page::draw_dialogs(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (chat_list_.take_new_group()) new_group_.open();
  const chat::Conversation* conversation = state.open_conversation();
  if (conversation_.take_members() && conversation != nullptr) group_members_.open(*conversation);
  const bool asked = header_.take_stages();
  if (chat_list_.take_stages() || asked) stages_.open();
  new_group_.draw(ui, state, intents);
  stages_.draw(ui, state, intents);
  group_members_.draw(ui, state, intents);
}

void Page::draw_narrow(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto part = region(ui, {.role = Role::main, .name = show_packets_ ? "Packets" : "Chat"});
  const ImVec2 at = ImGui::GetWindowPos();
  const ImVec2 size = ImGui::GetWindowSize();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui.theme().color.panel.u32());
  // They take the chat's place.
  conversation_.offer_packets(true);
  conversation_.mark(std::nullopt);
  if (!show_packets_ && state.open_conversation() != nullptr) return draw_narrow_conversation(ui, state, intents);
  if (show_packets_) {
    draw_packets(ui, state, intents, least_packets_height);
    return follow_message(ui, state, intents);
  }
  if (size.y >= least_list_height) return chat_list_.draw(ui, state, intents, true);
  auto pane = scroll_area(ui, "Pane");
  auto content = region(ui, {.role = Role::group, .name = "Content", .size = {0, least_list_height}});
  chat_list_.draw(ui, state, intents, true);
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
  follow_message(ui, state, intents);
}

void Page::draw_wide(Ui& ui, const chat::State& state, chat::Intents& intents) {
  auto main_part = region(ui, {.role = Role::main, .name = "Chat", .padding = {Theme::space_4, Theme::space_4}});
  const ImVec2 at = ImGui::GetCursorScreenPos(), space = room();
  conversation_.offer_packets(show_packets_);
  conversation_.mark(show_packets_ ? marked_ : std::nullopt);
  if (!show_packets_) return draw_columns(ui, state, intents, space);
  using Dock = chat::PacketLayout::Dock;
  const Dock dock = state.packet_layout.dock;
  const bool may_choose = space.x >= least_chat_width + least_packets_width;
  const bool beside = may_choose && (dock == Dock::automatic ? space.x >= packets_beside_width : dock == Dock::right);
  const int share = draw_splitter(ui, state, intents, {at.x, at.y, space.x, space.y}, beside);
  constexpr float half = Theme::space_4 / 2;
  const float chat = std::floor((beside ? space.x : space.y) * static_cast<float>(share) / 100) - half;
  draw_columns(ui, state, intents, beside ? ImVec2{chat, space.y} : ImVec2{space.x, chat});
  packets_.offer_dock(may_choose ? std::optional(beside) : std::nullopt);
  ImGui::SetCursorScreenPos(beside ? ImVec2{at.x + chat + 2 * half, at.y} : ImVec2{at.x, at.y + chat + 2 * half});
  const ImVec2 corner = ImGui::GetCursorScreenPos(), size = room();
  {
    auto card = region(ui, {.role = Role::region, .name = "Packets", .surface = Surface::card});
    draw_packets(ui, state, intents, cramped_packets_height);
  }
  follow_message(ui, state, intents);
  uncover(ui, widget_id("Packets"), {corner.x, corner.y, size.x, size.y});
}

// Returns the percentage of the chat.
int Page::draw_splitter(Ui& ui, const chat::State& state, chat::Intents& intents, const Rect& whole, bool beside) {
  chat::PacketLayout layout = state.packet_layout;
  int& share = beside ? layout.beside : layout.above;
  const float length = beside ? whole.w : whole.h;
  const auto percent = [length](float pixels) { return std::min(50, static_cast<int>(std::ceil(pixels / length * 100))); };
  const int least = percent(beside ? least_chat_width : least_chat_height);
  const int most = 100 - percent(beside ? least_packets_width : cramped_packets_height);
  share = std::clamp(share, least, most);
  const SplitterResult bar = splitter(ui, "Chat and packets", whole, share, {.beside = beside, .thickness = Theme::space_4,
                                                                             .least = least, .most = most});
  if (!bar.changed && !bar.settled) return share;
  share = bar.share;
  intents.emplace_back(chat::ArrangePackets{layout, bar.settled});
  return share;
}

void Page::draw_columns(Ui& ui, const chat::State& state, chat::Intents& intents, ImVec2 size) {
  // No window of its own, which would cut the cards' shadows off.
  auto part = group(ui, Role::group, "Chats and messages");
  const float list_width = std::clamp(std::floor(size.x * 0.3f), 232.0f, 344.0f);
  {
    auto side = region(ui, {.role = Role::navigation, .name = "Chats", .size = {list_width, size.y}, .surface = Surface::card});
    chat_list_.draw(ui, state, intents, false);
  }
  ImGui::SameLine(0, Theme::space_4);
  auto card = region(ui, {.role = Role::region, .name = "Conversation", .size = {size.x - list_width - Theme::space_4, size.y},
                          .surface = Surface::card});
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

// The ticks of a message lead to its packet, and a packet leads to its message.
void Page::follow_message(Ui& ui, const chat::State& state, chat::Intents& intents) {
  const auto asked_for = conversation_.take_asked_for();
  if (asked_for && packets_.choose_message(ui, state, *asked_for) && is_narrow()) show_packets_ = true;
  const std::optional<chat::PacketMessage> message = packets_.take_message();
  if (message) {
    if (state.open != message->key) intents.emplace_back(chat::OpenChat{message->key});
    conversation_.show(*message);
    if (is_narrow()) show_packets_ = false;
  }
  const auto& about = packets_.message();
  if (asked_for || message || about != marked_) ui.set_unsettled();
  marked_ = about;
}

}  // namespace chat_view
