#include "wasmqtt/shared/shared_hub.hpp"

namespace wasmqtt {

// Line feeds are in none of the three.
std::string share_name(const MqttOptions& options) {
  const std::vector<std::string>& urls = options.urls.empty() ? options.driver.urls : options.urls;
  std::string name = "wasmqtt";
  for (const std::string& url : urls) name += '\n' + url.substr(0, url.find_first_of("?#"));
  return name + '\n' + options.client.client_id + '\n' + options.client.user_name.value_or("");
}

}  // namespace wasmqtt
