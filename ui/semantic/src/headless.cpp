#include "semantic/headless.hpp"

#include <algorithm>

namespace semantic {

namespace {
constexpr int most_passes = 4;
}

Headless::Headless(float width, float height) : context_(ImGui::CreateContext()) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {width, height};
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
  ui_.theme() = make_theme(Scheme::light);
  ui_.theme().apply(ImGui::GetStyle());
}

Headless::~Headless() {
  ImGui::SetCurrentContext(context_);
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) texture->SetStatus(ImTextureStatus_Destroyed);
  ImGui::DestroyContext(context_);
}

void Headless::pass() {
  ++passes;
  ImGui::SetCurrentContext(context_);
  ImGui::GetIO().DeltaTime = 1.0f / 60.0f;
  ImGui::NewFrame();
  ui_.begin_frame();
  if (draw_) draw_(ui_);
  ui_.end_frame();
  ImGui::Render();
  // What a renderer would do with textures, without one.
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->Status == ImTextureStatus_WantDestroy) texture->SetStatus(ImTextureStatus_Destroyed);
    else if (texture->Status != ImTextureStatus_Destroyed) texture->SetStatus(ImTextureStatus_OK);
  }
  for (Request& request : ui_.take_requests()) {
    if (request.kind == Request::Kind::focus) ui_.handle_focus(request.id);
    requests.push_back(std::move(request));
  }
}

void Headless::frame(int count) {
  for (int i = 0; i < count; ++i) {
    pass();
    for (int again = 1; again < most_passes && ui_.unsettled(); ++again) pass();
  }
}

void Headless::show(Draw draw) {
  draw_ = std::move(draw);
  frame();
}

void Headless::resize(float width, float height) {
  ImGui::GetIO().DisplaySize = {width, height};
  frame();
}

bool Headless::fill(std::string_view field, std::string_view words) {
  const Node* node = find(Role::textbox, field);
  if (!node || node->is(state_disabled)) return false;
  ui_.handle_focus(node->id);
  const int end = static_cast<int>(words.size());
  ui_.handle_text({.id = node->id, .text = std::string(words), .selection_begin = end, .selection_end = end});
  frame();
  return true;
}

bool Headless::press_enter(std::string_view field) {
  const Node* node = find(Role::textbox, field);
  if (!node || node->is(state_disabled)) return false;
  ui_.handle_submit(node->id);
  frame();
  return true;
}

void Headless::press_escape() {
  ui_.handle_escape();
  frame();
}

void Headless::move_pointer(ImVec2 to) {
  ImGui::GetIO().AddMousePosEvent(to.x, to.y);
  frame();
}

bool Headless::click(Role role, std::string_view name) {
  const Node* node = find(role, name);
  if (!node || node->is(state_disabled)) return false;
  const ImVec2 min{std::max(node->rect.x, node->clip.x), std::max(node->rect.y, node->clip.y)};
  const ImVec2 max{std::min(node->rect.max().x, node->clip.max().x), std::min(node->rect.max().y, node->clip.max().y)};
  if (min.x >= max.x || min.y >= max.y) return false;
  ImGuiIO& io = ImGui::GetIO();
  move_pointer({(min.x + max.x) * 0.5f, (min.y + max.y) * 0.5f});
  io.AddMouseButtonEvent(0, true);
  frame();
  io.AddMouseButtonEvent(0, false);
  frame();
  return true;
}

bool Headless::activate(Role role, std::string_view name) {
  const Node* node = find(role, name);
  if (!node || node->is(state_disabled)) return false;
  ui_.handle_activate(node->id);
  frame();
  return true;
}

bool Headless::scroll(std::string_view container, float y) {
  for (const Node& node : ui_.tree().nodes()) {
    if (node.name != container || !node.is(state_scrolls)) continue;
    ui_.handle_scroll(node.id, y);
    frame();
    return true;
  }
  return false;
}

}  // namespace semantic
