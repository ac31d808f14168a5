// The tabs of one device that share a connection, in the simulated world of native-test/chaos: who leads, their links, and what they tell
// each other.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chaos/model_broker.hpp"
#include "chaos/model_network.hpp"
#include "chat/tab_share.hpp"
#include "shared/fenced_disk.hpp"
#include "shared/process.hpp"
#include "wasmqtt/shared/local_link.hpp"

namespace chat::test {

using namespace std::chrono_literals;
using wasmqtt::test::Process;
using wasmqtt::test::ProcessLoop;
using wasmqtt::test::ProcessTransport;

class SimGroup;

// What one tab has of it.
class SimShare final : public TabShare {
 public:
  SimShare(SimGroup& group, std::shared_ptr<Process> process, Sharing sharing, std::uint64_t id);
  ~SimShare() override;

  void join() override;
  wasmqtt::SharedMember& mqtt() override { return *member_; }
  std::uint64_t id() const override { return id_; }
  wasmqtt::SharedHub* hub() override { return lead_ ? &*lead_->hub : nullptr; }
  void tell(std::string_view words) override;

  // The page is left in order, while others are there.
  void hand_over();
  // What it had sent and not yet reached the broker is lost.
  void cut() {
    for (const auto& link : lead_->network.links()) link->cut(wasmqtt::Direction::outbound);
  }

 private:
  friend class SimGroup;
  struct Port;
  struct Lead {
    Lead(SimGroup& group, SimShare& of, std::vector<std::uint64_t> living);
    wasmqtt::chaos::ModelNetwork& network;
    ProcessLoop loop, timers;
    ProcessTransport transport;
    wasmqtt::test::DiskStore store;
    std::optional<wasmqtt::SharedHub> hub;
    std::optional<wasmqtt::LocalLink> own;
  };
  void lead(std::vector<std::uint64_t> living);
  void drop_lead();
  void take_role(Role role) {
    if (on_role) on_role(role);
  }
  void later(std::function<void()> call);

  SimGroup& group_;
  std::shared_ptr<Process> process_;
  Sharing sharing_;
  std::uint64_t id_;
  ProcessLoop loop_;
  std::unique_ptr<wasmqtt::SharedMember> member_;
  std::shared_ptr<Port> port_;  // to the leader
  std::unique_ptr<Lead> lead_;
  bool joined_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class SimGroup : private wasmqtt::chaos::NetworkEnds {
 public:
  SimGroup(wasmqtt::chaos::Simulation& simulation, wasmqtt::chaos::ModelBroker& broker) : simulation_(simulation), broker_(broker) {}

  std::unique_ptr<TabShare> share(std::shared_ptr<Process> process, Sharing sharing);
  // The process has died, and its lock is free a moment later.
  void died(const std::shared_ptr<Process>& process);
  // It has thawed, and learns what it has missed.
  void thawed(const std::shared_ptr<Process>& process);
  SimShare* leader() { return leader_; }
  SimShare* of(const std::shared_ptr<Process>& process);
  std::size_t connections() const;  // all that ever were
  wasmqtt::chaos::ModelNetwork& new_network();

 private:
  friend class SimShare;
  bool broker_is_up() override { return broker_.is_up(); }
  void link_opened(const std::shared_ptr<wasmqtt::chaos::Link>& link) override { broker_.link_opened(link); }
  void bytes_at_broker(wasmqtt::chaos::Link& link, wasmqtt::Bytes bytes) override { broker_.bytes(link, bytes); }
  void link_closed_at_broker(wasmqtt::chaos::Link& link) override { broker_.link_closed(link); }
  void client_wrote(wasmqtt::chaos::Link&, wasmqtt::Bytes) override {}
  void client_receives(wasmqtt::chaos::Link&, wasmqtt::Bytes) override {}
  void fault(wasmqtt::chaos::ModelLink&, const wasmqtt::chaos::Fault&) override {}
  void elect_soon(wasmqtt::Duration delay);
  void elect();
  void link(SimShare& share);
  void left(SimShare& share);

  wasmqtt::chaos::Simulation& simulation_;
  wasmqtt::chaos::ModelBroker& broker_;
  wasmqtt::test::Disk journal_;
  std::deque<std::unique_ptr<wasmqtt::chaos::ModelNetwork>> networks_;
  std::vector<std::shared_ptr<SimShare::Port>> ports_;  // that ever were: a hub has them until it ends
  std::vector<SimShare*> shares_;  // that have been made, in their order
  SimShare* leader_ = nullptr;     // who has the lock
  std::uint64_t epoch_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace chat::test
