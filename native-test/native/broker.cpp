#include "broker.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "certificates.hpp"

namespace test {

namespace {

// Ports are open before mosquitto's loop runs, and a SIGTERM that comes between is forgotten (2.0.11: main() sets `run`
// after the handlers). Only an answer, be it an end, proves the loop.
bool answers_connect(std::uint16_t port) {
  namespace asio = boost::asio;
  constexpr std::array<std::uint8_t, 14> connect{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
  std::array<std::uint8_t, 4> answer{};
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  if (!error) asio::write(socket, asio::buffer(connect), error);
  if (!error) socket.read_some(asio::buffer(answer), error);
  return !error || error == asio::error::eof;
}

}  // namespace

Broker::Broker(const BrokerOptions& options) : options_(options) {
  REQUIRE_MESSAGE(!find_program("mosquitto").empty(), not_installed("mosquitto", "mosquitto"));
  if (!options_.user.empty()) {
    run_program({"mosquitto_passwd", "-b", "-c", directory_ / "passwords", options_.user, options_.password});
  }
  for (const auto& [user, password] : options_.accounts)
    run_program({"mosquitto_passwd", "-b", directory_ / "passwords", user, password});
  for (const auto& [name, content] : options_.files) write_file(directory_ / name, content);
  write_file(directory_ / "mosquitto.conf", configuration());
  start();
}

std::string Broker::with_directory(std::string line) const {
  if (const auto at = line.find("@STATE@"); at != std::string::npos) line.replace(at, 7, directory_.path());
  return line;
}

std::string Broker::configuration() const {
  auto listener = [](std::uint16_t port) { return "listener " + std::to_string(port) + " 127.0.0.1\n"; };
  auto certificate = [] {
    const auto& files = certificates();
    return "cafile " + files.ca + "\ncertfile " + files.server + "\nkeyfile " + files.server_key + "\n";
  };
  std::string text = "persistence true\npersistence_location " + directory_.path() + "/\n";
  text += "user root\nlog_type all\n";  // the directory is ours; what it did helps when a test fails
  text += options_.user.empty() ? std::string("allow_anonymous true\n")
                                : "allow_anonymous false\npassword_file " + (directory_ / "passwords") + "\n";
  for (const auto& setting : options_.settings) text += "# " + setting.reason + '\n' + with_directory(setting.line) + '\n';
  text += listener(port_);
  if (options_.websocket) text += listener(websocket_port_) + "protocol websockets\n";
  if (options_.tls) {
    text += listener(tls_port_) + certificate() + "require_certificate true\n";
    text += listener(wss_port_) + "protocol websockets\n" + certificate();
  }
  return text;
}

void Broker::start() {
  process_ = std::make_unique<Process>(
      std::vector<std::string>{find_program("mosquitto"), "-c", directory_ / "mosquitto.conf"}, directory_ / "log");
  await_port(port_);
  if (options_.websocket) await_port(websocket_port_);
  if (options_.tls) {
    await_port(tls_port_);
    await_port(wss_port_);
  }
  REQUIRE_MESSAGE(answers_connect(port_), "mosquitto does not answer: " << read_file(directory_ / "log"));
}

void Broker::await_port(std::uint16_t port) {
  bool listening = await([&] { return process_->has_ended() || port_answers(port); }) && !process_->has_ended();
  REQUIRE_MESSAGE(listening, "mosquitto does not listen: " << read_file(directory_ / "log"));
}

void Broker::stop() {
  process_->signal(SIGTERM);
  process_->wait();
}

void Broker::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

void Broker::save() {
  auto file = directory_ / "mosquitto.db";
  auto number = [&] {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
  };
  auto before = number();
  process_->signal(SIGUSR1);  // a new file takes the place of the old one
  REQUIRE(await([&] { return number() != before && number() != 0; }));
}

}  // namespace test
