#include "semantic/lists.hpp"

#include "memory.hpp"
#include "scroll.hpp"
#include "semantic/motion.hpp"
#include "semantic/widget.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace semantic {

namespace {
constexpr int most_announced = 3;  // of what comes in one frame
}

void LogState::item_changed(int index) {
  const auto at = static_cast<std::size_t>(index);
  if (index >= 0 && at < heights_.size() && heights_[at] > 0) heights_[at] = -heights_[at];
}

void LogState::dropped_first(int count) {
  const int known = std::min(count, static_cast<int>(heights_.size()));
  heights_.erase(heights_.begin(), heights_.begin() + known);
  if (anchor_ >= 0 && anchor_ < count) anchor_offset_ = 0;
  for (int* index : {&target_, &anchor_, &fresh_, &count_})
    if (*index >= 0) *index = std::max(0, *index - count);
}

void LogState::clear() { *this = LogState(); }

// One frame of a log: where each item is, which ones are in sight, and what their heights turned out to be.
class LogView {
 public:
  LogView(Ui& ui, LogState& state, Id id, int count, const LogOptions& options)
      : ui_(ui), state_(state), id_(id), count_(count), options_(options) {}

  void run(std::string_view name, FunctionRef<void(int)> draw) {
    const ImVec2 size = child_size(options_.size);
    view_ = size.y;
    adopt_heights(size.x);
    note_fresh();
    place(size.y);
    const int node = begin_scroll(ui_, {.id = id_, .role = Role::log, .name = name, .size = size, .padding = {0, 0},
                                        .wanted_y = state_.scroll_, .content_height = total()});
    draw_items(draw);
    if (options_.text)
      ui_.findable() = {id_, count_, first_drawn_, end_drawn_, options_.text_version, options_.text};
    end_scroll(ui_, node);
    ui_.tree().at(node).set_size = count_;
    note_last_in_sight();
    // Brought into sight, and the end is in sight, too.
    if (state_.pinned_ && !ui_.unsettled() && state_.scroll_ >= total() - view_ - 1) {
      state_.stick_ = true;
      state_.pinned_ = false;
    }
    if (!state_.stick_ && !state_.pinned_) note_anchor();
  }

 private:
  float height(int i) const { return std::abs(state_.heights_[static_cast<std::size_t>(i)]); }
  float total() const {
    float sum = 2 * options_.padding.y;
    for (int i = 0; i < count_; ++i) sum += height(i) + options_.gap;
    return std::ceil(count_ ? sum - options_.gap : sum);
  }
  float offset(int index) const {
    float sum = options_.padding.y;
    for (int i = 0; i < std::min(index, count_); ++i) sum += height(i) + options_.gap;
    return sum;
  }

  void adopt_heights(float width) {
    if (state_.width_ != width)
      for (float& h : state_.heights_) h = -std::abs(h);
    state_.width_ = width;
    state_.heights_.resize(static_cast<std::size_t>(count_), -options_.estimated_height);
  }

  // What comes while somebody looks at the end.
  void note_fresh() {
    if (state_.count_ >= 0 && count_ > state_.count_ && state_.stick_) {
      state_.fresh_ = state_.count_;
      state_.fresh_since_ = ImGui::GetTime();
      announce_fresh();
    }
    state_.count_ = count_;
  }

  // Each as one sentence: of a live region with several elements in an item, screen readers speak these in any order.
  void announce_fresh() {
    if (!options_.words) return;
    for (int i = std::max(state_.fresh_, count_ - most_announced); i < count_; ++i) {
      const ItemWords words = options_.words(i);
      if (!words.quiet && !words.name.empty()) ui_.announce(words.name);
    }
  }

  void place(float view) {
    const float all = total(), end = std::max(0.0f, all - view);
    float y = state_.scroll_;
    if (scroll_input(ui_, id_, view, all, y)) {
      state_.scroll_ = y;
      state_.pinned_ = false;
      state_.stick_ = y >= end - 4;
      note_anchor();
    }
    if (const int found = ui_.take_found(id_); found >= count_) {
      state_.stick_ = true;
      state_.pinned_ = false;
    } else if (found >= 0) {
      state_.scroll_to(found);
    }
    if (state_.target_ >= 0) {
      state_.anchor_ = std::min(state_.target_, count_ - 1);
      state_.anchor_offset_ = -view * 0.25f;
      state_.target_ = -1;
      state_.pinned_ = true;
    }
    if (state_.stick_) {
      state_.scroll_ = end;
    } else if (state_.anchor_ >= 0 && state_.anchor_ < count_) {
      state_.scroll_ = std::clamp(std::round(offset(state_.anchor_) + state_.anchor_offset_), 0.0f, end);
    }
  }

  // The first item in sight and how far the view begins below its top.
  void note_anchor() {
    float y = options_.padding.y;
    for (int i = 0; i < count_; ++i) {
      const float next = y + height(i) + options_.gap;
      if (next > state_.scroll_) {
        state_.anchor_ = i;
        state_.anchor_offset_ = state_.scroll_ - y;
        return;
      }
      y = next;
    }
  }

  void note_last_in_sight() {
    state_.last_in_sight_ = first_drawn_ < end_drawn_ ? first_drawn_ - 1 : -1;
    float y = offset(first_drawn_);
    for (int i = first_drawn_; i < end_drawn_; ++i) {
      const float end = y + height(i);
      const bool fills = y <= state_.scroll_ + view_ * 0.5f && end >= state_.scroll_ + view_;
      if (end > state_.scroll_ + view_ + 1 && !fills) break;
      state_.last_in_sight_ = i;
      y = end + options_.gap;
    }
  }

  void draw_items(FunctionRef<void(int)> draw) {
    const float overscan = std::min(200.0f, view_ * 0.5f);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x - 2 * options_.padding.x;
    const float width = options_.max_content_width > 0 ? std::min(room, options_.max_content_width) : room;
    const float left = options_.padding.x + std::floor((room - width) * 0.5f);
    const float above = options_.from_bottom ? std::max(0.0f, std::floor(view_ - total())) : 0.0f;
    float y = options_.padding.y + above;
    for (int i = 0; i < count_; ++i) {
      const float h = height(i);
      const bool seen = y + h >= state_.scroll_ - overscan && y <= state_.scroll_ + view_ + overscan;
      if (seen) {
        draw_item(i, {origin.x + left, origin.y + y}, width, draw);
        if (end_drawn_ == 0) first_drawn_ = i;
        end_drawn_ = i + 1;
      }
      y += h + options_.gap;
      if (y > state_.scroll_ + view_ + overscan) break;
    }
  }

  void draw_item(int i, ImVec2 at, float width, FunctionRef<void(int)> draw) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(i);
    const Id id = unique_id(ui_, widget_id("item"));
    const std::string speaker = options_.speaker ? options_.speaker(i) : std::string();
    const ItemWords words = options_.words ? options_.words(i) : ItemWords{};
    const int node = declare_open(ui_, {.id = id, .role = Role::article, .rect = {at.x, at.y, width, height(i)},
                                        .name = words.name, .value = speaker, .set_size = count_, .position = i + 1});
    const ImRect work = window->WorkRect, content = window->ContentRegionRect;
    window->WorkRect.Max.x = window->ContentRegionRect.Max.x = at.x + width;
    ImGui::BeginGroup();
    {
      const bool fresh = state_.fresh_since_ >= 0 && i >= state_.fresh_;
      const Entrance entrance(fresh ? entered_since(ui_, state_.fresh_since_) : 1.0f);
      draw(i);
    }
    ImGui::EndGroup();
    window->WorkRect = work;
    window->ContentRegionRect = content;
    const float measured = std::max(1.0f, std::round(ImGui::GetItemRectSize().y));
    ui_.tree().at(node).rect.h = measured;
    ui_.tree().close();
    ImGui::PopID();
    float& known = state_.heights_[static_cast<std::size_t>(i)];
    if (std::abs(std::abs(known) - measured) > 0.5f) ui_.set_unsettled();
    known = measured;
  }

  Ui& ui_;
  LogState& state_;
  Id id_;
  int count_;
  const LogOptions& options_;
  float view_ = 0;
  int first_drawn_ = 0, end_drawn_ = 0;
};

void log(Ui& ui, std::string_view name, LogState& state, int count, FunctionRef<void(int)> draw,
         const LogOptions& options) {
  LogView(ui, state, widget_id(name), count, options).run(name, draw);
}

}  // namespace semantic
