#include "tree.hpp"

#include "tables.hpp"
#include "windows.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace imgui_impl_web {

namespace {

using semantic::Node;
using semantic::Role;

constexpr int most_hidden = 1000;  // items of a frame that are scrolled out of sight, and elements all the same

semantic::Rect to_rect(const ImRect& r) { return {r.Min.x, r.Min.y, r.GetWidth(), r.GetHeight()}; }
ImRect to_box(const ImVec4& v) { return {v.x, v.y, v.z, v.w}; }

Role role_of(const Widget& widget, const ItemFacts* facts, bool in_list) {
  switch (widget.kind) {
    case Kind::checkbox: return Role::checkbox;
    case Kind::radio: return Role::radio;
    case Kind::field: return Role::textbox;
    case Kind::spin: return Role::spin_button;
    case Kind::combo: return Role::combobox;
    case Kind::menu: return Role::menu_item;
    case Kind::menu_item: return widget.was_on || (facts && facts->checkable) ? Role::menu_item_checkbox : Role::menu_item;
    case Kind::tab: return Role::tab;
    case Kind::selectable: return in_list ? Role::option : Role::button;
    default: return Role::button;
  }
}

// What may only stand in a container of its own; `group` where it may stand anywhere.
Role container_of(Role role, const Item& item) {
  switch (role) {
    case Role::menu_item: case Role::menu_item_checkbox: return item.in_bar ? Role::menu_bar : Role::menu;
    case Role::tab: return Role::tab_list;
    case Role::option: return Role::list_box;
    case Role::radio: return Role::radio_group;
    default: return Role::group;
  }
}

std::uint32_t states_of(const Widget& widget, const ItemFacts* facts, const Item& item) {
  std::uint32_t states = item.flags & ImGuiItemFlags_Disabled ? semantic::state_disabled : 0u;
  const auto set = [&](bool when, std::uint32_t bits) { if (when) states |= bits; };
  switch (widget.kind) {
    case Kind::checkbox:
      set(widget.on, semantic::state_checked);
      set(item.flags & ImGuiItemFlags_MixedValue, semantic::state_mixed);
      break;
    case Kind::radio: set(widget.on, semantic::state_checked); break;
    case Kind::tree_node: case Kind::menu: case Kind::combo: case Kind::collapse:
      set(true, semantic::state_expands);
      set(widget.on, semantic::state_expanded);
      break;
    case Kind::tab: set(widget.on, semantic::state_current); break;
    case Kind::selectable: case Kind::menu_item:
      set(widget.was_on || (facts && facts->checkable), semantic::state_toggles);
      set(widget.on, semantic::state_pressed | semantic::state_current);
      break;
    default: break;
  }
  return states;
}

class Builder {
 public:
  Builder(ImGuiContext& context, const Recorder& recorder, Widgets& widgets, const Told& told, const Typed& typed, semantic::Ui& ui)
      : context_(context), recorder_(recorder), widgets_(widgets), told_(told), typed_(typed), ui_(ui),
        tables_(context, ui.tree(), [&told](ImGuiID table) { return told.table_name(table); }) {}

  void build() {
    for (const Page& page : widgets_.pages())
      if (!is_child(*page.window)) add_window(page);
  }

 private:
  // Items beside each other that need the same container.
  struct Container {
    Role role = Role::group;
    ImGuiID key = 0;
  };

  const Page* page_of(const ImGuiWindow* window) const {
    const auto& pages = widgets_.pages();
    const auto it = std::find_if(pages.begin(), pages.end(), [window](const Page& page) { return page.window == window; });
    return it == pages.end() ? nullptr : &*it;
  }

  void add_window(const Page& page) {
    ImGuiWindow& window = *page.window;
    if (ui_.tree().contains(window.ID)) return;
    Node node{.id = window.ID, .rect = to_rect(window.Rect()), .clip = to_rect(ImRect(ImVec2(), context_.IO.DisplaySize))};
    const std::string name = describe(page, node);
    node.name = name;
    ui_.tree().open(node);
    const Container around = std::exchange(open_, {});
    tables_.begin_window(window);
    last_ = window.ID;
    texts_ = 0;
    for (const Piece& piece : page.pieces) add_piece(page, piece);
    enter({});
    tables_.end_window();
    ui_.tree().close();
    open_ = around;
  }

  void add_piece(const Page& page, const Piece& piece) {
    if (piece.what == Piece::What::item) {
      const Item& item = recorder_.items()[static_cast<std::size_t>(piece.index)];
      add_item(item);
      last_ = item.id;
      texts_ = 0;
    } else if (piece.what == Piece::What::text) {
      const Run& run = page.runs[static_cast<std::size_t>(piece.index)];
      const ImRect box(run.at.x, run.at.y, run.at.x + run.width, run.at.y + run.size);
      enter_cell(tables_.cell_at(box.Min), box);
      enter({});
      add_text(run, box, next_id(*page.window), 0);
    } else if (piece.what == Piece::What::label) {
      const Run& run = page.labels[static_cast<std::size_t>(piece.index)];
      add_text(run, {run.at.x, run.at.y, run.at.x + run.width, run.at.y + run.size}, next_id(*page.window), semantic::state_aside);
    } else if (piece.what == Piece::What::mark) {
      const Mark& mark = told_.marks()[static_cast<std::size_t>(piece.index)];
      enter_cell(tables_.cell_at(mark.rect.Min), mark.rect);
      enter({});
      add_mark(page, mark, next_id(*page.window));
    } else if (const Page* const child = page_of(piece.window)) {
      const Widget* const field = widgets_.find(piece.window->ChildId);
      if ((field && field->child == piece.window->ID) || !is_child(*piece.window)) return enter({});
      enter_cell(tables_.cell_at(piece.window->Pos), piece.window->Rect());
      enter({});
      add_window(*child);
    }
  }

  // Of what has no id of its own: counted from the item before it.
  ImGuiID next_id(const ImGuiWindow& window) {
    const ImGuiID ids[] = {last_, static_cast<ImGuiID>(++texts_)};
    ImGuiID id = ImHashData(ids, sizeof ids, window.ID);
    while (ui_.tree().contains(id)) ++id;
    return id;
  }

  // What is open in another cell ends with it.
  void enter_cell(const Cell& cell, const ImRect& rect) {
    if (!tables_.is_open(cell)) enter({});
    tables_.enter(cell, rect);
  }

  static bool has_widgets(const Page& page) {
    return std::any_of(page.pieces.begin(), page.pieces.end(),
                       [](const Piece& piece) { return piece.what == Piece::What::item || piece.what == Piece::What::window; });
  }

  // Role and states into `node`; returns the name.
  std::string describe(const Page& page, Node& node) {
    const ImGuiWindow& window = *page.window;
    const ImGuiWindowFlags flags = window.Flags;
    if (is_child(window) && window.ScrollMax.y > 0 && !has_widgets(page)) {
      node.states = semantic::state_focusable;  // else no key could scroll it
      return "Scroll area";
    }
    std::string name(is_child(window) ? "" : shown_part(window.Name));
    if (flags & ImGuiWindowFlags_Tooltip) {
      node.role = Role::tooltip;
    } else if (flags & ImGuiWindowFlags_Modal) {
      node.role = Role::dialog;
      node.states = semantic::state_modal;
    } else if (flags & ImGuiWindowFlags_Popup) {
      if (name.empty()) name = name_of_popup(window);
    } else if (!(flags & ImGuiWindowFlags_ChildMenu) && !name.empty()) {
      node.role = Role::region;
    }
    return name;
  }

  // A menu is called as the item that opened it, and so is a combo's list.
  std::string name_of_popup(const ImGuiWindow& window) {
    if (const Widget* const menu = widgets_.find(window.PopupId)) return menu->name;
    const Widget* const combo = combo_of(window);
    return combo ? combo->name : "Popup";
  }

  const Widget* combo_of(const ImGuiWindow& list) {
    if (std::exchange(list_, &list) == &list) return combo_;
    combo_ = nullptr;
    for (const Item& item : recorder_.items())
      if (ImHashStr("##ComboPopup", 0, item.id) == list.PopupId) combo_ = widgets_.find(item.id);
    return combo_;
  }

  // Closes the container that is open and opens another, unless it is the same.
  void enter(Container wanted) {
    if (wanted.role == open_.role && wanted.key == open_.key) return;
    if (open_.role != Role::group) ui_.tree().close();
    open_ = wanted;
  }

  void add_item(const Item& item) {
    Widget* const widget = widgets_.find(item.id);
    if (!widget || ui_.tree().contains(item.id)) return;
    if (!item.rect.Overlaps(item.clip) && ++hidden_ > most_hidden) return;
    if (item.clip.GetWidth() <= 0 || item.clip.GetHeight() <= 0) return;
    const bool in_list = item.window->Flags & ImGuiWindowFlags_Popup && !(item.window->Flags & ImGuiWindowFlags_ChildMenu) &&
                         std::string_view(item.window->Name).starts_with("##Combo");
    const ItemFacts* const facts = told_.find(item.id);
    const Role role = role_of(*widget, facts, in_list);
    enter_cell(tables_.cell_of(item), item.frame);
    const Role container = container_of(role, item);
    if (const Container wanted{container, container == Role::group ? 0 : item.tab_bar + item.window->ID};
        wanted.role != open_.role || wanted.key != open_.key) {
      enter(wanted);
      if (container != Role::group) open_container(container, item);
    }
    // The one with the focus looks the same, chosen or not.
    if (const Widget* const combo = in_list ? combo_of(*item.window) : nullptr) widget->on = widget->name == combo->value;
    Node node{.id = item.id, .role = role, .states = states_of(*widget, facts, item), .rect = to_rect(item.rect), .clip = to_rect(item.clip),
              .name = widget->name, .value = widget->hint ? std::string_view() : std::string_view(widget->value)};
    node.font_size = context_.FontSizeBase > 0 ? context_.FontSizeBase : 13;
    node.line_height = node.font_size;
    if (widget->kind == Kind::field || widget->kind == Kind::spin) describe_field(*widget, item, node);
    if (facts) add_facts(*facts, node);
    if (widget->kind == Kind::combo) {
      node.rect = to_rect(item.frame);
      node.set_size = static_cast<int>(list_of(item.id));
    }
    ui_.tree().add(node);
  }

  // The window of a combo that is open.
  ImGuiID list_of(ImGuiID combo) const {
    for (const ImGuiPopupData& popup : context_.OpenPopupStack)
      if (popup.Window && popup.PopupId == ImHashStr("##ComboPopup", 0, combo)) return popup.Window->ID;
    return 0;
  }

  void open_container(Role role, const Item& item) {
    const ImGuiID ids[] = {item.id, static_cast<ImGuiID>(role)};
    ui_.tree().open({.id = ImHashData(ids, sizeof ids, item.window->ID), .role = role, .rect = to_rect(item.window->Rect())});
  }

  void describe_field(const Widget& widget, const Item& item, Node& node) const {
    node.rect = to_rect(item.frame);
    node.padding_x = context_.Style.FramePadding.x;
    node.padding_y = context_.Style.FramePadding.y;
    if (widget.hint) node.placeholder = widget.value;
    if (widget.child) node.states |= semantic::state_multiline;
    else node.states |= semantic::state_enter_submits;
    if (typed_.id != item.id) return;
    node.value = typed_.text;
    if (typed_.password) node.states |= semantic::state_password;
    if (typed_.enter_submits) node.states |= semantic::state_enter_submits;
  }

  void add_facts(const ItemFacts& facts, Node& node) {
    node.description = facts.description;
    node.autocomplete = facts.purpose;
    if (facts.has_value && typed_.id != node.id) node.value = facts.value;
    if (facts.min == facts.max) return;
    // Where js/impl_web.js looks for them.
    node.level = 1;
    node.progress = facts.min;
    node.content_height = facts.max;
  }

  // With the whole of its text, also where that is out of sight.
  void add_mark(const Page& page, const Mark& mark, ImGuiID id) {
    Node node{.id = id, .role = Role::text, .rect = to_rect(mark.rect), .clip = to_rect(to_box(mark.clip)), .name = mark.name};
    std::vector<semantic::TextLine> lines;
    if (mark.what == Mark::What::text) {
      if (mark.heading > 0) node.role = Role::heading, node.level = mark.heading;
      node.font_size = node.line_height = mark.size;
      for (const Run& run : page.marked)
        if (run.vertex >= mark.first && run.vertex < mark.end)
          lines.push_back({.text = run.text, .rect = {run.at.x, run.at.y, run.width, run.size}});
      node.lines = lines;
    } else {
      node.role = mark.what == Mark::What::image ? Role::image : Role::progress;
      node.progress = mark.fraction;
    }
    ui_.tree().add(node);
  }

  void add_text(const Run& run, const ImRect& box, ImGuiID id, std::uint32_t states) {
    const semantic::TextLine line{.text = run.text, .rect = to_rect(box)};
    ui_.tree().add({.id = id, .role = Role::text, .states = states, .rect = to_rect(box), .clip = to_rect(to_box(run.clip)), .name = run.text,
                    .lines = {&line, 1}, .font_size = run.size, .line_height = run.size});
  }

  ImGuiContext& context_;
  const Recorder& recorder_;
  Widgets& widgets_;
  const Told& told_;
  const Typed& typed_;
  semantic::Ui& ui_;
  Tables tables_;
  Container open_;
  ImGuiID last_ = 0;                       // the item before, and how many texts have come since
  int texts_ = 0;
  const ImGuiWindow* list_ = nullptr;  // that was asked for last, and its combo
  const Widget* combo_ = nullptr;
  int hidden_ = 0;
};

}  // namespace

void build_tree(ImGuiContext& context, const Recorder& recorder, Widgets& widgets, const Told& told, const Typed& typed, semantic::Ui& ui) {
  Builder(context, recorder, widgets, told, typed, ui).build();
}

}  // namespace imgui_impl_web
