#include "sim_share.hpp"

#include <algorithm>

namespace chat::test {

using namespace wasmqtt;

// A link between processes: 1 ms each way, in order. What was posted arrives although its sender has died.
struct SimShare::Port : std::enable_shared_from_this<Port> {
  struct End final : SharedLink {
    End(Port& at, bool towards_hub) : port(at), to_hub(towards_hub) {}
    void send(Bytes frames) override { port.post(frames, to_hub); }
    Port& port;
    bool to_hub;
  };
  Port(chaos::Simulation& world, SimShare& leader, SimShare& member)
      : simulation(world), hub(&leader), to(&member), hub_process(leader.process_), member_process(member.process_) {}
  void post(Bytes frames, bool to_hub) {
    if ((to_hub ? member_process : hub_process)->dead()) return;
    simulation.after(1ms, [self = shared_from_this(), to_hub, copy = ByteBuffer(frames.begin(), frames.end())] {
      (to_hub ? self->hub_process : self->member_process)->run([self, to_hub, copy] {
        if (to_hub && self->hub != nullptr && self->hub->hub() != nullptr) self->hub->hub()->handle_frames(self->link, copy);
        if (!to_hub && self->to != nullptr) self->to->mqtt().handle_frames(copy);
      });
    });
  }

  chaos::Simulation& simulation;
  SimShare* hub;  // nullptr: gone
  SimShare* to;
  std::shared_ptr<Process> hub_process, member_process;
  End member_end{*this, true}, hub_end{*this, false};
  SharedHub::Link link = 0;
};

// ---- one tab ----

SimShare::SimShare(SimGroup& group, std::shared_ptr<Process> process, Sharing sharing, std::uint64_t id)
    : group_(group), process_(std::move(process)), sharing_(std::move(sharing)), id_(id), loop_(group.simulation_, process_, id) {
  member_ = std::make_unique<SharedMember>(loop_, SharedMemberOptions{.id = id_, .mqtt = sharing_.mqtt, .key = sharing_.key});
  member_->on_shared = [this](const SharedEvent& event) {
    if (const auto* silent = std::get_if<LeaderSilent>(&event); silent != nullptr && silent->epoch == group_.epoch_) group_.elect_soon(1ms);
    if (std::holds_alternative<MessagesMissed>(event)) later([this] { on_missed(); });
    if (std::holds_alternative<JoinRefused>(event)) later([this] { on_refused(); });
  };
}

SimShare::~SimShare() {
  if (lead_) lead_->hub->resign();
  group_.left(*this);
  drop_lead();
  if (!port_) return;
  port_->to = nullptr;
  // The leader learns that the tab is gone.
  group_.simulation_.after(20ms, [port = port_] {
    port->hub_process->run([port] {
      if (port->hub == nullptr || port->hub->hub() == nullptr) return;
      port->hub->hub()->link_closed(port->link);
      if (port->hub->on_tabs) port->hub->on_tabs();
    });
  });
}

void SimShare::later(std::function<void()> call) {
  group_.simulation_.after({}, [process = process_, alive = std::weak_ptr<bool>(alive_), call = std::move(call)] {
    process->run([alive, call] {
      if (!alive.expired()) call();
    });
  });
}

void SimShare::join() {
  joined_ = true;
  member_->connect();
  later([this] {
    if (group_.leader_ == nullptr) group_.elect();
    else group_.link(*this);
  });
}

void SimShare::tell(std::string_view words) {
  for (SimShare* const other : group_.shares_) {
    if (other == this || process_->dead()) continue;
    group_.simulation_.after(1ms, [process = other->process_, alive = std::weak_ptr<bool>(other->alive_), other, text = std::string(words)] {
      process->run([alive, other, text] {
        if (!alive.expired() && other->on_told) other->on_told(text);
      });
    });
  }
}

void SimShare::hand_over() {
  if (!lead_ || group_.shares_.size() < 2) return;
  lead_->hub->resign();
  group_.leader_ = nullptr;
  group_.elect_soon(5ms);
}

SimShare::Lead::Lead(SimGroup& group, SimShare& of, std::vector<std::uint64_t> living)
    : network(group.new_network()),
      loop(group.simulation_, of.process_, of.id_ + 100),
      timers(group.simulation_, of.process_, of.id_ + 200),
      transport(network.transport(), of.process_),
      store(group.simulation_, group.journal_, of.process_, 3ms) {
  hub.emplace(loop, timers, transport, of.sharing_.mqtt,
              SharedHubOptions{.expected = std::move(living), .acknowledge_timeout = 1s, .key = of.sharing_.key}, &store);
}

void SimShare::lead(std::vector<std::uint64_t> living) {
  lead_ = std::make_unique<Lead>(group_, *this, std::move(living));
  lead_->hub->on_leading = [this](std::uint64_t epoch) {
    lead_->own.emplace(*lead_->hub, *member_);
    group_.epoch_ = epoch;
    take_role(Role::leader);
    for (SimShare* const share : group_.shares_)
      if (share != this) group_.link(*share);
  };
  lead_->hub->on_superseded = [this] { later([this] { drop_lead(); }); };
  lead_->hub->start();
}

void SimShare::drop_lead() {
  if (!lead_) return;
  if (!process_->dead()) take_role(Role::undecided);
  lead_->hub->abdicate();
  lead_->own.reset();
  lead_.reset();
}

// ---- all of them ----

std::unique_ptr<TabShare> SimGroup::share(std::shared_ptr<Process> process, Sharing sharing) {
  auto made = std::make_unique<SimShare>(*this, std::move(process), std::move(sharing), ++last_id_ * 2);
  shares_.push_back(made.get());
  return made;
}

SimShare* SimGroup::of(const std::shared_ptr<Process>& process) {
  const auto found = std::find_if(shares_.begin(), shares_.end(), [&](const SimShare* share) { return share->process_ == process; });
  return found == shares_.end() ? nullptr : *found;
}

chaos::ModelNetwork& SimGroup::new_network() {
  NetworkEnds& ends = *this;
  return *networks_.emplace_back(std::make_unique<chaos::ModelNetwork>(simulation_, ends, chaos::Weather{}, std::vector<chaos::Fault>{}));
}

std::size_t SimGroup::connections() const {
  std::size_t all = 0;
  for (const auto& network : networks_) all += network->links().size();
  return all;
}

void SimGroup::elect_soon(Duration delay) {
  simulation_.after(delay, [this, before = leader_] {
    if (leader_ == before) elect();
  });
}

void SimGroup::elect() {
  const auto next = std::find_if(shares_.begin(), shares_.end(),
                                 [](const SimShare* share) { return share->joined_ && share->process_->runs() && !share->lead_; });
  leader_ = next == shares_.end() ? nullptr : *next;
  if (leader_ == nullptr) return;
  std::vector<std::uint64_t> living;
  for (const SimShare* share : shares_)
    if (share->joined_ && share->process_->runs()) living.push_back(share->id_);
  leader_->lead(std::move(living));
}

void SimGroup::link(SimShare& share) {
  if (!share.joined_ || share.process_->dead() || leader_ == nullptr || !leader_->lead_ || &share == leader_ || leader_->lead_->hub->epoch() == 0) return;
  const auto port = std::make_shared<SimShare::Port>(simulation_, *leader_, share);
  share.port_ = ports_.emplace_back(port);
  simulation_.after(2ms, [port, epoch = epoch_] {
    port->hub_process->run([port, epoch] {
      if (port->hub == nullptr || port->hub->hub() == nullptr) return;
      port->link = port->hub->hub()->link_opened(port->hub_end);
      if (port->hub->on_tabs) port->hub->on_tabs();
      port->simulation.after(1ms, [port, epoch] {
        port->member_process->run([port, epoch] {
          if (port->to == nullptr || port->to->port_ != port) return;
          port->to->mqtt().link_opened(port->member_end, epoch);
          port->to->take_role(TabShare::Role::member);
        });
      });
    });
  });
}

void SimGroup::left(SimShare& share) {
  std::erase(shares_, &share);
  for (SimShare* const other : shares_)
    if (other->port_ && other->port_->hub == &share) other->port_->hub = nullptr;
  if (leader_ != &share) return;
  leader_ = nullptr;
  elect_soon(share.process_->dead() ? 50ms : 5ms);
}

// The promise that says that the lock was stolen comes after whatever was due.
void SimGroup::thawed(const std::shared_ptr<Process>& process) {
  SimShare* const share = of(process);
  if (share == nullptr) return;
  simulation_.after(5ms, [this, share, alive = std::weak_ptr<bool>(share->alive_)] {
    if (alive.expired()) return;
    share->process_->run([this, share] {
      if (share == leader_) return;
      share->drop_lead();
      link(*share);
    });
  });
}

}  // namespace chat::test
