// A client of MQTT 5 that is connected, driven by hand: see link.hpp.
#pragma once

#include "link.hpp"

namespace wasmqtt::test {

struct Value {
  PropertyId id;
  std::uint32_t number;
};

inline PropertyList list_of(std::initializer_list<Value> values) {
  PropertyList list;
  for (const Value& value : values) REQUIRE_FALSE(static_cast<bool>(list.add(value.id, value.number)));
  return list;
}

// A connection whose CONNACK says this.
struct Connection : Link {
  explicit Connection(std::initializer_list<Value> values, ClientOptions options = mqtt5(false)) : Link(std::move(options)) {
    connack_properties = list_of(values);
    connect();
  }
  Error refusal(std::string_view topic, std::string_view payload, const PublishOptions& options) {
    const auto result = client.publish(topic, as_bytes(payload), options, now);
    drain();
    return result ? Error{} : result.error();
  }
  Error refusal(const TopicRequest& request, Properties properties = {}) {
    const auto result = client.subscribe({&request, 1}, now, properties);
    drain();
    return result ? Error{} : result.error();
  }
  std::size_t sent() {
    std::size_t count = 0;
    for (; !quiet(); ++count) expect<Publish>();
    return count;
  }
};

}  // namespace wasmqtt::test
