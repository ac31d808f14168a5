#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace wasmqtt::explore {

Progress::Progress(std::string file) : file_(std::move(file)) {
  struct Line {
    std::uint64_t states = 0, transitions = 0, ends = 0;
    std::size_t depth = 0;
    std::string how;
  };
  std::map<std::string, Line> all;  // the largest of a world that was begun several times
  std::ifstream lines(file_);
  for (std::string text; std::getline(lines, text);) {
    std::istringstream words(text);
    Line line;
    std::string name;
    if (!(words >> line.states >> line.transitions >> line.ends >> line.depth >> line.how)) continue;
    std::getline(words >> std::ws, name);
    if (line.how != "stopped") names_.insert(name);
    if (Line& before = all[name]; before.states <= line.states || line.how != "stopped") before = line;
  }
  for (const auto& [name, line] : all) {
    states_ += line.states;
    transitions_ += line.transitions;
    complete_ += line.how == "complete" ? 1 : 0;
    depth_ = std::max(depth_, line.depth);
  }
}

void Progress::add(const std::string& name, const Report& report, bool stopped) {
  const char* const how = report.complete ? "complete" : stopped ? "stopped" : "part";
  std::ostringstream line;
  line << report.states << ' ' << report.transitions << ' ' << report.ends << ' ' << report.depth << ' ' << how << ' ' << name
       << '\n';
  std::FILE* const file = std::fopen(file_.c_str(), "a");
  const bool written = file != nullptr && std::fputs(line.str().c_str(), file) >= 0;
  if (file == nullptr || std::fclose(file) != 0 || !written) {
    std::fprintf(stderr, "explore: %s can't be written\n", file_.c_str());
    std::exit(2);
  }
}

std::string Progress::summary(std::size_t worlds) const {
  std::ostringstream text;
  text << names_.size() << " of " << worlds << " worlds, " << complete_ << " of them whole; " << states_ << " states, "
       << transitions_ << " transitions, depth up to " << depth_;
  return text.str();
}

}  // namespace wasmqtt::explore
