// A tab that has one MQTT connection together with the other tabs of its origin: SharedMember and, while it leads, SharedHub, with
// all that they need of a browser.
//
//   wasmqtt::SharedTab tab({.mqtt = {.urls = {"wss://broker.example/mqtt"}, .client = {.client_id = "alice"}}});
//   tab.mqtt().subscribe("greetings/#", Qos::at_least_once, print);
//   tab.connect();
//
// Tabs with the same address, client id and user are one group (share_name()). One of them leads, or a SharedWorker that has such an
// object, too. Where there can be no group (no Web Locks, no storage) this tab has a connection of its own.
//
// The journal lies in IndexedDB. A leader that is left or frozen hands over before, if other tabs are there; alone it leaves without a
// word, and the broker publishes its will. One that crashes is replaced at once, and one
// that hangs when the others have noticed it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/tab_group.hpp"
#include "wasmqtt/shared/shared_hub.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace wasmqtt {

struct SharedTabOptions {
  MqttOptions mqtt{};  // of the connection that this tab makes when it leads
  IndexedDbOptions database{.name = "wasmqtt-shared"};
  bool may_be_first = true;     // see TabGroup: false where a worker is to lead
  bool journal_alone = false;   // a connection of its own has a journal, too
  std::uint64_t key = 0;        // see SharedMemberOptions
  // After how long a leader that stands still, but was neither closed nor frozen, is replaced. A page whose frames take long
  // wants more: each change of the leader is a new connection.
  Duration silent_after = SharedMemberOptions{}.silent_after;
  // Of the connection, in the place of this object's own; both outlive it.
  Transport* transport = nullptr;
  EventLoop* loop = nullptr;
};

class SharedTab {
 public:
  enum class Role : std::uint8_t {
    undecided,  // nobody leads yet, as far as is known
    leader,
    member,
    member_of_worker,
    alone,  // a connection of its own
  };

  explicit SharedTab(SharedTabOptions options);
  ~SharedTab();  // leaves; what is unfinished stays so
  SharedTab(const SharedTab&) = delete;
  SharedTab& operator=(const SharedTab&) = delete;

  // Joins the group, the first time; then SharedMember::connect().
  void connect();

  // Its on_* are the application's, all but on_shared.
  SharedMember& mqtt() { return member_; }
  std::function<void(const SharedEvent&)> on_shared;

  // `why`: with alone, in a sentence.
  std::function<void(Role role, std::string_view why)> on_role;
  Role role() const { return role_; }
  // While this tab leads, or is alone; else nullptr. Another one each time.
  SharedHub* hub();
  // It ends: hub() is there for the last time.
  std::function<void()> on_lead_ends;
  std::uint64_t id() const { return id_; }  // SharedMemberOptions::id
  // At the leader: other tabs have come or gone; so many are there.
  std::function<void(std::size_t others)> on_others;

 private:
  struct Lead;  // while this tab leads

  void lead(std::uint64_t epoch, const std::vector<std::uint64_t>& living);
  void be_alone(std::string_view why);
  void start(std::unique_ptr<Lead> lead);
  void follow(std::uint64_t epoch, bool worker);
  void drop_lead();
  void hand_over();
  void handle_joined(TabGroup::Link link);
  void handle_left(TabGroup::Link link);
  void handle_frame(TabGroup::Link from, Bytes frames);
  void take_role(Role role, std::string_view why = {});

  struct Port final : SharedLink {
    Port(TabGroup& in, TabGroup::Link to) : group(in), link(to) {}
    void send(Bytes frames) override { group.send(link, frames); }
    TabGroup& group;
    TabGroup::Link link;
  };

  SharedTabOptions options_;
  BrowserLoop loop_;
  std::uint64_t id_;
  TabGroup group_;
  Port to_leader_;
  SharedMember member_;
  PageLifeCycle page_;
  Role role_ = Role::undecided;
  bool joined_group_ = false;
  std::unique_ptr<Lead> lead_;
};

}  // namespace wasmqtt
