#include <emscripten.h>

#include "bridge.hpp"
#include "imports.hpp"
#include "values.hpp"
#include "wasmqtt/shared/shared_hub.hpp"

using namespace wasmqtt;

extern "C" {

// The name of the group that such a client would be in: address, client id, user name.
EMSCRIPTEN_KEEPALIVE void npm_share_name() {
  Values values(room().bytes());
  MqttOptions options;
  options.urls.push_back(values.text());
  options.client.client_id = values.text();
  options.client.user_name = values.optional_text();
  const std::string name = share_name(options);
  wasmqtt_npm_answer(name.data(), name.size(), nullptr, 0);
}
}
