// A broker of ../brokers, to be stopped, killed and started again by whoever holds its standard input:
//
//   broker_host mosquitto|ejabberd|rabbitmq|aedes|aedes2
//
// says `ready PORT`, and after each of the lines kill, start, pause and resume, once it is done, `done`; or `failed WHY` and ends.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include "broker.hpp"
#include "brokers.hpp"

namespace {

// The helpers are made for tests: what they require is said here instead.
void fail(const doctest::AssertData& data) {
  std::cout << "failed " << data.m_expr << std::endl;
  std::exit(1);
}

void fail(const test::BrokerProcess& broker) {
  std::cerr << broker.problem() << '\n';
  std::cout << "failed" << std::endl;
  std::exit(1);
}

struct Host {
  std::uint16_t port;
  std::function<pid_t()> process;
  std::function<void()> kill;
  std::function<void()> start;
};

Host mosquitto() {
  const auto broker = std::make_shared<test::Broker>(test::BrokerOptions{
      .user = test::broker_user, .password = test::broker_password,
      .settings = {{"max_queued_messages 0", "clients that are stopped for a while miss nothing"}}});
  return {broker->port(), [broker] { return broker->id(); }, [broker] { broker->kill(); }, [broker] { broker->start(); }};
}

// As a system's service would: what does not come up is started once more.
void start_again(test::BrokerProcess& broker) {
  for (int tries = 0; tries < 3; ++tries)
    if (broker.start_again()) return;
  fail(broker);
}

template <typename Kind, typename... Arguments>
Host other(Arguments... arguments) {
  const auto broker = std::make_shared<Kind>(arguments...);
  if (!broker->is_ready()) fail(*broker);
  return {broker->port(), [broker] { return broker->id(); }, [broker] { broker->kill(); },
          [broker] { start_again(*broker); }};
}

std::optional<Host> host_of(const std::string& name) {
  using Version = test::Aedes::Version;
  if (name == "mosquitto") return mosquitto();
  if (name == "ejabberd") return other<test::Ejabberd>();
  if (name == "rabbitmq") return other<test::RabbitMq>();
  if (name == "aedes") return other<test::Aedes>(Version::release);
  if (name == "aedes2") return other<test::Aedes>(Version::beta_2);
  return std::nullopt;
}

int serve(const std::string& name) {
  const auto host = host_of(name);
  if (!host) {
    std::cerr << "broker_host mosquitto|ejabberd|rabbitmq|aedes|aedes2\n";
    return 2;
  }
  std::cout << "ready " << host->port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "kill") host->kill();
    if (line == "start") host->start();
    if (line == "pause") ::kill(host->process(), SIGSTOP);
    if (line == "resume") ::kill(host->process(), SIGCONT);
    std::cout << "done" << std::endl;
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  context.setAssertHandler(fail);
  return serve(count == 2 ? arguments[1] : "");
}
