// Watches what a client sends against what the peer of this connection takes: Receive Maximum, Maximum Packet Size, topic
// aliases; and against the time that messages have. In 3.1.1 a broker says nothing, and only the time counts.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "fingerprint.hpp"
#include "ledger.hpp"
#include "simulation.hpp"
#include "wasmqtt/packet.hpp"
#include "wasmqtt/server_limits.hpp"

namespace wasmqtt::chaos {

class LimitsOracle {
 public:
  // `patience`: how long a packet may lie in the client's output, where it counts as sent, before the transport takes it.
  LimitsOracle(const Simulation& simulation, Ledger& ledger, Duration patience, std::function<void(const std::string&)> fail)
      : simulation_(simulation), ledger_(ledger), patience_(patience), fail_(std::move(fail)) {}

  void connection_opened();
  void connack(const Connack& packet);
  void sent(PacketType type, std::size_t bytes);
  // Also gives the packet the topic that its alias stands for.
  void sent(Publish& packet, const std::string& label);
  // Of PUBACK, PUBREC and PUBCOMP.
  void answered(PacketType type, PacketId packet_id, ReasonCode reason_code);

  void add_to(Fingerprint& print) const;
  std::uint32_t largest_packet() const { return limits_.maximum_packet_size; }

 private:
  void resolve_alias(Publish& packet, const std::string& label);
  void check_expiry(const Publish& packet, const Sent& sent, const std::string& label);
  void expect(bool condition, const std::string& what) {
    if (!condition) fail_(what);
  }

  const Simulation& simulation_;
  Ledger& ledger_;
  Duration patience_;
  std::function<void(const std::string&)> fail_;

  // of the connection
  ServerLimits limits_;
  std::set<PacketId> unfinished_;                   // QoS 1 and 2, published on it
  std::map<std::uint32_t, std::string> aliases_;
};

}  // namespace wasmqtt::chaos
