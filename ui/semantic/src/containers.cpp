#include "semantic/containers.hpp"

#include "memory.hpp"
#include "scroll.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {

constexpr ImGuiWindowFlags bare = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav |
                                  ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse;

// Between two rounded rectangles, from one colour to the other.
void strip(ImDrawList* list, const ImRect& from, float from_radius, ImU32 from_color, const ImRect& to, float to_radius,
           ImU32 to_color) {
  constexpr int corner = 9, points = 4 * corner;
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  const auto place = [](const ImRect& r, float radius, int i) {
    const int which = i / corner;
    const float angle = IM_PI * 0.5f * (static_cast<float>(which) + static_cast<float>(i % corner) / (corner - 1));
    const ImVec2 center{which == 0 || which == 3 ? r.Max.x - radius : r.Min.x + radius,
                        which < 2 ? r.Max.y - radius : r.Min.y + radius};
    return ImVec2{center.x + radius * std::cos(angle), center.y + radius * std::sin(angle)};
  };
  list->PrimReserve(points * 6, points * 2);
  const ImDrawIdx first = list->_VtxCurrentIdx;
  for (int i = 0; i < points; ++i) {
    list->PrimWriteVtx(place(from, from_radius, i), white, from_color);
    list->PrimWriteVtx(place(to, to_radius, i), white, to_color);
    const auto at = first + 2 * static_cast<ImDrawIdx>(i), next = first + 2 * static_cast<ImDrawIdx>((i + 1) % points);
    for (const ImDrawIdx index : {at, at + 1, next, next, at + 1, next + 1}) list->PrimWriteIdx(index);
  }
}

// Only what is seen of it, around the card: it costs what it covers.
void shadow(ImDrawList* list, const Rect& r, bool dark) {
  constexpr float down = 8, reach = 14, inside = 3, radius = Theme::radius_large;
  const ImU32 full = Color{dark ? 0x000000u : 0x10132Au}.u32(dark ? 0.38f : 0.054f), none = full & ~IM_COL32_A_MASK;
  const auto grown = [&](float by) { return ImRect(r.x - by, r.y - by + down, r.x + r.w + by, r.y + r.h + by + down); };
  strip(list, grown(reach), radius + reach, none, grown(-inside), radius - inside, full);
  // On to below the card's lower edge.
  strip(list, grown(-inside), radius - inside, full, grown(-down - 1), 1, full);
}

void paint_surface(Ui& ui, const Rect& r, Surface surface) {
  if (surface == Surface::none) return;
  const Palette& c = ui.theme().color;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (surface == Surface::card && ui.theme().scheme != Scheme::forced)
    shadow(list, r, ui.theme().scheme == Scheme::dark);
  list->AddRectFilled(r.min(), r.max(), surface == Surface::raised ? c.raised.u32() : c.panel.u32(), Theme::radius_large);
  list->AddRect(r.min(), r.max(), c.border.u32(), Theme::radius_large, 0, 1);
}

void end_screen(Ui& ui, int) {
  ui.tree().close();
  ImGui::End();
}

void end_region(Ui& ui, int node) {
  const Node& region_node = ui.tree().at(node);
  const ImGuiWindow* window = ImGui::GetCurrentWindow();
  const float used = window->DC.CursorMaxPos.y - window->Pos.y + window->WindowPadding.y;
  const auto remembered = ui.memory().heights.find(region_node.id);
  if (remembered != ui.memory().heights.end() && std::abs(remembered->second - used) > 0.5f) {
    remembered->second = used;
    ui.set_unsettled();
  }
  ui.tree().close();
  ImGui::EndChild();
}

// A container without a box of its own is as large as what is in it.
void fit_to_children(Tree& tree, int node) {
  bool any = false;
  ImRect box;
  for (std::size_t i = static_cast<std::size_t>(node) + 1; i < tree.nodes().size(); ++i) {
    const Rect& r = tree.nodes()[i].rect;
    if (r.w <= 0 && r.h <= 0) continue;
    const ImRect child(r.min(), r.max());
    if (any) box.Add(child);
    else box = child;
    any = true;
  }
  if (any) tree.at(node).rect = to_rect(box.Min, box.Max);
}

void end_form(Ui& ui, int node) {
  ui.memory().forms.pop_back();
  end_group(ui, node);
}

void end_dialog(Ui& ui, int node) {
  ui.memory().dialogs.pop_back();
  end_region(ui, node);
  ImGui::End();
}

void end_disabled(Ui& ui, int) {
  ImGui::EndDisabled();
  ui.memory().disabled_reasons.pop_back();
}

}  // namespace

void end_group(Ui& ui, int node) {
  fit_to_children(ui.tree(), node);
  ui.tree().close();
  ImGui::PopID();
}

Scope screen(Ui& ui) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(size);
  ImGui::Begin("##screen", nullptr, bare | ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoBackground);
  const int node = declare_open(ui, {.id = widget_id("screen"), .role = Role::group, .rect = {0, 0, size.x, size.y}});
  return {ui, node, end_screen};
}

Scope region(Ui& ui, const RegionOptions& options) {
  const Id id = unique_id(ui, widget_id(options.name) ^ static_cast<Id>(options.role) * 0x9E3779B9u);
  const ImVec2 room = ImGui::GetContentRegionAvail(), at = ImGui::GetCursorScreenPos();
  ImVec2 size = options.size;
  if (size.x <= 0) size.x = std::max(1.0f, room.x + size.x);
  if (options.auto_height) {
    const auto [known, is_new] = ui.memory().heights.try_emplace(id, 1.0f);
    if (is_new) ui.set_unsettled();
    size.y = known->second;
  } else if (size.y <= 0) {
    size.y = std::max(1.0f, room.y + size.y);
  }
  const Rect rect{at.x, at.y, size.x, size.y};
  paint_surface(ui, rect, options.surface);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, options.padding);
  ImGui::BeginChild(id, size, ImGuiChildFlags_AlwaysUseWindowPadding,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  // Laid out even where it is out of sight: its height counts in the page's, and its widgets are in the mirror.
  if (options.auto_height) ImGui::GetCurrentWindow()->SkipItems = false;
  return {ui, declare_open(ui, {.id = id, .role = options.role, .rect = rect, .name = options.name}), end_region};
}

Scope group(Ui& ui, Role role, std::string_view name, std::uint32_t states) {
  const Id id = unique_id(ui, widget_id(name) ^ static_cast<Id>(role) * 0x9E3779B9u);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushID(static_cast<int>(id));
  const int node = declare_open(ui, {.id = id, .role = role, .states = states, .rect = {at.x, at.y, 0, 0}, .name = name});
  return {ui, node, end_group};
}

FormScope form(Ui& ui, std::string_view name) {
  Scope scope = group(ui, Role::form, name);
  const int node = static_cast<int>(ui.tree().nodes().size()) - 1;
  ui.memory().forms.push_back({node, false});
  return Scope(ui, node, (scope.release(), end_form));
}

bool FormScope::submitted() const {
  return ui_ && !ui_->memory().forms.empty() && ui_->memory().forms.back().submitted;
}

Scope dialog(Ui& ui, std::string_view name, bool& open, float width) {
  if (!open) return {};
  const ImVec2 screen_size = ImGui::GetIO().DisplaySize;
  const Id id = widget_id(name);
  const auto [known, is_new] = ui.memory().heights.try_emplace(id, 1.0f);
  if (is_new) ui.set_unsettled();
  const ImVec2 size{std::min(width, screen_size.x - 32), std::min(known->second, screen_size.y - 32)};
  const Rect rect{std::round((screen_size.x - size.x) * 0.5f), std::round((screen_size.y - size.y) * 0.5f), size.x, size.y};
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(screen_size);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0.02f, 0.02f, 0.05f, 0.55f));
  char window_name[24];
  ImFormatString(window_name, sizeof window_name, "##dialog%08X", id);
  ImGui::Begin(window_name, nullptr, bare);
  ImGui::PopStyleColor();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool beside = ImGui::IsMouseClicked(0) && !ImRect(rect.min(), rect.max()).Contains(mouse);
  const bool escaped = ui.memory().dialogs.empty() && ui.take_escape();
  if (escaped || beside) open = false;
  ui.memory().dialogs.push_back(rect);
  ImGui::SetCursorScreenPos(rect.min());
  paint_surface(ui, rect, Surface::card);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(Theme::space_6, Theme::space_6));
  ImGui::BeginChild(id, size, ImGuiChildFlags_AlwaysUseWindowPadding, ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  const int node = declare_open(ui, {.id = id, .role = Role::dialog, .states = state_modal, .rect = rect, .name = name});
  return {ui, node, end_dialog};
}

Scope scroll_area(Ui& ui, std::string_view name, const ScrollOptions& options) {
  const int node = begin_scroll(ui, {.id = widget_id(name), .role = options.role, .name = name, .size = options.size,
                                     .padding = options.padding});
  return {ui, node, end_scroll};
}

Scope disabled(Ui& ui, bool off, std::string_view reason) {
  ImGui::BeginDisabled(off);
  ui.memory().disabled_reasons.emplace_back(off ? reason : std::string_view{});
  return {ui, -1, end_disabled};
}

FixedIdScope::FixedIdScope(std::string_view key) { ImGui::PushOverrideID(ImHashData(key.data(), key.size())); }

void gap(float height) { ImGui::Dummy({0, std::max(0.0f, height - 2 * ImGui::GetStyle().ItemSpacing.y)}); }

void align_right(float width) {
  const float x = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - width;
  ImGui::SetCursorPosX(std::max(ImGui::GetCursorPosX(), x));
}

}  // namespace semantic
