// A PostgreSQL of the test's own, from Debian's package: in a temporary directory, over a Unix socket, gone with the object.
// It refuses to run as root, so then it runs as the package's user, postgres.
#pragma once

#include <memory>
#include <string>

#include "world.hpp"

namespace test {

class PostgresServer {
 public:
  PostgresServer();

  std::string url() const;
  void kill();   // SIGKILL; returns when its processes for connections have seen that and ended: until then they answer
  void start();
  // Runs SQL with psql, as somebody at a terminal would.
  void psql(const std::string& sql) const;

 private:
  bool try_to_start();
  std::string program(const std::string& name) const;
  std::vector<std::string> as_user(std::vector<std::string> command) const;

  TemporaryDirectory directory_;
  std::unique_ptr<Process> process_;
};

}  // namespace test
