#include "chat/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "chat/names.hpp"

namespace chat {
namespace {

struct Toggle {
  std::string_view key;
  bool Settings::*member;
};

constexpr std::array<Toggle, 8> toggles = {{{"qos1", &Settings::qos1},
                                            {"status", &Settings::status},
                                            {"authentication", &Settings::authentication},
                                            {"deduplicate", &Settings::deduplicate},
                                            {"remember", &Settings::remember},
                                            {"groups", &Settings::groups},
                                            {"check", &Settings::check},
                                            {"mqtt5", &Settings::mqtt5}}};

// 0: there is none of this name.
int stage_named(std::string_view name) {
  for (const int stage : {10, 20, 30, 40, 50, 60})
    if (std::to_string(stage) == name) return stage;
  return 0;
}

int nearest_stage(const Settings& settings) {
  if (settings.check) return 60;
  if (settings.groups) return 50;
  if (settings.authentication) return 40;
  if (settings.status) return 30;
  return settings.qos1 ? 20 : 10;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string url_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string url_encode(std::string_view text) {
  static constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/[]@";
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

// Calls `each(key, decoded value)` for every parameter.
template <class Each>
void for_each_parameter(std::string_view query, Each each) {
  if (!query.empty() && query.front() == '?') query.remove_prefix(1);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const std::size_t equals = pair.find('=');
    each(pair.substr(0, equals), equals == std::string_view::npos ? std::string{} : url_decode(pair.substr(equals + 1)));
  }
}

}  // namespace

Settings stage_settings(int stage) {
  Settings settings;
  settings.authentication = stage != 10 && stage != 20 && stage != 30;
  settings.status = stage != 10 && stage != 20;
  settings.qos1 = settings.deduplicate = settings.remember = stage != 10;
  settings.groups = stage == 50 || stage == 60;
  settings.check = stage == 60;
  return settings;
}

Settings with_dependencies(const Settings& before, Settings after) {
  if (after.authentication || !after.dynamic_rights()) return after;
  if (before.authentication) after.groups = after.check = false;
  else after.authentication = true;
  return after;
}

int stage_of(const Settings& settings) {
  for (const int stage : {10, 20, 30, 40, 50, 60})
    if (settings == at_stage(settings, stage)) return stage;
  return 0;
}

Settings at_stage(Settings settings, int stage) {
  const Settings plain = stage_settings(stage);
  settings.qos1 = plain.qos1;
  settings.status = plain.status;
  settings.authentication = plain.authentication;
  settings.deduplicate = plain.deduplicate;
  settings.remember = plain.remember;
  settings.groups = plain.groups;
  settings.check = plain.check;
  return settings;
}

std::string_view stage_words(int stage) {
  switch (stage) {
    case 10: return "Publish and subscribe, and no promise. Try this: write to somebody whose tab is closed, and then open it.";
    case 20: return "QoS 1 and a session: nothing is lost. Try this: write to somebody who is away, and let them come back.";
    case 30: return "Who is online: retained messages and a last will. Try this: close a tab, and look at the badge of its user.";
    case 40: return "Users, passwords and access rights. Try this: a wrong password, or sign in as admin.";
    case 50: return "Groups, whose members' rights change while they talk. Try this: make a group, and invite somebody.";
    case 60: return "Messages that a service checks before anybody gets them. Try this: send one, and watch its state.";
    default: return "Options of your own, of no stage.";
  }
}

std::string default_broker(const PageOrigin& page, const Settings& settings) {
  if (page.secure) {
    const std::string origin = "wss://" + page.host + (page.port.empty() ? "" : ":" + page.port);
    return origin + (settings.dynamic_rights() ? "/mqtt-dynamic" : settings.authentication ? "/mqtt" : "/mqtt-open");
  }
  const auto& ports = settings.dynamic_rights() ? page.dynamic_ports : settings.authentication ? page.auth_ports : page.open_ports;
  std::string all;
  for (const int port : ports) {
    if (!all.empty()) all += ' ';
    all += "ws://" + (page.host.empty() ? std::string("localhost") : page.host) + ':' + std::to_string(port);
  }
  return all;
}

std::string broker_url(const Settings& settings, const PageOrigin& page) {
  return settings.broker.empty() ? default_broker(page, settings) : settings.broker;
}

std::vector<std::string> addresses_of(std::string_view broker) {
  std::vector<std::string> all;
  while (!broker.empty()) {
    const std::string_view one = broker.substr(0, broker.find(' '));
    if (!one.empty()) all.emplace_back(one);
    broker.remove_prefix(std::min(one.size() + 1, broker.size()));
  }
  return all;
}

bool needs_password(const Settings& settings) { return settings.authentication && !settings.broker.starts_with("wss:"); }

std::string stage_problem(std::string_view query) {
  std::string problem;
  for_each_parameter(query, [&](std::string_view key, const std::string& value) {
    if (key != "stage") return;
    // A link may say anything: what is no name is not repeated.
    const bool plain = check_user_name(value).empty();
    problem = stage_named(value) != 0 ? "" : (plain ? "There is no stage " + value : std::string("There is no such stage")) + ". The options are those of stage 40.";
  });
  return problem;
}

Settings settings_from_query(std::string_view query) {
  int stage = 0;
  for_each_parameter(query, [&](std::string_view key, const std::string& value) {
    if (key == "stage") stage = stage_named(value);
  });
  const Settings plain = stage_settings(stage == 0 ? 40 : stage);
  Settings settings = plain;
  for_each_parameter(query, [&](std::string_view key, const std::string& value) {
    if (key == "user") settings.user = value;
    if (key == "broker" && !value.empty()) settings.broker += (settings.broker.empty() ? "" : " ") + value;
    if (key == "lesson") settings.lesson = value;
    if (key == "expiry") settings.expiry = parse_expiry(value).value_or(0);
    for (const Toggle& toggle : toggles)
      if (key == toggle.key && (value == "0" || value == "1")) settings.*toggle.member = value == "1";
  });
  return with_dependencies(plain, settings);
}

std::optional<std::uint32_t> parse_expiry(std::string_view text) {
  std::uint32_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (!text.empty() && (error != std::errc{} || rest != end)) return std::nullopt;
  return seconds;
}

std::string query_of(const Settings& settings) {
  const int stage = nearest_stage(settings);
  const Settings plain = stage_settings(stage);
  std::string query = "?stage=" + std::to_string(stage);
  for (const Toggle& toggle : toggles) {
    if (settings.*toggle.member == plain.*toggle.member) continue;
    query.append("&").append(toggle.key).append(settings.*toggle.member ? "=1" : "=0");
  }
  if (settings.expiry != 0) query += "&expiry=" + std::to_string(settings.expiry);
  if (!settings.lesson.empty()) query += "&lesson=" + url_encode(settings.lesson);
  if (!settings.user.empty()) query += "&user=" + url_encode(settings.user);
  for (const std::string& one : addresses_of(settings.broker)) query += "&broker=" + url_encode(one);
  return query;
}

namespace {

std::string_view check_address(std::string_view url, const PageOrigin& page) {
  const bool secure = url.substr(0, 6) == "wss://";
  if (!secure && url.substr(0, 5) != "ws://")
    return "The broker's address must start with ws:// or wss://, for example ws://localhost:8081.";
  const std::string_view rest = url.substr(secure ? 6 : 5);
  if (rest.empty() || rest.front() == ':' || rest.front() == '/') return "The broker's address has no host.";
  if (rest.find_first_of(" \t\r\n#") != std::string_view::npos)
    return "The broker's address cannot contain spaces or #.";
  // It stands in links, records and the history of the browser. What precedes the @ only looks like the host, too.
  if (rest.substr(0, rest.find_first_of("/\\?")).find('@') != std::string_view::npos)
    return "The broker's address cannot contain a user name or a password.";
  const std::string_view host = rest.substr(0, rest.find_first_of(":/"));
  if (page.secure && !secure && host != "localhost" && host != "127.0.0.1" && rest.substr(0, 5) != "[::1]")
    return "This page was loaded over https, so the browser allows only wss:// to a broker (mixed content).";
  return {};
}

}  // namespace

std::string_view check_broker_url(std::string_view broker, const PageOrigin& page) {
  const auto all = addresses_of(broker);
  if (all.empty()) return check_address(broker, page);
  for (const std::string& one : all) {
    if (const std::string_view problem = check_address(one, page); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace chat
