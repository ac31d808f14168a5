// What src/core.js calls. Bytes and lists of values come in the one Room; a negative result is an error,
// -static_cast<int>(Errc).
#include <emscripten.h>

#include "bridge.hpp"
#include "imports.hpp"
#include "npm_client.hpp"
#include "wasmqtt/journal.hpp"
#include "wasmqtt/topic.hpp"

using namespace wasmqtt;

Room& wasmqtt::room() {
  static Room one;
  return one;
}

namespace {

std::uint64_t last_number = 0;

int code(Error error) { return -static_cast<int>(error.code()); }

// 0: it has left (QoS 0); else its slot + 1, and npm_number() is its number.
int published(const Result<Delivery>& delivery) {
  if (!delivery) return code(delivery.error());
  last_number = delivery->number;
  return last_number == 0 ? 0 : static_cast<int>(delivery->slot) + 1;
}

// Larger payloads are rare; their memory is given back.
constexpr std::size_t kept_room = 1024 * 1024;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE Room* npm_room() { return &room(); }

EMSCRIPTEN_KEEPALIVE NpmClient* npm_new(int id) {
  Values values(room().bytes());
  return new NpmClient(id, values);
}
EMSCRIPTEN_KEEPALIVE void npm_delete(NpmClient* self) { delete self; }

// ---- connection ----
EMSCRIPTEN_KEEPALIVE void npm_connect(NpmClient* self) { self->connection().connect(); }
EMSCRIPTEN_KEEPALIVE void npm_attempt(NpmClient* self) {
  Values values(room().bytes());
  self->attempt(values);
}
EMSCRIPTEN_KEEPALIVE void npm_disconnect(NpmClient* self) {
  self->with([](auto& mqtt) { mqtt.disconnect(); });
}
// What DISCONNECT says: its reason code and properties.
EMSCRIPTEN_KEEPALIVE int npm_disconnect_when_done(NpmClient* self, double timeout) {
  Values values(room().bytes());
  return code(self->disconnect_when_done(in_milliseconds(timeout), values));
}
EMSCRIPTEN_KEEPALIVE void npm_abort(NpmClient* self) {
  self->with([](auto& mqtt) { mqtt.abort(); });
}
EMSCRIPTEN_KEEPALIVE void npm_wake(NpmClient* self) {
  self->with([](auto& mqtt) { mqtt.wake(); });
}
EMSCRIPTEN_KEEPALIVE void npm_pause(NpmClient* self) {
  self->with([](auto& mqtt) { mqtt.pause(); });
}
EMSCRIPTEN_KEEPALIVE void npm_resume(NpmClient* self) {
  self->with([](auto& mqtt) { mqtt.resume(); });
}

// AUTH's data and words. renew: it begins; else it answers the broker's.
EMSCRIPTEN_KEEPALIVE int npm_authenticate(NpmClient* self, int renew) {
  Values values(room().bytes());
  return code(self->authenticate(renew != 0, values));
}
EMSCRIPTEN_KEEPALIVE void npm_refuse_authentication(NpmClient* self) {
  if (MqttClient* mqtt = self->connection().mqtt()) mqtt->refuse_authentication();
}

// After StopReason::invalid: what is wrong with the options.
EMSCRIPTEN_KEEPALIVE int npm_invalid(NpmClient* self) {
  const MqttClient* mqtt = self->connection().mqtt();
  return mqtt != nullptr ? code(mqtt->error()) : 0;
}

// ---- messages ----
EMSCRIPTEN_KEEPALIVE void npm_topic(int number, std::size_t size) {
  topic_names().outgoing(static_cast<std::size_t>(number)) = as_text(room().bytes().first(size));
}
// The payload is the Room's first `size` bytes; MQTT 5's properties follow it. flags: QoS, 4 retain, 8 latest per topic.
EMSCRIPTEN_KEEPALIVE int npm_publish(NpmClient* self, int topic, std::size_t size, int flags, double time_to_live,
                                     std::size_t properties_size) {
  PublishOptions options;
  options.properties = Properties(room().bytes().subspan(size, properties_size));
  options.qos = static_cast<Qos>(flags & 3);
  options.retain = (flags & 4) != 0;
  options.latest_per_topic = (flags & 8) != 0;
  options.time_to_live = in_milliseconds(time_to_live);
  const std::string& name = topic_names().outgoing(static_cast<std::size_t>(topic));
  const auto delivery = self->with([&](auto& mqtt) { return mqtt.publish(name, room().bytes().first(size), options); });
  room().release(kept_room);
  return published(delivery);
}
EMSCRIPTEN_KEEPALIVE double npm_number() { return static_cast<double>(last_number); }
// Of a message of QoS 1 or 2 that was sent.
EMSCRIPTEN_KEEPALIVE int npm_packet_id(NpmClient* self, double number, std::uint32_t slot) {
  const Delivery delivery{static_cast<std::uint64_t>(number), slot};
  const auto message = self->with([&](auto& mqtt) { return mqtt.outgoing(delivery); });
  return message ? message->packet_id : 0;
}
EMSCRIPTEN_KEEPALIVE int npm_cancel(NpmClient* self, double number, std::uint32_t slot) {
  const Delivery delivery{static_cast<std::uint64_t>(number), slot};
  return code(self->with([&](auto& mqtt) { return mqtt.cancel(delivery); }));
}
EMSCRIPTEN_KEEPALIVE void npm_acknowledge(NpmClient* self, double token) {
  self->with([&](auto& mqtt) { mqtt.acknowledge(static_cast<std::uint64_t>(token)); });
}
EMSCRIPTEN_KEEPALIVE void npm_hold(NpmClient* self, double token) {
  self->with([&](auto& mqtt) { mqtt.hold(static_cast<std::uint64_t>(token)); });
}
EMSCRIPTEN_KEEPALIVE int npm_refuse(NpmClient* self, double token, int reason_code) {
  return code(self->with([&](auto& mqtt) {
    return mqtt.refuse(static_cast<std::uint64_t>(token), static_cast<ReasonCode>(reason_code));
  }));
}
EMSCRIPTEN_KEEPALIVE void npm_unfinished(NpmClient* self) {
  self->with([](auto& mqtt) {
    for (const Delivery delivery : mqtt.unfinished()) {
      const auto message = mqtt.outgoing(delivery);
      if (!message) continue;
      wasmqtt_npm_unfinished(delivery.slot, static_cast<double>(delivery.number), message->topic.data(),
                             message->topic.size(), message->payload.data(), message->payload.size(),
                             static_cast<int>(message->qos), message->retain, static_cast<int>(message->state));
    }
  });
}

// ---- subscriptions ----
// The number of the first one's subscription; the others' follow it.
EMSCRIPTEN_KEEPALIVE int npm_subscribe(NpmClient* self) { return self->subscribe(Values(room().bytes())); }
EMSCRIPTEN_KEEPALIVE int npm_check_filter() { return code(check_topic_filter(room().text())); }
// Properties, then numbers.
EMSCRIPTEN_KEEPALIVE int npm_unsubscribe(NpmClient* self) {
  Values values(room().bytes());
  const PropertyList properties = values.properties();
  std::vector<Subscription> unwanted;
  while (values.more()) unwanted.push_back({static_cast<std::uint32_t>(values.number())});
  return code(self->with([&](auto& mqtt) { return mqtt.unsubscribe(unwanted, properties); }));
}
// Properties, then the filter.
EMSCRIPTEN_KEEPALIVE int npm_unsubscribe_filter(NpmClient* self) {
  Values values(room().bytes());
  const PropertyList properties = values.properties();
  const std::string filter = values.text();
  const auto named = self->with([&](auto& mqtt) { return mqtt.unsubscribe_filter(filter, properties); });
  return named ? static_cast<int>(named->number) : code(named.error());
}

// ---- requests ----
EMSCRIPTEN_KEEPALIVE int npm_request(NpmClient* self) { return self->requests().request(Values(room().bytes())); }
EMSCRIPTEN_KEEPALIVE void npm_cancel_request(NpmClient* self, int number) { self->requests().cancel(number); }
// The number of its first subscription, which the others follow; npm_number() is how many they are.
EMSCRIPTEN_KEEPALIVE int npm_respond(NpmClient* self) {
  const auto made = self->requests().respond(Values(room().bytes()));
  if (!made) return code(made.error());
  last_number = made->size();
  return static_cast<int>(made->front().number);
}
// With the Room's bytes, as npm_publish(). kind: of NpmRequests.
EMSCRIPTEN_KEEPALIVE int npm_reply(NpmClient* self, int number, int kind, int qos) {
  return published(self->requests().reply(number, static_cast<NpmRequests::Kind>(kind), room().bytes(), static_cast<Qos>(qos)));
}

// ---- packets ----
EMSCRIPTEN_KEEPALIVE void npm_watch_packets(NpmClient* self, int on) { self->watch_packets(on != 0); }
EMSCRIPTEN_KEEPALIVE void npm_tell_packets(NpmClient* self) { self->tell_packets(); }
EMSCRIPTEN_KEEPALIVE void npm_trace(NpmClient* self) { self->trace(); }

// ---- the application's journal ----
EMSCRIPTEN_KEEPALIVE void npm_loaded(NpmClient* self, int ok) {
  self->connection().own().script_store()->handle_loaded(ok != 0, room().bytes());
}
EMSCRIPTEN_KEEPALIVE void npm_written(NpmClient* self, int ok) {
  const std::string problem(room().text());
  self->connection().own().script_store()->handle_written(ok != 0, problem);
}
// Answers with the shortest journal that restores the same session, or, for a damaged one, not at all.
EMSCRIPTEN_KEEPALIVE void npm_compact() {
  if (const auto shorter = compact(room().bytes())) wasmqtt_npm_answer_bytes(shorter->data(), shorter->size());
}

// ---- words ----
EMSCRIPTEN_KEEPALIVE void npm_error(int number, int version) {
  const Error error = local_error(static_cast<Errc>(number));
  const std::string_view message = error.message();
  const std::string_view clause = error.clause(version == 5 ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1);
  wasmqtt_npm_answer(message.data(), message.size(), clause.data(), clause.size());
}
EMSCRIPTEN_KEEPALIVE void npm_reason(int reason_code) {
  const std::string_view words = describe(static_cast<ReasonCode>(reason_code));
  wasmqtt_npm_answer(words.data(), words.size(), nullptr, 0);
}
}
