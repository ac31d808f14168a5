// rights_service: who may do what in MQTT Chat, kept by a database and carried out by Mosquitto's dynamic security plugin.
//
//   rights_service --url mqtt://127.0.0.1:1884 --user rights-service --password-file FILE --database rights.db
//
// It is the only holder of the administrator's role. Users ask it over topics for groups, invitations and the rest (chat/groups.hpp);
// administrators change its database (rights_database.hpp), and what they change is in force within a second. Passwords and
// certificates are the broker's: this program never sees those of a user.
//
// In production:
//
// - An account of its own, at the system and at the broker, and nothing else under either name. At the broker it needs the role in
//   scripts/brokers/dynamic-security.json, which the plugin's file has to hold before the first start. Its password in a
//   file that only it can read, or better a certificate (--certificate, --key, --ca with mqtts://).
// - TLS wherever broker, database and service are not on one machine: mqtts://, and sslmode=verify-full in PostgreSQL's address.
// - A message_size_limit in the broker's configuration, as in scripts/brokers/dynamic.conf.in: a service ends its connection at a
//   packet of more than 16 MB, and the broker would send it again and again.
// - One service for each broker. A second one changes nothing for the better: both would do the same.
// - The plugin's file in scripts/brokers is to be put back before the broker starts where there is none that names this account: a
//   Mosquitto that is killed while the plugin writes comes back with nobody's rights, this program's neither (as ExecStartPre:
//   grep -qs rights-service FILE || cp INITIAL FILE). All other rights follow from the database.
// - The database is what to back up: `sqlite3 rights.db ".backup copy.db"`, or pg_dump. The broker's state follows from it. With
//   SQLite the file's directory belongs to the service (it makes two more files there).
// - The first start makes the database, with --create yes; then its users are put in (INSERT INTO users VALUES ('vy', 'user')).
//   Later starts go without it: a database that is not there or has no users is refused, rather than all accounts removed.
// - As a unit of systemd:
//
//     [Unit]
//     Description=Rights of MQTT Chat
//     After=network-online.target mosquitto.service
//     [Service]
//     ExecStart=/usr/local/bin/rights_service --url mqtts://broker.example --user rights-service
//       --certificate /etc/chat/rights.crt --key /etc/chat/rights.key --database /var/lib/chat-rights/rights.db
//     User=chat-rights
//     StateDirectory=chat-rights
//     Restart=always
//     NoNewPrivileges=yes
//     ProtectSystem=strict
//     ProtectHome=yes
//     PrivateTmp=yes
//     MemoryMax=1G
//     [Install]
//     WantedBy=multi-user.target
//
//   It may be killed at any time: a request that it had not answered comes again from the broker.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "common/service_connection.hpp"
#include "database_watch.hpp"
#include "group_service.hpp"

namespace {

using namespace rights;

constexpr std::string_view help = R"(rights_service: keeps the rights of a Mosquitto with the dynamic security plugin as its database says,
and carries out what users ask of their groups.

  --create yes          makes the database where it is missing, and takes one that has no users: for the first start. Without it
                        such a database is refused, for its address may be mistyped, and the broker stays as it is
  --demo-users yes      the same, and puts the users of MQTT Chat's demonstration into an empty database
  --rooms-per-owner N, --rooms-per-member N, --members-per-room N, --requests-per-minute N
                        limits of a user (20, 100, 50, 60)
  --recheck SECONDS     how often the broker is compared with the database, beside when one of them changes (30))";

struct Options {
  chat::ServiceOptions service;
  GroupServiceOptions groups;
  bool create = false;
  bool demo_users = false;
};

std::optional<std::string> take_option(std::string_view name, const std::string& value, Options& options) {
  GroupLimits& limits = options.groups.limits;
  for (const auto& [option, target] : {std::pair{"--create", &options.create}, std::pair{"--demo-users", &options.demo_users}}) {
    if (name != option) continue;
    *target = value == "yes";
    return value == "yes" || value == "no" ? "" : "it is yes or no";
  }
  if (name == "--rooms-per-owner") return chat::take_number(value, 100'000, limits.rooms_per_owner);
  if (name == "--rooms-per-member") return chat::take_number(value, 100'000, limits.rooms_per_member);
  if (name == "--members-per-room") return chat::take_number(value, 100'000, limits.members_per_room);
  if (name == "--requests-per-minute") return chat::take_number(value, 1'000'000, limits.requests_per_minute);
  if (name == "--recheck") {
    std::size_t seconds = 0;
    const std::string wrong = chat::take_number(value, 86'400, seconds);
    options.groups.recheck = std::chrono::seconds{seconds};
    return wrong;
  }
  return std::nullopt;
}

// The article's, and its blacklist.
void fill_demo(RightsDatabase& database) {
  std::vector<std::pair<std::string, UserKind>> users;
  for (const char* name : {"sebastian", "peter", "hannes", "vy", "minh", "jenny"}) users.emplace_back(name, UserKind::user);
  users.emplace_back("admin", UserKind::reader);
  users.emplace_back("validation-worker", UserKind::worker);
  database.fill_if_empty(users, {"spam", "scam", "badword"});
}

void log(std::string_view line) { std::cout << "rights_service: " << line << std::endl; }

int run(const Options& options) {
  RightsDatabase database(
      open_database(options.service.database, options.groups.may_be_empty ? DatabaseUse::create : DatabaseUse::keep));
  if (options.demo_users) fill_demo(database);
  boost::asio::io_context context;
  chat::ServiceConnection administration(context, options.service,
                                         chat::service_mqtt_options(options.service, options.service.user + "-control"));
  BrokerControl control(administration.mqtt, administration.timers, log);
  wasmqtt::MqttOptions mqtt = chat::service_mqtt_options(options.service, options.service.user);
  mqtt.client.clean_session = false;
  mqtt.client.manual_acknowledgement = true;
  chat::ServiceConnection chat(context, options.service, std::move(mqtt));
  GroupService service(database, control, chat.mqtt, chat.timers, options.groups, log);
  DatabaseWatch watch(context, database, [&] {
    service.check_database();
    static bool said = false;
    if (!std::exchange(said, said || service.settled()) && said) log("ready");
  });
  administration.mqtt.connect();
  chat.mqtt.connect();
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
  context.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  options.service.user = "rights-service";
  int exit_code = 0;
  const auto take = [&](std::string_view name, const std::string& value) { return take_option(name, value, options); };
  if (!chat::parse_service_options(count, arguments, help, take, options.service, exit_code)) return exit_code;
  options.groups.own_accounts = {options.service.user};
  options.groups.may_be_empty = options.create || options.demo_users;
  try {
    return run(options);
  } catch (const DatabaseError& problem) {
    std::cerr << "rights_service: " << problem.what() << (options.groups.may_be_empty ? "\n" : " (--create yes makes what is missing)\n");
    return 1;
  }
}
