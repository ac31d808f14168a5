#include "semantic/lists.hpp"

#include "memory.hpp"
#include "scroll.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace semantic {

namespace {

constexpr float cell_padding = 8, bar_room = 12, icon_size = 16;

struct Span {
  int column;
  float x, width;
  bool icon_only;
};

// Columns that hide on a narrow table go first; what is left is shared by weight.
std::vector<Span> arrange(std::span<const Column> columns, float width) {
  std::vector<Span> spans;
  float fixed = 0, weights = 0;
  for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
    const Column& column = columns[static_cast<std::size_t>(i)];
    if (column.hide_below > 0 && width < column.hide_below) continue;
    const bool icon_only = width < column.icon_below;
    spans.push_back({i, 0, icon_only ? icon_size + 2 * cell_padding : column.width, icon_only});
    fixed += spans.back().width;
    if (column.width <= 0) weights += column.weight;
  }
  float x = 0;
  for (Span& span : spans) {
    const Column& column = columns[static_cast<std::size_t>(span.column)];
    if (span.width <= 0) span.width = std::max(40.0f, (width - fixed) * column.weight / weights);
    span.x = x;
    x += span.width;
  }
  return spans;
}

class TableView {
 public:
  TableView(Ui& ui, TableState& state, std::span<const Column> columns, int rows, const TableOptions& options)
      : ui_(ui), state_(state), columns_(columns), rows_(rows), options_(options) {}

  TableResult run(std::string_view name, FunctionRef<Cell(int, int)> cell) {
    const ImVec2 size = child_size(options_.size), at = ImGui::GetCursorScreenPos();
    const Id id = widget_id(name);
    ImGui::PushID(static_cast<int>(id));
    declare_open(ui_, {.id = id, .role = Role::table, .rect = {at.x, at.y, size.x, size.y}, .name = name,
                       .set_size = rows_ + 1});
    spans_ = arrange(columns_, size.x - bar_room);
    header(size.x);
    body({size.x, std::max(1.0f, size.y - options_.row_height)}, cell);
    ui_.tree().close();
    ImGui::PopID();
    return result_;
  }

 private:
  void header(float width) {
    const Palette& c = ui_.theme().color;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Rect row{at.x, at.y, width, options_.row_height};
    ImDrawList* list = ImGui::GetWindowDrawList();
    // Beside an edge there is nothing to be round towards.
    const bool inset = at.x > ImGui::GetWindowPos().x;
    list->AddRectFilled(row.min(), row.max(), c.raised.u32(), inset ? Theme::radius_small : 0, ImDrawFlags_RoundCornersTop);
    list->AddRectFilled({row.x, row.y + row.h - 1}, row.max(), c.border.u32());
    declare_open(ui_, {.id = widget_id("header"), .role = Role::row, .rect = row, .position = 1});
    for (const Span& span : spans_) {
      const Column& column = columns_[static_cast<std::size_t>(span.column)];
      draw_cell(widget_id("header") + static_cast<Id>(span.column) + 1, Role::column_header, span, row,
                {.text = column.name, .color = c.text_muted, .spoken = {}}, TextStyle::small_strong);
    }
    ui_.tree().close();
    const float spacing = ImGui::GetStyle().ItemSpacing.y;
    ImGui::ItemSize(ImVec2(width, options_.row_height - spacing), 0);
  }

  void body(ImVec2 size, FunctionRef<Cell(int, int)> cell) {
    const Id id = widget_id("rows");
    const float all = static_cast<float>(rows_) * options_.row_height;
    const float end = std::max(0.0f, all - size.y);
    if (scroll_input(ui_, id, size.y, all, state_.scroll)) state_.stick_to_bottom = state_.scroll >= end - 4;
    if (state_.stick_to_bottom) state_.scroll = end;
    if (const int row = ui_.take_found(id); row >= 0) state_.scroll_to = std::min(row, rows_ - 1);
    if (state_.scroll_to >= 0) {
      const float top = static_cast<float>(state_.scroll_to) * options_.row_height;
      state_.scroll = std::clamp(state_.scroll, std::max(0.0f, top + options_.row_height - size.y), top);
      state_.stick_to_bottom = state_.scroll >= end - 4;
      state_.scroll_to = -1;
    }
    state_.scroll = std::clamp(state_.scroll, 0.0f, end);
    const int node = begin_scroll(ui_, {.id = id, .role = Role::row_group, .name = {}, .size = size,
                                        .states = state_arrow_keys, .wanted_y = state_.scroll, .content_height = all});
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const int first = std::max(0, static_cast<int>(state_.scroll / options_.row_height) - 2);
    const int last = std::min(rows_, static_cast<int>((state_.scroll + size.y) / options_.row_height) + 3);
    const auto draw = [&](int row) {
      draw_row(row, {origin.x, origin.y + static_cast<float>(row) * options_.row_height, size.x, options_.row_height}, cell);
    };
    const int focused = std::exchange(state_.focused, -1);
    if (focused >= 0 && focused < first) draw(focused);
    for (int row = first; row < last; ++row) draw(row);
    if (focused >= last && focused < rows_) draw(focused);
    end_scroll(ui_, node);
    // The rows take the focus; the container itself need not.
    ui_.tree().at(node).states &= ~static_cast<std::uint32_t>(state_focusable);
  }

  void draw_row(int row, const Rect& rect, FunctionRef<Cell(int, int)> cell) {
    const Palette& c = ui_.theme().color;
    ImGui::PushID(row);
    ImGui::SetCursorScreenPos(rect.min());
    const Id id = widget_id("row");
    const SurfaceResult item = begin_widget(ui_, id, {rect.w, rect.h});
    if (item.activated) result_.activated = row;
    if (item.hovered) result_.hovered = row;
    if (item.focused) state_.focused = row;
    if (item.focused && ui_.focus_visible()) result_.focused = row;
    const bool selected = options_.selected == row;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const bool marked = options_.marked && options_.marked(row);
    if (selected || marked || item.hovered)
      list->AddRectFilled(rect.min(), rect.max(), selected || (marked && !item.hovered) ? c.accent_soft.u32() : c.hover.u32());
    if (selected || marked) list->AddRectFilled(rect.min(), {rect.x + 3, rect.y + rect.h}, c.accent.u32());
    const int node = declare_open(ui_, {.id = id, .role = Role::row, .states = state_focusable | (selected ? state_current : 0u),
                                        .rect = rect, .position = row + 2});
    // What it is called when it gets the focus: not every screen reader looks for the cells then.
    std::string words;
    for (const Span& span : spans_) {
      const Cell shown = cell(row, span.column);
      const std::string_view spoken = spoken_of(shown);
      if (!spoken.empty()) words.append(words.empty() ? "" : " ").append(spoken);
      draw_cell(id + static_cast<Id>(span.column) + 1, Role::cell, span, rect, shown,
                columns_[static_cast<std::size_t>(span.column)].style);
    }
    ui_.tree().at(node).name = ui_.tree().keep(words);
    ui_.tree().close();
    focus_ring(ui_, id, {rect.x + 3, rect.y + 3, rect.w - 6, rect.h - 6}, 4);
    ImGui::PopID();
  }

  static std::string_view spoken_of(const Cell& cell) { return cell.spoken.empty() ? cell.text : cell.spoken; }

  void draw_cell(Id id, Role role, const Span& span, const Rect& row, const Cell& cell, TextStyle style) {
    const Palette& c = ui_.theme().color;
    const Color color = cell.color.value_or(c.text);
    const float room = std::max(1.0f, span.width - 2 * cell_padding);
    float x = row.x + span.x + cell_padding, left = room;
    if (cell.icon != Icon::none) {
      draw_icon(*ImGui::GetWindowDrawList(), cell.icon, {x, row.y + (row.h - icon_size) * 0.5f}, icon_size, color.u32());
      x += 22, left = std::max(1.0f, left - 22);
    }
    const Column& column = columns_[static_cast<std::size_t>(span.column)];
    const TextLayout& layout = column.keep_end && !cell.keep_start ? end_of(cell.text, style, left) : ui_.layout(cell.text, style);
    if (column.right) x += std::max(0.0f, left - layout.width);
    const float y = row.y + (row.h - layout.line_height) * 0.5f;
    if (!span.icon_only)
      draw_line(*ImGui::GetWindowDrawList(), layout, layout.lines.front(), {x, y}, color.u32(), left);
    declare(ui_, {.id = id, .role = role, .rect = {row.x + span.x, row.y, span.width, row.h}, .name = spoken_of(cell),
                  .position = span.column + 1, .font_size = layout.font_size, .line_height = layout.line_height,
                  .padding_x = x - row.x - span.x, .padding_y = y - row.y,
                  .font = static_cast<std::uint8_t>(ui_.theme().type(style).face)});
  }

  // What of a text fits at its end, after dots where it is not the whole.
  const TextLayout& end_of(std::string_view text, TextStyle style, float room) {
    const TextLayout& whole = ui_.layout(text, style);
    if (whole.width <= room + 0.5f) return whole;
    const std::string dots = "…";
    const float cut = whole.width - room + ui_.text_width(dots, style);
    std::size_t from = 0;
    while (from < whole.clusters.size() && whole.clusters[from].x < cut) ++from;
    return ui_.layout(from < whole.clusters.size() ? dots + std::string(text.substr(whole.clusters[from].begin)) : dots, style);
  }

  Ui& ui_;
  TableState& state_;
  std::span<const Column> columns_;
  int rows_;
  const TableOptions& options_;
  std::vector<Span> spans_;
  TableResult result_;
};

}  // namespace

TableResult table(Ui& ui, std::string_view name, TableState& state, std::span<const Column> columns, int rows,
                  FunctionRef<Cell(int, int)> cell, const TableOptions& options) {
  return TableView(ui, state, columns, rows, options).run(name, cell);
}

}  // namespace semantic
