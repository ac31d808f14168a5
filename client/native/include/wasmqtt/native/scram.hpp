// SCRAM-SHA-256 (RFC 5802 and 7677) as an Authenticator: the password never leaves this machine, and a broker that does not
// know it is not believed.
//
//   wasmqtt::ScramSha256 scram("alice", password);
//   wasmqtt::MqttClient mqtt(loop, transport, {.client = {.protocol = wasmqtt::Protocol::mqtt_5},
//                                              .driver = {.authenticator = &scram}});
//
// In MQTT the four messages travel as the standard's example has them (4.12): client-first in CONNECT, server-first and
// client-final in AUTH, server-final in CONNACK, or in AUTH after reauthenticate(). A broker that accepts without showing
// its signature is refused (Errc::authentication_refused, problem()).
//
// Without channel binding: over anything but TLS, who can change what travels can use the connection that was authenticated.
// Names and passwords are not normalised: SASLprep changes nothing in printable ASCII; other text has to come prepared, as the
// broker's has. Blocks while it derives keys: a few milliseconds for 4,096 iterations, once for each salt that the broker names.
#pragma once

#include <string>

#include "wasmqtt/authenticator.hpp"

namespace wasmqtt {

struct ScramOptions {
  std::string authorization_id{};        // to act as somebody else; empty: as the user
  unsigned least_iterations = 4096;      // fewer are refused, RFC 7677 section 4: they are a guesser's
  unsigned most_iterations = 1'000'000;  // more are refused, for they would stop this program: about half a second here
};

class ScramSha256 : public Authenticator {
 public:
  // Text that is no UTF-8, or has control characters, or is empty, is told by begin().
  ScramSha256(std::string user, std::string password, ScramOptions options = {});
  ~ScramSha256() override;
  ScramSha256(const ScramSha256&) = delete;
  ScramSha256& operator=(const ScramSha256&) = delete;

  std::string_view method() const override { return "SCRAM-SHA-256"; }
  std::optional<std::vector<std::uint8_t>> begin() override;
  std::optional<std::vector<std::uint8_t>> respond(Bytes data) override;
  bool finish(Bytes data) override;

  // Counts when the broker asks next: for another attempt, or before reauthenticate().
  void set_password(std::string password);
  // Why the last exchange was refused on this side, a fixed sentence without a full stop; empty: it was not. It holds
  // nothing secret.
  std::string_view problem() const { return problem_; }

 protected:
  // Printable ASCII without commas, never the same again. Empty: there is no randomness, and nothing begins.
  virtual std::string make_nonce();

 private:
  enum class Expects : std::uint8_t { nothing, server_first, server_final };

  bool refuse(std::string_view problem);
  bool derive_keys(std::string_view salt, unsigned iterations);
  void forget_keys();

  std::string user_;
  std::string password_;
  const ScramOptions options_;
  Expects expects_ = Expects::nothing;
  std::string nonce_;
  std::string client_first_;      // without the header
  std::string server_signature_;  // that is expected
  // Of the last salt: deriving them is what takes time.
  std::string salt_;
  unsigned iterations_ = 0;
  std::string client_key_;
  std::string server_key_;
  std::string_view problem_;
};

}  // namespace wasmqtt
