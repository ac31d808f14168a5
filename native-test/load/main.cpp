// load: see load_options.cpp for what it is told, and scripts/load, which builds it and starts a broker for it.
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <fstream>

#include "load.hpp"
#include "load_report.hpp"
#include "machine_limits.hpp"

namespace {

using namespace wasmqtt::load;

int refuse(const std::string& problem) {
  std::fprintf(stderr, "%s\n", problem.c_str());
  return 2;
}

// On a terminal one line, which is overwritten; in a log a line every ten seconds.
class ProgressLine {
 public:
  void show(const std::string& line) {
    if (terminal_) std::fprintf(stderr, "\r\033[K%s", line.c_str());
    else if (count_++ % 10 == 0) std::fprintf(stderr, "%s\n", line.c_str());
  }
  void end() const {
    if (terminal_) std::fprintf(stderr, "\r\033[K");
  }

 private:
  bool terminal_ = ::isatty(2) != 0;
  unsigned count_ = 0;
};

bool write_json(const LoadOptions& options, const LoadReport& report) {
  if (options.json_file.empty()) return true;
  const std::string text = json(options, report);
  if (options.json_file == "-") return std::fputs(text.c_str(), stdout) >= 0;
  return static_cast<bool>(std::ofstream(options.json_file) << text << std::flush);
}

int run(const LoadOptions& options, std::vector<std::string> sources) {
  boost::asio::io_context context{1};
  Load load(context, options, std::move(sources));
  ProgressLine line;
  load.on_progress = [&](const LoadProgress& progress) { line.show(progress_line(progress)); };
  load.on_end = [&] { context.stop(); };
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  const std::function<void(const boost::system::error_code&, int)> stop = [&](const boost::system::error_code& error, int) {
    if (error) return;
    load.stop();
    signals.async_wait(stop);
  };
  signals.async_wait(stop);
  load.start();
  context.run();
  line.end();
  if (options.json_file != "-") std::fputs(table(options, load.report()).c_str(), stdout);
  if (!write_json(options, load.report())) return refuse("The figures could not be written to " + options.json_file + ".");
  return load.report().ok() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const Parsed parsed = parse_load_options({arguments + 1, arguments + count});
  if (!parsed.options) {
    std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  if (const std::string problem = provide_descriptors(parsed.options->connections); !problem.empty()) return refuse(problem);
  std::string problem;
  auto sources = source_addresses(*parsed.options, ports_of_an_address(), problem);
  if (!problem.empty()) return refuse(problem);
  return run(*parsed.options, std::move(sources));
}
