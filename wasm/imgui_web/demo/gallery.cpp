#include "gallery.hpp"

#include <imgui_web/imgui_web.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>

using namespace semantic;

Gallery::Gallery() {
  for (int i = 0; i < 40; ++i)
    messages_.push_back({"peter", "Message number " + std::to_string(i + 1) + (i % 5 ? "" : ", which is long enough that it needs more than one line in its bubble, whatever the width of the window may be."), "10:" + std::to_string(10 + i % 50), i % 3 == 1});
  messages_.push_back({"peter", "Grüße 你好 👩‍👩‍👧 مرحبا بالعالم", "11:02", false});
  messages_.push_back({"alice", "Привет Ωmega ✓ 한국어 ไทย हिन्दी 👍🏽 🇩🇪 ❤️", "11:03", true});
  messages_.push_back({"peter", "Read https://example.org/mqtt (it is short).", "11:04", false});
}

void Gallery::show(std::string_view view) {
  if (!view.empty()) view_ = view;
  dialog_open_ = view_ == "dialog";
}

void Gallery::draw(Ui& ui) {
  const auto page = screen(ui);
  if (view_ == "chat") return chat(ui);
  if (view_ == "packets") return packets(ui);
  if (view_ == "order") return order(ui);
  components(ui);
  if (const auto box = dialog(ui, "New chat", dialog_open_)) {
    heading(ui, 2, "New chat");
    text_field(ui, "Name", search_, {.placeholder = "Who do you want to talk to?"});
    gap(Theme::space_4);
    if (button(ui, "Create", {.kind = ButtonKind::primary, .width = -1})) dialog_open_ = false;
    if (button(ui, "Cancel", {.width = -1})) dialog_open_ = false;
  }
}

void Gallery::header(Ui& ui) {
  const auto banner = region(ui, {.role = Role::banner, .size = {0, 64}, .padding = {Theme::space_4, Theme::space_3}});
  const float top = ImGui::GetCursorPosY(), line = ui.theme().type(TextStyle::heading).line_height;
  ImGui::SetCursorPosY(top + std::floor((ui.theme().control_height() - line) / 2));
  heading(ui, 1, "MQTT Chat", {.style = TextStyle::heading});
  ImGui::SameLine();
  ImGui::SetCursorPosY(top);
  const bool narrow = ImGui::GetWindowWidth() < 480;
  const ButtonOptions show{.icon = Icon::packets, .icon_only = narrow, .pressed = packets_shown_};
  const ButtonOptions theme{.kind = ButtonKind::ghost, .icon = imgui_web::is_dark() ? Icon::sun : Icon::moon, .icon_only = true};
  align_right(button_size(ui, "Show Packets", show).x + button_size(ui, "Theme", theme).x + 8);
  if (button(ui, "Show Packets", show)) packets_shown_ = !packets_shown_;
  ImGui::SameLine();
  ImGui::SetCursorPosY(top);  // the line begins where the heading does
  if (button(ui, "Theme", theme))
    imgui_web::prefer(imgui_web::is_dark() ? imgui_web::Theme::light : imgui_web::Theme::dark);
}

void Gallery::components(Ui& ui) {
  const auto area = scroll_area(ui, "Components", {.role = Role::main, .padding = {Theme::space_4, Theme::space_4}});
  header(ui);
  const float room = ImGui::GetContentRegionAvail().x;
  const bool wide = room > 760;
  const float column = wide ? (room - Theme::space_4) / 2 : room;
  const ImVec2 top = ImGui::GetCursorScreenPos();
  {
    const auto card = region(ui, {.role = Role::region, .name = "Fields", .size = {column, 0}, .auto_height = true,
                                  .surface = Surface::card, .padding = {Theme::space_6, Theme::space_6}});
    fields(ui);
  }
  const float below = ImGui::GetCursorScreenPos().y;
  if (wide) ImGui::SetCursorScreenPos({top.x + column + Theme::space_4, top.y});
  {
    const auto card = region(ui, {.role = Role::region, .name = "Buttons", .size = {column, 0}, .auto_height = true,
                                  .surface = Surface::card, .padding = {Theme::space_6, Theme::space_6}});
    buttons(ui);
  }
  const float end = std::max(below, ImGui::GetCursorScreenPos().y);
  ImGui::SetCursorScreenPos({top.x, end + Theme::space_2});
  {
    const auto card = region(ui, {.role = Role::region, .name = "Feedback", .auto_height = true, .surface = Surface::card,
                                  .padding = {Theme::space_6, Theme::space_6}});
    feedback(ui);
  }
  if (view_ == "gallery") states_.draw(ui);
}

void Gallery::fields(Ui& ui) {
  heading(ui, 2, "Login");
  text(ui, "Enter your credentials to access the MQTT Chat!", {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  gap(Theme::space_4);
  const auto login = form(ui, "Login");
  text_field(ui, "Username", user_, {.autocomplete = "username", .required = true});
  text_field(ui, "Password", password_, {.hint = "At least four characters", .autocomplete = "current-password", .password = true});
  text_field(ui, "Broker", broken_, {.error = "A name cannot hold / + or #"});
  text_field(ui, "Notes", notes_, {.max_lines = 4, .enter_submits = false});
  std::string off = "wss://example.org/mqtt";
  text_field(ui, "Locked", off, {.disabled = true});
  checkbox(ui, "Use QoS 1", qos_, {.description = "Publish with QoS 1 and keep the session"});
  checkbox(ui, "Use status messages", status_);
  if (button(ui, "Sign In", {.kind = ButtonKind::primary, .width = -1}) || login.submitted()) ++clicks_;
  text(ui, "Signed in " + std::to_string(clicks_) + " times", {.style = TextStyle::small});
}

void Gallery::buttons(Ui& ui) {
  heading(ui, 2, "Buttons");
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  // On the same line where there is room.
  const auto next = [&](std::string_view name, const ButtonOptions& options) {
    const ImVec2 size = button_size(ui, name, options);
    if (ImGui::GetItemRectMax().x + 8 + size.x <= right) {
      ImGui::SameLine();
      ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::floor((ui.theme().control_height() - size.y) / 2));
    }
    return button(ui, name, options);
  };
  button(ui, "Primary", {.kind = ButtonKind::primary});
  next("Secondary", {});
  next("Ghost", {.kind = ButtonKind::ghost});
  button(ui, "Delete", {.kind = ButtonKind::danger, .icon = Icon::trash});
  next("Disabled", {.disabled_reason = "Nothing to send"});
  next("Add Chat", {.icon = Icon::plus, .small = true});
  if (button(ui, "Options", {.kind = ButtonKind::ghost, .expanded = options_open_})) options_open_ = !options_open_;
  if (next("New chat", {.kind = ButtonKind::secondary})) dialog_open_ = true;
  constexpr std::array<std::string_view, 3> choices = {"Show All Packets", "Inbound Only", "Outbound only"};
  if (options_open_) radio_group(ui, "Direction", choices, shown_);
  gap(Theme::space_6);
  heading(ui, 2, "Icons");
  for (int i = 1; i <= static_cast<int>(Icon::bell); ++i) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_icon(*ImGui::GetWindowDrawList(), static_cast<Icon>(i), at, 24, ui.theme().color.text.u32());
    ImGui::Dummy({24, 24});
    if (i % 9) ImGui::SameLine(0, 8);
  }
  ImGui::NewLine();
  heading(ui, 2, "Type");
  text(ui, "Title", {.style = TextStyle::title});
  text(ui, "Heading", {.style = TextStyle::heading});
  text(ui, "Body, in which most is written, wraps where its line ends.");
  text(ui, "Small and muted", {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  text(ui, "82 0a 00 01 00 05 61 2f 62 2f 63 01", {.style = TextStyle::code});
  link(ui, "A link to somewhere", "https://example.org/");
}

void Gallery::feedback(Ui& ui) {
  heading(ui, 2, "Feedback");
  status(ui, "Connected", {.tone = Tone::success, .dot = true});
  ImGui::SameLine();
  badge(ui, "Reconnecting in 3 s", {.tone = Tone::warning, .dot = true});
  ImGui::SameLine();
  badge(ui, "offline");
  ImGui::SameLine();
  badge(ui, "3", {.tone = Tone::accent});
  for (const char* name : {"alice", "peter", "hannes", "minh", "vy", "jenny"}) {
    avatar(ui, name);
    ImGui::SameLine();
  }
  ImGui::NewLine();
  alert(ui, "The broker refused the connection: bad user name or password.");
  progress(ui, "Loading", 0.4f, "40 percent");
  separator(ui, "Today");
  separator(ui, "New", Tone::accent);
}

void Gallery::chat(Ui& ui) {
  header(ui);
  const bool wide = ImGui::GetIO().DisplaySize.x > 760;
  if (wide) {
    const auto side = region(ui, {.role = Role::navigation, .name = "Conversations", .size = {300, 0},
                                  .surface = Surface::panel, .padding = {Theme::space_3, Theme::space_4}});
    heading(ui, 2, "Chats", {.style = TextStyle::subheading});
    const auto chats = list(ui, "Chats");
    int i = 0;
    for (const std::string_view name : {"peter", "hannes", "vy"}) {
      const auto item = list_item(ui, name, 64, {.selected = chosen_ == i, .description = "see you soon, 10:42"});
      if (item.activated) chosen_ = i;
      const Rect& r = item.rect;
      draw_avatar(ui, {r.x + 12, r.y + 12}, 40, name);
      draw_text(ui, {r.x + 64, r.y + 9}, name, TextStyle::body_strong, ui.theme().color.text, r.w - 130);
      draw_text(ui, {r.x + 64, r.y + 34}, "see you soon, and bring the cake with you", TextStyle::small, ui.theme().color.text_muted, r.w - 76);
      draw_text(ui, {r.x + r.w - 46, r.y + 13}, "10:42", TextStyle::tiny, ui.theme().color.text_muted);
      ++i;
    }
  }
  if (wide) ImGui::SameLine();
  conversation(ui);
}

void Gallery::conversation(Ui& ui) {
  const auto panel = region(ui, {.role = Role::main, .name = "Conversation", .surface = Surface::panel});
  {
    const auto top = region(ui, {.size = {0, 64}, .padding = {Theme::space_4, Theme::space_3}});
    draw_avatar(ui, ImGui::GetCursorScreenPos(), 40, "peter");
    ImGui::SetCursorPos({Theme::space_4 + 52, 18});
    heading(ui, 2, "Conversation with peter", {.style = TextStyle::subheading, .ellipsis = true});
    ImGui::SameLine(0, 12);
    badge(ui, "online", {.tone = Tone::success, .dot = true});
  }
  separator(ui);
  const float composer = 68 + 24.0f * static_cast<float>(std::min<long>(3, std::count(message_.begin(), message_.end(), '\n')));
  log(ui, "Messages", log_, static_cast<int>(messages_.size()), [&](int i) { bubble(ui, messages_[static_cast<std::size_t>(i)]); },
      {.size = {0, -composer}, .estimated_height = 76, .max_content_width = 860});
  const auto row = region(ui, {.padding = {Theme::space_4, Theme::space_2}});
  const auto writing = form(ui, "Composer");
  const float send_width = button_size(ui, "Send", {.kind = ButtonKind::primary, .icon = Icon::send}).x;
  text_field(ui, "Message", message_, {.placeholder = "Write a message", .max_lines = 4, .label_visible = false,
                                       .width = ImGui::GetContentRegionAvail().x - send_width - 8});
  ImGui::SameLine();
  if (button(ui, "Send", {.kind = ButtonKind::primary, .icon = Icon::send}) || writing.submitted()) {
    if (!message_.empty()) messages_.push_back({"alice", message_, "11:05", true});
    message_.clear();
    log_.jump_to_latest();
  }
}

void Gallery::bubble(Ui& ui, const Message& message) {
  const Palette& c = ui.theme().color;
  const float room = ImGui::GetContentRegionAvail().x;
  const float widest = std::min(room * 0.78f, 560.0f) - 2 * Theme::space_3;
  const ImVec2 size = text_size(ui, message.text, TextStyle::body, widest), at = ImGui::GetCursorScreenPos();
  const ImVec2 box{size.x + 2 * Theme::space_3, size.y + 2 * Theme::space_2};
  const float x = message.own ? at.x + room - box.x : at.x + 44;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (!message.own) draw_avatar(ui, {at.x, at.y + box.y - 32}, 32, message.sender);
  list->AddRectFilled({x, at.y}, {x + box.x, at.y + box.y}, (message.own ? c.own_bubble : c.other_bubble).u32(), Theme::radius_bubble);
  ImGui::SetCursorScreenPos({x + Theme::space_3, at.y + Theme::space_2});
  text(ui, message.text, {.color = message.own ? c.on_own_bubble : c.on_other_bubble, .width = widest, .box_width = size.x,
                          .links = true});
  ImGui::SetCursorScreenPos({message.own ? x + box.x - ui.text_width(message.time, TextStyle::tiny) - 4 : x + 4, at.y + box.y + 2});
  text(ui, message.time, {.style = TextStyle::tiny, .color = c.text_muted, .width = -1});
}

void Gallery::packets(Ui& ui) {
  header(ui);
  const auto panel = region(ui, {.role = Role::main, .name = "Inspector", .surface = Surface::panel, .padding = {1, 8}});
  constexpr std::array columns = {
      Column{.name = "Idx", .width = 64, .right = true}, Column{.name = "Direction", .width = 130},
      Column{.name = "Packet", .width = 110, .style = TextStyle::small_strong},
      Column{.name = "Topic", .style = TextStyle::code, .hide_below = 480},
      Column{.name = "Size", .width = 80, .right = true, .hide_below = 600}};
  std::string held;
  const auto result = table(ui, "Packets", table_, columns, 5000, [&](int row, int column) {
    const bool in = row % 3 == 0;
    switch (column) {
      case 0: held = std::to_string(row + 1); return Cell{.text = held};
      case 1: return Cell{.text = in ? "INBOUND" : "OUTBOUND", .color = in ? ui.theme().color.success_text : ui.theme().color.accent_text,
                          .icon = in ? Icon::arrow_left : Icon::arrow_right};
      case 2: return Cell{.text = in ? "puback" : "publish"};
      case 3: held = "chat/messages/peter/alice/" + std::to_string(row); return Cell{.text = held};
      default: held = std::to_string(40 + row % 90); return Cell{.text = held};
    }
  }, {.selected = packet_});
  if (result.activated >= 0) packet_ = result.activated;
}

// A paragraph in a box of 320 pixels, and where each piece of it stands: "byte offset:line:x", in the text's order.
void Gallery::order(Ui& ui) {
  const auto area = region(ui, {.role = Role::main, .padding = {Theme::space_4, Theme::space_4}});
  text_field(ui, "Text", search_, {.max_lines = 4});
  constexpr float width = 320;
  text(ui, search_, {.width = width});
  const TextLayout& layout = ui.layout(search_, TextStyle::body, width);
  std::string places;
  for (std::size_t row = 0; row < layout.lines.size(); ++row) {
    const LayoutLine& line = layout.lines[row];
    for (std::uint32_t i = line.first; i < line.last; ++i)
      places += std::to_string(layout.clusters[i].begin) + ":" + std::to_string(row) + ":" +
                std::to_string(static_cast<int>(layout.indent(line, width) + layout.clusters[i].x)) + " ";
  }
  text(ui, places.empty() ? "nothing" : "Order " + places, {.style = TextStyle::tiny});
}
