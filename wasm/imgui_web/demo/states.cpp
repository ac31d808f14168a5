#include "states.hpp"

#include <algorithm>
#include <array>
#include <cmath>

using namespace semantic;

namespace {

struct Named {
  const char* name;
  ButtonKind kind;
};
constexpr std::array kinds = {Named{"primary", ButtonKind::primary}, Named{"secondary", ButtonKind::secondary},
                              Named{"ghost", ButtonKind::ghost}, Named{"danger", ButtonKind::danger}};

// On the same line where there is room; true: there is.
bool beside(float width) {
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - Theme::space_6;
  if (ImGui::GetItemRectMax().x + Theme::space_2 + width > right) return false;
  ImGui::SameLine(0, Theme::space_2);
  return true;
}

bool next_button(Ui& ui, std::string_view name, const ButtonOptions& options) {
  const ImVec2 size = button_size(ui, name, options);
  // A small one in the middle of its line.
  if (beside(size.x)) ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::floor((ui.theme().control_height() - size.y) * 0.5f));
  return button(ui, name, options);
}

}  // namespace

void States::draw(Ui& ui) {
  const auto card = [&](std::string_view name, void (States::*content)(Ui&)) {
    ImGui::SetCursorScreenPos({ImGui::GetCursorScreenPos().x, ImGui::GetCursorScreenPos().y + Theme::space_2});
    const auto part = region(ui, {.role = Role::region, .name = name, .auto_height = true, .surface = Surface::card,
                                  .padding = {Theme::space_6, Theme::space_6}});
    heading(ui, 2, name);
    gap(Theme::space_2);
    (this->*content)(ui);
  };
  card("States of buttons", &States::buttons);
  card("States of choices", &States::choices);
  card("States of fields", &States::fields);
  card("Badges and messages", &States::messages);
  card("Lists, log and table", &States::lists);
  card("Colours", &States::colors);
}

void States::buttons(Ui& ui) {
  for (const Named& it : kinds) {
    const std::string name = it.name;
    button(ui, name + " plain", {.kind = it.kind});
    next_button(ui, name + " icon", {.kind = it.kind, .icon = Icon::send});
    next_button(ui, name + " icon only", {.kind = it.kind, .icon = Icon::search, .icon_only = true});
    next_button(ui, name + " small", {.kind = it.kind, .small = true});
    next_button(ui, name + " disabled", {.kind = it.kind, .disabled_reason = "For a reason"});
    if (next_button(ui, name + " pressed", {.kind = it.kind, .pressed = pressed_})) pressed_ = !pressed_;
    next_button(ui, name + " released", {.kind = it.kind, .pressed = false});
    next_button(ui, name + " expanded", {.kind = it.kind, .expanded = true});
    next_button(ui, name + " folded", {.kind = it.kind, .expanded = false});
  }
  button(ui, "As wide as its room", {.kind = ButtonKind::primary, .width = -1});
}

void States::choices(Ui& ui) {
  checkbox(ui, "Checked", on_);
  checkbox(ui, "Unchecked", off_);
  checkbox(ui, "Checked, described", on_, {.description = "A line that says what it does"});
  bool fixed_on = true, fixed_off = false;
  checkbox(ui, "Checked, disabled", fixed_on, {.disabled = true});
  checkbox(ui, "Unchecked, disabled", fixed_off, {.disabled = true});
  static constexpr std::array<std::string_view, 3> names = {"One", "Two", "Three"};
  gap(Theme::space_2);
  radio_group(ui, "In a row", names, first_, {.label_visible = true});
  radio_group(ui, "In a column", names, second_, {.vertical = true, .label_visible = true});
  radio_group(ui, "In a bar", names, first_, {.label_visible = true, .segments = names});
}

void States::fields(Ui& ui) {
  const auto all = form(ui, "All states");
  text_field(ui, "Empty", empty_, {.placeholder = "What to write"});
  text_field(ui, "Filled", typed_);
  text_field(ui, "With a hint", typed_, {.hint = "At most 64 bytes", .required = true});
  text_field(ui, "With an error", typed_, {.error = "This name is taken"});
  text_field(ui, "Secret", secret_, {.placeholder = "A password", .password = true});
  text_field(ui, "Without a label", search_, {.placeholder = "Its label is its name only", .label_visible = false});
  text_field(ui, "Several lines", long_, {.max_lines = 4, .enter_submits = false});
  text_field(ui, "Disabled", typed_, {.disabled = true});
  text_field(ui, "Disabled for a reason", empty_, {.disabled_reason = "You read along here as admin."});
}

void States::messages(Ui& ui) {
  constexpr std::array tones = {Tone::neutral, Tone::accent, Tone::success, Tone::warning, Tone::danger};
  constexpr std::array names = {"neutral", "accent", "success", "warning", "danger"};
  for (const bool dot : {false, true}) {
    for (std::size_t i = 0; i < tones.size(); ++i) {
      const std::string name = std::string(names[i]) + (dot ? " with a dot" : "");
      const BadgeOptions options{.tone = tones[i], .dot = dot};
      if (i > 0) beside(badge_size(ui, name, options).x);
      badge(ui, name, options);
    }
  }
  status(ui, "A status that is spoken", {.tone = Tone::accent});
  for (std::size_t i = 0; i < tones.size(); ++i)
    alert(ui, "An alert of the tone " + std::string(names[i]) + ", long enough to need a second line where the window is narrow.", tones[i]);
  progress(ui, "Nothing yet", 0, "0 percent");
  progress(ui, "A third", 0.33f, "33 percent");
  progress(ui, "Done", 1, "100 percent");
  progress(ui, "Under way", -1);
  separator(ui);
  separator(ui, "With a text");
  separator(ui, "With an accent", Tone::accent);
  link(ui, "A link", "https://example.org/");
  text(ui, "Text with an address, https://example.org/in/a/text, in it.", {.links = true});
  text(ui, "In the middle", {.style = TextStyle::small_strong, .center = true});
  text(ui, "One line, cut where its room ends, whatever the width of the window may be, which for this line of "
           "text is rather likely", {.ellipsis = true});
  for (const float size : {24.0f, 32.0f, 40.0f, 56.0f}) {
    if (size > 24) ImGui::SameLine(0, Theme::space_2);
    avatar(ui, "peter", size);
  }
}

void States::lists(Ui& ui) {
  {
    const auto people = list(ui, "People");
    int i = 0;
    for (const std::string_view name : {"hannes", "minh", "vy"}) {
      const auto item = list_item(ui, name, 56, {.selected = item_ == i, .description = "said hello"});
      if (item.activated) item_ = i;
      draw_avatar(ui, {item.rect.x + 12, item.rect.y + 10}, 36, name);
      draw_text(ui, {item.rect.x + 60, item.rect.y + 16}, name, TextStyle::body_strong, ui.theme().color.text, item.rect.w - 72);
      ++i;
    }
  }
  gap(Theme::space_4);
  log(ui, "Events", log_, 20, [&](int i) { text(ui, "Event number " + std::to_string(i + 1), {.style = TextStyle::small}); },
      {.size = {0, 120}, .estimated_height = 20});
  gap(Theme::space_4);
  constexpr std::array columns = {Column{.name = "Number", .width = 80, .right = true}, Column{.name = "Packet", .width = 130},
                                  Column{.name = "Topic", .style = TextStyle::code}};
  std::string number;
  const TableResult result = table(ui, "Handshake", table_, columns, 4, [&](int row, int column) -> Cell {
    constexpr std::array<std::string_view, 4> packets = {"publish", "pubrec", "pubrel", "pubcomp"};
    number = std::to_string(row + 1);
    const bool out = row % 2 == 0;
    if (column == 0) return {.text = number};
    if (column == 2) return {.text = row == 0 ? "chat/messages/peter/alice" : ""};
    return {.text = packets[static_cast<std::size_t>(row)], .icon = out ? Icon::arrow_right : Icon::arrow_left};
  }, {.size = {0, 160}, .selected = row_});
  if (result.activated >= 0) row_ = result.activated;
}

void States::colors(Ui& ui) {
  const Palette& c = ui.theme().color;
  struct Swatch {
    const char* name;
    Color color;
  };
  const std::array swatches = {
      Swatch{"page", c.page}, Swatch{"panel", c.panel}, Swatch{"raised", c.raised}, Swatch{"border", c.border},
      Swatch{"control border", c.control_border}, Swatch{"text", c.text}, Swatch{"muted text", c.text_muted},
      Swatch{"accent", c.accent}, Swatch{"soft accent", c.accent_soft}, Swatch{"success", c.success},
      Swatch{"own bubble", c.own_bubble}, Swatch{"other bubble", c.other_bubble}, Swatch{"selection", c.selection}};
  constexpr float width = 128, height = 56;
  bool first = true;
  for (const Swatch& swatch : swatches) {
    if (!first) beside(width);
    first = false;
    ImGui::BeginGroup();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(at, {at.x + width, at.y + height}, swatch.color.u32(), Theme::radius);
    list.AddRect(at, {at.x + width, at.y + height}, c.control_border.u32(), Theme::radius);
    ImGui::Dummy({width, height});
    text(ui, swatch.name, {.style = TextStyle::small, .width = -1});
    ImGui::EndGroup();
  }
}
