// What the examples' pages share: one client on the broker that the address names (?broker=ws://localhost:8081), woken by
// the page's life-cycle events, its state in the element with the id "connection"; and a parameter of the address.
#pragma once

#include <emscripten.h>

#include <string>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/mqtt_client.hpp"

// Where JavaScript puts a text for C++: valid until the next one.
extern "C" EMSCRIPTEN_KEEPALIVE inline char* example_room(std::size_t size) {
  static std::string room;
  room.resize(size);
  return room.data();
}

EM_JS(char*, example_parameter, (const char* name, const char* otherwise), {
  const value = new URLSearchParams(location.search).get(UTF8ToString(name)) || UTF8ToString(otherwise);
  const size = lengthBytesUTF8(value) + 1;
  const at = _example_room(size);
  stringToUTF8(value, at, size);
  return at;
});

EM_JS(void, example_show_state, (const char* text), {
  document.getElementById("connection").textContent = UTF8ToString(text);
});

inline std::string parameter(const char* name, const char* otherwise) {
  return example_parameter(name, otherwise);
}

class Example {
 public:
  explicit Example(std::string client_id)
      : mqtt(loop_, transport_,
             {.urls = {parameter("broker", "ws://localhost:8081")}, .client = {.client_id = std::move(client_id)},
              .driver = {}}) {
    page_.on_wake = page_.on_online = [this] { mqtt.wake(); };
    page_.on_offline = [this] { mqtt.offline(); };
    mqtt.on_event = [this](const wasmqtt::MqttEvent& event) { show(event); };
  }

 private:
  void show(const wasmqtt::MqttEvent& event) const {
    if (std::holds_alternative<wasmqtt::Connected>(event)) example_show_state("Connected");
    const auto* changed = std::get_if<wasmqtt::StateChanged>(&event);
    if (changed != nullptr && changed->state == wasmqtt::ConnectionState::waiting)
      example_show_state(mqtt.close_record().sentence().c_str());
  }

  wasmqtt::BrowserLoop loop_;
  wasmqtt::WebSocketTransport transport_;
  wasmqtt::PageLifeCycle page_;

 public:
  wasmqtt::MqttClient mqtt;
};

// A client id of this page's own: two with one id would take each other over.
inline std::string own_id(const char* prefix) {
  return prefix + std::to_string(wasmqtt::BrowserLoop().random() % 1'000'000'000);
}
