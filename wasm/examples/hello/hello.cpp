// The whole client in a page: connects, subscribes, says hello on each connection, and prints what arrives.
#include <cstdio>
#include <string>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

using namespace wasmqtt;

int main(int argc, char** argv) {
  // These live as long as the page: main() returns, the browser's events go on.
  static BrowserLoop loop;
  static WebSocketTransport transport;
  static MqttClient mqtt(loop, transport, {.urls = {argc > 1 ? argv[1] : "ws://localhost:8081"}, .client = {}, .driver = {}});
  static PageLifeCycle page;
  page.on_wake = page.on_online = [] { mqtt.wake(); };
  page.on_offline = [] { mqtt.offline(); };

  mqtt.on_event = [](const MqttEvent& event) {
    if (const auto* closed = std::get_if<Closed>(&event)) std::puts(closed->record.sentence().c_str());
    if (!std::holds_alternative<Connected>(event)) return;
    std::puts("connected");
    (void)mqtt.publish("greetings/world", "Hello from WebAssembly!", {.qos = Qos::at_least_once});
  };
  const auto subscription = mqtt.subscribe("greetings/#", Qos::at_least_once, [](const Message& message) {
    std::puts((std::string(message.topic) + ": " + std::string(as_text(message.payload))).c_str());
  });
  if (subscription) mqtt.connect();
}
