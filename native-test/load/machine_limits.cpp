#include "machine_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "wasmqtt/native/server_url.hpp"

namespace wasmqtt::load {
namespace {

bool is_here(const std::string& url) {
  UrlProblem problem;
  const auto parsed = parse_server_url(url, problem);
  return parsed && (parsed->host == "localhost" || parsed->host.starts_with("127."));
}

}  // namespace

std::string provide_descriptors(std::size_t connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  const auto wanted = static_cast<rlim_t>(connections + own_descriptors);
  if (limit.rlim_cur < wanted) {
    // Root may raise the upper limit, too.
    rlimit raised{wanted, std::max(wanted, limit.rlim_max)};
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) {
      raised = {limit.rlim_max, limit.rlim_max};
      (void)::setrlimit(RLIMIT_NOFILE, &raised);  // what it came to is read again
    }
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= wanted) return {};
  const std::string most = std::to_string(limit.rlim_cur);
  return std::to_string(connections) + " connections need " + std::to_string(wanted) + " open files, and this process may have " + most +
         ". Raise its limit (`ulimit -Hn`, LimitNOFILE= of systemd, /etc/security/limits.conf, or the container's nofile), or ask for " +
         std::to_string(limit.rlim_cur - std::min<rlim_t>(limit.rlim_cur, own_descriptors)) + " connections; the broker needs as many.";
}

std::vector<std::string> source_addresses(const LoadOptions& options, std::size_t ports, std::string& problem) {
  const std::size_t for_one_broker = (options.connections + options.urls.size() - 1) / options.urls.size();
  // Some ports are taken by others, or wait for the end of an earlier connection.
  const std::size_t usable = std::max<std::size_t>(ports - ports / 10, 1);
  const std::size_t needed = (for_one_broker + usable - 1) / usable;
  if (needed <= std::max<std::size_t>(options.source_addresses.size(), 1)) return options.source_addresses;
  const bool here = std::all_of(options.urls.begin(), options.urls.end(), is_here);
  if (!here || !options.source_addresses.empty()) {
    problem = std::to_string(for_one_broker) + " connections to one broker need " + std::to_string(needed) +
              " addresses of this machine, for each has " + std::to_string(ports) +
              " ports: name as many with --source, or widen net.ipv4.ip_local_port_range.";
    return {};
  }
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < needed; ++i)
    addresses.push_back("127.0." + std::to_string(1 + i / 250) + "." + std::to_string(1 + i % 250));
  return addresses;
}

std::size_t ports_of_an_address() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::size_t first = 0;
  std::size_t last = 0;
  return file >> first >> last && last >= first ? last - first + 1 : 16'384;
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  return file >> all >> resident ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace wasmqtt::load
