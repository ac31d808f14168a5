// What Dear ImGui's hooks do not tell, and the line that tells it: all of imgui_impl_web.h that a program may call besides.
#include <imgui_impl_web.h>

#include <cmath>
#include <string>

namespace {

struct State {
  float volume = 0.5f;
  bool starred = false, shuffled = false, moving = false;
  int clicks = 0, frames = 0;
  std::string path;
  char mail[64] = "";
};

State& state() {
  static State one;
  if (one.path.empty())
    for (int i = 0; i < 20; ++i) one.path += "/folder" + std::to_string(i);
  return one;
}

void draw_items(State& s) {
  ImGui::SliderFloat("Volume", &s.volume, 0, 2);
  ImGui_ImplWeb_SetItemRange(0, 2);
  if (ImGui::Selectable("Shuffle", s.shuffled)) s.shuffled = !s.shuffled;
  ImGui_ImplWeb_SetItemChecked(s.shuffled);
  ImGui::InputText("Path", s.path.data(), s.path.size() + 1, ImGuiInputTextFlags_ReadOnly);
  ImGui_ImplWeb_SetItemValue(s.path.c_str());
  ImGui::InputText("Mail", s.mail, sizeof s.mail);
  ImGui_ImplWeb_SetItemPurpose("email");
  ImGui_ImplWeb_DescribeItem("Nobody else sees it.");
  if (ImGui::Button("Say it")) ImGui_ImplWeb_Announce("Two songs are new.");
}

void draw_pictures(State& s) {
  ImGui::Image(ImGui::GetIO().Fonts->TexRef, {40, 40});
  ImGui_ImplWeb_NameItem("The cover");
  ImGui::SameLine();
  if (ImGui::ImageButton("##star", ImGui::GetIO().Fonts->TexRef, {30, 30})) s.starred = !s.starred;
  ImGui_ImplWeb_NameItem(s.starred ? "Unstar" : "Star");
  ImGui::SameLine();
  if (ImGui::InvisibleButton("knob", {40, 40})) ++s.clicks;
  ImGui_ImplWeb_NameItem("Knob");
  const ImVec2 from = ImGui::GetItemRectMin(), to = ImGui::GetItemRectMax();
  ImGui::GetWindowDrawList()->AddCircleFilled({(from.x + to.x) / 2, (from.y + to.y) / 2}, 18, IM_COL32(200, 120, 40, 255));
  ImGui::Text("Turned %d times", s.clicks);
  const float levels[] = {0.2f, 0.6f, 0.4f, 0.9f};
  ImGui::PlotLines("##levels", levels, IM_ARRAYSIZE(levels));
  ImGui_ImplWeb_NameItem("Levels of the last four songs");
  ImGui::ProgressBar(0.25f, {200, 0}, "");
  ImGui_ImplWeb_NameProgress("Played", 0.25f);
}

void draw_table() {
  if (!ImGui::BeginTable("songs", 3, ImGuiTableFlags_Sortable)) return;
  ImGui_ImplWeb_NameTable("Songs");
  for (const char* const name : {"Title", "Minutes", "Play"}) ImGui::TableSetupColumn(name);
  ImGui::TableHeadersRow();
  for (const char* const title : {"One", "Two"}) {
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(title);
    ImGui::TableNextColumn();
    ImGui::TextUnformatted("3:20");
    ImGui::TableNextColumn();
    ImGui::PushID(title);
    ImGui::Button("Play");
    ImGui::PopID();
  }
  ImGui::EndTable();
}

void draw_animation(State& s) {
  ImGui::Checkbox("Moves", &s.moving);
  if (!s.moving) return;
  ImGui_ImplWeb_WantFrames();
  ImGui::SameLine(100 + 40 * std::sin(static_cast<float>(++s.frames) / 20));
  ImGui::TextUnformatted("here");
}

void draw(State& s) {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("Player", nullptr, ImGuiWindowFlags_NoDecoration);
  ImGui_ImplWeb_Text("Songs of today", 2);
  draw_items(s);
  draw_pictures(s);
  draw_table();
  draw_animation(s);
  ImGui::BeginChild("words", {0, 60});
  for (int line = 1; line <= 20; ++line) ImGui_ImplWeb_Text(("Line " + std::to_string(line) + " of the words").c_str());
  ImGui::EndChild();
  ImGui::End();
}

}  // namespace

int main() {
  ImGui::CreateContext();
  if (!ImGui_ImplWeb_Init("app")) return 1;
  ImGui_ImplWeb_SetMainLoop([](void*) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    draw(state());
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  });
  return 0;
}
