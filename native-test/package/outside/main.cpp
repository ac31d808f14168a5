// The sans-I/O client by itself: its CONNECT is in the output.
#include <wasmqtt/client.hpp>
#include <wasmqtt/topic.hpp>

int main() {
  wasmqtt::Client client({.client_id = "outside"});
  const wasmqtt::Error error = client.handle_transport_open(wasmqtt::Time{});
  const bool matches = wasmqtt::topic_matches("news/#", "news/sport");
  return !error && matches && client.pending_output().size() > 10 && client.pending_output()[0] == 0x10 ? 0 : 1;
}
