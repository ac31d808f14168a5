// Which worlds are done: a line each in a file, "states transitions ends depth complete|part|stopped name".
#pragma once

#include <set>
#include <string>

#include "explorer.hpp"

namespace wasmqtt::explore {

class Progress {
 public:
  explicit Progress(std::string file);
  // A world that was stopped is not done.
  bool is_done(const std::string& name) const { return names_.count(name) != 0; }
  std::size_t done() const { return names_.size(); }
  // One line in one write: several processes may have the file.
  void add(const std::string& name, const Report& report, bool stopped);
  std::string summary(std::size_t worlds) const;

 private:
  std::string file_;
  std::set<std::string> names_;
  std::uint64_t states_ = 0;
  std::uint64_t transitions_ = 0;
  std::size_t complete_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace wasmqtt::explore
