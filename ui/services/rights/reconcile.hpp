// The commands that make a broker what the database says. Pure: no I/O, no state.
//
//   for (const Command& command : reconcile(desired_state(rights), broker, {"rights-service"})) send(command);
//
// Each command is complete (all of a role, not a part) and has one concern, because the plugin carries out half of some that
// are wrong in the other half. What takes rights comes before what gives them. The plugin writes its whole file after each
// command, so roles are made empty, and get their rights when everything else is there. Everything that the database does not know is
// removed, but for `own`, the accounts of the service itself, and their roles.
#pragma once

#include <string>
#include <vector>

#include "broker_state.hpp"

namespace rights {

struct Command {
  enum class Kind : std::uint8_t {
    set_defaults,
    delete_group,
    delete_client,
    modify_role,
    create_role,  // without rights
    create_client,
    add_client_role,
    remove_client_role,
    enable_client,
    delete_role,
  };
  Kind kind = Kind::set_defaults;
  std::string name{};  // of the client, role or group
  std::string role{};  // create_client, add_client_role, remove_client_role
  Acls acls{};         // modify_role
  BrokerDefaults defaults{};
  friend bool operator==(const Command&, const Command&) = default;
};

std::vector<Command> reconcile(const BrokerState& desired, const BrokerState& actual, const std::set<std::string>& own);

// What the broker knows when it has carried out the command.
void carry_out(const Command& command, BrokerState& state);

}  // namespace rights
