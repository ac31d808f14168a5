// Tabs of one account in the simulated world: each with a SharedMember, one of them with the SharedHub, and a broker behind it.
//
//   Tabs tabs({.count = 3});
//   tabs.start();
//   tabs.pass(100ms);
//   tabs[1].publish("out/1", Qos::exactly_once);
//   tabs.kill(tabs.leader());
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chaos/model_broker.hpp"
#include "chaos/model_network.hpp"
#include "fenced_disk.hpp"
#include "process.hpp"
#include "wasmqtt/shared/local_link.hpp"

namespace wasmqtt::test {

using namespace std::chrono_literals;

struct Setting {
  std::size_t count = 2;
  ProtocolVersion version = ProtocolVersion::mqtt_3_1_1;
  Duration store_latency = 3ms;
  bool stored = true;
  bool forward_on_release = false;
  bool manual = false;         // tabs acknowledge later
  bool clean_session = false;
  bool expects = true;         // the leader knows who lives
  std::size_t queue_messages = 100'000;
  bool queue_qos0 = false;
  std::size_t trace_packets = 0;
  Duration announce = 2ms;     // until a tab learns of a new leader
  Duration driver_turn{};      // how late the driver's turn comes
  Duration notice = 5ms;       // after a thaw, until the old leader learns that its lock was stolen
  SharedHubOptions hub{};
  std::uint64_t seed = 1;
};

class Tabs;

// What a tab's application has seen.
struct Tab {
  Tab(Tabs& all, std::size_t number, std::size_t id, const MqttOptions& options);

  void subscribe(const std::string& filter, Qos qos, bool ask_again = false);
  void unsubscribe(const std::string& filter);
  // The label is made here; the number of the delivery, or 0 and an error.
  std::uint64_t publish(const std::string& topic, Qos qos, PublishOptions options = {});
  bool runs() const { return process->runs(); }

  Tabs& tabs;
  std::size_t index;
  std::shared_ptr<Process> process = std::make_shared<Process>();
  ProcessLoop loop;
  std::unique_ptr<SharedMember> member;
  std::map<std::string, Subscription> subscriptions;
  std::map<std::string, Qos> wanted;
  std::map<std::string, std::uint64_t> published;           // by label, of what was accepted
  std::map<std::string, Qos> published_qos;
  std::map<std::uint64_t, std::vector<DeliveryChanged>> deliveries;
  std::map<std::string, int> received;                      // handlers' calls, by label
  std::vector<std::string> order;                           // labels as they came
  std::vector<std::string> stored;                          // topics of messages with RETAIN
  std::vector<SharedEvent> shared;
  std::vector<std::string> other_options;
  std::vector<ConnectionState> states;
  int session_lost = 0;
  int missed = 0;
  bool absent = false;                                      // had never joined when the messages were published
  bool acknowledges = true;                                 // under Setting::manual
  std::vector<std::uint64_t> unacknowledged;
  std::shared_ptr<struct Port> port;
  std::unique_ptr<struct Leader> leader;                    // when it leads, or believes that it does
};

// A link between processes: 1 ms each way, in order. What was posted arrives although its sender has died.
struct Port : std::enable_shared_from_this<Port> {
  struct End final : SharedLink {
    End(Port& at, bool towards_hub) : port(at), to_hub(towards_hub) {}
    void send(Bytes frames) override { port.post(frames, to_hub); }
    Port& port;
    bool to_hub;
  };
  Port(chaos::Simulation& world, SharedHub& of, std::shared_ptr<Process> of_process, SharedMember& to,
       std::shared_ptr<Process> to_process)
      : simulation(world), hub(&of), member(&to), hub_process(std::move(of_process)), member_process(std::move(to_process)) {}
  void post(Bytes frames, bool to_hub);

  chaos::Simulation& simulation;
  SharedHub* hub;        // nullptr: gone
  SharedMember* member;
  std::shared_ptr<Process> hub_process;
  std::shared_ptr<Process> member_process;
  End member_end{*this, true};
  End hub_end{*this, false};
  SharedHub::Link link = 0;
  bool cut = false;
  std::size_t bytes = 0;  // to the member
};

struct Leader {
  Leader(Tabs& all, Tab& one);
  ~Leader();

  Tabs& tabs;
  Tab& tab;
  chaos::ModelNetwork& network;
  ProcessLoop loop;
  ProcessLoop timers;
  ProcessTransport transport;
  DiskStore store;
  std::unique_ptr<SharedHub> hub;
  std::unique_ptr<LocalLink> own;
};

class Tabs final : private chaos::NetworkEnds {
 public:
  explicit Tabs(Setting setting);
  ~Tabs();

  // ---- what happens ----
  void start();
  // One more tab. `id`: of the tab with this index; others than its own are for tabs that are loaded anew, say.
  Tab& add() { return add(tabs_.size(), options()); }
  Tab& add(std::size_t id) { return add(id, options()); }
  Tab& add(std::size_t id, const MqttOptions& options);
  void kill(Tab& tab, bool bytes_lost = true);
  void freeze(Tab& tab);
  void thaw(Tab& tab);
  void cut(Tab& tab);         // its link only; it is made anew 50 ms later
  void cut_connection();
  void pass(Duration time) { simulation_.pass_until(simulation_.now() + time); }
  bool step() { return simulation_.step(); }

  Tab& operator[](std::size_t index) { return *tabs_[index]; }
  std::size_t size() const { return tabs_.size(); }
  Tab& leader() { return *leading_; }
  SharedHub& hub() { return *leading_->leader->hub; }
  bool led() const { return leading_ != nullptr && leading_->leader != nullptr; }

  // ---- what is seen ----
  // Sentences about what should not be; called when all is quiet.
  std::vector<std::string> failures();
  bool quiet();               // nothing is under way
  std::size_t connections() const;  // all that ever were

  chaos::Simulation& simulation() { return simulation_; }
  chaos::ModelBroker& broker() { return broker_; }
  chaos::Ledger& ledger() { return ledger_; }
  Disk& disk() { return disk_; }
  const Setting& setting() const { return setting_; }
  MqttOptions options() const;
  std::string label() { return "o" + std::to_string(++labels_); }
  unsigned elections = 0;
  std::optional<Time> lost_at;   // the leader
  Duration longest_gap{};        // until the next one was connected

  const std::vector<std::shared_ptr<Port>>& ports() const { return ports_; }  // all that ever were
  chaos::ModelNetwork& new_network();
  void leading(Leader& leader, std::uint64_t epoch);
  void silent(std::uint64_t epoch);
  void elect_soon(Duration delay);
  void link(Tab& tab);
  void resigned(Tab& tab);

 private:
  bool broker_is_up() override { return broker_.is_up(); }
  void link_opened(const std::shared_ptr<chaos::Link>& link) override { broker_.link_opened(link); }
  void bytes_at_broker(chaos::Link& link, Bytes bytes) override { broker_.bytes(link, bytes); }
  void link_closed_at_broker(chaos::Link& link) override { broker_.link_closed(link); }
  void client_wrote(chaos::Link&, Bytes) override {}
  void client_receives(chaos::Link&, Bytes) override {}
  void fault(chaos::ModelLink&, const chaos::Fault&) override {}
  void elect();
  void judge_published(const Tab& tab, std::vector<std::string>& failures);
  void judge_received(const Tab& tab, std::vector<std::string>& failures);

  Setting setting_;
  chaos::Simulation simulation_;
  chaos::Ledger ledger_;
  chaos::ModelBroker broker_;
  Disk disk_;
  std::vector<std::unique_ptr<chaos::ModelNetwork>> networks_;
  std::vector<std::unique_ptr<Tab>> tabs_;
  std::vector<std::unique_ptr<Leader>> old_leaders_;
  std::vector<std::shared_ptr<Port>> ports_;
  Tab* leading_ = nullptr;
  std::uint64_t epoch_ = 0;
  unsigned labels_ = 0;
};

}  // namespace wasmqtt::test
