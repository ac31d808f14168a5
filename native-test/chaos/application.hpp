// The application under test: it follows the script with a MqttClient, keeps its own log in the client's store, and goes on
// where the log ends after its process was killed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "faulty.hpp"
#include "faults.hpp"
#include "fingerprint.hpp"
#include "ledger.hpp"
#include "model_store.hpp"
#include "scenario.hpp"
#include "simulation.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wire_oracle.hpp"

namespace wasmqtt::chaos {

// What an application does; by hand: not when its time has come, but when it is told, and nothing is left to chance.
struct Script {
  std::span<const Step> steps = application_steps;
  bool by_hand = false;
};

class Application {
 public:
  Application(Simulation& simulation, WorldLoop& loop, Transport& transport, SessionStore& store, ModelStore& log,
              Ledger& ledger, WireOracle& wire, const Weather& weather, Faulty& faulty, ProtocolVersion version,
              Script script = {})
      : simulation_(simulation), loop_(loop), transport_(transport), store_(store), log_(log), ledger_(ledger),
        wire_(wire), weather_(weather), faulty_(faulty), version_(version), script_(script) {}

  void start();
  // The process dies here and now, and comes back; or stays dead until start().
  void kill(std::size_t durable_batches);
  void die(std::size_t durable_batches);
  void follow_script();
  // Between two events of the world: nothing may be out of bounds; what waits for no record is written.
  void after_event();
  void disconnect() { mqtt_->disconnect(); }

  // ---- by hand ----
  void take_step();
  std::size_t steps_done() const { return next_due(); }
  std::size_t undecided() const { return undecided_.size(); }  // messages to be acknowledged
  void acknowledge(std::size_t index);
  // The first message that is not sent yet; 0: there is none.
  Delivery first_queued() const;
  void cancel(Delivery delivery);

  MqttClient* mqtt() { return mqtt_.get(); }  // nullptr: the process is dead
  const MqttClient* mqtt() const { return mqtt_.get(); }
  const std::map<std::uint64_t, std::string>& labels() const { return labels_; }
  void add_to(Fingerprint& print) const;
  bool script_done() const { return next_due() == script_.steps.size(); }
  std::string unfinished() const;  // empty: nothing is under way
  ConnectionState state() const { return mqtt_ ? mqtt_->state() : ConnectionState::stopped; }
  std::map<std::string, Qos> wanted() const;
  std::uint64_t processes() const { return process_; }
  std::size_t takeovers() const { return takeovers_; }

 private:
  struct Undecided {
    LogEntry entry;
    std::uint64_t token;
  };

  MqttOptions options() const;
  void stopped_or_not();
  void read_log();
  std::size_t next_due() const;
  void run(std::size_t index);
  void publish(const Step& step);
  static PropertyList properties_of(const Step& step);
  void delivered(const Message& message);
  void check_delivered(const Message& message, const std::string& label);
  void acknowledge_waiting();
  void pause_for_a_while();
  void quit_for_a_while();
  void completed(Delivery delivery, DeliveryState state, FailureReason reason);
  void check_failed(Sent& sent, const std::string& label, FailureReason reason);

  Simulation& simulation_;
  WorldLoop& loop_;
  Transport& transport_;
  SessionStore& store_;
  ModelStore& log_;
  Ledger& ledger_;
  WireOracle& wire_;
  Weather weather_;
  Faulty& faulty_;
  ProtocolVersion version_;
  Script script_;
  unsigned quits_ = 0;
  std::size_t takeovers_ = 0;
  std::uint64_t process_ = 0;

  // of this process
  std::unique_ptr<MqttClient> mqtt_;
  std::set<std::size_t> done_;
  std::map<std::string, Subscription, std::less<>> subscriptions_;
  std::map<std::uint64_t, std::string> labels_;  // by delivery number
  std::set<std::string> completed_;
  std::set<std::string> seen_;
  std::map<std::pair<std::string, Qos>, unsigned> last_new_;
  std::vector<Undecided> undecided_;
  unsigned handled_ = 0;
};

}  // namespace wasmqtt::chaos
