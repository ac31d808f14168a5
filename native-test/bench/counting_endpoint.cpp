// The least that a broker can be, so that the client is what a benchmark measures: it counts, acknowledges in batches,
// and sends on demand. One thread and blocking calls per connection; WebSocket with the subprotocol mqtt.
//
//   counting_endpoint [PORT]      0 or nothing: a free port. The first line of output is the port.
//
// CONNECT, SUBSCRIBE and PINGREQ are answered; PUBLISH with QoS 1 is acknowledged, all of one frame in one frame.
// A PUBLISH to `echo/...` comes back as it is. One to `send` with the payload "COUNT BYTES FRAME" has COUNT messages of
// BYTES bytes sent, QoS 0, topic `chat/messages/hannes/sebastian`, in frames of about FRAME bytes.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"

namespace {

namespace beast = boost::beast;
using Tcp = boost::asio::ip::tcp;
using namespace wasmqtt;

class Peer {
 public:
  explicit Peer(Tcp::socket socket) : stream_(std::move(socket)) {}

  void serve() {
    beast::error_code error;
    stream_.next_layer().set_option(Tcp::no_delay(true), error);
    stream_.set_option(beast::websocket::stream_base::decorator(
        [](beast::websocket::response_type& response) { response.set("Sec-WebSocket-Protocol", "mqtt"); }));
    stream_.read_message_max(64 * 1024 * 1024);
    stream_.auto_fragment(false);
    stream_.write_buffer_bytes(64 * 1024);
    stream_.binary(true);
    stream_.accept(error);
    while (!error && !over_) {
      input_.clear();
      stream_.read(input_, error);
      if (error) return;
      const auto data = input_.cdata();
      reader_.feed({static_cast<const std::uint8_t*>(data.data()), data.size()});
      Frame frame;
      while (reader_.next(frame) == FrameReader::Status::frame) handle(frame);
      flush(error);
    }
  }

 private:
  void handle(const Frame& frame) {
    switch (frame.type()) {
      case PacketType::connect: return append({0x20, 2, 0, 0});
      case PacketType::pingreq: return append({0xd0, 0});
      case PacketType::subscribe: return append({0x90, 3, frame.body[0], frame.body[1], 1});
      case PacketType::publish: return handle_publish(frame);
      case PacketType::disconnect: over_ = true; return;
      default: return;
    }
  }

  void handle_publish(const Frame& frame) {
    Publish packet;
    if (decode_publish(frame, packet)) return;
    if (packet.qos == Qos::at_least_once) encode_acknowledgement(PacketType::puback, packet.packet_id, output_);
    if (packet.topic.starts_with("echo/")) output_.insert(output_.end(), frame.whole.begin(), frame.whole.end());
    if (packet.topic == "send") send(std::string(as_text(packet.payload)));
  }

  void send(const std::string& order) {
    unsigned long count = 0, bytes = 0, frame = 0;
    if (std::sscanf(order.c_str(), "%lu %lu %lu", &count, &bytes, &frame) != 3) return;
    const std::string payload(bytes, 'x');
    beast::error_code error;
    for (; count != 0 && !error; --count) {
      (void)encode(Publish{"chat/messages/hannes/sebastian", as_bytes(payload), 0, Qos::at_most_once, false, false}, output_);
      if (output_.size() >= frame) flush(error);
    }
  }

  void append(std::initializer_list<std::uint8_t> bytes) { output_.insert(output_.end(), bytes); }

  void flush(beast::error_code& error) {
    if (!output_.empty()) stream_.write(boost::asio::buffer(output_), error);
    output_.clear();
  }

  beast::websocket::stream<Tcp::socket> stream_;
  beast::flat_buffer input_;
  FrameReader reader_{max_remaining_length};
  ByteBuffer output_;
  bool over_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  boost::asio::io_context context;
  Tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), port});
  std::cout << acceptor.local_endpoint().port() << std::endl;
  while (true) std::thread([peer = std::make_shared<Peer>(acceptor.accept())] { peer->serve(); }).detach();
}
