// A client in a page: compiled and linked, with the JavaScript that comes with it.
#include <wasmqtt/browser/browser_loop.hpp>
#include <wasmqtt/browser/websocket_transport.hpp>
#include <wasmqtt/mqtt_client.hpp>

int main() {
  static wasmqtt::BrowserLoop loop;
  static wasmqtt::WebSocketTransport transport;
  static wasmqtt::MqttClient mqtt(loop, transport, {.urls = {"ws://localhost:8081"}, .client = {}, .driver = {}});
  mqtt.connect();
}
