// The explorer as a program, for more than the tests have time for: scripts/explore starts it.
//
//   explore [--minutes N] [--workers N] [--messages N] [--states N] [--state FILE]    all worlds, small ones first
//   explore "5 w1 out=02 in=1 crash=1 cut=2"                                         one world
//   explore "..." --path "turn durable open"                                         a path, as a diagram
//   explore "..." --traces N                                                         for native-test/model
//
// Worlds are shared out to processes. A line for each is appended to FILE when it is done; a later start goes on behind
// them. What a world that was stopped had seen is lost, and it is begun again.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "diagram.hpp"
#include "explorer.hpp"
#include "model_trace.hpp"
#include "progress.hpp"

using namespace wasmqtt;
using namespace wasmqtt::explore;

namespace {

using Steady = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) { interrupted = 1; }

struct Arguments {
  double minutes = 60;
  unsigned workers = 2;
  std::size_t messages = 3;
  std::uint64_t states = 20'000'000;
  std::string file = "build/explore/worlds.txt";
  std::string world;
  std::string path;
  std::size_t traces = 0;
};

bool read(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word.substr(0, 2) != "--") {
      arguments.world = word;
      continue;
    }
    if (++i == count) return false;
    if (word == "--minutes") arguments.minutes = std::atof(words[i]);
    else if (word == "--workers") arguments.workers = static_cast<unsigned>(std::atoi(words[i]));
    else if (word == "--messages") arguments.messages = static_cast<std::size_t>(std::atoi(words[i]));
    else if (word == "--states") arguments.states = std::strtoull(words[i], nullptr, 10);
    else if (word == "--state") arguments.file = words[i];
    else if (word == "--path") arguments.path = words[i];
    else if (word == "--traces") arguments.traces = static_cast<std::size_t>(std::atoi(words[i]));
    else return false;
  }
  return true;
}

void print(const std::string& name, const Report& report, double seconds) {
  std::printf("%-52s %9llu states %10llu transitions %7llu ends  depth %3zu  %7.1f s  %8.0f states/s%s\n", name.c_str(),
              static_cast<unsigned long long>(report.states), static_cast<unsigned long long>(report.transitions),
              static_cast<unsigned long long>(report.ends), report.depth, seconds,
              static_cast<double>(report.states) / seconds, report.complete ? "" : "  (a part)");
  std::fflush(stdout);
}

// A failure found on the way down is long; a shorter one is looked for nearby.
int show(const Mix& mix, const Report& report) {
  Limits limits{.states = 2'000'000, .depth = report.counterexample.size()};
  const Report shorter = shortest(mix, honest, limits);
  const Path& path = shorter.failures.empty() ? report.counterexample : shorter.counterexample;
  std::printf("%s\n", diagram(mix, honest, path).c_str());
  return 1;
}

int explore_one(const Mix& mix, const Arguments& arguments) {
  if (arguments.traces != 0) {
    std::printf("%s", model_traces(mix, arguments.traces, 1).c_str());
    return 0;
  }
  if (!arguments.path.empty()) {
    std::printf("%s", diagram(mix, honest, path_from(arguments.path)).c_str());
    return 0;
  }
  const auto begin = Steady::now();
  const Report report = explore::explore(mix, honest, {.states = arguments.states, .stop = [](const Report&) { return interrupted != 0; }});
  print(name_of(mix), report, std::chrono::duration<double>(Steady::now() - begin).count());
  return report.failures.empty() ? 0 : show(mix, report);
}

// Every second world, every third ...: of those that are not done.
int work(const std::vector<Mix>& mixes, Progress& progress, const Arguments& arguments, unsigned worker, Steady::time_point end) {
  int result = 0;
  for (std::size_t i = worker; i < mixes.size() && result == 0; i += arguments.workers) {
    const std::string name = name_of(mixes[i]);
    if (progress.is_done(name)) continue;
    if (Steady::now() >= end || interrupted != 0) break;
    const auto begin = Steady::now();
    bool stopped = false;
    const Report report = explore::explore(mixes[i], honest, {.states = arguments.states, .stop = [&](const Report&) {
                                             return stopped = interrupted != 0 || Steady::now() >= end;
                                           }});
    print(name, report, std::chrono::duration<double>(Steady::now() - begin).count());
    if (!report.failures.empty()) result = show(mixes[i], report);
    else progress.add(name, report, stopped);
  }
  return result;
}

std::vector<Mix> worlds(std::size_t messages) {
  std::vector<Mix> all;
  const Budget undisturbed{};
  Budget little{}, much{};
  for (const Fault fault : {Fault::crash, Fault::cut, Fault::stall, Fault::close, Fault::forget, Fault::timer, Fault::cancel})
    little[static_cast<std::size_t>(fault)] = 1;
  much = little;
  much[static_cast<std::size_t>(Fault::crash)] = much[static_cast<std::size_t>(Fault::cut)] = 2;
  // One kind of fault at a time, then two crashes or cuts, then everything together.
  std::vector<Budget> budgets = {undisturbed};
  for (std::size_t i = 0; i < fault_names.size(); ++i) {
    Budget one{};
    one[i] = 1;
    budgets.push_back(one);
    if (i >= 2) continue;
    one[i] = 2;
    budgets.push_back(one);
  }
  Budget both{};
  both[static_cast<std::size_t>(Fault::crash)] = both[static_cast<std::size_t>(Fault::cut)] = 2;
  for (const Budget& budget : {both, little, much}) budgets.push_back(budget);
  for (std::size_t most = 1; most <= messages; ++most) {
    for (const Budget& budget : budgets) {
      for (Mix& mix : all_mixes(most, budget)) {
        if (most > 1 && mix.out.size() < most && mix.in.size() < most) continue;  // had before
        all.push_back(std::move(mix));
      }
    }
  }
  return all;
}

int explore_all(const Arguments& arguments) {
  const std::vector<Mix> mixes = worlds(arguments.messages);
  Progress progress(arguments.file);
  const auto begin = Steady::now();
  const auto end = begin + std::chrono::milliseconds(static_cast<long long>(arguments.minutes * 60'000));
  std::printf("%zu worlds, of which %zu are done\n", mixes.size(), progress.done());
  std::fflush(stdout);
  for (unsigned worker = 0; worker < arguments.workers; ++worker) {
    const pid_t child = fork();
    if (child == 0) std::_Exit(work(mixes, progress, arguments, worker, end));
    if (child < 0) return 2;
  }
  int result = 0;
  for (unsigned left = arguments.workers; left != 0;) {
    int status = 0;
    if (wait(&status) < 0) continue;  // interrupted: the workers have heard it, too
    --left;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) result = 1;
  }
  std::printf("%s\n", Progress(arguments.file).summary(mixes.size()).c_str());
  if (result != 0) std::printf("A promise was broken, or a worker ended early: see above.\n");
  return result;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!read(count, words, arguments) || arguments.workers == 0) {
    std::fprintf(stderr, "explore: an option that is not known, or has no value; see scripts/explore --help\n");
    return 2;
  }
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (arguments.world.empty()) return explore_all(arguments);
  const auto mix = mix_from(arguments.world);
  if (mix) return explore_one(*mix, arguments);
  std::fprintf(stderr, "explore: \"%s\" is no world\n", arguments.world.c_str());
  return 2;
}
