// A rights service that answers as it is told, on the scripted broker of a ChatApp.
#pragma once

#include "chat/groups.hpp"
#include "chat/rooms.hpp"
#include "chat_world.hpp"

namespace chat::test {

inline const std::string friends = "abcdefghijklmnop";  // rooms
inline const std::string club = "ABCDEFGHIJKLMNO-";
inline const ConversationKey friends_key = ConversationKey::of_room(friends);

inline Group group_of(std::string room, std::string name, std::vector<std::string> members) {
  return {std::move(room), std::move(name), members.front(), members, Time{std::chrono::hours{24 * 365}}};
}

struct RightsWorld : World {
  explicit RightsWorld(Settings settings = stage_settings(50), ChatStore* keep = nullptr) : World(std::move(settings), keep) {}

  void sign_in_with(const Groups& groups, const std::string& user = "alice", bool session_present = false) {
    sign_in(user, "test", session_present);
    tell(groups, true);
  }
  void tell(const Groups& groups, bool retained = false) {
    receive("chat/groups/of/" + state().user, write_groups(groups), Qos::at_least_once, retained);
  }
  // The requests that came, oldest first, repeated ones too.
  std::vector<GroupRequest> requests() {
    std::vector<GroupRequest> all;
    for (const Published& one : published)
      if (one.topic == "chat/groups/request/" + state().user) all.push_back(*parse_group_request(one.payload).value);
    return all;
  }
  void answer_request(bool accepted, const std::string& reason = "", const std::string& room = "") {
    REQUIRE_FALSE(requests().empty());
    receive("chat/groups/answer/" + state().user,
            write_group_answer({requests().back().request_id, accepted, reason, room}), Qos::at_least_once);
  }
  void ask(GroupRequest request) {
    app.handle(AskGroups{std::move(request)});
    answer();
  }
  // As the broker ends a connection when it changes the user's rights.
  void kick() {
    if (state().settings.mqtt5) broker.reply(wasmqtt::Disconnect{wasmqtt::ReasonCode::administrative_action});
    broker.cut();
    loop.run_turns();
  }
  // The connection that follows at once.
  void come_back(bool session_present = true) {
    loop.advance(0s);
    broker.accept();
    (void)broker.expect<wasmqtt::Connect>();
    broker.reply(wasmqtt::Connack{session_present});
    answer();
  }
  const Conversation* room(const std::string& id) { return state().conversations.find(ConversationKey::of_room(id)); }
  std::vector<std::string> texts_in(const std::string& id) {
    std::vector<std::string> all;
    if (const Conversation* conversation = room(id))
      for (const ChatMessage& message : conversation->messages()) all.push_back(message.sender + ": " + message.text);
    return all;
  }
  bool subscribed(std::string_view filter) const { return std::find(filters.begin(), filters.end(), filter) != filters.end(); }
  bool notices_say(std::string_view words) {
    for (const Notice& notice : state().notices.list())
      if (notice.text.find(words) != std::string::npos) return true;
    return false;
  }
};

}  // namespace chat::test
