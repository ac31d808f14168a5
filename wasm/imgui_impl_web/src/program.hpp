// A program with Dear ImGui's own widgets, as imgui_web's frames see it: one pass of it, with the browser's focus, presses and keys
// going in, and its widgets coming out as elements.
#pragma once

#include "recorder.hpp"
#include "text_input.hpp"
#include "widgets.hpp"
#include "windows.hpp"

#include <backend.hpp>

#include <functional>
#include <unordered_map>

namespace imgui_impl_web {

class Program final : public imgui_web::Extension, Recorder::Listener {
 public:
  void start();
  void stop() { recorder_.stop(); }

  // -- what the program calls
  std::function<void()> frame;  // its own, from NewFrame() to RenderDrawData()
  void new_frame();
  void render(ImDrawData& data);
  Told& told() { return told_; }
  void name_last_item(const char* name);
  void set_clear_color(const ImVec4& color);

  // -- Extension
  bool runs() const override { return static_cast<bool>(frame); }
  void pass() override { frame(); }
  void apply_theme() override;
  ImGuiKey key(std::string_view code) override;
  void patched() override;

  /// A key in a field. True: Dear ImGui takes it, and the browser shall not.
  bool take_field_key(semantic::Id id, ImGuiKey key);
  /// A finger goes down there. True: on a slider or a field, and it may be about to scroll what that is in.
  bool may_pan_over(ImVec2 at);
  /// A finger that went down there moves. True: it scrolls, and its press is forgotten.
  bool begin_pan(ImVec2 at);
  void pan(ImVec2 by);
  /// A key at an element that is a window without widgets: by so many lines, pages, and whole lengths. True: it scrolls.
  bool scroll(ImGuiID window, float lines, float pages, float lengths);

 private:
  void on_item(ImGuiContext& context, const Item& item) override;
  bool knows(ImGuiID id) override { return widgets_.knows(id); }
  bool wants_plain(const ImGuiContext& context, const Item& item) override;
  void note_focus(ImGuiContext& context);
  void take_focus(ImGuiContext& context, const Item& item);
  void press(ImGuiContext& context, const Item& item);
  void handle_escape(ImGuiContext& context);
  void follow_focus(ImGuiContext& context);
  void follow_popups(ImGuiContext& context);
  void enter_popup(ImGuiContext& context);
  void plan_frames(const ImGuiContext& context);
  ImGuiID first_in_popup(const ImGuiContext& context);
  Recorder recorder_;
  Widgets widgets_;
  Told told_;
  TextInput text_;
  Fit fit_;
  ImVec4 clear_color_{0.45f, 0.55f, 0.60f, 1};
  ImGuiID focused_ = 0;       // the element's
  bool focus_is_news_ = false;
  bool pressed_ = false;      // in this pass, so that what is chosen may differ in the next one
  bool looks_ = false;        // in this pass at what is chosen
  bool tweaks_ = false;       // the next press is for the arrow keys, not for typing
  ImGuiID nav_ = 0;           // Dear ImGui's
  std::vector<ImGuiID> openers_;  // of the open popups: where the focus was before each
  ImGuiID back_ = 0;              // where it goes when it is lost with the popup
  std::unordered_map<ImGuiID, int> orders_;
  ImGuiID panned_ = 0;        // a window
};

}  // namespace imgui_impl_web
