#include "world.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

namespace test {

bool World::run_until(const std::function<bool()>& done, std::chrono::milliseconds timeout) {
  auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!done()) {
    if (context.run_one_until(deadline) == 0) return done();
  }
  return true;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "wasmqtt-test-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code left_behind;
  std::filesystem::remove_all(path_, left_behind);
}

// Not of those that the system gives to outgoing connections (from 32,768 on, on Linux): one of them may take it before
// whoever asked for it listens.
std::uint16_t free_port() {
  namespace asio = boost::asio;
  static std::minstd_rand random(std::random_device{}());
  static std::set<std::uint16_t> given;
  std::uniform_int_distribution<unsigned> ports(10'000, 32'000);
  asio::io_context context;
  for (;;) {
    const auto port = static_cast<std::uint16_t>(ports(random));
    asio::ip::tcp::acceptor acceptor(context, asio::ip::tcp::v4());
    boost::system::error_code taken;
    acceptor.bind({asio::ip::address_v4::loopback(), port}, taken);
    if (!taken && given.insert(port).second) return port;
  }
}

bool port_answers(std::uint16_t port) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), port}, error);
  return !error;
}

bool await(const std::function<bool()>& condition, std::chrono::seconds timeout) {
  auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories((path != nullptr ? path : "/usr/bin:/bin") + std::string(":/usr/sbin:/sbin"));
  for (std::string directory; std::getline(directories, directory, ':');) {
    auto program = directory + '/' + name;
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

std::string not_installed(const std::string& program, const std::string& debian_package) {
  return program + " is not installed: it is in Debian's package " + debian_package + ", which scripts/test installs.";
}

Process::Process(const std::vector<std::string>& command, const std::string& output_file,
                 const std::vector<std::string>& environment) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  auto parent = ::getpid();
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(125);  // too late for the signal
  for (const auto& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
  int output = ::open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (output < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) ::_exit(126);
  // Our sockets are not the child's: held open there, they would outlive what we close here.
  ::close_range(3, ~0U, 0);
  ::execvp(arguments[0], arguments.data());
  ::perror(arguments[0]);
  ::_exit(127);
}

Process::~Process() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  wait();
}

void Process::signal(int number) const {
  if (pid_ >= 0) ::kill(pid_, number);
}

int Process::wait() {
  if (pid_ >= 0) {
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

bool Process::has_ended() {
  if (pid_ >= 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

void run_program(const std::vector<std::string>& command) {
  TemporaryDirectory directory;
  int code = Process(command, directory / "output").wait();
  REQUIRE_MESSAGE(code == 0, command.front() << " ended with " << code << ": " << read_file(directory / "output"));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  REQUIRE(file.good());
}

}  // namespace test
