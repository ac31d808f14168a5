#include "semantic/ui.hpp"

#include "memory.hpp"

#include <imgui_internal.h>

#include <algorithm>
#include <utility>

namespace semantic {

namespace {

constexpr std::uint32_t layout_lifetime = 120;  // frames that an unused layout or field is kept
constexpr std::size_t layouts_kept = 400;

std::uint64_t layout_key(std::string_view text, TextStyle style, float width) {
  std::uint64_t hash = 1469598103934665603ull ^ (static_cast<std::uint64_t>(style) << 56);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash ^ static_cast<std::uint64_t>(width * 16.0f) * 0x9E3779B97F4A7C15ull;
}

}  // namespace

Ui::Ui() : memory_(std::make_unique<WidgetMemory>()) {}
Ui::~Ui() = default;

void Ui::begin_frame() {
  ++frame_;
  tree_.begin_frame();
  wake_ = -1;
  findable_ = {};
  unsettled_ = false;
  memory_->forms.clear();
  memory_->dialogs.clear();
  // Fonts that nobody pushed this frame would else be measured at the last density.
  const float density = ImGui::GetCurrentContext()->FontRasterizerDensity;
  const auto set_density = [density](ImFont* font) { if (font) font->CurrentRasterizerDensity = density; };
  for (ImFont* font : {theme_.fonts.regular, theme_.fonts.semibold, theme_.fonts.mono}) set_density(font);
  for (const auto& face : theme_.fonts.shifted)
    for (ImFont* font : face) set_density(font);
  const bool crowded = layouts_.size() > layouts_kept;
  for (auto it = layouts_.begin(); crowded && it != layouts_.end();)
    it = frame_ - it->second.used > layout_lifetime ? layouts_.erase(it) : std::next(it);
}

void Ui::end_frame() {
  activations_.clear();
  submits_.clear();
  scrolls_.clear();
  found_ = {};
  escape_ = false;
  for (auto it = fields_.begin(); it != fields_.end();) {
    it->second.fresh = false;
    it = frame_ - it->second.used > layout_lifetime ? fields_.erase(it) : std::next(it);
  }
}

void Ui::handle_activate(Id id) { activations_.push_back(id); }
void Ui::handle_submit(Id id) { submits_.push_back(id); }
void Ui::handle_escape() { escape_ = true; }
void Ui::handle_focus(Id id) { focused_ = id; }
void Ui::handle_focus_visible(bool visible) { focus_visible_ = visible; }

void Ui::handle_text(const TextEdit& edit) {
  Field& field = fields_[edit.id];
  if (field.max_bytes != 0 && edit.text.size() > field.max_bytes) {
    field.refused = edit.text.size();
    return;
  }
  if (field.edit.text != edit.text) field.fresh = true;
  field.edit = edit;
  field.used = frame_;
}

void Ui::handle_scroll(Id id, float y) {
  std::erase_if(scrolls_, [id](const auto& scroll) { return scroll.first == id; });
  scrolls_.emplace_back(id, y);
}

void Ui::handle_found(int item) { found_ = {findable_.log, item}; }
void Ui::handle_row(Id rows, int row) { found_ = {rows, row}; }

void Ui::request_focus(Id id, bool select_all) {
  requests_.push_back({.kind = Request::Kind::focus, .id = id, .text = {}, .select_all = select_all});
}
void Ui::announce(std::string_view text, Politeness politeness) {
  requests_.push_back({.kind = Request::Kind::announce, .text = std::string(text), .politeness = politeness});
}
std::vector<Request> Ui::take_requests() { return std::exchange(requests_, {}); }

void Ui::wake_in(double seconds) { wake_ = wake_ < 0 ? seconds : std::min(wake_, seconds); }

bool Ui::take_escape() { return std::exchange(escape_, false); }
bool Ui::take_activation(Id id) { return std::erase(activations_, id) > 0; }
bool Ui::take_submit(Id id) { return std::erase(submits_, id) > 0; }

TextEdit& Ui::text_edit(Id id, bool& fresh) {
  Field& field = fields_[id];
  field.edit.id = id;
  field.used = frame_;
  fresh = std::exchange(field.fresh, false);
  return field.edit;
}

std::size_t Ui::limit_text(Id id, std::size_t max_bytes) {
  Field& field = fields_[id];
  field.max_bytes = max_bytes;
  return std::exchange(field.refused, 0);
}

bool Ui::take_scroll(Id id, float& y) {
  for (const auto& [scrolled, to] : scrolls_) {
    if (scrolled != id) continue;
    y = to;
    std::erase_if(scrolls_, [id](const auto& scroll) { return scroll.first == id; });
    return true;
  }
  return false;
}

int Ui::take_found(Id id) { return found_.first == id && id != 0 ? std::exchange(found_, {}).second : -1; }

const TextLayout& Ui::layout(std::string_view text, TextStyle style, float width) {
  const std::uint64_t key = layout_key(text, style, width);
  for (auto [it, end] = layouts_.equal_range(key); it != end; ++it) {
    CachedLayout& cached = it->second;
    if (cached.style != style || cached.width != width || cached.text != text) continue;
    cached.used = frame_;
    return cached.layout;
  }
  auto it = layouts_.emplace(key, CachedLayout{std::string(text), style, width, frame_, {}});
  lay_out(text, theme_, style, width, shaper(), it->second.layout);
  return it->second.layout;
}

float Ui::text_width(std::string_view text, TextStyle style) { return layout(text, style).width; }

}  // namespace semantic
