// What Dear ImGui's hooks tell of one frame: windows and items, in the order in which the program submits them.
//
// ImGuiTestEngineHook_ItemAdd comes before an item is handled and drawn, for those that are clipped away, too;
// ImGuiTestEngineHook_ItemInfo, with label and state, when it has been drawn, and not for all. What a window's draw list holds
// between the two is the item's.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

#include <string>
#include <vector>

namespace imgui_impl_web {

struct Item {
  ImGuiID id = 0;
  ImGuiWindow* window = nullptr;
  ImRect rect, frame;      // with the label beside it, and without
  ImRect clip;
  ImGuiItemFlags flags = 0;
  ImGuiItemStatusFlags status = 0;  // of ItemInfo
  std::string label;       // as the program wrote it
  bool told = false;       // ItemInfo came
  bool twice = false;      // and once more: a menu's item, which is made of another one
  bool header = false;     // in the header row of a table
  bool in_bar = false;     // of a menu bar
  ImGuiID seed = 0;        // of the IDs around it
  ImGuiID table = 0;       // whose cell it is in, with row and column
  int row = -1, column = -1;
  ImGuiID tab_bar = 0;     // of a tab
  bool selected_tab = false;
  unsigned first = 0, end = 0;  // what it drew, as vertices of the window's draw list
};

/// A window, or an item in it, at its place among the parent's vertices.
struct Submitted {
  unsigned vertex;
  int item;                // of Recorder::items(); -1: a window
  ImGuiWindow* window;
};

struct Begun {
  ImGuiWindow* window = nullptr;
  std::vector<Submitted> content;
};

class Recorder {
 public:
  /// Called for each item before Dear ImGui handles it.
  struct Listener {
    virtual void on_item(ImGuiContext& context, const Item& item) = 0;
    /// False: nothing is known of it yet, so it is drawn once although it is clipped away.
    virtual bool knows(ImGuiID id) = 0;
    /// True: it is drawn once as if neither the pointer nor the keyboard were at it, which hides whether it is chosen.
    virtual bool wants_plain(const ImGuiContext& context, const Item& item) = 0;

   protected:
    ~Listener() = default;
  };

  /// From now on the hooks of the current context report here. One at a time.
  void start(Listener& listener);
  void stop();

  void begin_frame();
  const std::vector<Item>& items() const { return items_; }
  const std::vector<Begun>& windows() const { return windows_; }  // in the order of their first Begin()
  const Item* last_item() const;
  /// What the program draws itself begins and ends here, in the current window.
  static unsigned vertex();
  /// Something was drawn to look at it, as what is out of sight: this pass is not to be shown.
  bool drew_to_look() const { return drew_to_look_; }

  void add(ImGuiContext& context, ImGuiID id, const ImRect& box, const ImGuiLastItemData* data);
  void info(ImGuiContext& context, ImGuiID id, const char* label, ImGuiItemStatusFlags flags);

 private:
  void add_window(ImGuiWindow& window);
  Begun& content_of(ImGuiWindow* window);
  void begin_unclipped(ImGuiContext& context);
  void end_unclipped(ImGuiContext& context);
  void begin_plain(ImGuiContext& context);
  void end_plain(ImGuiContext& context);
  Listener* listener_ = nullptr;
  std::vector<Item> items_;
  std::vector<Begun> windows_;
  ImDrawList* unclipped_ = nullptr;  // of the item that is drawn although it is out of sight
  int clips_ = 0;                    // of that list
  bool drew_to_look_ = false;
  bool plain_ = false;               // an item is drawn plain, and these hold what was before
  ImGuiWindow* hovered_window_ = nullptr;
  bool nav_highlight_ = false;
};

}  // namespace imgui_impl_web
