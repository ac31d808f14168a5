// Packets to bytes and back, every check included. Compare with memcpy, the floor.
#include <benchmark/benchmark.h>

#include <cstring>

#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/utf8.hpp"

using namespace wasmqtt;

namespace {

constexpr std::string_view topic = "chat/messages/hannes/sebastian";  // 30 bytes
const std::string payload(64, 'x');

Publish publish(Qos qos) {
  return {topic, as_bytes(payload), static_cast<PacketId>(qos == Qos::at_most_once ? 0 : 7), qos, false, false};
}

// 16 KiB of packets, as one turn of the event loop sends or receives them.
ByteBuffer batch() {
  ByteBuffer bytes;
  while (bytes.size() < 16 * 1024) (void)encode(publish(Qos::at_least_once), bytes);
  return bytes;
}

void copy_publish(benchmark::State& state) {
  ByteBuffer one;
  (void)encode(publish(Qos::at_least_once), one);
  ByteBuffer out(16 * 1024);
  std::size_t at = 0;
  for (auto _ : state) {
    if (at + one.size() > out.size()) at = 0;
    std::memcpy(out.data() + at, one.data(), one.size());
    at += one.size();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(copy_publish);

void encode_publish(benchmark::State& state) {
  ByteBuffer out;
  out.reserve(17 * 1024);
  const Publish packet = publish(static_cast<Qos>(state.range(0)));
  for (auto _ : state) {
    if (out.size() > 16 * 1024) out.clear();
    benchmark::DoNotOptimize(encode(packet, out).code());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(encode_publish)->DenseRange(0, 2);

void read_and_decode_publish(benchmark::State& state) {
  const ByteBuffer bytes = batch();
  FrameReader reader(max_remaining_length);
  std::int64_t packets = 0;
  for (auto _ : state) {
    reader.reset();
    reader.feed(bytes);
    Frame frame;
    Publish packet;
    while (reader.next(frame) == FrameReader::Status::frame) {
      benchmark::DoNotOptimize(decode_publish(frame, packet).code());
      benchmark::DoNotOptimize(packet.payload.data());
      ++packets;
    }
  }
  state.SetItemsProcessed(packets);
  state.counters["ns_per_packet"] =
      benchmark::Counter(static_cast<double>(packets) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(read_and_decode_publish);

// ---- MQTT 5, with so many User Properties ----

PropertyList properties_of(std::int64_t count) {
  PropertyList list;
  for (std::int64_t i = 0; i < count; ++i) (void)list.add_user_property("sensor", "temperature");
  return list;
}

Publish publish5(Properties properties) {
  Publish packet = publish(Qos::at_least_once);
  packet.properties = properties;
  return packet;
}

void encode_publish_5(benchmark::State& state) {
  ByteBuffer out;
  out.reserve(17 * 1024);
  const PropertyList properties = properties_of(state.range(0));
  const Publish packet = publish5(properties);
  for (auto _ : state) {
    if (out.size() > 16 * 1024) out.clear();
    benchmark::DoNotOptimize(encode(packet, out, ProtocolVersion::mqtt_5).code());
    benchmark::ClobberMemory();
  }
  if (state.range(0) == 0) state.SetLabel("async_mqtt elsewhere: 199 ns");
}
BENCHMARK(encode_publish_5)->Arg(0)->Arg(1)->Arg(8);

// Reads each property, too, as an application does.
void read_and_decode_publish_5(benchmark::State& state) {
  const PropertyList properties = properties_of(state.range(0));
  ByteBuffer bytes;
  while (bytes.size() < 16 * 1024) (void)encode(publish5(properties), bytes, ProtocolVersion::mqtt_5);
  FrameReader reader(max_remaining_length);
  std::int64_t packets = 0;
  for (auto _ : state) {
    reader.reset(ProtocolVersion::mqtt_5);
    reader.feed(bytes);
    Frame frame;
    Publish packet;
    while (reader.next(frame) == FrameReader::Status::frame) {
      benchmark::DoNotOptimize(decode_publish(frame, packet, ProtocolVersion::mqtt_5).code());
      for (const Property& property : packet.properties) benchmark::DoNotOptimize(property.text.data());
      ++packets;
    }
  }
  state.SetItemsProcessed(packets);
  state.counters["ns_per_packet"] =
      benchmark::Counter(static_cast<double>(packets) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  if (state.range(0) == 0) state.SetLabel("async_mqtt elsewhere: 143 ns");
}
BENCHMARK(read_and_decode_publish_5)->Arg(0)->Arg(1)->Arg(8);

void check_text(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
  for (auto _ : state) benchmark::DoNotOptimize(check_utf8(text).code());
}
BENCHMARK(check_text)->Arg(30)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();
