#include "chat_view/composer.hpp"

#include <algorithm>

#include "chat/names.hpp"
#include "chat/wire.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

constexpr int most_lines = 6;
constexpr float padding = Theme::space_4;
constexpr float field_padding = 12 + 1;  // of a text field, from its edge to the words

// Where one cannot write, the reason is in the field.
std::string hint_for(const chat::State& state, const chat::ConversationKey& key) {
  return chat::write_obstacle(state, key).empty() ? chat::delivery_hint(state, key) : std::string();
}

}  // namespace

void ComposerView::follow(const chat::State& state) {
  if (state.open == key_) return;
  key_ = state.open;
  const chat::Conversation* conversation = state.open_conversation();
  text_ = conversation == nullptr ? std::string() : conversation->draft;
  take_focus_ = conversation != nullptr && chat::write_obstacle(state, key_).empty();
}

float ComposerView::height(Ui& ui, const chat::State& state, float width) {
  follow(state);
  const float send = button_size(ui, "Send", {.kind = ButtonKind::primary, .icon = Icon::send}).x;
  const float text_width = std::max(1.0f, width - 2 * padding - send - Theme::space_2 - 2 * field_padding);
  const auto lines = static_cast<float>(ui.layout(text_, TextStyle::body, text_width).lines.size());
  const Type type = ui.theme().type(TextStyle::body);
  const float field = std::min(lines, static_cast<float>(most_lines)) * type.line_height + 16;
  const std::string hint = hint_for(state, state.open);
  const float below = hint.empty() ? 0 : text_size(ui, hint, TextStyle::small, width - 2 * padding).y + Theme::space_2;
  return 2 * padding + std::max(field, ui.theme().control_height()) + below;
}

void ComposerView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  follow(state);
  if (key_.empty()) return;
  auto bar = region(ui, {.role = Role::group, .name = "Write a message", .padding = {padding, padding}});
  const ImVec2 top = ImGui::GetWindowPos();
  ImGui::GetWindowDrawList()->AddLine(top, {top.x + ImGui::GetWindowWidth(), top.y}, ui.theme().color.border.u32());
  const std::string obstacle = chat::write_obstacle(state, key_);
  const std::string hint = hint_for(state, key_);
  const ButtonOptions send{.kind = ButtonKind::primary, .icon = Icon::send, .disabled_reason = obstacle};
  const float send_width = button_size(ui, "Send", send).x;
  const float width = room().x;
  const ImVec2 start = ImGui::GetCursorPos();
  auto fields = form(ui, "Write a message");
  const FieldResult field =
      text_field(ui, "Message", text_,
                 {.placeholder = "Type your message...", .max_lines = most_lines,
                  .max_bytes = static_cast<int>(chat::max_content_bytes), .disabled_reason = obstacle,
                  .label_visible = false, .take_focus = take_focus_ && !ui.theme().touch,
                  .width = width - send_width - Theme::space_2});
  take_focus_ = false;
  const ImVec2 after = ImGui::GetCursorPos();
  ImGui::SetCursorPos({start.x + width - send_width, after.y - Theme::space_2 - ui.theme().control_height()});
  const bool pressed = button(ui, "Send", send);
  ImGui::SetCursorPos(after);
  if (hint.empty()) ImGui::Dummy({0, 0});
  else text(ui, hint, {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  const bool go = obstacle.empty() && (pressed || fields.submitted());
  if (go && !chat::trim(text_).empty()) {
    intents.emplace_back(chat::SendMessage{key_, text_});
    text_.clear();
    take_focus_ = pressed && !ui.theme().touch;
  } else if (field.changed) {
    intents.emplace_back(chat::SaveDraft{key_, text_});
  }
}

}  // namespace chat_view
