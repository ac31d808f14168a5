#include "widgets.hpp"

#include <algorithm>
#include <cmath>

namespace imgui_impl_web {

namespace {

constexpr std::uint32_t lifetime = 600;  // frames for which a widget is remembered that is not submitted any more

bool is_drawn(const ImGuiWindow& window) { return window.Active && !window.Hidden; }

// Grips at a window's edges; pictures of numbers, whose words are text like any other; and a window inside of another one, which is
// an element already.
bool is_no_widget(const Item& item, const Begun& begun) {
  if (item.told) return false;
  const ImVector<ImGuiWindow*>& children = begun.window->DC.ChildWindows;
  return item.flags & ImGuiItemFlags_NoNav ||
         std::any_of(children.begin(), children.end(), [&](const ImGuiWindow* child) { return child->ChildId == item.id; });
}

bool same_line(const Run& run, const ImRect& rect) {
  const float middle = run.at.y + run.size / 2;
  return middle > rect.Min.y && middle < rect.Max.y;
}

// Runs and shapes between two vertices; both are sorted by them.
template <class T> std::span<const T> between(const std::vector<T>& all, unsigned first, unsigned end) {
  const auto at = [&](unsigned vertex) {
    const auto it = std::lower_bound(all.begin(), all.end(), vertex, [](const T& one, unsigned v) { return one.vertex < v; });
    return static_cast<std::size_t>(it - all.begin());
  };
  return std::span<const T>(all).subspan(at(first), at(end) - at(first));
}

void add_label(Page& page, const Run& run) {
  page.pieces.push_back({Piece::What::label, run.vertex, static_cast<int>(page.labels.size()), nullptr});
  page.labels.push_back(run);
}

std::string_view hidden_part(std::string_view label) {
  const std::size_t at = label.find("##");
  if (at == std::string_view::npos) return {};
  label.remove_prefix(label.substr(at).starts_with("###") ? at + 3 : at + 2);
  return label;
}

const char* default_name(Kind kind) {
  switch (kind) {
    case Kind::close: return "Close";
    case Kind::collapse: return "Collapse";
    case Kind::field: case Kind::spin: return "Value";
    case Kind::combo: return "Choice";
    default: return "Button";
  }
}

// A label in front of what it names often ends with a colon.
std::string_view without_colon(std::string_view text) {
  if (text.ends_with(":")) text.remove_suffix(1);
  return text;
}

}  // namespace

Widget* Widgets::find(ImGuiID id) {
  const auto it = widgets_.find(id);
  return it == widgets_.end() ? nullptr : &it->second;
}

bool Widgets::read(ImGuiContext& context, const Recorder& recorder, const Told& told) {
  context_ = &context;
  told_ = &told;
  ++frame_;
  const bool moved = glyphs_.update(*context.IO.Fonts);
  pages_.clear();
  before_ = 0;
  for (const Begun& begun : recorder.windows()) read_page(recorder, begun);
  take_lines();
  for (const Page& page : pages_) find_names(recorder, page);
  forget_old();
  return moved;
}

void Widgets::read_page(const Recorder& recorder, const Begun& begun) {
  if (!is_drawn(*begun.window)) return;
  Page& page = pages_.emplace_back();
  page.window = begun.window;
  const std::vector<Item>& items = recorder.items();
  bounds_.clear();
  for (const Submitted& one : begun.content) {
    bounds_.push_back(one.vertex);
    if (one.item >= 0) bounds_.push_back(items[static_cast<std::size_t>(one.item)].end);
  }
  std::sort(bounds_.begin(), bounds_.end());
  read_list(*begun.window->DrawList, glyphs_, bounds_, drawn_);
  const ImRect title = begun.window->TitleBarHeight > 0 ? begun.window->TitleBarRect() : ImRect();
  std::vector<bool> taken(drawn_.runs.size());
  for (std::size_t i = 0; i < drawn_.runs.size(); ++i) {
    const Run& run = drawn_.runs[i];
    taken[i] = title.Contains({run.at.x + 1, run.at.y + 1});
    if (taken[i]) add_label(page, run);
  }
  for (std::size_t i = 0; i < begun.content.size(); ++i) {
    const Submitted& one = begun.content[i];
    if (one.item < 0) {
      page.pieces.push_back({Piece::What::window, one.vertex, -1, one.window});
      continue;
    }
    const Item& item = items[static_cast<std::size_t>(one.item)];
    if (item.rect.GetArea() > 0) known_.insert(item.id);  // a tab has none at first
    if (is_no_widget(item, begun)) continue;
    // What tells no end ends where the next one begins, or where its rectangle does.
    const unsigned next = i + 1 < begun.content.size() ? begun.content[i + 1].vertex : static_cast<unsigned>(-1);
    std::span<const Run> runs = between(drawn_.runs, item.first, item.told ? item.end : next);
    while (!item.told && !runs.empty() && !item.rect.Contains({runs.back().at.x + 1, runs.back().at.y + runs.back().size / 2}))
      runs = runs.first(runs.size() - 1);
    for (const Run& run : runs) taken[static_cast<std::size_t>(&run - drawn_.runs.data())] = true;
    take_item(item, runs, between(drawn_.shapes, item.first, item.told ? item.end : next));
    // A table that was never in sight is an item, too, and would be a button without a name.
    if (!find(item.id)->drawn && !find(item.id)->named && !item.rect.Overlaps(item.clip)) continue;
    page.pieces.push_back({Piece::What::item, one.vertex, one.item, nullptr});
    take_labels(page, item, runs);
  }
  take_marks(page, taken);
  for (std::size_t i = 0; i < drawn_.runs.size(); ++i) {
    if (taken[i] || !drawn_.runs[i].seen) continue;
    page.pieces.push_back({Piece::What::text, drawn_.runs[i].vertex, static_cast<int>(page.runs.size()), nullptr});
    page.runs.push_back(std::move(drawn_.runs[i]));
  }
  std::stable_sort(page.pieces.begin(), page.pieces.end(), [](const Piece& a, const Piece& b) { return a.vertex < b.vertex; });
}

// What a button or a menu item says is its element's own text.
void Widgets::take_labels(Page& page, const Item& item, std::span<const Run> runs) {
  const Kind kind = find(item.id)->kind;
  const bool whole = kind == Kind::checkbox || kind == Kind::radio;
  if (!whole && kind != Kind::field && kind != Kind::spin && kind != Kind::combo) return;
  for (const Run& run : runs)
    if (run.seen && (whole || run.at.x >= item.frame.Max.x)) add_label(page, run);
}

void Widgets::take_marks(Page& page, std::vector<bool>& taken) {
  for (std::size_t i = 0; i < told_->marks().size(); ++i) {
    const Mark& mark = told_->marks()[i];
    if (mark.window != page.window) continue;
    page.pieces.push_back({Piece::What::mark, mark.first, static_cast<int>(i), nullptr});
    if (mark.what != Mark::What::text) continue;
    for (const Run& run : between(drawn_.runs, mark.first, mark.end)) {
      taken[static_cast<std::size_t>(&run - drawn_.runs.data())] = true;
      page.marked.push_back(run);
    }
  }
}

void Widgets::take_item(const Item& item, std::span<const Run> runs, std::span<const Shape> shapes) {
  const auto [it, fresh] = widgets_.try_emplace(item.id);
  Widget& widget = it->second;
  const bool unseen = !item.told && item.label.empty() && runs.empty() && shapes.empty();
  const Look look{runs, shapes};
  if (fresh || !unseen) widget.kind = kind_of(*context_, item, look, fresh ? nullptr : &widget, before_);
  if (widget.seen != frame_) before_ = widget.kind == Kind::close ? before_ : item.id;
  widget.seen = frame_;
  const ItemFacts* const facts = told_->find(item.id);
  widget.named = facts && !facts->name.empty();
  if (widget.named) widget.name = facts->name;
  if (unseen) return;
  widget.drawn = true;
  if (!widget.named) widget.name = shown_part(item.label);
  if (widget.kind == Kind::field || widget.kind == Kind::spin || widget.kind == Kind::combo) take_field(widget, item, runs);
  if (widget.kind == Kind::header && !widget.named && !runs.empty()) widget.name = runs.front().text;
  switch (widget.kind) {
    case Kind::checkbox: case Kind::menu_item: widget.on = item.status & ImGuiItemStatusFlags_Checked; break;
    case Kind::tree_node: case Kind::menu: widget.on = item.status & ImGuiItemStatusFlags_Opened; break;
    case Kind::tab: widget.on = item.selected_tab; break;
    case Kind::combo: widget.on = is_popup_open(*context_, ImHashStr("##ComboPopup", 0, item.id)); break;
    case Kind::collapse: widget.on = !item.window->Collapsed; break;
    case Kind::radio: case Kind::selectable: widget.on = is_on(*context_, item, widget.kind, look, widget.on); break;
    default: break;
  }
  if (facts && facts->checkable) widget.on = facts->checked;
  widget.was_on |= widget.on;
}

void Widgets::take_field(Widget& widget, const Item& item, std::span<const Run> runs) {
  const auto is_value = [&item](const Run& run) { return run.at.x < item.frame.Max.x; };
  // Text that is cut off Dear ImGui does not draw, also where a little of its frame can be seen.
  const bool is_cut = item.frame.Min.y < item.clip.Min.y || item.frame.Max.y > item.clip.Max.y;
  if (is_cut && std::none_of(runs.begin(), runs.end(), is_value)) return;
  widget.value.clear();
  widget.hint = false;
  for (const Run& run : runs) {
    if (is_value(run)) {
      widget.value += run.text;
      widget.hint = widget.kind == Kind::field && same_color(run.color, *context_, ImGuiCol_TextDisabled) &&
                    !same_color(run.color, *context_, ImGuiCol_Text);
    } else if (widget.kind == Kind::combo && !widget.named) {
      widget.name = run.text;  // the hooks tell a combo's label to nobody
    }
  }
}

// Of a field with several lines, which draws them in a window of its own.
void Widgets::take_lines() {
  for (const Page& page : pages_) {
    if (!(page.window->Flags & ImGuiWindowFlags_ChildWindow) || page.window->ChildId == 0) continue;
    Widget* const widget = find(page.window->ChildId);
    if (!widget || widget->kind != Kind::field || widget->seen != frame_) continue;
    widget->child = page.window->ID;
    widget->value.clear();
    float line = -1;
    for (const Run& run : page.runs) {
      if (line >= 0 && run.at.y > line + 0.5f) widget->value.append(static_cast<std::size_t>(std::round((run.at.y - line) / run.size)), '\n');
      line = run.at.y;
      widget->value += run.text;
    }
  }
}

// What has no label of its own is named by the text behind it, as the parts of DragFloat3() are, or in front of it.
void Widgets::find_names(const Recorder& recorder, const Page& page) {
  const float near_by = context_->Style.ItemInnerSpacing.x * 2 + 1;
  std::vector<Widget*> row;  // without a name so far, one beside the other
  ImRect last;
  const Run* text_before = nullptr;
  const auto close_row = [&](std::string_view name) {
    for (Widget* const widget : row) {
      const auto alike = [&](const Widget* other) { return other->kind == widget->kind; };
      const auto own = std::find(row.begin(), row.end(), widget);
      widget->name = name;
      if (std::count_if(row.begin(), row.end(), alike) > 1)
        widget->name += ' ' + std::to_string(std::count_if(row.begin(), own, alike) + 1);
    }
    row.clear();
  };
  const auto give_up_row = [&] {
    for (Widget* const widget : row)
      if (widget->name.empty()) widget->name = default_name(widget->kind);
    row.clear();
  };
  for (const Piece& piece : page.pieces) {
    if (piece.what == Piece::What::text) {
      const Run& run = page.runs[static_cast<std::size_t>(piece.index)];
      const bool behind = !row.empty() && same_line(run, last) && run.at.x >= last.Max.x - 1 && run.at.x - last.Max.x <= near_by;
      if (behind) close_row(run.text);
      else give_up_row();
      text_before = &run;
    } else if (piece.what == Piece::What::item) {
      const Item& item = recorder.items()[static_cast<std::size_t>(piece.index)];
      Widget& widget = widgets_[item.id];
      const bool beside = !row.empty() && item.frame.Min.x >= last.Max.x - 1 && item.frame.Min.x - last.Max.x <= near_by &&
                          std::abs(item.frame.Min.y - last.Min.y) < 2;
      const bool step = beside && (widget.name == "-" || widget.name == "+");
      if (!beside) give_up_row();
      last = item.frame;
      if (step) continue;
      if (item.told && widget.kind == Kind::button && widget.name.empty()) widget.name = hidden_part(item.label);
      if (widget.named || !widget.name.empty()) {
        give_up_row();
      } else {
        row.push_back(&widget);
        widget.name = hidden_part(item.label);
        if (row.size() == 1 && text_before && same_line(*text_before, item.frame)) widget.name = without_colon(text_before->text);
      }
      text_before = nullptr;
    }
  }
  give_up_row();
}

void Widgets::forget_old() {
  if (frame_ % lifetime != 0) return;
  known_.clear();
  std::erase_if(widgets_, [&](const auto& one) { return frame_ - one.second.seen > lifetime; });
}

}  // namespace imgui_impl_web
