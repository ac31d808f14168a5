// The whole client in a page: connects, subscribes, says hello once a connection, and prints what arrives.
#include <cstdio>
#include <string>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace {

void print(std::string_view line) { std::puts(std::string(line).c_str()); }

class Hello {
 public:
  explicit Hello(const std::string& url)
      : mqtt_(loop_, transport_, {.urls = {url}, .client = {.client_id = "wasmqtt-hello"}, .driver = {}}) {
    page_.on_wake = [this] { mqtt_.wake(); };
    page_.on_online = [this] { mqtt_.wake(); };
    page_.on_offline = [this] { mqtt_.offline(); };
    mqtt_.on_lifecycle = [this](const wasmqtt::Lifecycle& event) { tell(event); };
    const auto subscription = mqtt_.subscribe(
        "greetings/#", wasmqtt::Qos::at_least_once, [](const wasmqtt::Message& message) {
          print(std::string(message.topic) + ": " + std::string(wasmqtt::as_text(message.payload)));
        });
    if (!subscription) print(subscription.error().message());
    mqtt_.connect();
  }

 private:
  void tell(const wasmqtt::Lifecycle& event) {
    using Kind = wasmqtt::Lifecycle::Kind;
    if (event.kind == Kind::subscribed) greet();
    if (event.kind != Kind::state_changed) return;
    if (event.state == wasmqtt::ConnectionState::connected) print("connected");
    if (event.state == wasmqtt::ConnectionState::waiting) print(mqtt_.close_record().sentence());
  }

  void greet() {
    const auto sent = mqtt_.publish("greetings/world", "Hello from WebAssembly!",
                                    {.qos = wasmqtt::Qos::at_least_once});
    if (!sent) print(sent.error().message());
  }

  wasmqtt::BrowserLoop loop_;
  wasmqtt::WebSocketTransport transport_;
  wasmqtt::PageLifeCycle page_;
  wasmqtt::MqttClient mqtt_;
};

}  // namespace

int main(int argc, char** argv) {
  // Lives as long as the page: main() returns, the browser's events go on.
  static Hello hello(argc > 1 ? argv[1] : "ws://localhost:8081");
  return 0;
}
