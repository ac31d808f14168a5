// The groups of one account: keeps what the rights service tells of them, and passes requests on. Internal to Account, which
// reads their rooms.
//
//   GroupDesk desk({.state = state, .history = history, …});
//   desk.attach(mqtt);           // for each new client: subscribes
//   desk.handle_connected(…);    // for each connection
//   desk.ask({.action = GroupAction::create, .name = "friends"});
//
// A request is sent with QoS 1 under an identifier of its own, and again with the same one where the connection ended before its
// answer came: the service does it once and answers again.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "chat/state.hpp"
#include "history.hpp"
#include "line.hpp"

namespace chat {

class GroupDesk {
 public:
  static constexpr Duration answer_timeout = std::chrono::seconds{10};
  static constexpr Duration hold_timeout = std::chrono::seconds{5};

  // All of it outlives this object.
  struct Uses {
    State& state;
    History& history;
    wasmqtt::EventLoop& loop;
    const LocalTime& zone;
  };
  explicit GroupDesk(Uses uses) : uses_(uses) {}

  // A message that was held, and may be shown now.
  std::function<void(const wasmqtt::Message&)> on_held;
  std::function<void(std::string text, std::string_view topic)> on_notice;
  // Something that is drawn may have changed.
  std::function<void()> on_changed;
  std::function<void()> on_invited;  // the user has invited somebody
  // The groups have changed: the broker has ended the connection for that, if it has just done so.
  std::function<void()> on_groups_changed;
  // This room was made for the user.
  std::function<void(const ConversationKey& key)> on_made;

  // `line` outlives this object, or another one is attached.
  void attach(Line& line);
  // From now on nothing that arrives is looked at, nor acknowledged.
  void detach() { detached_ = true; }
  // `again`: with this client; `resumed`: the broker has continued its session.
  void handle_connected(bool again, bool resumed);
  // False: it is about another message.
  bool handle_delivery(const wasmqtt::DeliveryChanged& change);

  void ask(GroupRequest request);
  // The user has read why the last request came to nothing.
  void forget_problem() { requests().problem.clear(); }
  // Whether what arrives in this room may be shown: the user is a member, or may be one as far as is known yet.
  bool is_open(const ConversationKey& room) const;
  // Keeps a message of a room that is not open for hold_timeout: the list of groups that opens it may be on its way. Then it is
  // acknowledged, and not shown.
  void hold(const ConversationKey& room, const wasmqtt::Message& message);
  // Another tab gets them now.
  void forget_held() { held_.clear(); }

  void update(Time now);
  std::optional<Time> next_change() const;

 private:
  struct Held {
    ConversationKey room;
    std::string topic;
    std::string payload;
    std::uint64_t token = 0;
    Time due{};
  };

  GroupRequests& requests() { return uses_.state.group_requests; }
  void handle_groups(const wasmqtt::Message& message);
  void handle_answer(const wasmqtt::Message& message);
  // True when that is news.
  bool join(const Group& group);
  bool is_member(const ConversationKey& room) const;
  bool leave_all_but(const Groups& groups);
  void show_held();
  void drop(const Held& held);
  wasmqtt::Subscription listen(std::string_view filter, void (GroupDesk::*handler)(const wasmqtt::Message&),
                               wasmqtt::Subscription replaces = {});
  void send();
  void fail(std::string problem);
  void open_made_room();
  void notice(std::string text, std::string_view topic);

  Uses uses_;
  Line* line_ = nullptr;
  wasmqtt::Subscription groups_subscription_;
  std::deque<Held> held_;             // oldest first
  bool detached_ = false;
  bool listed_ = false;               // the service has told of all groups
  std::uint64_t delivery_ = 0;        // of the request, until it is acknowledged
  std::optional<Time> answer_due_;    // while connected
  std::string made_;                  // a room that was made, until it is listed
};

}  // namespace chat
