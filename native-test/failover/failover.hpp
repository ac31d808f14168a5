// Messages at a steady rate through a cluster whose nodes are killed, paused and restarted: how long each client had to wait, and what
// became of each message.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cluster_node.hpp"
#include "fleet.hpp"
#include "messages.hpp"

namespace failover {

struct Options {
  std::string folder;                // of the cluster: node-1/start, node-2/start, ...
  std::vector<std::string> urls;     // of the nodes
  wasmqtt::ClientOptions client{};   // user and password, version
  double rate = 1000;                // messages a second
  std::size_t clients = 20;          // that send, and as many that receive
  int rounds = 1;
};

enum class Fault : std::uint8_t { killed, paused, rolling };

// Of one fault.
struct Outage {
  Fault fault{};
  std::string node;                  // empty: all of them, one after the other
  // For each client that was at the node: the longest time from when a message was due to its acknowledgement; in order.
  std::vector<wasmqtt::Duration> waits;
  bool all_acknowledged = false;     // else some waited for more than a minute longer
  wasmqtt::Duration elsewhere{};     // the longest of the clients at other nodes
  wasmqtt::Duration to_receiver{};   // the longest from when a message was due until it was received
};

class Failover {
 public:
  Failover(boost::asio::io_context& context, Options options);

  std::function<void(const std::string& words)> on_step;

  // All of it, which takes minutes; the context runs meanwhile. Returns "", or what was in the way.
  std::string run();
  const std::vector<Outage>& outages() const { return outages_; }
  const wasmqtt::load::MessageTotals& totals() const { return totals_; }
  // Why connections ended, and how often.
  const std::map<std::string, std::size_t>& endings() const { return senders_.endings(); }

 private:
  using Clock = std::chrono::steady_clock;

  wasmqtt::load::FleetOptions fleet_options(const std::string& name, bool clean) const;
  bool run_until(const std::function<bool()>& done, std::chrono::seconds timeout);
  void run_for(std::chrono::seconds duration);
  bool serve(std::span<ClusterNode* const> nodes);
  bool connect();
  void start_sending();
  void send_due();
  void send(std::int64_t intended);
  void begin(Fault fault, const std::string& node);
  void end();
  bool kill(ClusterNode& node);
  bool pause(ClusterNode& node);
  bool restart_each();
  void say(const std::string& words) const;

  boost::asio::io_context& context_;
  Options options_;
  std::uint64_t run_;
  wasmqtt::load::Fleet senders_;
  wasmqtt::load::Fleet receivers_;
  std::vector<ClusterNode> nodes_;
  boost::asio::steady_timer timer_;
  wasmqtt::load::Messages messages_;
  wasmqtt::load::MessageTotals totals_;
  std::vector<Outage> outages_;
  Outage outage_;
  std::vector<bool> was_there_;              // each sender, at the node, when it failed
  std::vector<wasmqtt::Duration> waits_;     // each sender's longest since then
  std::vector<std::uint8_t> payload_;
  Clock::time_point began_{};
  std::uint64_t due_ = 0;
  bool sending_ = false;
  std::size_t subscribed_ = 0;
};

}  // namespace failover
