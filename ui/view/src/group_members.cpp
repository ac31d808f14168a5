#include "chat_view/group_members.hpp"

#include <algorithm>
#include <cmath>

#include "chat/names.hpp"
#include "group_pieces.hpp"
#include "marks.hpp"

namespace chat_view {

using namespace semantic;
using chat::GroupAction;

namespace {

constexpr float widest = 520;
constexpr float avatar_size = 32;

}  // namespace

void GroupMembersView::open(const chat::Conversation& room) {
  const float height = height_;
  *this = {};
  height_ = height;
  open_ = true;
  key_ = room.key();
}

void GroupMembersView::draw(Ui& ui, const chat::State& state, chat::Intents& intents) {
  if (!open_) return;
  const chat::Conversation* room = state.conversations.find(key_);
  if (room == nullptr || !room->group) open_ = false;
  waiting_ = waiting_words(state.group_requests);
  if (auto box = dialog(ui, "Group members", open_, widest)) {
    const float most = std::max(120.0f, ImGui::GetIO().DisplaySize.y - 32 - 2 * Theme::space_6);
    auto area = scroll_area(ui, "About the group", {.size = {0, std::min(height_, most)}});
    const float top = ImGui::GetCursorScreenPos().y;
    draw_content(ui, state, *room, intents);
    const float height = std::ceil(ImGui::GetCursorScreenPos().y - top);
    if (height != std::exchange(height_, height)) ui.set_unsettled();
  }
  if (!open_) intents.emplace_back(chat::DismissGroupProblem{});
}

void GroupMembersView::draw_content(Ui& ui, const chat::State& state, const chat::Conversation& room, chat::Intents& intents) {
  const chat::Group& group = room.group->group;
  const bool member = room.group->member && !state.admin;
  const bool owner = member && group.owner == state.user;
  if (accepted_ != state.group_requests.accepted) {
    accepted_ = state.group_requests.accepted;
    invited_.clear();
  }
  if (group.name != known_name_) name_ = known_name_ = group.name;
  heading(ui, 2, room.title_for(state.user), {.style = TextStyle::heading, .width = -1, .ellipsis = true});
  const std::string since = "You have been a member since " + state.zone->day_in_sentence(group.since, state.clock) + ", " +
                            state.zone->clock(group.since) + ".";
  text(ui, member ? std::string_view(since) : state.admin ? "You are viewing this group as admin." : "You are no longer a member of this group.",
       {.style = TextStyle::small, .color = ui.theme().color.text_muted});
  if (state.group_requests.failed.room == group.room) alert(ui, state.group_requests.problem);
  gap(Theme::space_3);
  draw_list(ui, state, group, intents);
  if (member) draw_invite(ui, state, intents);
  if (owner) draw_rename(ui, state, group, intents);
  gap(Theme::space_4);
  if (member) draw_ends(ui, state, owner, intents);
  if (confirm_delete_) return;
  // To the right of the others where it fits there.
  const float close = button_size(ui, "Close").x, right = ImGui::GetCursorScreenPos().x + chat_view::room().x;
  if (member && ImGui::GetItemRectMax().x + Theme::space_2 + close <= right) {
    ImGui::SameLine(0, 0);
    align_right(close);
  }
  if (button(ui, "Close")) open_ = false;
}

void GroupMembersView::draw_list(Ui& ui, const chat::State& state, const chat::Group& group, chat::Intents& intents) {
  auto members = semantic::group(ui, Role::list, "Members");
  for (const std::string& member : group.members) draw_member(ui, state, group, member, intents);
}

void GroupMembersView::draw_member(Ui& ui, const chat::State& state, const chat::Group& group, const std::string& member,
                                   chat::Intents& intents) {
  auto item = semantic::group(ui, Role::list_item, member);
  const bool theirs = group.owner == state.user && member != state.user;
  const std::string owner_words = "Make " + member + " the owner of the group.";
  const ButtonOptions make_owner{.small = true, .disabled_reason = waiting_, .description = owner_words};
  const std::string remove_words = "Remove " + member + " from the group.";
  const ButtonOptions remove{.small = true, .disabled_reason = waiting_, .description = remove_words};
  const float buttons = theirs ? button_size(ui, "Make owner", make_owner).x + Theme::space_2 + button_size(ui, "Remove", remove).x : 0;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = room().x;
  draw_avatar(ui, {start.x, start.y + 4}, avatar_size, member);
  const float indent = avatar_size + Theme::space_3;
  const std::string_view role = member == group.owner ? "owner" : std::string_view{};
  const float badge_width = role.empty() ? 0 : badge_size(ui, role).x + Theme::space_2;
  const bool beside = width - indent - badge_width - buttons - Theme::space_2 >= 96;
  const float name_room = width - indent - badge_width - (beside ? buttons + Theme::space_2 : 0);
  const std::string shown = member == state.user ? member + " (you)" : member;
  draw_text(ui, {start.x + indent, start.y + 8}, shown, TextStyle::body_strong, ui.theme().color.text, std::max(1.0f, name_room));
  if (!role.empty()) {
    ImGui::SetCursorScreenPos({start.x + indent + std::min(name_room, text_size(ui, shown, TextStyle::body_strong).x) + Theme::space_2, start.y + 8});
    badge(ui, role);
  }
  float height = 40;
  if (theirs) {
    ImGui::SetCursorScreenPos(beside ? ImVec2{start.x + width - buttons, start.y + 4} : ImVec2{start.x + std::clamp(width - buttons, 0.0f, indent), start.y + height});
    if (button(ui, "Make owner", make_owner)) ask(GroupAction::make_owner, intents, {}, member);
    ImGui::SameLine(0, Theme::space_2);
    if (button(ui, "Remove", remove)) ask(GroupAction::remove, intents, {}, member);
    if (!beside) height += button_size(ui, "Remove", remove).y + Theme::space_1;
  }
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy({width, height});
}

bool GroupMembersView::field_with_button(Ui& ui, std::string_view label, std::string& text, std::string_view action,
                                         const FieldOptions& options) {
  gap(Theme::space_3);
  auto fields = form(ui, label);
  const ButtonOptions button_options{.disabled_reason = waiting_};
  const float button_width = button_size(ui, action, button_options).x;
  const ImVec2 start = ImGui::GetCursorPos();
  const float width = room().x;
  FieldOptions with_room = options;
  with_room.width = width - button_width - Theme::space_2;
  const FieldResult field = text_field(ui, label, text, with_room);
  const ImVec2 after = ImGui::GetCursorPos();
  // Beside the field, below its label.
  ImGui::SetCursorPos({start.x + width - button_width, start.y + 26});
  const bool pressed = button(ui, action, button_options);
  ImGui::SetCursorPos(after);
  ImGui::Dummy({0, 0});
  if (field.changed) invited_problem_.clear();
  return (pressed || fields.submitted()) && waiting_.empty();
}

void GroupMembersView::draw_invite(Ui& ui, const chat::State&, chat::Intents& intents) {
  if (!field_with_button(ui, "User to invite", invited_, "Invite", {.placeholder = "Name", .error = invited_problem_})) return;
  const std::string user(chat::trim(invited_));
  invited_problem_ = chat::check_user_name(user);
  if (invited_problem_.empty()) ask(GroupAction::invite, intents, {}, user);
}

void GroupMembersView::draw_rename(Ui& ui, const chat::State&, const chat::Group& group, chat::Intents& intents) {
  const std::string name(chat::trim(name_));
  const std::string_view problem = chat::check_room_name(name);
  if (!field_with_button(ui, "Group name", name_, "Rename", {.error = problem, .max_bytes = chat::max_room_name_bytes})) return;
  if (problem.empty() && name != group.name) ask(GroupAction::rename, intents, name);
}

void GroupMembersView::draw_ends(Ui& ui, const chat::State&, bool owner, chat::Intents& intents) {
  if (confirm_delete_) {
    text(ui, "Delete the group for all its members? What was said stays on their devices.");
    if (button(ui, "Delete group", {.kind = ButtonKind::danger, .disabled_reason = waiting_})) {
      ask(GroupAction::remove_room, intents);
      confirm_delete_ = false;
    }
    ImGui::SameLine(0, Theme::space_2);
    if (button(ui, "Cancel")) confirm_delete_ = false;
    return;
  }
  Rows rows(ui.theme().control_height());
  const auto next = [&](std::string_view label, const ButtonOptions& options) {
    const ImVec2 size = button_size(ui, label, options);
    rows.next(size.x, size.y, Theme::space_2);
    return button(ui, label, options);
  };
  if (next("Leave", {.disabled_reason = waiting_})) ask(GroupAction::leave, intents);
  if (owner && next("Delete group", {.kind = ButtonKind::danger, .disabled_reason = waiting_})) confirm_delete_ = true;
}

void GroupMembersView::ask(GroupAction action, chat::Intents& intents, std::string name, std::string user) {
  intents.emplace_back(chat::AskGroups{{.action = action, .room = std::string(key_.room()), .name = std::move(name), .user = std::move(user)}});
}

}  // namespace chat_view
