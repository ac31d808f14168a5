// Links what stands on Boost and OpenSSL, without their headers.
#include <wasmqtt/native/server_url.hpp>

int main() {
  wasmqtt::UrlProblem problem{};
  return wasmqtt::parse_server_url("mqtts://localhost", problem) ? 0 : 1;
}
