#include "brokers.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace test {
namespace {

// Where Debian puts ejabberd's own: "/usr/lib/x86_64-linux-gnu", say.
std::string erlang_libraries() {
  for (const auto& folder : std::filesystem::directory_iterator("/usr/lib"))
    if (folder.path().filename().string().find("-linux-gnu") != std::string::npos) return folder.path().string();
  return {};
}

}  // namespace

bool BrokerProcess::is_ready() {
  if (!ready_ && problem_.empty()) {
    auto answers = [this] {
      return port_answers(port_) && port_answers(websocket_port_) &&
             (ready_line_.empty() || read_file(directory_ / "output").find(ready_line_) != std::string::npos);
    };
    await([&] { return process_->has_ended() || answers(); }, std::chrono::seconds{90});
    ready_ = answers();
    if (!ready_) problem_ = "it does not listen. Its output: " + read_file(directory_ / "output");
  }
  return ready_;
}

void BrokerProcess::require_ready() { REQUIRE_MESSAGE(is_ready(), name_ << ": " << problem_); }

void BrokerProcess::run(std::vector<std::string> command, std::vector<std::string> environment) {
  command_ = std::move(command);
  environment_ = std::move(environment);
  process_ = std::make_unique<Process>(command_, directory_ / "output", environment_);
}

void BrokerProcess::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

bool BrokerProcess::start_again() {
  ready_ = false;
  problem_.clear();
  write_file(directory_ / "output", "");
  process_ = std::make_unique<Process>(command_, directory_ / "output", environment_);
  return is_ready();
}

RabbitMq::RabbitMq() : BrokerProcess("rabbitmq") {
  std::string program = find_program("rabbitmq-server");
  if (program.empty()) {
    problem_ = not_installed("rabbitmq-server", "rabbitmq-server");
    return;
  }
  // Debian's program in PATH changes user and directory first, for the system's service; this is what it calls then.
  const std::string inner = "/usr/lib/rabbitmq/bin/rabbitmq-server";
  if (std::filesystem::exists(inner)) program = inner;
  if (!start_port_mapper()) return;
  write_configuration();
  run({program}, environment());
}

// The node would start one by itself, as a daemon, which would outlive it.
bool RabbitMq::start_port_mapper() {
  const std::string program = find_program("epmd");
  if (program.empty()) {
    problem_ = not_installed("epmd", "erlang-base");
    return false;
  }
  port_mapper_ = std::make_unique<Process>(
      std::vector<std::string>{program, "-address", "127.0.0.1", "-port", std::to_string(mapper_port_)},
      directory_ / "epmd");
  if (await([this] { return port_answers(mapper_port_); })) return true;
  problem_ = "its port mapper does not listen: " + read_file(directory_ / "epmd");
  return false;
}

void RabbitMq::write_configuration() const {
  write_file(directory_ / "enabled_plugins", "[rabbitmq_mqtt,rabbitmq_web_mqtt].\n");
  write_file(directory_ / "environment", "");
  // Its limits are the package's. Ports, plugins and user make it a node beside the system's; nobody comes in without a
  // password, so that refusals can be tested.
  write_file(directory_ / "rabbitmq.conf",
             "listeners.tcp = none\n"  // AMQP
             "mqtt.listeners.tcp.1 = 127.0.0.1:" + std::to_string(port_) + "\n"
             "web_mqtt.tcp.listener = 127.0.0.1:" + std::to_string(websocket_port_) + "\n"
             "web_mqtt.ws_path = /mqtt\n"
             "mqtt.allow_anonymous = false\n"
             "default_user = " + broker_user + "\n"
             "default_pass = " + broker_password + "\n");
}

std::vector<std::string> RabbitMq::environment() const {
  return {
      "HOME=" + directory_.path(),  // where the cookie lies
      "ERL_EPMD_ADDRESS=127.0.0.1",
      "ERL_EPMD_PORT=" + std::to_string(mapper_port_),
      "RABBITMQ_NODENAME=wasmqtt-" + std::to_string(mapper_port_) + "@localhost",
      "RABBITMQ_DIST_PORT=" + std::to_string(free_port()),
      "RABBITMQ_CONF_ENV_FILE=" + (directory_ / "environment"),
      "RABBITMQ_CONFIG_FILE=" + (directory_ / "rabbitmq.conf"),
      "RABBITMQ_ADVANCED_CONFIG_FILE=" + (directory_ / "none"),
      "RABBITMQ_ENABLED_PLUGINS_FILE=" + (directory_ / "enabled_plugins"),
      "RABBITMQ_MNESIA_BASE=" + (directory_ / "mnesia"),
      "RABBITMQ_LOG_BASE=" + (directory_ / "log"),
      "RABBITMQ_LOGS=-",
      // The script becomes the node then, instead of waiting for it: what ends the process ends the node.
      "RABBITMQ_ALLOW_INPUT=1",
      "RABBITMQ_SERVER_START_ARGS=-noinput -kernel inet_dist_use_interface {127,0,0,1}",
  };
}

Ejabberd::Ejabberd() : BrokerProcess("ejabberd") {
  const std::string erlang = find_program("erl");
  if (find_program("ejabberdctl").empty() || erlang.empty()) {
    problem_ = not_installed("ejabberd", "ejabberd");
    return;
  }
  write_configuration();
  // Debian's program in PATH changes the user first, for the system's service; this is what it calls then.
  auto quoted = [this](const std::string& name) { return '"' + (directory_ / name) + '"'; };
  ready_line_ = std::string(broker_user) + " is registered";
  // Started again, it has him.
  const std::string register_user = std::string("_ = ejabberd_auth:try_register(<<\"") + broker_user +
                                    "\">>, <<\"localhost\">>, <<\"" + broker_password +
                                    "\">>), io:format(\"" + ready_line_ + "~n\").";
  run({erlang, "-noinput", "-mnesia", "dir", quoted("mnesia"), "-ejabberd", "config", quoted("ejabberd.yml"), "log_path",
       quoted("ejabberd.log"), "-s", "ejabberd", "-eval", register_user},
      {"HOME=" + directory_.path(), "ERL_LIBS=" + erlang_libraries()});
}

// mod_mqtt's limits are its own defaults. What has one level only, "forbidden", nobody may write or read.
void Ejabberd::write_configuration() const {
  write_file(directory_ / "ejabberd.yml",
             "hosts: [localhost]\n"
             "auth_method: internal\n"
             "listen:\n"
             "  - port: " + std::to_string(port_) + "\n"
             "    ip: 127.0.0.1\n"
             "    module: mod_mqtt\n"
             "  - port: " + std::to_string(websocket_port_) + "\n"
             "    ip: 127.0.0.1\n"
             "    module: ejabberd_http\n"
             "    request_handlers:\n"
             "      /mqtt: mod_mqtt\n"
             "modules:\n"
             "  mod_mqtt:\n"
             "    access_publish:\n"
             "      \"+/+/#\": all\n"
             "    access_subscribe:\n"
             "      \"+/+/#\": all\n");
}

Aedes::Aedes(Version version) : BrokerProcess(version == Version::release ? "aedes" : "aedes 2") {
  const std::string package = version == Version::release ? "aedes" : "aedes2";
  const std::string folder = WASMQTT_AEDES_FOLDER;
  const std::string node = find_program("node");
  if (node.empty()) problem_ = not_installed("node", "nodejs");
  else if (!std::filesystem::exists(folder + "/node_modules/" + package))
    problem_ = "the npm package is not installed: run `npm ci` in " + folder + ", as scripts/test does.";
  if (!problem_.empty()) return;
  run({node, folder + "/aedes.mjs", package, std::to_string(port_), std::to_string(websocket_port_)},
      {std::string("AEDES_USER=") + broker_user, std::string("AEDES_PASSWORD=") + broker_password});
}

}  // namespace test
