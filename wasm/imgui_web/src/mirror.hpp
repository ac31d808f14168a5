// The mirror: a real element for each node of the semantic tree. Compares this frame's nodes with the last's and tells
// JavaScript only what changed; a frame that changed nothing makes no call.
#pragma once

#include <semantic/ui.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace imgui_web {

class Mirror {
 public:
  void patch(const semantic::Tree& tree);
  void focus(semantic::Id id, bool select_all);                    ///< After patch().
  /// No frame is pending: puts right what the browser changed alone, and offers find-in-page what is scrolled away.
  void rest(const semantic::Findable& findable);

  void forget();                                                   ///< A pixel has another size: patch() tells all of it.

  // From the browser.
  void note_dom_value(semantic::Id id, std::string value) { dom_[id].value = std::move(value); }
  bool note_dom_scroll(semantic::Id id, float y);  ///< False: it is where it was put.
  void note_toggled(semantic::Id id) { toggled_.push_back(id); }

 private:
  struct Dom {
    std::string value;
    float scroll = 0;
  };
  struct Known {
    semantic::Id parent = 0, previous = 0;
    std::uint64_t content = 0;
    std::uint32_t seen = 0;
  };
  void remove_gone(const semantic::Tree& tree);
  void offer(const semantic::Findable& findable);
  std::unordered_map<semantic::Id, Dom> dom_;
  std::unordered_map<semantic::Id, Known> known_;
  std::vector<semantic::Id> last_child_, gone_, toggled_;
  std::vector<unsigned char> inert_;
  std::uint32_t frame_ = 0;
  semantic::Findable offered_;  // without its text
};

}  // namespace imgui_web
