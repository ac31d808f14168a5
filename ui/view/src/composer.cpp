#include "chat_view/composer.hpp"

#include <algorithm>

#include "chat/names.hpp"
#include "chat/wire.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;

namespace {

// Less in a low window, which has other things to show, too.
bool is_low() { return ImGui::GetIO().DisplaySize.y < 420; }
int most_lines() { return is_low() ? 2 : 6; }
float padding() { return is_low() ? Theme::space_2 : Theme::space_4; }

constexpr float field_padding = 12 + 1;  // of a text field, from its edge to the words

}  // namespace

std::string ComposerView::hint(const chat::State& state) const {
  if (!problem_.empty()) return problem_;
  // Where one cannot write, the reason is in the field.
  return chat::write_obstacle(state, key_).empty() ? chat::delivery_hint(state, key_) : std::string();
}

// A text too long to send is not in the field: what stood there before stays, and the user is told.
void ComposerView::refuse(Ui& ui, std::size_t bytes) {
  problem_ = "That text was not inserted: the message would have " + std::to_string(bytes) + " bytes, and the limit is " +
             std::to_string(chat::max_content_bytes) + " (64 KB).";
  ui.announce(problem_, Politeness::assertive);
}

void ComposerView::follow(const chat::State& state) {
  if (state.open == key_) return;
  key_ = state.open;
  const chat::Conversation* conversation = state.open_conversation();
  text_ = conversation == nullptr ? std::string() : conversation->draft;
  problem_.clear();
  take_focus_ = conversation != nullptr && chat::write_obstacle(state, key_).empty();
}

void ComposerView::edit(std::string text, chat::Intents& intents) {
  if (!text_.empty()) text.append("\n").append(text_);
  if (text.size() > chat::max_content_bytes) return;
  text_ = std::move(text);
  take_focus_ = true;
  intents.emplace_back(chat::SaveDraft{key_, text_});
}

float ComposerView::height(Ui& ui, const chat::State& state, float width) {
  follow(state);
  const float send = button_size(ui, "Send", {.kind = ButtonKind::primary, .icon = Icon::send}).x;
  const float text_width = std::max(1.0f, width - 2 * padding() - send - Theme::space_2 - 2 * field_padding);
  const auto lines = static_cast<float>(ui.layout(text_, TextStyle::body, text_width).lines.size());
  const Type type = ui.theme().type(TextStyle::body);
  const float field = std::min(lines, static_cast<float>(most_lines())) * type.line_height + 16;
  const std::string words = hint(state);
  const float below = words.empty() ? 0 : text_size(ui, words, TextStyle::small, width - 2 * padding()).y + Theme::space_2;
  return 2 * padding() + std::max(field, ui.theme().control_height()) + below;
}

void ComposerView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  follow(state);
  if (key_.empty()) return;
  auto bar = region(ui, {.role = Role::group, .name = "Write a message", .padding = {padding(), padding()}});
  const ImVec2 top = ImGui::GetWindowPos();
  ImGui::GetWindowDrawList()->AddLine(top, {top.x + ImGui::GetWindowWidth(), top.y}, ui.theme().color.border.u32());
  const std::string obstacle = chat::write_obstacle(state, key_);
  const ButtonOptions send{.kind = ButtonKind::primary, .icon = Icon::send, .disabled_reason = obstacle};
  const float send_width = button_size(ui, "Send", send).x;
  const float width = room().x;
  const ImVec2 start = ImGui::GetCursorPos();
  // A soft keyboard may leave so little that the page turns to one column: the field keeps the focus.
  const FixedIdScope fixed("composer");
  auto fields = form(ui, "Write a message");
  const FieldResult field =
      text_field(ui, "Message", text_,
                 {.placeholder = "Type your message...", .max_lines = most_lines(), .max_bytes = chat::max_content_bytes,
                  .disabled_reason = obstacle, .label_visible = false, .take_focus = take_focus_ && !ui.theme().touch,
                  .width = width - send_width - Theme::space_2});
  take_focus_ = false;
  const bool refused = field.refused != 0;
  if (refused) refuse(ui, field.refused);
  else if (field.changed) problem_.clear();
  const ImVec2 after = ImGui::GetCursorPos();
  ImGui::SetCursorPos({start.x + width - send_width, after.y - Theme::space_2 - ui.theme().control_height()});
  const bool pressed = button(ui, "Send", send);
  ImGui::SetCursorPos(after);
  const Palette& c = ui.theme().color;
  const std::string words = hint(state);
  if (words.empty()) ImGui::Dummy({0, 0});
  else text(ui, words, {.style = TextStyle::small, .color = problem_.empty() ? c.text_muted : c.danger_text});
  const bool go = obstacle.empty() && !refused && (pressed || fields.submitted());
  if (go && !chat::trim(text_).empty()) {
    intents.emplace_back(chat::SendMessage{key_, text_});
    text_.clear();
    problem_.clear();
    take_focus_ = pressed && !ui.theme().touch;
  } else if (field.changed) {
    intents.emplace_back(chat::SaveDraft{key_, text_});
  }
}

}  // namespace chat_view
