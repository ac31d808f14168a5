#include "world.hpp"

#include <set>

#include "application.hpp"
#include "model_broker.hpp"
#include "model_network.hpp"
#include "verdict.hpp"

namespace wasmqtt::chaos {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest_run = 15min;       // of virtual time: what is not done by then never will be
constexpr std::uint64_t most_events = 400'000;

class World final : private NetworkEnds {
 public:
  World(const Plan& plan, Faulty& faulty)
      : plan_(plan),
        weather_(weather_number(plan.weather)),
        store_(simulation_, weather_.store_latency, weather_.load_latency, weather_.compact),
        wire_(simulation_, ledger_, store_, weather_.store_latency + 1s),
        broker_(simulation_, ledger_, weather_.forward_on_release, plan.weather),
        network_(simulation_, *this, weather_, plan.faults),
        loop_(simulation_, plan.seed),
        application_(simulation_, loop_, faulty.transport(simulation_, network_.transport()),
                     faulty.store(simulation_, store_), store_, ledger_, wire_, weather_, faulty, plan.version) {}

  Outcome run() {
    begin_ = simulation_.now();
    ledger_.refused_topic = plan_.refused_topic;
    schedule_others();
    application_.start();
    watch();
    while (!over_ && simulation_.steps() < most_events && simulation_.step()) {
      application_.after_event();
      if (simulation_.now() - begin_ > longest_run) break;
    }
    if (!over_) ledger_.fail("the run does not end: " + unfinished());
    if (application_.takeovers() != 0 && network_.faults_fired() < 3) ledger_.fail("a takeover was seen where there was none");
    judge(ledger_, store_);
    return outcome();
  }

 private:
  void schedule_others() {
    for (const Step& step : others_steps) {
      simulation_.after(std::chrono::milliseconds{step.at_ms}, [this, &step] {
        broker_.publish(std::string(step.topic), step.qos, step.retain);
        ++others_done_;
      });
    }
  }

  // Once a second: is all done? Then the client signs off, and that has to be seen, too.
  void watch() {
    simulation_.after(1s, [this] {
      if (!unfinished().empty()) return watch();
      application_.disconnect();
      simulation_.after(5s, [this, wills = ledger_.wills, processes = application_.processes()] {
        over_ = true;
        if (application_.processes() != processes) return;  // killed meanwhile
        if (application_.state() != ConnectionState::stopped) ledger_.fail("disconnect() does not end");
        if (faulted_.count(wire_.connection()) != 0) return;  // the DISCONNECT may have been hit
        if (!wire_.disconnect_sent() || !broker_.saw_disconnect()) ledger_.fail("no DISCONNECT came [MQTT-3.14.4-1]");
        if (ledger_.wills != wills) ledger_.fail("a will was published after DISCONNECT [MQTT-3.1.2-10]");
      });
    });
  }

  std::string unfinished() const {
    if (others_done_ < others_steps.size()) return "the others are not done";
    if (std::string left = application_.unfinished(); !left.empty()) return left;
    if (!broker_.idle()) return "the broker has messages under way";
    return subscriptions_agree() ? "" : "the broker's subscriptions are not the application's";
  }

  bool subscriptions_agree() const {
    if (broker_.subscriptions() == nullptr) return false;
    auto known = *broker_.subscriptions();
    // Subscriptions live with the process: a filter that a dead one gave up, nobody is left to give up.
    if (application_.processes() > 1) known.erase("gone/#");
    return known == application_.wanted();
  }

  Outcome outcome() {
    Outcome outcome;
    outcome.failures = ledger_.failures;
    for (const auto& link : network_.links())
      outcome.bytes.push_back({link->arrived(Direction::outbound), link->arrived(Direction::inbound)});
    outcome.faults_fired = network_.faults_fired();
    outcome.wills = ledger_.wills;
    outcome.takeovers = application_.takeovers();
    outcome.lasted = simulation_.now() - begin_;
    if (outcome.failures.empty()) return outcome;
    outcome.trace = wire_.trace();
    outcome.report = describe(plan_) + '\n';
    for (const std::string& failure : outcome.failures) outcome.report += "  " + failure + '\n';
    outcome.report += "the last packets:\n" + outcome.trace;
    return outcome;
  }

  // ---- NetworkEnds ----

  bool broker_is_up() override { return broker_.is_up(); }
  void link_opened(const std::shared_ptr<Link>& link) override {
    wire_.connection_opened(link->index());
    broker_.link_opened(link);
  }
  void bytes_at_broker(Link& link, Bytes bytes) override { broker_.bytes(link, bytes); }
  void link_closed_at_broker(Link& link) override { broker_.link_closed(link); }
  void client_wrote(Link&, Bytes bytes) override { wire_.client_wrote(bytes); }
  void client_receives(Link&, Bytes bytes) override { wire_.client_receives(bytes); }

  void fault(ModelLink& link, const Fault& fault) override {
    using Kind = Fault::Kind;
    const bool outbound = fault.direction == Direction::outbound;
    faulted_.insert(link.index());
    switch (fault.kind) {
      case Kind::cut: return link.cut(fault.direction);
      case Kind::stall: return link.stall(true, true);
      case Kind::stall_one_way: return link.stall(outbound, !outbound);
      case Kind::forget:
        link.cut(fault.direction);
        note_forgotten(ledger_, store_);
        return broker_.forget();
      case Kind::restart:
        link.cut(fault.direction);
        return broker_.go_down(3s);
      case Kind::unavailable:
        link.cut(fault.direction);
        return broker_.refuse_next();
      case Kind::mute: return broker_.mute(link);
      case Kind::kill_lost: return application_.kill(0);
      case Kind::kill_half: return application_.kill(1);
      case Kind::kill_kept: return application_.kill(store_.waiting());
    }
  }

  Plan plan_;
  Weather weather_;
  Simulation simulation_;
  Ledger ledger_;
  ModelStore store_;
  WireOracle wire_;
  ModelBroker broker_;
  ModelNetwork network_;
  SimulatedLoop loop_;
  Application application_;
  std::size_t others_done_ = 0;
  std::set<unsigned> faulted_;  // connections that had one
  bool over_ = false;
  Time begin_{};
};

}  // namespace

Outcome run(const Plan& plan, Faulty& faulty) {
  World world(plan, faulty);
  return world.run();
}

Outcome run(const Plan& plan) {
  Faulty honest;
  return run(plan, honest);
}

}  // namespace wasmqtt::chaos
