// Checked messages: requests go out, what is accepted comes in, and the sender knows what became of each.
#include "rights_service.hpp"

#include "chat/checked_messages.hpp"
#include "chat/topics.hpp"

using namespace chat;
using namespace chat::test;

namespace {

using Texts = std::vector<std::string>;
const ConversationKey peter{"alice", "peter"};

struct CheckWorld : RightsWorld {
  explicit CheckWorld(Settings settings = stage_settings(60), ChatStore* keep = nullptr) : RightsWorld(std::move(settings), keep) {}
  const ChatMessage& send(const ConversationKey& key, const std::string& text) {
    if (!key.is_room()) app.handle(AddChat{key.partner_of("alice")});
    app.handle(SendMessage{key, text});
    answer();
    return last(key);
  }
  const ChatMessage& last(const ConversationKey& key) { return *state().conversations.find(key)->last(); }
  // The worker's verdict on what was published last.
  void accept() { receive(step("/accepted"), published.back().payload, Qos::at_least_once); }
  void reject(const std::string& id, const std::string& reason) {
    receive(step("/rejected"), write_rejected({id, reason}), Qos::at_least_once);
  }
  std::string step(std::string_view ending) const {
    const std::string& topic = published.back().topic;
    return topic.substr(0, topic.rfind('/')) + std::string(ending);
  }
};

}  // namespace

TEST_CASE("a message is checking until the worker has accepted or rejected it") {
  CheckWorld world;
  world.sign_in_with({});
  for (std::string_view filter : {"chat/messages/alice/+/accepted", "chat/messages/+/alice/accepted",
                                  "chat/messages/+/alice/rejected", "chat/rooms/+/alice/rejected"})
    CHECK(world.subscribed(filter));
  CHECK_FALSE(world.subscribed("chat/messages/alice/+"));
  CHECK(world.send(peter, "hi").state == SendState::checking);
  CHECK(world.published.back().topic == "chat/messages/peter/alice/request");
  world.accept();
  CHECK(world.last(peter).state == SendState::accepted);
  world.accept();  // a redelivery
  CHECK(world.texts("peter") == Texts{"hi"});
  const std::string id = world.send(peter, "bad word").id;
  world.reject(id, "It holds a forbidden word.");
  CHECK(world.last(peter).state == SendState::rejected);
  CHECK(world.last(peter).problem == "It holds a forbidden word.");
  CHECK(world.chat_with("peter")->messages().size() == 2);
}

TEST_CASE("a verdict that is here before the broker's acknowledgement stays") {
  CheckWorld world;
  world.sign_in_with({});
  world.app.handle(AddChat{"peter"});
  world.app.handle(SendMessage{peter, "hi"});
  world.loop.run_turns();
  const auto publish = world.broker.expect<wasmqtt::Publish>();
  world.broker.reply(wasmqtt::Publish{"chat/messages/peter/alice/accepted", publish.payload, 900, Qos::at_least_once, false, false});
  world.loop.run_turns();
  CHECK(world.last(peter).state == SendState::accepted);
  world.broker.reply(wasmqtt::Puback{publish.packet_id});
  world.answer();
  CHECK(world.last(peter).state == SendState::accepted);
}

TEST_CASE("only what has been accepted is shown") {
  CheckWorld world;
  world.sign_in_with({});
  world.receive("chat/messages/alice/peter/accepted", message_json("1", "checked"), Qos::at_least_once);
  world.receive("chat/messages/alice/peter", message_json("2", "unchecked"), Qos::at_least_once);
  world.receive("chat/messages/alice/peter/request", message_json("3", "not for us"), Qos::at_least_once);
  CHECK(world.texts("peter") == Texts{"checked"});
  CHECK(world.notices_say("nobody has checked"));
  CHECK(world.chat_with("peter")->unread() == 1);
}

TEST_CASE("a worker that does not answer for ten seconds is said, once there is a connection") {
  CheckWorld world;
  world.sign_in_with({});
  world.send(peter, "hi");
  world.pass(9s);
  CHECK(world.last(peter).problem.empty());
  world.reconnect(true);  // the time begins anew
  world.pass(9s);
  CHECK(world.last(peter).problem.empty());
  world.pass(2s);
  CHECK(world.last(peter).state == SendState::checking);
  CHECK(world.last(peter).problem.find("worker has not answered") != std::string::npos);
  world.receive("chat/messages/peter/alice/accepted", world.published.back().topic == "chat/messages/peter/alice/request"
                                                          ? world.published.back().payload
                                                          : message_json(world.last(peter).id, "hi"), Qos::at_least_once);
  CHECK(world.last(peter).state == SendState::accepted);
  CHECK(world.last(peter).problem.empty());
}

TEST_CASE("the messages of a room are checked as well") {
  CheckWorld world;
  world.sign_in_with({group_of(friends, "Friends", {"alice", "peter"})});
  CHECK(world.subscribed(checked_topic(room_topic("+", "+"), CheckStep::accepted)));
  CHECK_FALSE(world.subscribed(room_topic("+", "+")));
  const std::string id = world.send(friends_key, "hello").id;
  CHECK(world.published.back().topic == room_topic(friends, "alice") + "/request");
  world.accept();
  CHECK(world.last(friends_key).state == SendState::accepted);
  world.receive(room_topic(friends, "peter") + "/accepted", message_json("1", "hi"), Qos::at_least_once);
  CHECK(world.texts_in(friends) == Texts{"alice: hello", "peter: hi"});
  world.reject(id, "too late");  // judged already
  world.send(friends_key, "bad");
  world.reject(world.last(friends_key).id, "A reason.");
  CHECK(world.last(friends_key).state == SendState::rejected);
}

TEST_CASE("a reload while a message is being checked: its verdict finds it") {
  MemoryChatStore store;
  std::string id;
  {
    CheckWorld world(stage_settings(60), &store);
    world.sign_in_with({});
    id = world.send(peter, "hi").id;
    world.send(peter, "bad");
    world.reject(world.last(peter).id, "A reason.");
  }
  CheckWorld world(stage_settings(60), &store);
  world.sign_in_with({}, "alice", true);
  const auto& messages = world.chat_with("peter")->messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].state == SendState::checking);
  CHECK(messages[1].state == SendState::rejected);
  CHECK(messages[1].problem == "A reason.");
  world.pass(11s);
  CHECK_FALSE(world.chat_with("peter")->messages()[0].problem.empty());
  world.receive("chat/messages/peter/alice/accepted", message_json(id, "hi"), Qos::at_least_once);
  CHECK(world.chat_with("peter")->messages()[0].state == SendState::accepted);
  CHECK(world.chat_with("peter")->messages().size() == 2);
}

TEST_CASE("rejections that make no sense, or of unknown messages, are notices") {
  CheckWorld world;
  world.sign_in_with({});
  world.send(peter, "hi");
  world.receive("chat/messages/peter/alice/rejected", "no JSON", Qos::at_least_once);
  world.receive("chat/messages/peter/alice/rejected", write_rejected({"unknown", "A reason."}), Qos::at_least_once);
  world.receive("chat/messages/peter/minh/rejected", write_rejected({"unknown", "A reason."}), Qos::at_least_once);
  CHECK(world.state().notices.list().size() == 3);
  CHECK(world.last(peter).state == SendState::checking);
}

TEST_CASE("without QoS 1 a message is checking as soon as it is on the wire") {
  Settings settings = stage_settings(60);
  settings.qos1 = false;
  CheckWorld world(settings);
  world.sign_in_with({});
  CHECK(world.send(peter, "hi").state == SendState::checking);
  world.accept();
  CHECK(world.last(peter).state == SendState::accepted);
}

TEST_CASE("a session of the other stage gives up what was read there; what the broker had kept of accepted messages is shown") {
  CheckWorld world(stage_settings(50));
  world.sign_in_with({}, "alice", true);
  world.receive("chat/messages/alice/peter/accepted", message_json("1", "checked"), Qos::at_least_once);
  CHECK(world.texts("peter") == Texts{"checked"});
  CHECK(world.send(peter, "hi").state == SendState::delivered);
  const auto gave_up = [](CheckWorld& one, std::string_view filter) {
    return std::find(one.unsubscribed.begin(), one.unsubscribed.end(), filter) != one.unsubscribed.end();
  };
  CHECK(gave_up(world, "chat/messages/alice/+/accepted"));
  CheckWorld checked;
  checked.sign_in_with({group_of(friends, "Friends", {"alice"})}, "alice", true);
  CHECK(gave_up(checked, "chat/messages/alice/+"));
  CHECK(gave_up(checked, room_topic("+", "+")));
}
