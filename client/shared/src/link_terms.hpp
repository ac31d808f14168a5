// What a tab would connect with, so that the leader can tell it where its own options are others. Values travel as hashes.
#pragma once

#include <array>
#include <string>

#include "link_frames.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace wasmqtt {

struct LinkTerms {
  static constexpr std::array<std::string_view, 6> names{"url", "clean_session", "keep_alive", "will", "protocol", "session_expiry"};
  std::uint64_t account = 0;  // client id and user name: with another one nothing is shared
  std::array<std::uint64_t, names.size()> values{};
};

LinkTerms terms_of(const MqttOptions& options, std::uint64_t key);
void write(const LinkTerms& terms, LinkWriter& frame);
LinkTerms read_terms(LinkReader& frame);
// Of the values that differ, separated by ", "; empty: none.
std::string names_of_others(const LinkTerms& terms, const LinkTerms& than);

}  // namespace wasmqtt
