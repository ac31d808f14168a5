#include "mix.hpp"

#include <algorithm>
#include <sstream>

namespace wasmqtt::explore {
namespace {

using chaos::q0;

Step publish(Qos qos, std::string_view topic) { return {.topic = topic, .qos = qos}; }

std::string levels_of(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) text += static_cast<char>('0' + static_cast<int>(step.qos));
  return text;
}

bool read_levels(const std::string& text, std::string_view topic, std::vector<Step>& steps) {
  for (const char level : text) {
    if (level < '0' || level > '2') return false;
    steps.push_back(publish(static_cast<Qos>(level - '0'), topic));
  }
  return true;
}

// "", "0", "1", "2", "00", "01" ...
std::vector<std::string> sequences(std::size_t longest) {
  std::vector<std::string> all = {""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() == longest) continue;
    for (const char level : {'0', '1', '2'}) all.push_back(all[i] + level);
  }
  return all;
}

bool read_word(const std::string& word, Mix& mix) {
  if (word == "3" || word == "5") {
    mix.version = word == "5" ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1;
    return true;
  }
  if (word == "manual") return mix.manual = true;
  if (word == "release") return mix.forward_on_release = true;
  if (word.size() == 2 && word[0] == 'w') {
    mix.window = static_cast<std::uint16_t>(word[1] - '0');
    return mix.window >= 1 && mix.window <= 9;
  }
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return false;
  const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
  if (key == "out") return read_levels(value, "out/a", mix.out);
  if (key == "in") return read_levels(value, "in/x", mix.in);
  const auto fault = std::find(fault_names.begin(), fault_names.end(), key);
  if (fault == fault_names.end() || value.size() != 1 || value[0] < '0' || value[0] > '9') return false;
  mix.budget[static_cast<std::size_t>(fault - fault_names.begin())] = static_cast<std::uint8_t>(value[0] - '0');
  return true;
}

}  // namespace

std::string name_of(const Mix& mix) {
  std::string name = mix.version == ProtocolVersion::mqtt_5 ? "5" : "3";
  name += " w" + std::to_string(mix.window);
  if (mix.manual) name += " manual";
  if (mix.forward_on_release) name += " release";
  if (!mix.out.empty()) name += " out=" + levels_of(mix.out);
  if (!mix.in.empty()) name += " in=" + levels_of(mix.in);
  for (std::size_t i = 0; i < fault_names.size(); ++i) {
    if (mix.budget[i] != 0) name += std::string(" ") + fault_names[i] + '=' + std::to_string(mix.budget[i]);
  }
  return name;
}

std::optional<Mix> mix_from(const std::string& name) {
  Mix mix;
  std::istringstream words(name);
  for (std::string word; words >> word;) {
    if (!read_word(word, mix)) return std::nullopt;
  }
  return mix;
}

std::vector<Mix> all_mixes(std::size_t messages, const Budget& budget) {
  std::vector<Mix> all;
  const auto levels = sequences(messages);
  for (const std::string& out : levels) {
    for (const std::string& in : levels) {
      if (out.empty() && in.empty()) continue;
      for (const auto version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
        for (const std::uint16_t window : {std::uint16_t{1}, std::uint16_t{2}}) {
          // Two dimensions that need no product of their own: each with one of the windows.
          Mix mix{.version = version, .window = window, .manual = window == 2 && !in.empty(),
                  .forward_on_release = window == 1, .budget = budget};
          read_levels(out, "out/a", mix.out);
          read_levels(in, "in/x", mix.in);
          all.push_back(std::move(mix));
        }
      }
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Mix& a, const Mix& b) { return a.out.size() + a.in.size() < b.out.size() + b.in.size(); });
  return all;
}

}  // namespace wasmqtt::explore
