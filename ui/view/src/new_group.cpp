#include "chat_view/new_group.hpp"

#include "chat/names.hpp"
#include "group_pieces.hpp"

namespace chat_view {

using namespace semantic;

void NewGroupView::open() {
  *this = {};
  open_ = take_focus_ = true;
}

std::string NewGroupView::problem(const chat::State& state) const {
  if (!name_problem_.empty()) return name_problem_;
  const bool ours = asked_ && state.group_requests.failed.action == chat::GroupAction::create;
  return ours ? state.group_requests.problem : std::string();
}

void NewGroupView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (!open_) return;
  const chat::GroupRequests& requests = state.group_requests;
  if (asked_ && requests.accepted != accepted_before_) {
    open_ = false;
    return ui.set_unsettled();
  }
  if (auto box = dialog(ui, "New group", open_)) {
    heading(ui, 2, "New group");
    gap(Theme::space_3);
    auto fields = form(ui, "New group");
    const FieldResult field = text_field(ui, "Group name", name_, {.error = problem(state), .required = true,
                                                                   .max_bytes = chat::max_room_name_bytes, .take_focus = take_focus_});
    take_focus_ = false;
    if (field.changed) name_problem_.clear();
    gap(Theme::space_4);
    const bool pressed = button(ui, "Create", {.kind = ButtonKind::primary, .disabled_reason = waiting_words(requests)});
    ImGui::SameLine(0, Theme::space_2);
    if (button(ui, "Cancel")) open_ = false;
    if ((pressed || fields.submitted()) && !requests.pending) {
      const std::string name(chat::trim(name_));
      name_problem_ = chat::check_room_name(name);
      if (name_problem_.empty()) {
        asked_ = true;
        accepted_before_ = requests.accepted;
        intents.emplace_back(chat::AskGroups{{.action = chat::GroupAction::create, .name = name}});
      }
    }
  }
  if (!open_) intents.emplace_back(chat::DismissGroupProblem{});
}

}  // namespace chat_view
