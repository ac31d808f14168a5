#include "postgres_server.hpp"

#include <doctest/doctest.h>
#include <glob.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

namespace test {

std::string PostgresServer::program(const std::string& name) const {
  glob_t found{};
  ::glob(("/usr/lib/postgresql/*/bin/" + name).c_str(), 0, nullptr, &found);
  const std::string path = found.gl_pathc == 0 ? "" : found.gl_pathv[found.gl_pathc - 1];
  ::globfree(&found);
  REQUIRE_MESSAGE(!path.empty(), not_installed(name, "postgresql"));
  return path;
}

std::vector<std::string> PostgresServer::as_user(std::vector<std::string> command) const {
  if (::geteuid() == 0) command.insert(command.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"});
  return command;
}

PostgresServer::PostgresServer() {
  if (::geteuid() == 0) run_program({"chown", "postgres", directory_.path()});
  run_program(as_user({program("initdb"), "-D", directory_ / "data", "-U", "chat", "-A", "trust", "--no-sync"}));
  start();
}

void PostgresServer::start() {
  // Killed, it leaves processes behind that end a moment later, and until then does not start again.
  REQUIRE_MESSAGE(await([&] { return try_to_start(); }, std::chrono::seconds{30}), read_file(directory_ / "log"));
}

bool PostgresServer::try_to_start() {
  process_ = std::make_unique<Process>(as_user({program("postgres"), "-D", directory_ / "data", "-k", directory_.path(), "-h", "", "-F"}),
                                       directory_ / "log");
  const auto answers = [&] { return Process({program("pg_isready"), "-q", "-h", directory_.path(), "-U", "chat"}, "/dev/null").wait() == 0; };
  REQUIRE_MESSAGE(await([&] { return process_->has_ended() || answers(); }, std::chrono::seconds{30}), read_file(directory_ / "log"));
  return !process_->has_ended();
}

void PostgresServer::kill() {
  const std::string id = std::to_string(process_->id());
  std::istringstream children(read_file("/proc/" + id + "/task/" + id + "/children"));
  REQUIRE(children.peek() != std::istringstream::traits_type::eof());
  process_->signal(SIGKILL);
  process_->wait();
  for (pid_t child = 0; children >> child;)
    REQUIRE(await([child] { return ::kill(child, 0) != 0; }, std::chrono::seconds{30}));
}

std::string PostgresServer::url() const {
  std::string host;
  for (const char c : directory_.path()) host += c == '/' ? std::string("%2F") : std::string(1, c);
  return "postgresql://chat@" + host + "/postgres";
}

void PostgresServer::psql(const std::string& sql) const {
  run_program({program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", directory_.path(), "-U", "chat", "-d", "postgres", "-c", sql});
}

}  // namespace test
