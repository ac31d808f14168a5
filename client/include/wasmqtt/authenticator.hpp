// What MQTT 5's enhanced authentication asks of a method: SCRAM, say, which shows the broker that we know a password without
// sending it, and has the broker show the same.
//
//   ScramSha256 scram("alice", password);                     // wasmqtt/native/scram.hpp
//   MqttClient mqtt(loop, transport, {.client = {.protocol = Protocol::mqtt_5}, .driver = {.authenticator = &scram}});
//   ...
//   mqtt.reauthenticate();                                    // on the live connection, when the broker's policy asks for it
//
// The driver calls it; it answers at once. A method that needs longer, or no more than a token, needs none of this: its first
// data is ClientOptions::authentication or Attempt::authentication, what the broker asks is the event Authentication, and the
// answer is MqttClient::authenticate().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wasmqtt/client.hpp"
#include "wasmqtt/types.hpp"

namespace wasmqtt {

class Authenticator {
 public:
  virtual ~Authenticator();

  // The Authentication Method: always the same, not empty.
  virtual std::string_view method() const = 0;
  // An exchange begins, and what was before is over: the data of CONNECT, for each attempt anew, or of the AUTH that
  // authenticates again. Empty: no data. nullopt: it can't begin; the driver stops (StopReason::invalid), or
  // reauthenticate() returns authentication_refused.
  virtual std::optional<std::vector<std::uint8_t>> begin() = 0;
  // The broker's AUTH asks; returns the data of the answer. nullopt: there is none for that, and the connection ends with
  // Errc::authentication_refused (StopReason::refused). `data` is the broker's: of any length, and perhaps hostile.
  virtual std::optional<std::vector<std::uint8_t>> respond(Bytes data) = 0;
  // The broker accepts; `data` is what its CONNACK or AUTH has to show. False: refused, as above. Called before anything
  // else is sent on the connection.
  virtual bool finish(Bytes data) = 0;

 private:
  friend class Driver;
  // What the driver does with it. Virtual, so that a program without an authenticator has none of it.
  virtual Error driver_connects(Client& client);
  virtual Error driver_renews(Client& client, Time now);
  // True: it was between the broker and this object.
  virtual bool driver_tells(Client& client, const Authentication& step, Time now);
};

}  // namespace wasmqtt
