// The files of byte vectors in data/.
#pragma once

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace wasmqtt::test {

using Json = nlohmann::json;

inline Json read_vectors(const char* file) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in.good(), "cannot read " << file);
  Json parsed = Json::parse(in, nullptr, false);
  REQUIRE(parsed.is_object());
  return parsed;
}

inline std::string text_at(const Json& json, const char* key) { return json.at(key).get<std::string>(); }

}  // namespace wasmqtt::test
