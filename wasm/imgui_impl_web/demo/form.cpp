// A tip calculator: a small program with Dear ImGui's own widgets, which knows nothing of elements, roles or names.
#include <imgui_impl_web.h>

#include <cstdio>

namespace {

struct Bill {
  char guest[64] = "";
  char note[256] = "";
  float amount = 42.50f;
  int percent = 10, people = 2, currency = 0, rounding = 0;
  bool shared = false, confirmed = false;
  double paid = 0;
};

constexpr const char* currencies[] = {"Euro", "Dollar", "Pound"};

double total_of(const Bill& bill) {
  double total = static_cast<double>(bill.amount) * (100 + bill.percent) / 100;
  if (bill.rounding == 1) total = static_cast<double>(static_cast<long>(total + 0.999));
  return bill.shared ? total / bill.people : total;
}

void draw_fields(Bill& bill) {
  ImGui::InputText("Guest", bill.guest, sizeof bill.guest);
  ImGui::InputFloat("Amount", &bill.amount, 0.5f, 5, "%.2f", ImGuiInputTextFlags_CharsDecimal);
  ImGui::SliderInt("Tip", &bill.percent, 0, 30, "%d %%");
  ImGui::Combo("Currency", &bill.currency, currencies, IM_ARRAYSIZE(currencies));
  ImGui::RadioButton("To the cent", &bill.rounding, 0);
  ImGui::SameLine();
  ImGui::RadioButton("Rounded up", &bill.rounding, 1);
  ImGui::Checkbox("Share the bill", &bill.shared);
  ImGui::BeginDisabled(!bill.shared);
  ImGui::DragInt("People", &bill.people, 0.1f, 2, 20);
  ImGui::EndDisabled();
  if (ImGui::CollapsingHeader("Remarks")) ImGui::InputTextMultiline("Note", bill.note, sizeof bill.note, {0, 80});
}

void draw_question(Bill& bill) {
  if (!ImGui::BeginPopupModal("Pay now?", nullptr, ImGuiWindowFlags_AlwaysAutoResize)) return;
  ImGui::Text("%.2f %s", total_of(bill), currencies[bill.currency]);
  if (ImGui::Button("Yes")) {
    bill.paid += total_of(bill);
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (ImGui::Button("No")) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

void draw(Bill& bill) {
  ImGui::SetNextWindowPos({20, 20}, ImGuiCond_FirstUseEver);
  ImGui::SetNextWindowSize({420, 460}, ImGuiCond_FirstUseEver);
  ImGui::Begin("Tip calculator", nullptr, ImGuiWindowFlags_MenuBar);
  if (ImGui::BeginMenuBar()) {
    if (ImGui::BeginMenu("Bill")) {
      if (ImGui::MenuItem("New", "Ctrl+N")) bill = {};
      ImGui::EndMenu();
    }
    ImGui::EndMenuBar();
  }
  draw_fields(bill);
  ImGui::Text("Each pays %.2f %s", total_of(bill), currencies[bill.currency]);
  if (ImGui::Button("Pay")) ImGui::OpenPopup("Pay now?");
  draw_question(bill);
  if (bill.paid > 0) ImGui::Text("Paid: %.2f", bill.paid);
  ImGui::End();
}

}  // namespace

int main() {
  ImGui::CreateContext();
  if (!ImGui_ImplWeb_Init("app")) return 1;
  static Bill bill;
  ImGui_ImplWeb_SetMainLoop([](void* user) {
    ImGui_ImplWeb_NewFrame();
    ImGui::NewFrame();
    draw(*static_cast<Bill*>(user));
    ImGui::Render();
    ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
  }, &bill);
  return 0;
}
