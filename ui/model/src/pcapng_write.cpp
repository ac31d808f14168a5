// pcapng: draft-ietf-opsawg-pcapng. Little-endian; microseconds.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "chat/pcapng.hpp"
#include "pcapng_format.hpp"

namespace chat {
namespace {

using wasmqtt::Bytes;
using wasmqtt::Direction;
using wasmqtt::PacketType;
using wasmqtt::Time;

constexpr std::uint32_t client_address = 0x0a000001, broker_address = 0x0a000002;  // 10.0.0.1, 10.0.0.2
constexpr std::uint16_t first_port = 49152;  // of those that belong to nobody
constexpr std::size_t largest_segment = 60'000;
constexpr std::size_t ip_header = 20, tcp_header = 20;
enum TcpFlags : std::uint8_t { syn = 0x02, push = 0x08, ack = 0x10 };

void put16(std::string& out, unsigned value) {  // as on the network
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

std::uint32_t sum16(std::string_view bytes, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    sum += i % 2 == 0 ? std::uint32_t{byte} << 8 : byte;
  }
  return sum;
}

void set_checksum(std::string& bytes, std::size_t at, std::uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  bytes[at] = static_cast<char>(~sum >> 8 & 0xff);
  bytes[at + 1] = static_cast<char>(~sum & 0xff);
}

class CaptureWriter {
 public:
  CaptureWriter() {
    Block header(block_section);
    header.put(std::uint32_t{byte_order_magic});
    header.put(std::uint16_t{1}), header.put(std::uint16_t{0});  // version 1.0
    header.put(std::uint32_t{0xffffffff}), header.put(std::uint32_t{0xffffffff});  // its length is not said
    header.option(4, "wasmqtt");                                 // the application that wrote it
    header.end(file_);
    Block interface(block_interface);
    interface.put(std::uint16_t{link_raw}), interface.put(std::uint16_t{0});
    interface.put(std::uint32_t{0});  // frames of any size
    interface.end(file_);
  }

  void packet(Time at, Direction direction, Bytes kept, std::size_t size) {
    if (!connected_) connect(at);
    do {
      const std::size_t part = std::min(size, largest_segment);
      const Bytes bytes = kept.first(std::min(kept.size(), part));
      segment(at, direction, push | ack, bytes, part);
      (direction == Direction::outbound ? sent_ : received_) += static_cast<std::uint32_t>(part);
      kept = kept.subspan(bytes.size());
      size -= part;
    } while (size > 0);
  }

  // An empty segment that bears the words.
  void comment(Time at, std::string_view words) {
    if (!connected_) connect(at);
    comment_ = words;
    segment(at, Direction::inbound, ack, {}, 0);
  }

  void next_connection() { connected_ = false; }
  std::string take() { return std::move(file_); }

 private:
  void connect(Time at) {
    connected_ = true;
    ++port_;
    if (port_ < first_port) port_ = first_port;
    sent_ = received_ = 0;
    segment(at, Direction::outbound, syn, {}, 0);
    sent_ = 1;
    segment(at, Direction::inbound, syn | ack, {}, 0);
    received_ = 1;
    segment(at, Direction::outbound, ack, {}, 0);
  }

  void segment(Time at, Direction direction, unsigned flags, Bytes kept, std::size_t size) {
    const bool out = direction == Direction::outbound;
    std::string addresses;
    put32(addresses, out ? client_address : broker_address);
    put32(addresses, out ? broker_address : client_address);
    std::string ip;
    put16(ip, 0x4500), put16(ip, static_cast<unsigned>(ip_header + tcp_header + size));
    put16(ip, ++identification_), put16(ip, 0x4000);  // not to be fragmented
    put16(ip, 0x4006), put16(ip, 0);                  // 64 hops; TCP; checksum
    ip += addresses;
    set_checksum(ip, 10, sum16(ip));
    std::string tcp;
    put16(tcp, out ? port_ : mqtt_port), put16(tcp, out ? mqtt_port : port_);
    put32(tcp, out ? sent_ : received_);
    put32(tcp, (flags & ack) == 0 ? 0 : out ? received_ : sent_);
    put16(tcp, 0x5000 | flags), put16(tcp, 0xffff);   // five words of header; window
    put32(tcp, 0);                                    // checksum, no urgent data
    tcp.append(wasmqtt::as_text(kept));
    std::string pseudo = addresses;
    put16(pseudo, 6), put16(pseudo, static_cast<unsigned>(tcp_header + size));
    if (kept.size() == size) set_checksum(tcp, 16, sum16(tcp, sum16(pseudo)));
    frame(at, ip + tcp, ip_header + tcp_header + size);
  }

  void frame(Time at, std::string_view bytes, std::size_t size) {
    const auto time = static_cast<std::uint64_t>(std::max<Time::rep>(at.time_since_epoch().count(), 0));
    Block block(block_packet);
    block.put(std::uint32_t{0});  // the interface
    block.put(static_cast<std::uint32_t>(time >> 32)), block.put(static_cast<std::uint32_t>(time & 0xffffffff));
    block.put(static_cast<std::uint32_t>(bytes.size())), block.put(static_cast<std::uint32_t>(size));
    block.bytes(bytes);
    if (!comment_.empty()) block.option(1, comment_);
    comment_.clear();
    block.end(file_);
  }

  std::string file_, comment_;
  bool connected_ = false;
  std::uint16_t port_ = first_port - 1, identification_ = 0;
  std::uint32_t sent_ = 0, received_ = 0;  // sequence numbers of the two directions
};

}  // namespace

std::string write_pcapng(const wasmqtt::PacketTrace& trace) {
  CaptureWriter writer;
  for (std::uint64_t n = trace.first(); n != trace.end(); ++n) {
    const wasmqtt::TraceEntry& entry = trace[n];
    const Bytes bytes = trace.bytes(entry);
    if (entry.type == wasmqtt::remark) {
      writer.comment(entry.at, wasmqtt::as_text(bytes));
      continue;
    }
    if (entry.type == PacketType::connect) writer.next_connection();
    writer.packet(entry.at, entry.direction, bytes, entry.size);
  }
  return writer.take();
}

}  // namespace chat
