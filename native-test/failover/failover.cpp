#include "failover.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <csignal>
#include <random>

#include "load_options.hpp"

namespace failover {

using namespace wasmqtt;
using namespace std::chrono_literals;
using load::Stamp;

namespace {

std::int64_t microseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::int64_t microseconds_now() { return microseconds(std::chrono::steady_clock::now()); }

}  // namespace

Failover::Failover(boost::asio::io_context& context, Options options)
    : context_(context),
      options_(std::move(options)),
      run_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()),
      senders_(context, fleet_options("sends", true)),
      receivers_(context, fleet_options("receives", false)),
      timer_(context),
      was_there_(options_.clients),
      waits_(options_.clients),
      payload_(64, 'x') {
  for (std::size_t i = 0; i < options_.urls.size(); ++i) {
    const std::string name = "node-" + std::to_string(i + 1);
    nodes_.emplace_back(name, options_.folder + "/" + name, options_.urls[i], options_.client);
  }
  senders_.on_delivery = [this](std::size_t client, const DeliveryChanged& change) {
    if (change.state == DeliveryState::failed) return messages_.failed(client, change.delivery);
    if (change.state != DeliveryState::acknowledged) return;
    if (const auto found = messages_.acknowledged(client, change.delivery))
      waits_[client] = std::max(waits_[client], Duration{microseconds_now() - found->intended});
  };
  receivers_.on_event = [this](std::size_t client, const MqttEvent& event) {
    if (std::holds_alternative<Connected>(event) && receivers_[client].filters().empty())
      (void)receivers_[client].subscribe("load/" + std::to_string(run_) + "/" + std::to_string(client), Qos::at_least_once);
    const auto* answer = std::get_if<SubscriptionAnswered>(&event);
    if (answer != nullptr && answer->granted) ++subscribed_;
  };
  receivers_.on_message = [this](std::size_t, const Message& message) {
    const auto stamp = Stamp::read(message.payload);
    if (!stamp || stamp->run != run_ || !messages_.received(stamp->number)) return;
    outage_.to_receiver = std::max(outage_.to_receiver, Duration{microseconds_now() - stamp->intended});
  };
}

// What a fleet in front of a cluster would use: every client has all addresses, beginning with another one; a broker that is silent
// is left within seconds; and who was sent away comes back.
load::FleetOptions Failover::fleet_options(const std::string& name, bool clean) const {
  load::FleetOptions fleet{.urls = options_.urls, .one_url_each = false, .connections = options_.clients,
                           .client_id = name + "-" + std::to_string(run_ % 1'000'000), .client = options_.client};
  fleet.client.clean_session = clean;
  fleet.client.session_expiry = clean ? 0 : never_expires;
  fleet.client.keep_alive = 3s;
  fleet.client.pingresp_timeout = 3s;
  fleet.client.acknowledgement_timeout = 4s;
  fleet.client.connack_timeout = 4s;
  fleet.driver.open_timeout = 4s;
  fleet.driver.backoff = {.first = 200ms, .longest = 2s, .stable_after = 5s};
  fleet.driver.reconnect_at_once = true;
  fleet.driver.retry_refusal = [](ConnectReturnCode) { return true; };  // a node that comes up does not know everybody yet
  fleet.driver.stay = true;
  fleet.driver.return_after = 20s;
  return fleet;
}

// ---- the whole ----

std::string Failover::run() {
  const auto work = boost::asio::make_work_guard(context_);
  say("starting " + std::to_string(nodes_.size()) + " nodes");
  std::vector<ClusterNode*> all;
  // One after the other: the first one makes the cluster, which the others join.
  for (ClusterNode& node : nodes_) {
    node.start();
    if (ClusterNode* one[] = {&node}; !serve(one)) return node.name() + " does not serve; its output is " + node.log() + ".";
  }
  if (!connect()) return "Not all clients could connect and subscribe.";
  start_sending();
  run_for(10s);
  for (int round = 0; round < options_.rounds; ++round) {
    for (ClusterNode& node : nodes_)
      if (!kill(node)) return node.name() + " does not serve again after it was killed; its output is " + node.log() + ".";
    for (ClusterNode& node : nodes_)
      if (!pause(node)) return node.name() + " does not serve again after it was paused; its output is " + node.log() + ".";
    if (!restart_each()) return "The rolling restart did not come to its end.";
  }
  sending_ = false;
  say("waiting for what has not been received");
  run_until([this] { return messages_.all_done(true); }, 60s);
  totals_ = messages_.totals(true);
  return {};
}

bool Failover::connect() {
  say("connecting " + std::to_string(2 * options_.clients) + " clients");
  senders_.connect();
  receivers_.connect();
  return run_until([this] { return senders_.connected() == options_.clients && subscribed_ >= options_.clients; }, 60s);
}

// ---- faults ----

bool Failover::kill(ClusterNode& node) {
  begin(Fault::killed, node.url());
  say(node.name() + " is killed");
  node.signal(SIGKILL);
  run_for(10s);
  node.start();
  ClusterNode* one[] = {&node};
  if (!serve(one)) return false;
  run_for(10s);
  end();
  return true;
}

bool Failover::pause(ClusterNode& node) {
  begin(Fault::paused, node.url());
  say(node.name() + " is paused");
  node.signal(SIGSTOP);
  run_for(15s);
  node.signal(SIGCONT);
  run_for(10s);  // the others have taken it for dead, and it restarts itself
  ClusterNode* one[] = {&node};
  if (!serve(one)) return false;
  run_for(10s);
  end();
  return true;
}

bool Failover::restart_each() {
  begin(Fault::rolling, {});
  for (ClusterNode& node : nodes_) {
    say(node.name() + " is restarted");
    node.signal(SIGTERM);
    if (!run_until([&] { return node.has_ended(); }, 60s)) node.signal(SIGKILL);
    node.start();
    ClusterNode* one[] = {&node};
    if (!serve(one)) return false;
    run_for(10s);
  }
  end();
  return true;
}

// `url` is that of the node that fails; empty: each will.
void Failover::begin(Fault fault, const std::string& url) {
  outage_ = {.fault = fault, .node = url, .waits = {}};
  std::fill(waits_.begin(), waits_.end(), Duration{});
  for (std::size_t client = 0; client < options_.clients; ++client)
    was_there_[client] = url.empty() || senders_[client].url() == url;
}

// Every wait has its end, then: nothing new is sent until all is acknowledged.
void Failover::end() {
  sending_ = false;
  outage_.all_acknowledged = run_until([this] { return messages_.all_done(false); }, 60s);
  start_sending();
  for (std::size_t client = 0; client < options_.clients; ++client) {
    if (was_there_[client]) outage_.waits.push_back(waits_[client]);
    else outage_.elsewhere = std::max(outage_.elsewhere, waits_[client]);
  }
  std::sort(outage_.waits.begin(), outage_.waits.end());
  outages_.push_back(outage_);
}

// ---- messages ----

void Failover::start_sending() {
  sending_ = true;
  began_ = Clock::now();
  due_ = 0;
  send_due();
}

void Failover::send_due() {
  if (!sending_) return;
  const std::chrono::duration<double> since = Clock::now() - began_;
  for (const auto all = static_cast<std::uint64_t>(since.count() * options_.rate); due_ < all; ++due_)
    send(microseconds(began_) + static_cast<std::int64_t>(static_cast<double>(due_) / options_.rate * 1e6));
  timer_.expires_after(2ms);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) send_due();
  });
}

void Failover::send(std::int64_t intended) {
  const std::uint64_t number = messages_.add(intended);
  const std::size_t sender = number % options_.clients;
  const std::size_t receiver = (sender + 1 + number / options_.clients) % options_.clients;
  Stamp{run_, number, intended}.write(payload_);
  const auto delivery = senders_[sender].publish("load/" + std::to_string(run_) + "/" + std::to_string(receiver), payload_,
                                                 {.qos = Qos::at_least_once});
  if (delivery) messages_.accepted(number, sender, *delivery);
  else messages_.refused(number);
}

// ---- waiting ----

bool Failover::serve(std::span<ClusterNode* const> nodes) {
  for (ClusterNode* node : nodes) node->begin_to_ask(context_);
  const bool all = run_until(
      [&] { return std::all_of(nodes.begin(), nodes.end(), [](const ClusterNode* node) { return node->serves(); }); }, 180s);
  for (ClusterNode* node : nodes) node->end_asking();
  return all;
}

bool Failover::run_until(const std::function<bool()>& done, std::chrono::seconds timeout) {
  const auto end = Clock::now() + timeout;
  while (!done()) {
    if (Clock::now() >= end) return false;
    context_.run_one_for(50ms);
  }
  return true;
}

void Failover::run_for(std::chrono::seconds duration) {
  run_until([] { return false; }, duration);
}

void Failover::say(const std::string& words) const {
  if (on_step) on_step(words);
}

}  // namespace failover
