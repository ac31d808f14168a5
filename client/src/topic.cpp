#include "wasmqtt/topic.hpp"

#include "text_scan.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

// Apart, so that the common way through check_topic_name() calls nothing.
[[gnu::noinline]] Error check_unusual_name(std::string_view name) {
  if (name.empty()) return local_error(Errc::empty_topic);
  if (name.find_first_of("+#") != std::string_view::npos) return local_error(Errc::wildcard_in_topic_name);
  return check_utf8(name);
}

}  // namespace

Error check_topic_name(std::string_view name) {
  const bool usual = !name.empty() && name.size() <= 65'535 && is_plain(name, Wildcards::refused);
  return usual ? Error{} : check_unusual_name(name);
}

Error check_topic_filter(std::string_view filter) {
  if (filter.empty()) return local_error(Errc::empty_topic);
  for (std::size_t at = filter.find_first_of("+#"); at != std::string_view::npos;
       at = filter.find_first_of("+#", at + 1)) {
    const bool begins_level = at == 0 || filter[at - 1] == '/';
    const bool last = at + 1 == filter.size();
    const bool ends_level = last || (filter[at] == '+' && filter[at + 1] == '/');
    if (!begins_level || !ends_level) return local_error(Errc::bad_wildcard);
  }
  return check_utf8(filter);
}

namespace {

constexpr std::string_view share = "$share/";

}  // namespace

bool is_shared(std::string_view filter) { return filter.starts_with(share); }

std::string_view without_share(std::string_view filter) {
  if (!is_shared(filter)) return filter;
  const std::size_t end = filter.find('/', share.size());
  return end == std::string_view::npos ? filter : filter.substr(end + 1);
}

Error check_subscription(std::string_view filter) {
  if (Error error = check_topic_filter(filter)) return error;
  if (!is_shared(filter)) return {};
  const std::size_t end = filter.find_first_of("/+#", share.size());
  const bool good = end != std::string_view::npos && end != share.size() && filter[end] == '/' && end + 1 < filter.size();
  return good ? Error{} : local_error(Errc::bad_shared_subscription);
}

bool topic_matches(std::string_view filter, std::string_view name) {
  if (name.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  while (true) {
    if (filter == "#") return true;
    const std::size_t filter_end = filter.find('/');
    const std::size_t name_end = name.find('/');
    const std::string_view level = filter.substr(0, filter_end);
    if (level != "+" && level != name.substr(0, name_end)) return false;
    const bool filter_done = filter_end == std::string_view::npos;
    const bool name_done = name_end == std::string_view::npos;
    if (filter_done) return name_done;
    filter.remove_prefix(filter_end + 1);
    if (name_done) return filter == "#";  // "sport/#" matches "sport" too, 4.7.1.2
    name.remove_prefix(name_end + 1);
  }
}

}  // namespace wasmqtt
