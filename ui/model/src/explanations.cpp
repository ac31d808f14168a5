#include "chat/explanations.hpp"

#include <utility>

#include "json.hpp"

namespace chat {
namespace {

using wasmqtt::ProtocolVersion;

constexpr std::string_view version_words(ProtocolVersion version) {
  return version == ProtocolVersion::mqtt_5 ? "5" : "3.1.1";
}

const std::string* text_of(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  return found == nullptr ? nullptr : found->string();
}

// "Topic filter 2" is "Topic filter".
std::string_view without_number(std::string_view name) {
  const std::size_t space = name.rfind(' ');
  const bool counted = space != std::string_view::npos && name.find_first_not_of("0123456789", space + 1) == std::string_view::npos;
  return counted ? name.substr(0, space) : name;
}

// "Will content type" is what "Content type" is.
std::string without_will(std::string_view name) {
  constexpr std::string_view will = "Will ";
  if (!name.starts_with(will)) return {};
  std::string rest(name.substr(will.size()));
  if (!rest.empty() && rest[0] >= 'a' && rest[0] <= 'z') rest[0] = static_cast<char>(rest[0] - 'a' + 'A');
  return rest;
}

}  // namespace

bool Explanations::read(std::string_view json) {
  const std::optional<Json> all = Json::parse(json);
  if (!all) return false;
  std::map<std::string, Explanation> texts;
  for (const auto& [group, prefix] : {std::pair{"packets", "packet "}, std::pair{"fields", "field "}}) {
    const Json* part = all->find(group);
    if (part == nullptr || !part->is_object()) return false;
    for (std::size_t i = 0; i < part->size(); ++i) {
      const Json& one = part->item(i);
      const std::string* says = text_of(one, "says");
      if (says == nullptr) return false;
      for (ProtocolVersion version : {ProtocolVersion::mqtt_3_1_1, ProtocolVersion::mqtt_5}) {
        const std::string* statement = text_of(one, version_words(version));
        if (statement == nullptr) statement = text_of(one, "rule");
        std::string key = prefix + part->name(i) + ' ';
        texts[key.append(version_words(version))] = {*says, statement == nullptr ? std::string() : *statement};
      }
    }
  }
  texts_ = std::move(texts);
  return true;
}

const Explanation* Explanations::find(std::string key, ProtocolVersion version) const {
  const auto found = texts_.find(key.append(" ").append(version_words(version)));
  return found == texts_.end() ? nullptr : &found->second;
}

const Explanation& Explanations::of_packet(std::string_view packet, ProtocolVersion version) const {
  static const Explanation none;
  const Explanation* found = find("packet " + std::string(packet), version);
  return found == nullptr ? none : *found;
}

const Explanation& Explanations::of_field(std::string_view field, ProtocolVersion version) const {
  static const Explanation none;
  const std::string_view name = without_number(field);
  const Explanation* found = find("field " + std::string(name), version);
  if (found == nullptr) found = find("field " + without_will(name), version);
  return found == nullptr ? none : *found;
}

}  // namespace chat
