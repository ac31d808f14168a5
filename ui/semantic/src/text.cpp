#include "semantic/text.hpp"

#include "memory.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>

namespace semantic {

namespace {

bool is_url_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 32 && u != 127 && c != '<' && c != '>' && c != '"' && c != '`' && c != '\\' && c != '^';
}

bool starts_link(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  return rest.starts_with("https://") || rest.starts_with("http://");
}

// ')' belongs to an address that opened one, as in .../Foo_(bar).
std::size_t trim_link(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view link = text.substr(begin, end - begin);
  auto unopened = std::count(link.begin(), link.end(), ')') - std::count(link.begin(), link.end(), '(');
  while (end > begin) {
    const char c = text[end - 1];
    if (c == ')' ? unopened-- <= 0 : std::string_view(".,;:!?'*]}").find(c) == std::string_view::npos) break;
    --end;
  }
  return end;
}

struct Painter {
  Ui& ui;
  const TextLayout& layout;
  std::string_view text;
  Color color;
  std::span<const LinkSpan> links;
  float max_width;
  std::vector<TextLine>& lines;
  std::size_t next_link = 0;  // the first that does not end before the line

  void piece(const LayoutLine& line, ImVec2 at, std::uint32_t begin, std::uint32_t end, std::string_view href) {
    float left = 0, right = 0;
    bool any = false;
    const float y = at.y + layout.line_height * 0.5f + layout.font_size * 0.45f;
    layout.each_stretch(line, begin, end, [&](float from, float to) {
      left = any ? std::min(left, from) : from, right = any ? std::max(right, to) : to;
      any = true;
      if (!href.empty()) ImGui::GetWindowDrawList()->AddLine({at.x + from, y}, {at.x + to, y}, color.u32(0.7f), 1);
    });
    lines.push_back({text.substr(begin, end - begin), href, {at.x + left, at.y, right - left, layout.line_height}});
  }

  void paint_line(const LayoutLine& line, ImVec2 at) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool in_sight = at.y < list.GetClipRectMax().y && at.y + layout.line_height > list.GetClipRectMin().y;
    if (in_sight) draw_line(list, layout, line, at, color.u32(), max_width);
    std::uint32_t from = line.begin;
    for (; next_link < links.size() && links[next_link].begin < line.end; ++next_link) {
      const LinkSpan& link = links[next_link];
      const std::uint32_t begin = std::max(link.begin, line.begin), end = std::min(link.end, line.end);
      if (from < begin) piece(line, at, from, begin, {});
      piece(line, at, begin, end, text.substr(link.begin, link.end - link.begin));
      from = end;
      if (link.end > line.end) break;
    }
    if (from < line.end || line.begin == line.end) piece(line, at, from, line.end, {});
  }
};

struct Placed {
  Rect rect;
  std::span<const TextLine> lines;
  Type type;
  bool rtl;
};

Placed place_text(Ui& ui, std::string_view words, const TextOptions& options, std::span<const LinkSpan> links) {
  const float room = std::max(1.0f, ImGui::GetContentRegionAvail().x);
  const bool one_line = options.width < 0 || options.ellipsis;
  const float wrap = one_line ? 0 : options.width > 0 ? options.width : room;
  const TextLayout& layout = ui.layout(words, options.style, wrap);
  const float width = options.ellipsis ? std::min(layout.width, options.width > 0 ? options.width : room) : layout.width;
  ImVec2 at = ImGui::GetCursorScreenPos();
  const float box = options.box_width > 0 ? options.box_width : wrap;
  const bool fills = (options.center || layout.rtl) && box > 0;
  const ImVec2 size{fills ? std::max(box, width) : width, layout.height};
  ImGui::ItemSize(size, 0);
  ImGui::ItemAdd({at, {at.x + size.x, at.y + size.y}}, 0);
  std::vector<TextLine>& lines = ui.memory().lines;
  lines.clear();
  Painter painter{ui, layout, words, options.color.value_or(ui.theme().color.text), links,
                  options.ellipsis ? width : 0, lines};
  const float line_box = options.ellipsis ? 0 : size.x;
  for (std::size_t i = 0; i < layout.lines.size(); ++i) {
    const LayoutLine& line = layout.lines[i];
    const float indent = options.center ? (size.x - line.width) * 0.5f : line_box > 0 ? layout.indent(line, line_box) : 0;
    painter.paint_line(line, {at.x + std::max(0.0f, indent), at.y + static_cast<float>(i) * layout.line_height});
  }
  return {{at.x, at.y, size.x, size.y}, lines, ui.theme().type(options.style), layout.rtl};
}

Node text_node(Ui& ui, Role role, std::string_view words, const Placed& placed) {
  Node node;
  node.id = unique_id(ui, widget_id(words) ^ 0x7e47u);
  node.role = role;
  node.states = placed.rtl ? state_rtl : state_none;
  node.name = words;
  node.rect = placed.rect;
  node.lines = placed.lines;
  node.font = static_cast<std::uint8_t>(placed.type.face);
  node.font_size = placed.type.size;
  node.line_height = placed.type.line_height;
  return node;
}

// With what is told around it: pieces without a width.
void declare_text(Ui& ui, Node node, const TextOptions& options) {
  if (options.aside) node.states |= state_aside;
  if (options.before.empty() && options.after.empty()) {
    declare(ui, node);
    return;
  }
  const std::string name = std::string(options.before).append(node.name).append(options.after);
  const Rect at{node.rect.x, node.rect.y, 0, node.line_height};
  std::vector<TextLine>& lines = ui.memory().lines;
  if (!options.before.empty()) lines.insert(lines.begin(), {options.before, {}, at});
  if (!options.after.empty()) lines.push_back({options.after, {}, at});
  node.name = name;
  node.lines = lines;
  declare(ui, node);
}

}  // namespace

void find_links(std::string_view text, std::vector<LinkSpan>& out) {
  out.clear();
  for (std::size_t at = text.find("http"); at != std::string_view::npos; at = text.find("http", at + 1)) {
    if (!starts_link(text, at)) continue;
    std::size_t end = at;
    while (end < text.size() && is_url_char(text[end])) ++end;
    end = trim_link(text, at, end);
    if (text.substr(at, end - at).find("://") + 3 >= end - at) continue;
    out.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
    at = end - 1;
  }
}

void text(Ui& ui, std::string_view words, const TextOptions& options) {
  static thread_local std::vector<LinkSpan> links;
  links.clear();
  if (options.links) find_links(words, links);
  const Placed placed = place_text(ui, words, options, links);
  if (!options.hidden) declare_text(ui, text_node(ui, Role::text, words, placed), options);
}

void heading(Ui& ui, int level, std::string_view words, const TextOptions& options) {
  const Placed placed = place_text(ui, words, options, {});
  Node node = text_node(ui, Role::heading, words, placed);
  node.level = level;
  declare_text(ui, node, options);
}

ImVec2 text_size(Ui& ui, std::string_view words, TextStyle style, float width) {
  const TextLayout& layout = ui.layout(words, style, width);
  return {layout.width, layout.height};
}

void draw_text(Ui& ui, ImVec2 at, std::string_view words, TextStyle style, Color color, float max_width) {
  const TextLayout& layout = ui.layout(words, style);
  draw_line(*ImGui::GetWindowDrawList(), layout, layout.lines.front(), at, color.u32(), max_width);
}

void link(Ui& ui, std::string_view name, std::string_view href, const TextOptions& options) {
  TextOptions shown = options;
  if (!shown.color) shown.color = ui.theme().color.accent_text;
  const Id id = unique_id(ui, widget_id(name) ^ 0x11u);
  const TextLayout& layout = ui.layout(name, shown.style);
  const SurfaceResult item = begin_widget(ui, id, {layout.width, layout.height});
  ImDrawList* list = ImGui::GetWindowDrawList();
  draw_line(*list, layout, layout.lines.front(), item.rect.min(), shown.color->u32());
  const float y = item.rect.y + layout.line_height * 0.5f + layout.font_size * 0.45f;
  list->AddLine({item.rect.x, y}, {item.rect.x + layout.width, y}, shown.color->u32(item.hovered ? 1 : 0.6f), 1);
  declare(ui, {.id = id, .role = Role::link, .rect = item.rect, .name = name, .href = href});
  focus_ring(ui, id, item.rect, 4);
}

}  // namespace semantic
