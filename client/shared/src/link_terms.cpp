#include "link_terms.hpp"

namespace wasmqtt {
namespace {

std::uint64_t hash_of_will(const std::optional<WillOptions>& will) {
  if (!will) return 0;
  const std::uint64_t words = hash64(as_text(will->message), hash64(will->topic));
  return hash64(as_text(will->properties.view().wire()), words) + static_cast<std::uint64_t>(will->qos) * 2 + will->retain + 1;
}

}  // namespace

LinkTerms terms_of(const MqttOptions& options, std::uint64_t key) {
  const ClientOptions& client = options.client;
  LinkTerms terms;
  terms.account = hash64(client.user_name.value_or(""), hash64(client.client_id)) + key;
  std::uint64_t urls = 0;
  for (const std::string& url : options.urls.empty() ? options.driver.urls : options.urls)
    urls = hash64(std::string_view(url).substr(0, url.find_first_of("?#")), urls);
  terms.values = {urls,
                  client.clean_session,
                  static_cast<std::uint64_t>(client.keep_alive.count()),
                  hash_of_will(client.will),
                  static_cast<std::uint64_t>(client.protocol),
                  client.session_expiry};
  return terms;
}

void write(const LinkTerms& terms, LinkWriter& frame) {
  frame.number(terms.account);
  for (const std::uint64_t value : terms.values) frame.number(value);
}

LinkTerms read_terms(LinkReader& frame) {
  LinkTerms terms;
  terms.account = frame.number();
  for (std::uint64_t& value : terms.values) value = frame.number();
  return terms;
}

std::string names_of_others(const LinkTerms& terms, const LinkTerms& than) {
  std::string names;
  for (std::size_t i = 0; i < LinkTerms::names.size(); ++i) {
    if (terms.values[i] == than.values[i]) continue;
    if (!names.empty()) names += ", ";
    names += LinkTerms::names[i];
  }
  return names;
}

}  // namespace wasmqtt
