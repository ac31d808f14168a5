// One world: the real client and application, the model broker and store, and a network, all of which do nothing until an
// event is chosen.
//
//   SmallWorld world(mix, honest);
//   while (!world.choices(choices)) world.perform(choices[0]);   // until nothing is left to happen
//   world.finish();
//   world.failures();
//
// Parts and oracles are those of native-test/chaos. Time passes in timers only: an event takes none.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "chaos/application.hpp"
#include "chaos/faulty.hpp"
#include "chaos/model_broker.hpp"
#include "choice.hpp"
#include "mix.hpp"
#include "small_network.hpp"

namespace wasmqtt::explore {

using Faulties = std::function<std::unique_ptr<chaos::Faulty>()>;
class Honest final : public chaos::Faulty {
  bool remembers() const override { return false; }
};
inline std::unique_ptr<chaos::Faulty> honest() { return std::make_unique<Honest>(); }

// Told of all that happens, for pictures and traces.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void happens(Choice choice) = 0;
  virtual void packet(Direction direction, Bytes bytes, bool arrives) = 0;  // leaves its end, or arrives at the other one
};

class SmallLoop final : public chaos::WorldLoop {
 public:
  explicit SmallLoop(const chaos::Simulation& simulation) : simulation_(simulation) {}
  Time now() const override { return simulation_.now(); }
  void attach(std::function<void()> on_timer, std::function<void()> on_turn) override {
    on_timer_ = std::move(on_timer);
    on_turn_ = std::move(on_turn);
    turn_ = false;
  }
  void set_timer(std::optional<Time> when) override { timer_ = when; }
  void request_turn() override { turn_ = true; }
  std::uint64_t random() override { return 0; }
  bool turn_requested() const override { return turn_; }
  std::optional<Time> timer() const { return timer_; }
  void take_turn() {
    turn_ = false;
    if (on_turn_) on_turn_();
  }
  void fire_timer() {
    timer_.reset();
    if (on_timer_) on_timer_();
  }

 private:
  const chaos::Simulation& simulation_;
  std::optional<Time> timer_;
  bool turn_ = false;
  std::function<void()> on_timer_;
  std::function<void()> on_turn_;
};

class SmallWorld final : private Wire {
 public:
  // `mix` outlives the world.
  SmallWorld(const Mix& mix, const Faulties& faulties, Observer* observer = nullptr);

  // What may happen next; true: nothing has to any more, and all that may is something going wrong.
  bool choices(Path& all) const;
  void perform(Choice choice);
  // When nothing has to happen any more: signs off, and judges.
  void finish();
  // After each event, before fingerprint(): reads what became durable as the next process would.
  void note_durable();
  std::uint64_t fingerprint() const;
  const std::vector<std::string>& failures() const { return ledger_.failures; }
  Bytes durable_records() const { return store_.records(); }

 private:
  bool may(Fault fault) const { return budget_[static_cast<std::size_t>(fault)] != 0; }
  void spend(Fault fault) { --budget_[static_cast<std::size_t>(fault)]; }
  bool link_lives() const { return link_ && link_->client_open; }
  bool waits_for_timer() const;
  void add_progress(Path& all) const;
  void add_faults(Path& all) const;
  void open();
  void to_broker();
  void to_client(std::size_t packets);
  void cut();
  void cut_inside(Choice choice);
  void stall(std::uint8_t which);
  void forget();
  void end_unless_out();
  void settle();
  std::string unfinished() const;
  void sign_off();
  bool store_matters() const;

  void client_wrote(Bytes bytes) override;
  void client_closed() override { end_unless_out(); }

  const Mix& mix_;
  std::vector<Step> script_;
  Budget budget_;
  Observer* observer_;
  std::unique_ptr<chaos::Faulty> faulty_;
  chaos::Weather weather_;
  chaos::Simulation simulation_;
  chaos::Ledger ledger_;
  chaos::ModelStore store_;
  chaos::WireOracle wire_;
  chaos::ModelBroker broker_;
  SmallTransport transport_;
  SmallLoop loop_;
  std::shared_ptr<SmallLink> link_;  // the latest
  chaos::Application application_;
  unsigned links_ = 0;
  std::size_t others_ = 0;           // published so far
  std::size_t durable_size_ = 0;     // of the records that durable_print_ is made of
  std::uint64_t durable_print_ = 0;  // what a next process would restore
  std::uint64_t faulty_print_ = 0;   // how far a broken client is: it has a memory of its own
};

}  // namespace wasmqtt::explore
