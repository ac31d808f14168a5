#include "agreement.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "rights/dynsec.hpp"
#include "rights/rights_database.hpp"

namespace test {
namespace {

// The plugin's own file, but for the service's account.
rights::BrokerState broker_file(const Broker& broker) {
  const auto file = nlohmann::json::parse(read_file(broker.file("dynamic-security.json")));
  const nlohmann::json response = {{"responses",
                                    {{{"command", "listRoles"}, {"correlationData", "x"}, {"data", {{"roles", file["roles"]}}}},
                                     {{"command", "listClients"}, {"correlationData", "x"}, {"data", {{"clients", file["clients"]}}}}}}};
  rights::BrokerState state;
  REQUIRE(rights::read_response(response.dump(), "x", 0, state));
  state.clients.erase("rights-service");
  state.roles.erase("rights-service");
  return state;
}

}  // namespace

bool agree(const std::string& database, const Broker& broker) {
  rights::RightsDatabase sql(rights::open_database(database, rights::DatabaseUse::keep));
  const rights::RightsState state = sql.read(nullptr, {});
  return rights::desired_state(state) == broker_file(broker);
}

}  // namespace test
