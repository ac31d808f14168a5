// The sans-I/O client as WebAssembly functions, for src/core.js, which owns the socket, the clock and the storage.
//
// A call takes and gives numbers. What does not fit goes through one exchange: JavaScript puts bytes into
// mqtt_room(size) and numbers into mqtt_numbers() before a call, and finds them there after one. Texts and payloads go
// out as an address and a size, valid until the next call. Times are microseconds, as wasmqtt::Clock counts them.
// A negative result is an error, -static_cast<int>(Errc).
#include <emscripten.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "wasmqtt/client.hpp"
#include "wasmqtt/journal.hpp"
#include "wasmqtt/topic.hpp"

using namespace wasmqtt;

namespace {

struct Exchange {
  std::array<double, 16> numbers{};
  std::vector<std::uint8_t> bytes{};
  std::string text{};
  std::size_t next_number = 0;
  std::size_t next_byte = 0;

  // Reading what JavaScript put there, in order.
  void begin() { next_number = next_byte = 0; }
  double number() { return numbers[next_number++]; }
  std::size_t size() { return static_cast<std::size_t>(number()); }
  Bytes take(std::size_t count) {
    const Bytes all(bytes);
    const Bytes part = all.subspan(next_byte, count);
    next_byte += count;
    return part;
  }
  std::string text_of(std::size_t count) { return std::string(as_text(take(count))); }

  // Writing what JavaScript reads, in order.
  template <class Number>
  Exchange& put(Number value) {
    numbers[next_number++] = static_cast<double>(value);
    return *this;
  }
  Exchange& put(Bytes view) {
    return put(reinterpret_cast<std::uintptr_t>(view.data())).put(view.size());
  }
};

// One for the module: a call is over before the next begins.
Exchange exchange;

Time at(double microseconds) { return Time{Duration{static_cast<Duration::rep>(microseconds)}}; }
double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }
Duration in_milliseconds(double value) { return Duration{static_cast<Duration::rep>(value * 1000.0)}; }
int code(Error error) { return -static_cast<int>(error.code()); }

struct Give {
  void operator()(const Connected& event) const { exchange.put(event.session_present).put(event.session_in_doubt); }
  void operator()(const SessionLost& event) const { exchange.put(event.republished).put(event.failed); }
  void operator()(const Message& event) const {
    exchange.put(as_bytes(event.topic)).put(event.payload).put(static_cast<int>(event.qos)).put(event.retain);
    exchange.put(event.dup).put(event.packet_id).put(event.token);
  }
  void operator()(const DeliveryChanged& event) const {
    exchange.put(event.delivery.number).put(static_cast<int>(event.state)).put(static_cast<int>(event.reason));
  }
  void operator()(const Subscribed& event) const {
    exchange.put(event.packet_id).put(event.return_codes).put(static_cast<int>(event.error.code()));
  }
  void operator()(const Unsubscribed& event) const {
    exchange.put(event.packet_id).put(static_cast<int>(event.error.code()));
  }
  void operator()(const Closed& event) const {
    const CloseRecord& record = event.record;
    exchange.text = record.sentence();
    exchange.put(static_cast<int>(record.phase)).put(static_cast<int>(record.cause));
    exchange.put(static_cast<int>(record.fault)).put(record.code).put(record.clean);
    exchange.put(static_cast<int>(record.error.code())).put(static_cast<int>(record.return_code));
    exchange.put(milliseconds(record.elapsed)).put(milliseconds(record.connected_for));
    exchange.put(record.last_sent ? static_cast<int>(*record.last_sent) : 0);
    exchange.put(record.last_received ? static_cast<int>(*record.last_received) : 0);
    exchange.put(as_bytes(exchange.text)).put(as_bytes(record.reason));
  }
};

ClientOptions read_options() {
  ClientOptions options;
  options.clean_session = exchange.number() != 0;
  options.keep_alive = std::chrono::seconds{static_cast<int>(exchange.number())};
  options.connack_timeout = in_milliseconds(exchange.number());
  options.in_flight_window = static_cast<std::uint16_t>(exchange.number());
  options.queue_messages = exchange.size();
  options.queue_bytes = exchange.size();
  options.overflow = static_cast<OverflowPolicy>(exchange.size());
  options.queue_qos0 = exchange.number() != 0;
  options.max_packet_bytes = exchange.size();
  options.manual_acknowledgement = exchange.number() != 0;
  options.journal = exchange.number() != 0;
  options.trace.max_packets = exchange.size();
  options.client_id = exchange.text_of(exchange.size());
  // Brokers of the field that lost track after a crash answer wrongly; MQTT.js goes on, so do its users.
  options.strict_acknowledgements = false;
  return options;
}

}  // namespace

// The library's would look for a handler that nobody has set.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

extern "C" {

EMSCRIPTEN_KEEPALIVE double* mqtt_numbers() { return exchange.numbers.data(); }
EMSCRIPTEN_KEEPALIVE std::uint8_t* mqtt_room(std::size_t size) {
  constexpr std::size_t kept = 1024 * 1024;
  if (exchange.bytes.size() < size || exchange.bytes.size() > kept) {
    exchange.bytes = {};
    exchange.bytes.resize(size);
  }
  return exchange.bytes.data();
}

EMSCRIPTEN_KEEPALIVE Client* mqtt_new() {
  exchange.begin();
  return new Client(read_options());
}
EMSCRIPTEN_KEEPALIVE void mqtt_delete(Client* client) { delete client; }

// Numbers: has user name, size, has password, size.
EMSCRIPTEN_KEEPALIVE void mqtt_set_credentials(Client* client) {
  exchange.begin();
  std::optional<std::string> user_name;
  std::optional<std::vector<std::uint8_t>> password;
  const bool has_name = exchange.number() != 0;
  std::string name = exchange.text_of(exchange.size());
  const bool has_password = exchange.number() != 0;
  const Bytes secret = exchange.take(exchange.size());
  if (has_name) user_name = std::move(name);
  if (has_password) password.emplace(secret.begin(), secret.end());
  client->set_credentials(std::move(user_name), std::move(password));
}

// Numbers: QoS, retain, sizes of topic and message; a negative QoS: no will.
EMSCRIPTEN_KEEPALIVE void mqtt_set_will(Client* client) {
  exchange.begin();
  const double qos = exchange.number();
  if (qos < 0) return client->set_will({});
  WillOptions will;
  will.qos = static_cast<Qos>(static_cast<int>(qos));
  will.retain = exchange.number() != 0;
  will.topic = exchange.text_of(exchange.size());
  const Bytes message = exchange.take(exchange.size());
  will.message.assign(message.begin(), message.end());
  client->set_will(std::move(will));
}

// ---- inputs ----

// The room holds a text of `size` bytes: the URL.
EMSCRIPTEN_KEEPALIVE void mqtt_attempt(Client* client, std::size_t size, double now) {
  client->handle_attempt(as_text(Bytes(exchange.bytes).first(size)), at(now));
}
EMSCRIPTEN_KEEPALIVE int mqtt_open(Client* client, double now) {
  return code(client->handle_transport_open(at(now)));
}
EMSCRIPTEN_KEEPALIVE void mqtt_bytes(Client* client, std::size_t size, double now) {
  client->handle_bytes(Bytes(exchange.bytes).first(size), at(now));
}
EMSCRIPTEN_KEEPALIVE void mqtt_closed(Client* client, int fault, int close_code, std::size_t reason, int clean,
                                      double now) {
  const std::string words(as_text(Bytes(exchange.bytes).first(reason)));
  client->handle_transport_closed({static_cast<TransportFault>(fault), close_code, words, clean != 0}, at(now));
}
EMSCRIPTEN_KEEPALIVE void mqtt_timeout(Client* client, double now) { client->handle_timeout(at(now)); }
EMSCRIPTEN_KEEPALIVE int mqtt_restore(Client* client, std::size_t size, double now) {
  return code(client->handle_restore(Bytes(exchange.bytes).first(size), at(now)));
}
EMSCRIPTEN_KEEPALIVE void mqtt_durable(Client* client, double position) {
  client->handle_journal_durable(static_cast<std::uint64_t>(position));
}

// ---- commands ----

// Numbers: sizes of topic and payload, QoS, retain, time to live in milliseconds, latest per topic.
// The delivery's number, 0 for a QoS 0 message that went straight to the output, or an error.
EMSCRIPTEN_KEEPALIVE double mqtt_publish(Client* client, double now) {
  exchange.begin();
  const Bytes topic = exchange.take(exchange.size());
  const Bytes payload = exchange.take(exchange.size());
  PublishOptions options;
  options.qos = static_cast<Qos>(static_cast<int>(exchange.number()));
  options.retain = exchange.number() != 0;
  options.time_to_live = in_milliseconds(exchange.number());
  options.latest_per_topic = exchange.number() != 0;
  const auto delivery = client->publish(as_text(topic), payload, options, at(now));
  if (!delivery) return code(delivery.error());
  exchange.begin();
  exchange.put(delivery->slot);
  return static_cast<double>(delivery->number);
}
EMSCRIPTEN_KEEPALIVE int mqtt_cancel(Client* client, double number, std::uint32_t slot, double now) {
  return code(client->cancel({static_cast<std::uint64_t>(number), slot}, at(now)));
}

// `count` filters, each as QoS, size (two bytes, low first) and text in the room. The packet id or an error.
EMSCRIPTEN_KEEPALIVE int mqtt_subscribe(Client* client, std::size_t count, int give_up, double now) {
  exchange.begin();
  std::vector<TopicRequest> requests(count);
  std::vector<std::string_view> filters(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes head = exchange.take(3);
    const auto size = static_cast<std::size_t>(head[1] | (head[2] << 8));
    const std::string_view filter = as_text(exchange.take(size));
    requests[i] = {filter, static_cast<Qos>(head[0])};
    filters[i] = filter;
  }
  const auto id = give_up != 0 ? client->unsubscribe(filters, at(now)) : client->subscribe(requests, at(now));
  return id ? static_cast<int>(*id) : code(id.error());
}
EMSCRIPTEN_KEEPALIVE void mqtt_acknowledge(Client* client, double token, double now) {
  client->acknowledge(static_cast<std::uint64_t>(token), at(now));
}
EMSCRIPTEN_KEEPALIVE void mqtt_disconnect(Client* client, double now) { client->disconnect(at(now)); }
EMSCRIPTEN_KEEPALIVE void mqtt_abort(Client* client, double now) { client->abort(at(now)); }
EMSCRIPTEN_KEEPALIVE void mqtt_probe(Client* client, double now) { client->probe(at(now)); }

// ---- outputs ----

// 0: none; else 1 and the event's place in the variant, its fields in the numbers.
EMSCRIPTEN_KEEPALIVE int mqtt_poll(Client* client, double now) {
  exchange.begin();
  const Event* event = client->poll_event(at(now));
  if (event == nullptr) return 0;
  std::visit(Give{}, *event);
  return static_cast<int>(event->index()) + 1;
}
// Each gives the size; the address is in the numbers.
EMSCRIPTEN_KEEPALIVE std::size_t mqtt_output(Client* client) {
  exchange.begin();
  exchange.put(client->pending_output());
  return client->pending_output().size();
}
EMSCRIPTEN_KEEPALIVE void mqtt_consume(Client* client, std::size_t count, double now) {
  client->consume_output(count, at(now));
}
EMSCRIPTEN_KEEPALIVE std::size_t mqtt_journal(Client* client) {
  exchange.begin();
  exchange.put(client->pending_journal()).put(client->journal_position());
  return client->pending_journal().size();
}
EMSCRIPTEN_KEEPALIVE void mqtt_take_journal(Client* client) { client->take_journal(); }
// Infinity: nothing is due.
EMSCRIPTEN_KEEPALIVE double mqtt_next_timeout(Client* client) {
  const auto time = client->next_timeout();
  return time ? static_cast<double>(time->time_since_epoch().count()) : HUGE_VAL;
}
EMSCRIPTEN_KEEPALIVE int mqtt_should_close(Client* client) { return client->should_close() ? 1 : 0; }

// ---- getters ----

// Numbers and slots of the unfinished deliveries, as doubles in the room; gives their count.
EMSCRIPTEN_KEEPALIVE std::size_t mqtt_unfinished(Client* client) {
  const std::vector<Delivery> all = client->unfinished();
  auto* out = reinterpret_cast<double*>(mqtt_room(all.size() * 2 * sizeof(double)));
  for (const Delivery& delivery : all) {
    *out++ = static_cast<double>(delivery.number);
    *out++ = delivery.slot;
  }
  return all.size();
}
// Topic, payload, QoS, retain, state of an unfinished delivery in the numbers; 0 when it is not one.
EMSCRIPTEN_KEEPALIVE int mqtt_outgoing(Client* client, double number, std::uint32_t slot) {
  exchange.begin();
  const auto message = client->outgoing({static_cast<std::uint64_t>(number), slot});
  if (!message) return 0;
  exchange.put(as_bytes(message->topic)).put(message->payload).put(static_cast<int>(message->qos));
  exchange.put(message->retain).put(static_cast<int>(message->state));
  return 1;
}
EMSCRIPTEN_KEEPALIVE double mqtt_trace_first(Client* client) { return static_cast<double>(client->trace().first()); }
EMSCRIPTEN_KEEPALIVE double mqtt_trace_end(Client* client) { return static_cast<double>(client->trace().end()); }
EMSCRIPTEN_KEEPALIVE void mqtt_trace_entry(Client* client, double number) {
  exchange.begin();
  const PacketTrace& trace = client->trace();
  const TraceEntry& entry = trace[static_cast<std::uint64_t>(number)];
  exchange.put(milliseconds(entry.at.time_since_epoch())).put(static_cast<int>(entry.direction));
  exchange.put(static_cast<int>(entry.type)).put(static_cast<int>(entry.qos)).put(entry.packet_id).put(entry.size);
  exchange.put(entry.partner).put(entry.round_trip ? milliseconds(*entry.round_trip) : -1.0).put(trace.bytes(entry));
}

// ---- rules ----

// The text of `size` bytes in the room as a topic name, or as a filter: 0 or an error.
EMSCRIPTEN_KEEPALIVE int mqtt_check_topic(std::size_t size, int filter) {
  const std::string_view topic = as_text(Bytes(exchange.bytes).first(size));
  return code(filter != 0 ? check_topic_filter(topic) : check_topic_name(topic));
}
// Message and clause of an error code, in the numbers.
EMSCRIPTEN_KEEPALIVE void mqtt_error(int errc) {
  exchange.begin();
  const Error error = local_error(static_cast<Errc>(errc));
  exchange.put(as_bytes(error.message())).put(as_bytes(error.clause()));
}
// Shortens the journal of `size` bytes in the room; -1: it is damaged. The address is in the numbers.
EMSCRIPTEN_KEEPALIVE int mqtt_compact(std::size_t size) {
  auto shorter = compact(Bytes(exchange.bytes).first(size));
  if (!shorter) return -1;
  exchange.bytes = std::move(*shorter);
  exchange.begin();
  exchange.put(Bytes(exchange.bytes));
  return static_cast<int>(exchange.bytes.size());
}
}
