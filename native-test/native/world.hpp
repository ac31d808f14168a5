// What every test here stands on: an io_context that runs until something has come true, a directory that goes away,
// a free port, other programs.
#pragma once

#include <sys/types.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace test {

class World {
 public:
  boost::asio::io_context context;

  // Runs the context until `done`; false when that did not come true in time. No sleeps: each step waits for an event.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds timeout = std::chrono::seconds{30});
  // Everything that is ready, and then what became ready by it.
  void run_ready() { context.poll(); }

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context.get_executor()};
};

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A port of 127.0.0.1 that nobody listens on now, another one each time.
std::uint16_t free_port();
bool port_answers(std::uint16_t port);

// Polls, for what sends no event; false when that took longer than `timeout`.
bool await(const std::function<bool()>& condition, std::chrono::seconds timeout = std::chrono::seconds{10});

// Where a program lies, also in the directories for administrators; empty: it is not installed.
std::string find_program(const std::string& name);
// What to say then.
std::string not_installed(const std::string& program, const std::string& debian_package);

// Another program, its output in a file. Gone with this object at the latest, and killed by the kernel if the test is
// killed itself. `environment`: "NAME=value", beside this program's own.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::string& output_file,
          const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  // Its exit code, or minus the signal that ended it.
  int wait();
  bool has_ended();
  pid_t id() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

// Runs a program to its end and fails the test, with what it printed, unless it succeeds.
void run_program(const std::vector<std::string>& command);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

}  // namespace test
