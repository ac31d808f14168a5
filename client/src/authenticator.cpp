#include "wasmqtt/authenticator.hpp"

#include <string>
#include <utility>

namespace wasmqtt {

Authenticator::~Authenticator() = default;

Error Authenticator::driver_connects(Client& client) {
  auto data = begin();
  if (!data) return local_error(Errc::authentication_refused);
  client.set_authentication({std::string(method()), std::move(*data)});
  return {};
}

Error Authenticator::driver_renews(Client& client, Time now) {
  // begin() would forget what is under way.
  if (!client.connected()) return local_error(Errc::not_connected);
  if (client.authenticating()) return local_error(Errc::authentication_out_of_turn);
  const auto data = begin();
  return data ? client.reauthenticate(*data, now) : local_error(Errc::authentication_refused);
}

bool Authenticator::driver_tells(Client& client, const Authentication& step, Time now) {
  if (step.done && finish(step.data)) return false;
  if (!step.done) {
    const auto answer = respond(step.data);
    if (answer && !client.authenticate(*answer, now)) return true;
  }
  client.refuse_authentication(now);
  return true;
}

}  // namespace wasmqtt
