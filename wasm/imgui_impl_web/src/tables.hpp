// Tables of a frame as rows and cells. The hooks tell of the items in a cell, not of the texts: these are in the column that they lie
// in, and a text further to the left than what came before begins a row.
#pragma once

#include "drawn.hpp"
#include "recorder.hpp"

#include <semantic/tree.hpp>

#include <functional>
#include <vector>

namespace imgui_impl_web {

/// Of nothing that stands in a table: no table.
struct Cell {
  const ImGuiTable* table = nullptr;
  int row = -1;      // as Dear ImGui counts; -1: a text's, which nobody told of
  int column = -1;
  bool header = false;
};

class Tables {
 public:
  using NameOf = std::function<std::string_view(ImGuiID table)>;
  Tables(ImGuiContext& context, semantic::Tree& tree, NameOf name_of)
      : context_(context), tree_(tree), name_of_(std::move(name_of)) {}

  /// Around the pieces of one window.
  void begin_window(const ImGuiWindow& window);
  void end_window();

  Cell cell_of(const Item& item) const;
  Cell cell_at(ImVec2 point) const;
  bool is_open(const Cell& cell) const;
  /// Closes and opens what is needed, so that what comes next stands in this cell; `rect` is a part of it.
  void enter(const Cell& cell, const ImRect& rect);

 private:
  struct Open {
    const ImGuiTable* table;
    int table_node, row_node = -1, cell_node = -1;
    int rows = 0, row = -1, column = -1;
    float bottom = 0;  // of what is in the row so far
  };
  void open_table(const ImGuiTable& table);
  void open_row(Open& open);
  void open_cell(Open& open, const Cell& cell);
  void close_cell(Open& open);
  void close_row(Open& open);
  void close_table();
  void grow(Open& open, const ImRect& rect);
  static bool begins_row(const Open& open, const Cell& cell, float top);

  ImGuiContext& context_;
  semantic::Tree& tree_;
  NameOf name_of_;
  std::vector<const ImGuiTable*> here_;        // of the window
  std::vector<std::vector<const ImGuiTable*>> around_;
  std::vector<Open> open_;
  std::vector<std::size_t> bases_;             // of the windows around: tables that were open before each
};

}  // namespace imgui_impl_web
