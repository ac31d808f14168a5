// The login's settings (eight toggles, the broker, the name), and the query of the page's address that shares them.
//
//   Settings settings = settings_from_query("?stage=20&user=alice");
//   address.replace(query_of(settings));             // "?stage=20&user=alice"
//
// A password is in neither: it passes through ChatApp::handle(SignIn) only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chat {

// From where the page was loaded; it decides the default broker.
struct PageOrigin {
  bool secure = false;             // https
  std::string host = "localhost";  // an IPv6 address in brackets
  std::string port{};              // empty: the scheme's own
  // WebSockets; several are nodes of one cluster.
  std::vector<int> open_ports{8081};     // of the broker without authentication
  std::vector<int> auth_ports{8080};     // of the one with it
  std::vector<int> dynamic_ports{8082};  // and of the one whose rights change: groups, checked messages
  std::string note{};                    // what is particular about these brokers, for the login card
};

struct Settings {
  bool qos1 = true;            // publish and subscribe with QoS 1, keep the session
  bool status = true;          // presence with retained messages and a will
  bool authentication = true;  // the broker with passwords and ACLs
  bool deduplicate = true;     // drop a redelivered message by its messageId
  bool remember = true;        // keep history, session and settings in the browser
  bool groups = false;         // the broker with dynamic rights, and groups there; needs authentication
  bool check = false;          // there, too: nothing is read that no worker has accepted; needs authentication
  bool mqtt5 = false;          // the protocol's version, where the broker speaks it
  std::uint32_t expiry = 0;    // MQTT 5: seconds after which a message that was not delivered is dropped; 0: never
  std::string broker;          // or several, with spaces between; empty: default_broker()
  std::string user;
  std::string lesson{};        // to show with the packets; empty: none

  // The broker with dynamic rights is needed.
  bool dynamic_rights() const { return groups || check; }
  friend bool operator==(const Settings&, const Settings&) = default;
};

// 10: all off. 20: QoS 1, deduplication, remembering. 30: and status. 40 (and anything else): and authentication. 50: and
// groups. 60: and checked messages.
Settings stage_settings(int stage);
// `after`, as the user changed `before`: groups and checked messages switch authentication on, and its end switches them off.
Settings with_dependencies(const Settings& before, Settings after);

// The stage with these options, whatever broker, user and version of MQTT; 0: none.
int stage_of(const Settings& settings);
// The same settings with the options of this stage.
Settings at_stage(Settings settings, int stage);
// A sentence about a stage, and what to try in it; of 0, that it is none.
std::string_view stage_words(int stage);

// ws://HOST:PORT, the page's auth_ports with authentication, open_ports without, dynamic_ports with dynamic rights; from a secure
// page its own origin, at /mqtt, /mqtt-open and /mqtt-dynamic, since a secure page may open secure sockets only.
std::string default_broker(const PageOrigin& page, const Settings& settings);
// settings.broker, or the default where that is empty.
std::string broker_url(const Settings& settings, const PageOrigin& page);
// The addresses of "ws://a ws://b".
std::vector<std::string> addresses_of(std::string_view broker);
// Not with a secure broker of the user's choice, where the browser's certificate may say who somebody is.
bool needs_password(const Settings& settings);

// Reads `?stage=…&user=…&broker=…&expiry=…&lesson=…` and the single toggles (qos1, status, authentication, deduplicate, remember,
// groups, check, mqtt5: 0 or 1) that deviate from the stage. `broker` may come several times. Unknown keys are ignored; `password` is ignored on purpose.
Settings settings_from_query(std::string_view query);
// A sentence when `query` names a stage that there is not; else empty.
std::string stage_problem(std::string_view query);
// Whole seconds in digits, at most 2^32 - 1; empty or 0: never. nullopt: it is something else.
std::optional<std::uint32_t> parse_expiry(std::string_view text);
// The shortest query that settings_from_query() reads back, starting with '?'.
std::string query_of(const Settings& settings);

// Empty when each of the addresses looks like one that a browser can open (ws:// or wss:// and a host); else a plain sentence.
std::string_view check_broker_url(std::string_view broker, const PageOrigin& page);

}  // namespace chat
