#include "tables.hpp"

#include <algorithm>
#include <utility>

namespace imgui_impl_web {

namespace {

using semantic::Role;

constexpr ImGuiID table_part = 1, row_part = 2, cell_part = 3;

ImGuiID id_of(ImGuiID part, ImGuiID of, int number) {
  const ImGuiID ids[] = {part, of, static_cast<ImGuiID>(number)};
  return ImHashData(ids, sizeof ids);
}

semantic::Rect to_rect(const ImRect& r) { return {r.Min.x, r.Min.y, r.GetWidth(), r.GetHeight()}; }

void add_to(semantic::Rect& all, const ImRect& part) {
  ImRect box(all.x, all.y, all.x + all.w, all.y + all.h);
  box.Add(part);
  all = to_rect(box);
}

float area(const ImGuiTable& table) { return table.OuterRect.GetWidth() * table.OuterRect.GetHeight(); }

}  // namespace

void Tables::begin_window(const ImGuiWindow& window) {
  around_.push_back(std::exchange(here_, {}));
  bases_.push_back(open_.size());
  for (int i = 0; i < context_.Tables.GetMapSize(); ++i)
    if (const ImGuiTable* const table = context_.Tables.TryGetMapData(i))
      if (table->InnerWindow == &window && table->LastFrameActive == context_.FrameCount) here_.push_back(table);
}

void Tables::end_window() {
  enter({}, {});
  here_ = std::move(around_.back());
  around_.pop_back();
  bases_.pop_back();
}

Cell Tables::cell_of(const Item& item) const {
  const auto it = std::find_if(here_.begin(), here_.end(), [&](const ImGuiTable* table) { return table->ID == item.table; });
  if (item.table == 0 || it == here_.end() || item.column < 0) return cell_at(item.rect.Min);
  return {*it, item.row, item.column, item.header};
}

Cell Tables::cell_at(ImVec2 point) const {
  const ImGuiTable* found = nullptr;
  for (const ImGuiTable* const table : here_)
    if (table->OuterRect.Contains(point) && (!found || area(*table) < area(*found))) found = table;
  if (!found) return {};
  for (int i = 0; i < found->ColumnsCount; ++i) {
    const ImGuiTableColumn& column = found->Columns[i];
    if (column.IsEnabled && point.x >= column.MinX && point.x < column.MaxX) return {found, -1, i, false};
  }
  return {};
}

bool Tables::begins_row(const Open& open, const Cell& cell, float top) {
  if (open.rows == 0 || cell.column < open.column) return true;
  if (cell.row >= 0 && open.row >= 0) return cell.row != open.row;
  return open.table->ColumnsEnabledCount == 1 && top >= open.bottom;
}

bool Tables::is_open(const Cell& cell) const {
  if (open_.size() == bases_.back()) return !cell.table;
  const Open& open = open_.back();
  return open.table == cell.table && open.column == cell.column && (cell.row < 0 || open.row < 0 || cell.row == open.row) &&
         cell.table->ColumnsEnabledCount > 1;
}

void Tables::enter(const Cell& cell, const ImRect& rect) {
  const auto around = [&](const Open& open) {
    return cell.table && (open.table == cell.table || open.table->OuterRect.Contains(cell.table->OuterRect));
  };
  while (open_.size() > bases_.back() && !around(open_.back())) close_table();
  if (!cell.table) return;
  if (open_.size() == bases_.back() || open_.back().table != cell.table) open_table(*cell.table);
  Open& open = open_.back();
  if (begins_row(open, cell, rect.Min.y)) {
    close_row(open);
    open_row(open);
  } else if (cell.column != open.column) {
    close_cell(open);
  }
  if (cell.row >= 0) open.row = cell.row;
  if (open.cell_node < 0) open_cell(open, cell);
  for (std::size_t i = bases_.back(); i < open_.size(); ++i) grow(open_[i], rect);
}

void Tables::open_table(const ImGuiTable& table) {
  ImGuiID id = id_of(table_part, table.ID, 0);
  while (tree_.contains(id)) ++id;  // one that is submitted twice in a frame
  const std::string_view name = name_of_(table.ID);
  open_.push_back({&table, tree_.open({.id = id, .role = Role::table, .rect = to_rect(table.OuterRect), .name = name})});
}

void Tables::open_row(Open& open) {
  ++open.rows;
  open.row = open.column = -1;
  ImGuiID id = id_of(row_part, tree_.at(open.table_node).id, open.rows);
  while (tree_.contains(id)) ++id;
  open.row_node = tree_.open({.id = id, .role = Role::row, .position = open.rows});
}

void Tables::open_cell(Open& open, const Cell& cell) {
  ImGuiID id = id_of(cell_part, tree_.at(open.row_node).id, cell.column);
  while (tree_.contains(id)) ++id;
  const ImGuiTableColumn& column = open.table->Columns[cell.column];
  const bool sorts = cell.header && column.SortOrder >= 0;
  open.cell_node = tree_.open({.id = id, .role = cell.header ? Role::column_header : Role::cell,
                               .level = sorts ? static_cast<int>(column.SortDirection) : 0, .position = cell.column + 1});
  open.column = cell.column;
}

void Tables::close_cell(Open& open) {
  if (open.cell_node < 0) return;
  tree_.close();
  open.cell_node = -1;
}

void Tables::close_row(Open& open) {
  close_cell(open);
  if (open.row_node < 0) return;
  tree_.close();
  open.row_node = -1;
}

void Tables::close_table() {
  Open& open = open_.back();
  close_row(open);
  // Of one that scrolls, rows may be missing that are out of sight.
  tree_.at(open.table_node).set_size = open.table->InnerWindow == open.table->OuterWindow ? open.rows : -1;
  tree_.close();
  open_.pop_back();
}

void Tables::grow(Open& open, const ImRect& rect) {
  for (const int index : {open.row_node, open.cell_node}) {
    semantic::Rect& all = tree_.at(index).rect;
    if (all == semantic::Rect{}) all = to_rect(rect);
    else add_to(all, rect);
    if (index == open.row_node) open.bottom = all.y + all.h;
  }
}

}  // namespace imgui_impl_web
