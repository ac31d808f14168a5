// What Mosquitto's dynamic security plugin knows: clients with their roles, roles with their rights, and what holds for
// whatever no right names.
//
// Each user has one role of the own, with all rights of that user in it. So each change is one command (modifyRole), which
// the plugin carries out as a whole, and after which, up to 2.0.11 at least, nobody is disconnected.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "rights_state.hpp"

namespace rights {

enum class AclType : std::uint8_t {
  send,                // publishClientSend
  receive,             // publishClientReceive
  subscribe_literal,   // subscribeLiteral
  subscribe_pattern,   // subscribePattern
  unsubscribe_literal, // unsubscribeLiteral: never ours
  unsubscribe_pattern, // unsubscribePattern: never ours
};

struct Acl {
  AclType type = AclType::send;
  std::string topic;
  bool allow = true;
  friend auto operator<=>(const Acl&, const Acl&) = default;
};
using Acls = std::set<Acl>;

struct BrokerClient {
  std::set<std::string> roles;
  bool disabled = false;
  friend bool operator==(const BrokerClient&, const BrokerClient&) = default;
};

struct BrokerDefaults {
  bool send = false;
  bool receive = false;
  bool subscribe = false;
  bool unsubscribe = true;
  friend bool operator==(const BrokerDefaults&, const BrokerDefaults&) = default;
};

struct BrokerState {
  std::map<std::string, Acls> roles;
  std::map<std::string, BrokerClient> clients;
  std::set<std::string> groups;  // of the plugin; there are none
  BrokerDefaults defaults;
  friend bool operator==(const BrokerState&, const BrokerState&) = default;
};

std::string role_of(std::string_view user);

// What the broker has to know for the database to be in force. Names that would break out of their level of a topic, or that
// are no room ids, get no rights: the database may be written by others.
BrokerState desired_state(const RightsState& state);

// The same, followed from one state to the next: only the roles of users whom a change concerns are made anew. With 1,000 rooms
// of 50 members all of them have 300,000 rights.
class DesiredState {
 public:
  // Valid until the next call.
  const BrokerState& follow(const RightsState& state);

 private:
  RightsState state_;
  BrokerState broker_;
};

}  // namespace rights
