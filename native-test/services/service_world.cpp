#include "service_world.hpp"

#include <doctest/doctest.h>
#include <glob.h>
#include <unistd.h>

#include <sstream>

#include "chat/topics.hpp"

namespace test {

using namespace wasmqtt;

namespace {

std::string plugin() {
  glob_t found{};
  ::glob("/usr/lib/*/mosquitto_dynamic_security.so", 0, nullptr, &found);
  const std::string path = found.gl_pathc == 0 ? "" : found.gl_pathv[0];
  ::globfree(&found);
  REQUIRE_MESSAGE(!path.empty(), not_installed("mosquitto_dynamic_security.so", "mosquitto"));
  return path;
}

MqttOptions user_options(const std::string& url, const std::string& name, Protocol protocol) {
  MqttOptions options = options_for(url, chat::client_id(name));
  options.client.clean_session = false;
  options.client.protocol = protocol;
  options.client.session_expiry = never_expires;
  options.client.user_name = name;
  const Bytes password = as_bytes(name == "admin" ? "admin" : "test");
  options.client.password.emplace(password.begin(), password.end());
  return options;
}

}  // namespace

double processor_seconds(pid_t process) {
  // The 14th and 15th field, of which the second one, the name, may have spaces in it [proc(5)].
  const std::string text = read_file("/proc/" + std::to_string(process) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

BrokerOptions dynamic_broker(const std::vector<BrokerSetting>& more) {
  BrokerOptions options;
  options.user = "rights-service";
  options.password = "of the service";
  for (const char* user : {"sebastian", "peter", "hannes", "vy", "minh", "jenny"}) options.accounts.emplace_back(user, "test");
  options.accounts.emplace_back("admin", "admin");
  options.accounts.emplace_back("validation-worker", "of the worker");
  options.files.emplace_back("dynamic-security.json", read_file(WASMQTT_BROKER_CONFIGURATION "/dynamic-security.json"));
  options.settings = {{"plugin " + plugin(), "what is tested"},
                      {"plugin_opt_config_file @STATE@/dynamic-security.json", "its state"},
                      {"set_tcp_nodelay true", "as scripts/brokers/dynamic.conf.in has it"},
                      {"max_queued_messages 10000", "as scripts/brokers/dynamic.conf.in has it"},
                      {"max_inflight_messages 100", "as scripts/brokers/dynamic.conf.in has it"},
                      {"message_size_limit 4194304", "as scripts/brokers/dynamic.conf.in has it"},
                      {"autosave_interval 5", "as scripts/brokers/dynamic.conf.in has it"}};
  options.settings.insert(options.settings.end(), more.begin(), more.end());
  return options;
}

// ---- users ----

User::User(World& its_world, const std::string& url, const std::string& its_name, Protocol protocol)
    : name(its_name), world(its_world), peer(its_world, user_options(url, its_name, protocol)) {
  // Of subscriptions that an earlier connection has left in the session.
  peer.mqtt.on_unhandled = [this](const Message& message) {
    peer.received.push_back({std::string(message.topic), std::string(as_text(message.payload)), message.qos, message.retain, message.dup, {}});
  };
  REQUIRE(peer.connect());
  REQUIRE(peer.subscribe(chat::group_answer_topic(name), Qos::at_least_once));
  REQUIRE(peer.subscribe(chat::groups_topic(name), Qos::at_least_once));
  REQUIRE(peer.subscribe(chat::own_messages_filter(name), Qos::at_least_once));
}

chat::GroupAnswer User::ask(chat::GroupAction action, const std::string& room, const std::string& argument) {
  return ask({name + std::to_string(++requests_), action, room, argument, argument});
}

chat::GroupAnswer User::ask(const chat::GroupRequest& request) {
  REQUIRE(peer.mqtt.publish(chat::group_request_topic(name), chat::write_group_request(request), {.qos = Qos::at_least_once}));
  REQUIRE(world.run_until([&] { return !answers(request.request_id).empty(); }));
  return answers(request.request_id)[0];
}

std::vector<chat::GroupAnswer> User::answers(const std::string& request_id) const {
  std::vector<chat::GroupAnswer> result;
  for (const std::string& payload : on(chat::group_answer_topic(name))) {
    const auto answer = chat::parse_group_answer(payload);
    REQUIRE(answer.value);
    if (answer.value->request_id == request_id) result.push_back(*answer.value);
  }
  return result;
}

chat::Groups User::groups() const {
  const auto documents = on(chat::groups_topic(name));
  if (documents.empty()) return {};
  const auto groups = chat::parse_groups(documents.back());
  REQUIRE_MESSAGE(groups.value, groups.problem);
  return *groups.value;
}

bool User::await_groups(const std::function<bool(const chat::Groups&)>& condition) {
  return world.run_until([&] { return !on(chat::groups_topic(name)).empty() && condition(groups()); });
}

std::vector<std::string> User::on(const std::string& topic) const {
  std::vector<std::string> payloads;
  for (const auto& message : peer.received)
    if (message.topic == topic) payloads.push_back(message.payload);
  return payloads;
}

bool User::await_on(const std::string& topic, std::size_t count) {
  return world.run_until([&] { return on(topic).size() >= count; });
}

void User::say(const std::string& topic, const std::string& text) {
  const auto sent = peer.mqtt.publish(topic, text, {.qos = Qos::at_least_once});
  REQUIRE(sent);
  REQUIRE(world.run_until([&] { return peer.acknowledged[sent->number] + peer.failed[sent->number] != 0; }));
}

bool User::may_subscribe(const std::string& filter) {
  const std::size_t before = peer.answered.size();
  MqttClient::SubscribeRequest request;
  request.filter = filter;
  request.qos = Qos::at_least_once;
  request.ask_again = true;
  const auto made = peer.ask(request);
  REQUIRE(made.size() == 1);
  REQUIRE(peer.await_answers(before + 1));
  const bool granted = peer.answered.back().granted.has_value();
  if (!granted) peer.mqtt.unsubscribe(made);
  return granted;
}

// ---- the service ----

ServiceWorld::ServiceWorld(std::string its_database, const std::vector<BrokerSetting>& more)
    : broker(dynamic_broker(more)), database(std::move(its_database)) {
  if (database.empty()) database = directory / "rights.db";
  start_service();
}

void ServiceWorld::start_service(const std::vector<std::string>& options) {
  std::vector<std::string> command = {WASMQTT_RIGHTS_SERVICE, "--url", broker.url(), "--database", database, "--demo-users", "yes",
                                      "--requests-per-minute", "10000"};
  command.insert(command.end(), options.begin(), options.end());
  const std::string log = directory / "service.log";
  service = std::make_unique<Process>(command, log, std::vector<std::string>{"WASMQTT_PASSWORD=of the service"});
  ++starts_;
  const auto ready = [&] {
    int count = 0;
    const std::string text = read_file(log);
    for (auto at = text.find(": ready"); at != std::string::npos; at = text.find(": ready", at + 1)) ++count;
    return count == starts_;
  };
  REQUIRE_MESSAGE(await([&] { return service->has_ended() || ready(); }, std::chrono::minutes{30}), service_log());
  REQUIRE_MESSAGE(!service->has_ended(), service_log());
}

void ServiceWorld::kill_service() {
  service->signal(SIGKILL);
  service->wait();
}

std::unique_ptr<Process> ServiceWorld::start_worker(const std::string& name, const std::vector<std::string>& options) {
  const std::string log = worker_log_ = directory / ("worker" + name + "-" + std::to_string(++workers_) + ".log");
  std::vector<std::string> command = {WASMQTT_VALIDATION_WORKER, "--url", broker.url(), "--database", database, "--state",
                                      directory / "state", "--name", name, "--messages-per-minute", "10000000"};
  command.insert(command.end(), options.begin(), options.end());
  auto worker = std::make_unique<Process>(command, log, std::vector<std::string>{"WASMQTT_PASSWORD=of the worker"});
  const auto ready = [&] { return read_file(log).find("chat/rooms/+/+/request") != std::string::npos; };
  REQUIRE_MESSAGE(await([&] { return worker->has_ended() || ready(); }), read_file(log));
  return worker;
}

void ServiceWorld::sqlite(const std::string& sql) const { run_program({"sqlite3", "-cmd", ".timeout 5000", database, sql}); }

}  // namespace test
