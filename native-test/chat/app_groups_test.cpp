// Groups: their rooms among the chats, what is asked of the rights service, and what becomes of a removed member.
#include "rights_service.hpp"

#include "chat/names.hpp"
#include "chat/records.hpp"

using namespace chat;
using namespace chat::test;

namespace {

using Texts = std::vector<std::string>;

const Groups one_group = {group_of(friends, "Friends", {"alice", "peter"})};

}  // namespace

TEST_CASE("a room's key clashes with no user's, and its title is the group's name") {
  const ConversationKey key = ConversationKey::of_room(friends);
  CHECK(key.is_room());
  CHECK(key.room() == friends);
  CHECK(key.text() == "#" + friends);
  CHECK_FALSE(ConversationKey("alice", "peter").is_room());
  CHECK_FALSE(check_user_name(key.first).empty());
  Conversation room(key);
  CHECK(room.title_for("alice") == "Group " + friends);
  room.group->group.name = "Friends";
  CHECK(room.title_for("alice") == "Friends");
  CHECK(room.heading_for("alice") == "Group Friends");
  CHECK(Conversation({"alice", "peter"}).heading_for("alice") == "Conversation with peter");
}

TEST_CASE("the groups of a user become chats whose rooms are read and written to") {
  RightsWorld world;
  world.sign_in_with(one_group);
  for (std::string_view filter : {"chat/groups/answer/alice", "chat/groups/of/alice", "chat/messages/alice/+", "chat/rooms/+/+"})
    CHECK(world.subscribed(filter));
  const Conversation* room = world.room(friends);
  REQUIRE(room);
  CHECK(room->title_for("alice") == "Friends");
  CHECK(room->group->group.members == Texts{"alice", "peter"});
  world.receive(room_topic(friends, "peter"), message_json("1", "hello all"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: hello all"});
  CHECK(room->unread() == 1);
  CHECK(world.texts("peter").empty());
  world.app.handle(OpenChat{friends_key});
  world.app.handle(SendMessage{friends_key, "hi"});
  world.answer();
  CHECK(world.published.back().topic == room_topic(friends, "alice"));
  CHECK(room->last()->state == SendState::delivered);
  // The room's own echo, and a redelivery, are known.
  world.receive(room_topic(friends, "alice"), world.published.back().payload, Qos::at_least_once);
  world.receive(room_topic(friends, "peter"), message_json("1", "hello all"), Qos::at_least_once, false, true);
  CHECK(world.texts_in(friends) == Texts{"peter: hello all", "alice: hi"});
  CHECK(room->unread() == 1);
}

TEST_CASE("two members may use the same identifier in one room, and one of them in two") {
  RightsWorld world;
  world.sign_in_with({one_group[0], group_of(club, "Club", {"alice", "peter"})});
  world.receive(room_topic(friends, "peter"), message_json("1", "a"), Qos::at_least_once);
  world.receive(room_topic(friends, "vy"), message_json("1", "b"), Qos::at_least_once);
  world.receive(room_topic(club, "peter"), message_json("1", "c"), Qos::at_least_once);
  world.receive("chat/messages/alice/peter", message_json("1", "d"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: a", "vy: b"});
  CHECK(world.texts_in(club) == Texts{"peter: c"});
  CHECK(world.texts("peter") == Texts{"d"});
}

TEST_CASE("who makes a group is led to it when the service has made it; where it refuses, its reason is there") {
  RightsWorld world;
  world.sign_in_with({});
  world.ask({.action = GroupAction::create, .name = "Friends"});
  REQUIRE(world.requests().size() == 1);
  CHECK(world.requests()[0].name == "Friends");
  CHECK(world.published.back().qos == Qos::at_least_once);
  CHECK(world.state().group_requests.pending);
  SUBCASE("the list comes first") {
    world.tell(one_group);
    world.answer_request(true, "", friends);
    CHECK(world.state().open == friends_key);
  }
  SUBCASE("the answer comes first") {
    world.answer_request(true, "", friends);
    CHECK(world.state().open.empty());
    world.tell(one_group);
    CHECK(world.state().open == friends_key);
  }
  SUBCASE("it refuses") {
    world.answer_request(false, "You own 20 groups already.");
    CHECK(world.state().group_requests.problem == "You own 20 groups already.");
    CHECK(world.state().group_requests.failed.action == GroupAction::create);
    world.app.handle(DismissGroupProblem{});
    CHECK(world.state().group_requests.problem.empty());
  }
  CHECK_FALSE(world.state().group_requests.pending);
}

TEST_CASE("a request is checked before it is sent, and there is one at a time") {
  RightsWorld world;
  world.sign_in_with(one_group);
  world.ask({.action = GroupAction::create, .name = " "});
  CHECK_FALSE(world.state().group_requests.problem.empty());
  world.ask({.action = GroupAction::invite, .room = friends, .user = "a/b"});
  CHECK_FALSE(world.state().group_requests.problem.empty());
  CHECK(world.requests().empty());
  world.ask({.action = GroupAction::invite, .room = friends, .user = "vy"});
  world.ask({.action = GroupAction::invite, .room = friends, .user = "minh"});
  CHECK(world.requests().size() == 1);
}

TEST_CASE("a service that does not answer is said after ten seconds, one that is not there immediately, and chatting goes on") {
  RightsWorld world;
  world.sign_in_with(one_group);
  world.ask({.action = GroupAction::leave, .room = friends});
  world.pass(9s);
  CHECK(world.state().group_requests.pending);
  REQUIRE(world.app.next_change());
  world.pass(2s);
  CHECK_FALSE(world.state().group_requests.pending);
  CHECK(world.state().group_requests.problem.find("groups cannot be changed now") != std::string::npos);
  world.answer_request(true, "", friends);  // late
  CHECK(world.state().group_requests.accepted == 0);
  world.app.handle(SendMessage{friends_key, "still here"});
  world.answer();
  CHECK(world.room(friends)->last()->state == SendState::delivered);
  Settings settings = stage_settings(50);
  settings.mqtt5 = true;
  RightsWorld mqtt5(settings);
  mqtt5.sign_in_with({});
  mqtt5.puback = wasmqtt::ReasonCode::no_matching_subscribers;
  mqtt5.ask({.action = GroupAction::create, .name = "Friends"});
  CHECK(mqtt5.state().group_requests.problem == "The rights service is not running: groups cannot be changed now.");
}

TEST_CASE("without a connection a request is refused; one that is under way is asked again under its identifier") {
  RightsWorld world;
  world.sign_in_with(one_group);
  world.ask({.action = GroupAction::invite, .room = friends, .user = "vy"});
  world.kick();
  world.come_back();
  REQUIRE(world.requests().size() == 2);
  CHECK(world.requests()[0].request_id == world.requests()[1].request_id);
  world.pass(9s);
  CHECK(world.state().group_requests.pending);
  world.answer_request(true, "", friends);
  CHECK(world.state().group_requests.accepted == 1);
  world.broker.cut();
  world.app.handle(AskGroups{{.action = GroupAction::leave, .room = friends}});
  CHECK(world.state().group_requests.problem == "Not connected: groups cannot be changed now.");
}

TEST_CASE("who is removed keeps what was said, can read it, and sees nothing that comes afterwards") {
  RightsWorld world;
  world.sign_in_with(one_group);
  world.receive(room_topic(friends, "peter"), message_json("1", "before"), Qos::at_least_once);
  world.app.handle(OpenChat{friends_key});
  world.app.handle(SaveDraft{friends_key, "not sent yet"});
  world.tell({});
  const Conversation* room = world.room(friends);
  REQUIRE(room);
  CHECK_FALSE(room->group->member);
  CHECK(room->title_for("alice") == "Friends");
  CHECK(write_obstacle(world.state(), friends_key) == "You are no longer a member of this group. You can still read it.");
  world.receive(room_topic(friends, "peter"), message_json("2", "after"), Qos::at_least_once);
  world.receive(room_topic(club, "peter"), message_json("3", "never a member"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: before"});
  CHECK(world.room(club) == nullptr);
  REQUIRE(world.app.next_change());
  world.pass(6s);
  CHECK(world.notices_say("not a member"));
  world.app.handle(SendMessage{friends_key, "too late"});
  world.answer();
  CHECK(world.texts_in(friends).size() == 1);
  CHECK(room->draft == "not sent yet");
  // Invited again: from now on all is as before.
  world.tell(one_group);
  world.receive(room_topic(friends, "peter"), message_json("4", "welcome back"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: before", "peter: welcome back"});
  CHECK(write_obstacle(world.state(), friends_key).empty());
}

TEST_CASE("what is said in a group before its list has come is shown with the list, once, and then acknowledged") {
  RightsWorld world;
  world.sign_in_with({});
  const std::size_t before = world.acknowledged.size();
  world.receive(room_topic(friends, "peter"), message_json("1", "welcome"), Qos::at_least_once);
  world.receive(room_topic(friends, "peter"), message_json("2", "all"), Qos::at_least_once);
  CHECK(world.room(friends) == nullptr);
  CHECK(world.acknowledged.size() == before);
  SUBCASE("the list comes") {
    world.tell(one_group);
    CHECK(world.texts_in(friends) == Texts{"peter: welcome", "peter: all"});
    CHECK(world.acknowledged.size() == before + 3);
    world.pass(6s);
    CHECK(world.state().notices.list().empty());
  }
  SUBCASE("the connection ends first: the broker delivers them again") {
    world.kick();
    world.come_back();
    world.receive(room_topic(friends, "peter"), message_json("1", "welcome"), Qos::at_least_once, false, true);
    world.receive(room_topic(friends, "peter"), message_json("2", "all"), Qos::at_least_once, false, true);
    world.tell(one_group);
    CHECK(world.texts_in(friends) == Texts{"peter: welcome", "peter: all"});
    world.pass(6s);
    CHECK(world.state().notices.list().empty());
  }
  SUBCASE("no list comes: it is not shown, not even by a list that comes later") {
    world.pass(6s);
    CHECK(world.acknowledged.size() == before + 2);
    CHECK(world.notices_say("not a member"));
    world.tell(one_group);
    CHECK(world.texts_in(friends).empty());
  }
}

TEST_CASE("another name, owner and other members show as soon as the service says so") {
  RightsWorld world;
  world.sign_in_with(one_group);
  const int drawn = world.changes;
  world.tell({group_of(friends, "Old friends", {"peter", "alice", "vy"})});
  CHECK(world.changes > drawn);
  const Group& group = world.room(friends)->group->group;
  CHECK(group.name == "Old friends");
  CHECK(group.owner == "peter");
  CHECK(group.members.size() == 3);
}

TEST_CASE("ten changes of rights in a row are a blink each: back at once, nothing lost, no takeover, no fault") {
  for (const bool mqtt5 : {false, true}) {
    CAPTURE(mqtt5);
    Settings settings = stage_settings(50);
    settings.mqtt5 = mqtt5;
    RightsWorld world(settings);
    world.sign_in_with({});
    for (int i = 0; i < 10; ++i) {
      Groups groups = one_group;
      groups[0].members.push_back("user" + std::to_string(i));
      world.loop.advance(100ms);
      world.app.handle(SendMessage{{"alice", "peter"}, std::to_string(i)});
      world.kick();
      CHECK(world.state().connection.kind == ConnectionStatus::Kind::reconnecting);
      CHECK(world.state().connection.detail.empty());
      world.come_back();
      CHECK(world.state().connection.kind == ConnectionStatus::Kind::connected);
      world.tell(groups);
    }
    CHECK(world.chat_with("peter")->messages().size() == 10);
    for (const ChatMessage& message : world.chat_with("peter")->messages()) CHECK(message.state == SendState::delivered);
    CHECK_FALSE(world.notices_say("ended the connection"));
  }
}

TEST_CASE("a connection that does not come back at once says why after two seconds") {
  RightsWorld world;
  world.sign_in_with(one_group);
  world.kick();
  world.loop.advance(1s);
  CHECK(world.state().connection.detail.empty());
  REQUIRE(world.app.next_change());
  world.loop.advance(1100ms);
  CHECK_FALSE(world.state().connection.detail.empty());
}

TEST_CASE("three endings that no change of groups explains are still suspected to be a takeover") {
  RightsWorld world;
  world.sign_in_with(one_group);
  for (int i = 0; i < 2; ++i) {
    world.loop.advance(2s);
    world.answer();
    world.broker.cut();
    world.loop.advance(4s);
    while (!world.broker.quiet()) (void)world.broker.next();
    world.broker.accept();
    (void)world.broker.expect<wasmqtt::Connect>();
    world.broker.reply(wasmqtt::Connack{true});
    world.answer();
    world.tell(one_group, true);  // the same as before
  }
  world.loop.advance(2s);
  world.answer();
  world.broker.cut();
  CHECK(world.state().connection.kind == ConnectionStatus::Kind::elsewhere);
}

TEST_CASE("rooms survive a reload: name, members, messages, drafts, and that one was removed") {
  MemoryChatStore store;
  {
    RightsWorld world(stage_settings(50), &store);
    world.sign_in_with({one_group[0], group_of(club, "Club", {"peter", "alice"})});
    world.receive(room_topic(friends, "peter"), message_json("1", "kept"), Qos::at_least_once);
    world.app.handle(OpenChat{friends_key});
    world.app.handle(SaveDraft{friends_key, "draft"});
    world.app.handle_leave();
    world.tell({one_group[0]});
  }
  RightsWorld world(stage_settings(50), &store);
  world.sign_in("alice", "test", true);
  const Conversation* room = world.room(friends);
  REQUIRE(room);
  CHECK(room->title_for("alice") == "Friends");
  CHECK(room->group->group == one_group[0]);
  CHECK(room->draft == "draft");
  CHECK(world.texts_in(friends) == Texts{"peter: kept"});
  REQUIRE(world.room(club));
  CHECK_FALSE(world.room(club)->group->member);
  CHECK(world.state().notices.list().empty());
  // Known after the reload, too.
  world.receive(room_topic(friends, "peter"), message_json("1", "kept"), Qos::at_least_once, false, true);
  CHECK(world.texts_in(friends).size() == 1);
}

TEST_CASE("what the broker kept of a group is shown although its list comes later, and no chat of another's group stays open") {
  RightsWorld world;
  world.sign_in("alice", "test", true);
  world.receive(room_topic(friends, "peter"), message_json("1", "while you were away"), Qos::at_least_once);
  world.receive(room_topic(club, "peter"), message_json("2", "before you were removed"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: while you were away"});
  world.tell(one_group, true);
  CHECK(world.room(friends)->title_for("alice") == "Friends");
  CHECK_FALSE(world.room(club)->group->member);
}

TEST_CASE("lists and answers that make no sense are notices, and change nothing") {
  RightsWorld world;
  world.sign_in_with(one_group);
  for (const char* bad : {"{", "[]", "{\"rooms\":[{\"room\":\"short\"}]}", "{\"rooms\":7}"})
    world.receive("chat/groups/of/alice", bad, Qos::at_least_once);
  world.receive("chat/groups/answer/alice", "no JSON", Qos::at_least_once);
  CHECK(world.state().notices.list().size() >= 4);
  CHECK(world.room(friends)->group->member);
  world.receive("chat/groups/of/alice", "", Qos::at_least_once, true);  // cleared
  CHECK_FALSE(world.room(friends)->group->member);
}

TEST_CASE("admin reads the rooms, and writes in none") {
  RightsWorld world;
  world.sign_in("admin", "admin");
  CHECK(world.subscribed("chat/rooms/+/+"));
  CHECK_FALSE(world.subscribed("chat/groups/of/admin"));
  world.receive(room_topic(friends, "peter"), message_json("1", "hello"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"peter: hello"});
  CHECK(write_obstacle(world.state(), friends_key).find("as admin") != std::string::npos);
}

TEST_CASE("a history of the format before groups loads, and says from then on that it is of this one") {
  MemoryChatStore store;
  const std::string account = account_prefix("alice", "ws://localhost:8082");
  const std::vector<Record> records = {{account, "{\"format\":2}"}, {account + "c\n" "alice/peter", "{\"unread\":0,\"draft\":\"old\"}"}};
  store.put(records, {});
  RightsWorld world(stage_settings(50), &store);
  world.sign_in_with(one_group);
  CHECK(world.chat_with("peter")->draft == "old");
  CHECK(store.records().at(account) == "{\"format\":3}");
}
