// Groups and checked messages on the page, by role and name.
#include "chat/checked_messages.hpp"
#include "rights_service.hpp"
#include "view_world.hpp"

using namespace chat;
using namespace chat::test;

namespace {

const Groups of_alice = {group_of(friends, "Friends", {"alice", "peter", "vy"})};

struct GroupsView : ViewWorld {
  explicit GroupsView(Groups groups = of_alice, int stage = 50, float width = 1280, float height = 800)
      : ViewWorld(stage_settings(stage), width, height) {
    sign_in_as("alice", "test");
    tell(groups);
  }
  void tell(const Groups& groups) {
    receive("chat/groups/of/alice", write_groups(groups), Qos::at_least_once, true);
    settle();
  }
  // The last request that came.
  GroupRequest request() {
    for (auto one = published.rbegin(); one != published.rend(); ++one)
      if (one->topic == "chat/groups/request/alice") return *parse_group_request(one->payload).value;
    return {};
  }
  void answer_request(bool accepted, const std::string& reason = "", const std::string& room = "") {
    receive("chat/groups/answer/alice", write_group_answer({request().request_id, accepted, reason, room}), Qos::at_least_once);
    settle();
  }
  void open_members() {
    activate(Role::button, "Friends");
    activate(Role::button, "Members");
  }
  // The button of this name in this member's row.
  bool press_in_row(const std::string& member, std::string_view name) {
    const auto& nodes = screen.tree().nodes();
    for (const Node& node : nodes) {
      if (node.role != Role::button || node.name != name || node.description.find(' ' + member + ' ') == std::string::npos) continue;
      screen.ui().handle_activate(node.id);
      settle();
      return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE("groups need the broker with dynamic rights: the check boxes switch authentication, and the address says the stage") {
  ViewWorld world(stage_settings(30));
  std::string address;
  world.app.on_address = [&](const std::string& query) { address = query; };
  CHECK(world.find(Role::checkbox, "Use groups")->description.find("Needs authentication") != std::string::npos);
  world.activate(Role::checkbox, "Use groups");
  CHECK(world.find(Role::checkbox, "Use authentication")->is(semantic::state_checked));
  CHECK(address == "?stage=50");
  world.activate(Role::checkbox, "Check messages");
  CHECK(address == "?stage=60");
  world.activate(Role::checkbox, "Use authentication");
  CHECK_FALSE(world.find(Role::checkbox, "Use groups")->is(semantic::state_checked));
  CHECK_FALSE(world.find(Role::checkbox, "Check messages")->is(semantic::state_checked));
  CHECK(address == "?stage=30");
}

TEST_CASE("a group is made in a dialog that stays until the service has made it, and says why when it has not") {
  GroupsView world(Groups{});
  CHECK(world.activate(Role::button, "New group"));
  REQUIRE(world.has(Role::dialog, "New group"));
  CHECK(world.screen.ui().focused() == world.find(Role::textbox, "Group name")->id);
  world.press_enter("Group name");
  CHECK(world.find(Role::textbox, "Group name")->is(semantic::state_invalid));
  world.fill("Group name", "Friends");
  world.press_enter("Group name");
  CHECK(world.request().name == "Friends");
  CHECK(world.find(Role::button, "Create")->is(semantic::state_disabled));
  world.answer_request(false, "You own 20 groups already.");
  CHECK(world.says("You own 20 groups already."));
  world.activate(Role::button, "Create");
  world.answer_request(true, "", friends);
  CHECK_FALSE(world.has(Role::dialog, "New group"));
  world.tell({of_alice[0]});
  CHECK(world.has(Role::heading, "Group Friends"));
  CHECK(world.has(Role::text, "3 members"));
}

TEST_CASE("without groups, and for the admin, there is no button for a new one") {
  ViewWorld plain(stage_settings(40));
  plain.sign_in_as("alice", "test");
  CHECK_FALSE(plain.has(Role::button, "New group"));
  ViewWorld admin(stage_settings(50));
  admin.sign_in_as("admin", "admin");
  CHECK_FALSE(admin.has(Role::button, "New group"));
}

TEST_CASE("a group stands in the list with what was said last and by whom; its messages name their sender") {
  GroupsView world;
  world.receive(room_topic(friends, "peter"), message_json("1", "hello all"), Qos::at_least_once);
  world.settle();
  REQUIRE(world.has(Role::button, "Friends"));
  CHECK(world.find(Role::button, "Friends")->description == "group, 3 members, 1 unread, peter: hello all, 23:13");
  world.activate(Role::button, "Friends");
  CHECK(world.has(Role::text, "peter"));
  CHECK(world.has(Role::text, "hello all"));
  world.fill("Message", "hi");
  world.press_enter("Message");
  CHECK(world.published.back().topic == room_topic(friends, "alice"));
  CHECK(world.says("delivered to the broker"));
}

TEST_CASE("the owner sees the members, invites, renames, makes another owner, removes and deletes") {
  GroupsView world;
  world.open_members();
  REQUIRE(world.has(Role::dialog, "Group members"));
  CHECK(world.has(Role::list, "Members"));
  for (const char* member : {"alice", "peter", "vy"}) CHECK(world.has(Role::list_item, member));
  CHECK(world.count_named(Role::text, "owner") == 1);
  CHECK(world.says("You have been a member since"));
  world.fill("User to invite", "a/b");
  world.activate(Role::button, "Invite");
  CHECK(world.find(Role::textbox, "User to invite")->is(semantic::state_invalid));
  world.fill("User to invite", " minh ");
  world.press_enter("User to invite");
  CHECK(world.request().action == GroupAction::invite);
  CHECK(world.request().user == "minh");
  CHECK(world.find(Role::button, "Invite")->is(semantic::state_disabled));
  world.answer_request(false, "There is no user minh.");
  CHECK(world.has(Role::alert, "There is no user minh."));
  world.fill("Group name", "Old friends");
  world.activate(Role::button, "Rename");
  CHECK(world.request().action == GroupAction::rename);
  CHECK(world.request().name == "Old friends");
  world.answer_request(true, "", friends);
  CHECK_FALSE(world.has(Role::alert, "There is no user minh."));
  CHECK(world.press_in_row("peter", "Make owner"));
  CHECK(world.request().action == GroupAction::make_owner);
  CHECK(world.request().user == "peter");
  world.answer_request(false, "No.");
  CHECK(world.press_in_row("vy", "Remove"));
  CHECK(world.request().action == GroupAction::remove);
  CHECK(world.request().user == "vy");
  CHECK_FALSE(world.press_in_row("alice", "Remove"));
  world.answer_request(true, "", friends);
  world.activate(Role::button, "Delete group");
  CHECK(world.request().action == GroupAction::remove);
  CHECK(world.says("Delete the group for all its members?"));
  world.activate(Role::button, "Cancel");
  world.activate(Role::button, "Delete group");
  world.activate(Role::button, "Delete group");
  CHECK(world.request().action == GroupAction::remove_room);
  world.answer_request(true, "", friends);
  world.tell({});
  CHECK(world.says("You are no longer a member of this group."));
  CHECK_FALSE(world.has(Role::button, "Invite"));
  world.activate(Role::button, "Close");
  CHECK_FALSE(world.has(Role::dialog, "Group members"));
}

TEST_CASE("a member who is not the owner may invite and leave, and no more") {
  GroupsView world(Groups{group_of(friends, "Friends", {"peter", "alice"})});
  world.open_members();
  for (const char* name : {"Invite", "Leave", "Close"}) CHECK(world.has(Role::button, name));
  for (const char* name : {"Remove", "Make owner", "Rename", "Delete group"}) CHECK_FALSE(world.has(Role::button, name));
  world.activate(Role::button, "Leave");
  CHECK(world.request().action == GroupAction::leave);
}

TEST_CASE("who was removed reads on, and cannot write; a service that is not there is said") {
  GroupsView world;
  world.receive(room_topic(friends, "peter"), message_json("1", "before"), Qos::at_least_once);
  world.activate(Role::button, "Friends");
  world.tell({});
  CHECK(world.has(Role::text, "before"));
  CHECK(world.has(Role::text, "no longer a member"));
  CHECK(world.find(Role::textbox, "Message")->is(semantic::state_disabled));
  CHECK(world.says("You are no longer a member of this group. You can still read it."));
  world.activate(Role::button, "New group");
  world.fill("Group name", "Another");
  world.press_enter("Group name");
  world.pass(11s);
  world.settle();
  CHECK(world.says("groups cannot be changed now"));
  world.screen.press_escape();
  world.settle();
  CHECK_FALSE(world.has(Role::dialog, "New group"));
}

TEST_CASE("on a phone Escape closes the dialog, and not the chat below it") {
  GroupsView world(of_alice, 50, 320, 568);
  world.open_members();
  REQUIRE(world.has(Role::dialog, "Group members"));
  world.screen.press_escape();
  world.settle();
  CHECK_FALSE(world.has(Role::dialog, "Group members"));
  CHECK(world.has(Role::heading, "Group Friends"));
}

TEST_CASE("a rejected message says why, and its text goes back into the field, before what is typed there") {
  GroupsView world(of_alice, 60);
  world.app.handle(AddChat{"peter"});
  world.settle();
  world.fill("Message", "bad word");
  world.press_enter("Message");
  CHECK(world.says("checking"));
  const std::string id = parse_message(world.published.back().payload).value->message_id;
  world.receive("chat/messages/peter/alice/rejected", write_rejected({id, "It holds a forbidden word."}), Qos::at_least_once);
  world.settle();
  CHECK(world.has(Role::text, "Rejected: It holds a forbidden word."));
  CHECK_FALSE(world.has(Role::button, "Retry"));
  world.fill("Message", "and more");
  world.activate(Role::button, "Edit");
  CHECK(world.find(Role::textbox, "Message")->value == "bad word\nand more");
  CHECK(world.screen.ui().focused() == world.find(Role::textbox, "Message")->id);
  CHECK(world.chat_with("peter")->draft == "bad word\nand more");
  world.fill("Message", "good word");
  world.press_enter("Message");
  world.receive("chat/messages/peter/alice/accepted", world.published.back().payload, Qos::at_least_once);
  world.settle();
  CHECK(world.says("accepted"));
  world.fill("Message", "nobody there");
  world.press_enter("Message");
  world.pass(11s);
  world.settle();
  CHECK(world.says("The validation worker has not answered yet."));
}
