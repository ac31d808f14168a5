// Ui: what the widgets of this library share. One per ImGui context.
//
//   semantic::Ui ui;
//   ...each frame, between ImGui::NewFrame() and ImGui::Render():
//   ui.begin_frame();
//   { auto screen = semantic::screen(ui);            // containers.hpp
//     if (semantic::button(ui, "Send")) send(); }    // buttons.hpp
//   ui.end_frame();
//   mirror(ui.tree());
//
// Methods sort into three kinds. *Inputs* (`handle_*`) come from the platform between frames: an activation by keyboard
// or assistive technology, an edited text, a focus, a scroll position; the widget with that id sees them in the next
// frame, and an id that no widget claims in that frame is dropped. *Requests* (`request_*`, `announce`) go from widgets
// and views to the platform, which takes them with `take_requests()` after the frame. The rest are getters.
//
// The platform owns keyboard focus, typing, selection, IME and scrolling, as a browser does; ImGui's keyboard
// navigation stays off. Pointer input reaches the widgets through ImGui as usual.
#pragma once

#include "semantic/layout.hpp"
#include "semantic/node.hpp"
#include "semantic/shaper.hpp"
#include "semantic/theme.hpp"
#include "semantic/tree.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace semantic {

/// A text field's state as the platform sees it. Offsets are bytes of UTF-8 in `text`.
struct TextEdit {
  Id id = 0;
  std::string text = {};
  int selection_begin = 0, selection_end = 0;  // begin <= end
  float scroll_x = 0, scroll_y = 0;  // how far the platform scrolled inside the field
};

enum class Politeness : std::uint8_t { polite, assertive };

struct Request {
  enum class Kind : std::uint8_t { focus, announce } kind = Kind::focus;
  Id id = 0;
  std::string text = {};  // announce
  Politeness politeness = Politeness::polite;
  bool select_all = false;  // focus: with all of a field's text selected
};

/// A log whose items can be found although they are scrolled away.
struct Findable {
  Id log = 0;  // 0: none in this frame
  int count = 0;
  int first_drawn = 0, end_drawn = 0;
  std::uint64_t version = 0;
  std::function<std::string_view(int)> text = {};  // valid until the next frame begins
};

struct WidgetMemory;  // what the widgets remember from frame to frame; private to this library

class Ui {
 public:
  Ui();
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // -- the frame
  void begin_frame();
  void end_frame();
  const Tree& tree() const { return tree_; }
  Tree& tree() { return tree_; }

  // -- inputs, from the platform
  void handle_activate(Id id);            ///< A click that had no pointer: keyboard, assistive technology.
  void handle_text(const TextEdit& edit); ///< Text or selection of a field changed; what is being composed is text, too.
  void handle_submit(Id id);              ///< Enter in a field, not while composing.
  void handle_escape();                   ///< Escape, not while composing.
  void handle_focus(Id id);               ///< This node has the focus now; 0: none of ours.
  void handle_focus_visible(bool visible);///< Whether a ring shall show (keyboard), as CSS :focus-visible.
  void handle_scroll(Id id, float y);     ///< The platform scrolled this container.
  void handle_found(int item);            ///< Find-in-page found this item of findable(): it is scrolled into sight.
  /// The keyboard moves to this row of a table, which is scrolled into sight; a splitter to this percentage; or a log to this
  /// item, to its end if there are not so many.
  void handle_row(Id rows, int row);

  // -- requests, to the platform
  void request_focus(Id id, bool select_all = false);
  void announce(std::string_view text, Politeness politeness = Politeness::polite);
  std::vector<Request> take_requests();

  Findable& findable() { return findable_; }

  /// Requests a frame after this many seconds (0: the next step of an animation). The shortest request of a frame wins.
  void wake_in(double seconds);
  double wake_seconds() const { return wake_; }  ///< Negative: no frame is needed until something happens.

  /// What was drawn is out of date: a widget learned its size while it drew (a text wrapped for the first time), or the
  /// application handled what the user did. A platform that draws the frame again before it shows it saves the user a
  /// jump, or a frame: at most a few times.
  bool unsettled() const { return unsettled_; }
  void set_unsettled() { unsettled_ = true; }

  // -- for views and widgets
  Theme& theme() { return theme_; }
  const Theme& theme() const { return theme_; }
  void set_shaper(TextShaper* shaper) { shaper_ = shaper; layouts_.clear(); }  ///< Not owned. Null: identity.
  TextShaper& shaper() { return shaper_ ? *shaper_ : identity_; }
  Id focused() const { return focused_; }
  bool focus_visible() const { return focus_visible_; }
  bool take_escape();  ///< True once for each press; the innermost that handles it takes it.

  /// Cached text layout; valid until the next begin_frame(). `width` 0: one line, breaks only at '\n'.
  const TextLayout& layout(std::string_view text, TextStyle style, float width = 0);
  float text_width(std::string_view text, TextStyle style);

  /// The platform draws scroll bars of its own (a browser does); else the library draws a thin one.
  bool platform_scroll_bars = false;
  /// The platform paints text, selection and caret of the field that has the focus, unless it is a password's, for which each
  /// platform has dots of its own: a key is seen without a frame of ours. Else the widget paints what the platform reports.
  bool platform_paints_typing = false;

  // -- for widgets of your own, see widget.hpp
  bool take_activation(Id id);
  bool take_submit(Id id);
  /// The field's state; created on first use. `fresh`: the platform changed its text since the last frame.
  TextEdit& text_edit(Id id, bool& fresh);
  /// handle_text() refuses longer texts from now on; 0: none. Returns the bytes of one that it has refused since, or 0.
  std::size_t limit_text(Id id, std::size_t max_bytes);
  bool take_scroll(Id id, float& y);
  int take_found(Id id);                  ///< The item of a log, row of a table, percentage of a splitter; -1: none.
  WidgetMemory& memory() { return *memory_; }
  /// The layouts depend on fonts; call when those change (other scheme, other density).
  void forget_layouts() { layouts_.clear(); }

 private:
  struct CachedLayout {
    std::string text;
    TextStyle style;
    float width;
    std::uint32_t used;
    TextLayout layout;
  };
  Tree tree_;
  Theme theme_;
  IdentityShaper identity_;
  TextShaper* shaper_ = nullptr;
  std::unordered_multimap<std::uint64_t, CachedLayout> layouts_;
  std::unique_ptr<WidgetMemory> memory_;
  std::uint32_t frame_ = 0;
  std::vector<Id> activations_, submits_;
  std::vector<std::pair<Id, float>> scrolls_;
  Findable findable_;
  std::pair<Id, int> found_{};
  struct Field {
    TextEdit edit;
    bool fresh = false;
    std::uint32_t used = 0;
    std::size_t max_bytes = 0, refused = 0;
  };
  std::unordered_map<Id, Field> fields_;
  std::vector<Request> requests_;
  Id focused_ = 0;
  bool focus_visible_ = false;
  bool escape_ = false;
  bool unsettled_ = false;
  double wake_ = -1;
};

}  // namespace semantic
