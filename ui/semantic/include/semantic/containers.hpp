// Containers: landmarks, cards, forms, dialogs, scroll areas. Each is a scope that closes at the end of its block.
//
//   auto page = semantic::screen(ui);
//   { auto side = semantic::region(ui, {.role = Role::navigation, .name = "Conversations", .size = {280, 0}}); ... }
//   ImGui::SameLine();
//   { auto form = semantic::form(ui, "Login"); ...fields...; if (form.submitted()) sign_in(); }
//
// Sizes follow ImGui: 0 is what is left, negative is that much less, `auto_height` fits the content.
#pragma once

#include "semantic/ui.hpp"

#include <optional>

namespace semantic {

/// Ends the container when it goes out of scope. Move-only.
class Scope {
 public:
  using End = void (*)(Ui&, int node);
  Scope() = default;
  Scope(Ui& ui, int node, End end) : ui_(&ui), node_(node), end_(end) {}
  Scope(Scope&& other) noexcept : ui_(other.ui_), node_(other.node_), end_(other.end_) { other.ui_ = nullptr; }
  Scope& operator=(Scope&&) = delete;
  ~Scope() { if (ui_) end_(*ui_, node_); }
  explicit operator bool() const { return ui_ != nullptr; }
  void release() { ui_ = nullptr; }  ///< Gives up ownership: the caller ends the container.

 protected:
  Ui* ui_ = nullptr;
  int node_ = -1;
  End end_ = nullptr;
};

/// The whole window, without decoration, over the page colour that the platform has filled it with. The first thing in each
/// frame.
Scope screen(Ui& ui);

enum class Surface : std::uint8_t { none, panel, card, raised };

struct RegionOptions {
  Role role = Role::group;
  std::string_view name = {};
  ImVec2 size = {0, 0};
  bool auto_height = false;
  Surface surface = Surface::none;
  ImVec2 padding = {0, 0};
};
Scope region(Ui& ui, const RegionOptions& options);

/// Only semantics and an ID scope: no window, no drawing. Around rows of controls, list items, one's own widgets.
Scope group(Ui& ui, Role role, std::string_view name = {}, std::uint32_t states = 0);

/// Enter in any field inside submits.
class FormScope : public Scope {
 public:
  FormScope(Scope&& scope) : Scope(static_cast<Scope&&>(scope)) {}
  bool submitted() const;  ///< Ask after the fields.
};
FormScope form(Ui& ui, std::string_view name);

/// A modal dialog over a dimmed page, in the middle; all else is inert. Escape or a click beside it clears `open`.
/// The focus goes into it when it opens and back to where it was when it closes (the platform does that).
Scope dialog(Ui& ui, std::string_view name, bool& open, float width = 400);

/// A container that scrolls vertically. For one that keeps its end in sight while content arrives see log() in lists.hpp.
struct ScrollOptions {
  Role role = Role::group;
  ImVec2 size = {0, 0};
  ImVec2 padding = {0, 0};
};
Scope scroll_area(Ui& ui, std::string_view name, const ScrollOptions& options = {});

/// Everything inside is disabled, with the reason.
Scope disabled(Ui& ui, bool disabled, std::string_view reason = {});

/// Vertical space.
void gap(float height);
/// Moves the cursor so that something `width` wide ends at the container's right edge, on the current line.
void align_right(float width);

/// An ID scope, where labels repeat.
class IdScope {
 public:
  explicit IdScope(int key) { ImGui::PushID(key); }
  explicit IdScope(std::string_view key) { ImGui::PushID(key.data(), key.data() + key.size()); }
  ~IdScope() { ImGui::PopID(); }
  IdScope(const IdScope&) = delete;
  IdScope& operator=(const IdScope&) = delete;
};

/// The widgets inside keep their IDs, and with them focus, text and selection, wherever else on the page they are drawn. One place
/// per frame.
class FixedIdScope {
 public:
  explicit FixedIdScope(std::string_view key);
  ~FixedIdScope() { ImGui::PopID(); }
  FixedIdScope(const FixedIdScope&) = delete;
  FixedIdScope& operator=(const FixedIdScope&) = delete;
};

}  // namespace semantic
