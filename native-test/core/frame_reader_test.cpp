// A stream cut into frames, whatever pieces it comes in.
#include "wasmqtt/frame_reader.hpp"

#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "support/hex.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;
using Status = FrameReader::Status;

namespace {

std::string read_all(FrameReader& reader) {
  std::string text;
  Frame frame;
  while (reader.next(frame) == Status::frame) {
    CHECK(frame.whole[0] == frame.first_byte);
    CHECK(frame.body.size() < frame.whole.size());
    text += to_hex(frame.whole) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("frames: a whole one is a view into what was fed") {
  FrameReader reader(100);
  const auto bytes = from_hex("3003000161");
  reader.feed(bytes);
  Frame frame;
  REQUIRE(reader.next(frame) == Status::frame);
  CHECK(frame.whole.data() == bytes.data());
  CHECK(frame.type() == PacketType::publish);
  CHECK(frame.flags() == 0);
  CHECK(to_hex(frame.body) == "000161");
  CHECK(reader.next(frame) == Status::need_more);
}

TEST_CASE("frames: every way to cut three packets in two gives the same three [MQTT-6.0.0-2]") {
  const auto bytes = from_hex("d000" "3003000161" "40020001");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader(100);
    reader.feed(Bytes(bytes).first(cut));
    std::string text = read_all(reader);
    reader.feed(Bytes(bytes).subspan(cut));
    text += read_all(reader);
    CHECK(text == "d000 3003000161 40020001 ");
  }
}

TEST_CASE("frames: random packets in random pieces, drained or not, arrive unchanged [MQTT-6.0.0-2]") {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> stream;
    std::string expected;
    for (unsigned i = 0; i < 20; ++i) {
      const std::size_t size = random() % 5 == 0 ? random() % 20'000 : random() % 200;
      std::vector<std::uint8_t> packet{0x30};
      std::size_t rest = size;
      for (; rest >= 0x80; rest >>= 7) packet.push_back(static_cast<std::uint8_t>(rest | 0x80));
      packet.push_back(static_cast<std::uint8_t>(rest));
      packet.resize(packet.size() + size, static_cast<std::uint8_t>(i));
      expected += to_hex(packet) + " ";
      stream.insert(stream.end(), packet.begin(), packet.end());
    }
    FrameReader reader(1 << 20);
    std::string got;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 3 == 0 ? 1 : random() % 5000, stream.size() - at);
      // Fed from memory that is gone afterwards: what is left undrained has to be kept.
      const std::vector<std::uint8_t> piece(stream.begin() + static_cast<std::ptrdiff_t>(at),
                                            stream.begin() + static_cast<std::ptrdiff_t>(at + size));
      reader.feed(piece);
      at += size;
      if (random() % 2 == 0) {
        got += read_all(reader);
      } else {
        reader.feed({});
      }
    }
    got += read_all(reader);
    CHECK(got == expected);
  }
}

TEST_CASE("frames: a remaining length of five bytes is an error as soon as the fourth says so") {
  FrameReader reader(~std::size_t{0} / 2);
  const auto begin = from_hex("30ffffff");
  reader.feed(begin);
  Frame frame;
  CHECK(reader.next(frame) == Status::need_more);
  const auto rest = from_hex("8001");
  reader.feed(rest);
  CHECK(reader.next(frame) == Status::error);
  CHECK(reader.error() == peer_error(Errc::malformed_remaining_length));
  CHECK(reader.next(frame) == Status::error);
  reader.reset();
  const auto good = from_hex("d000");
  reader.feed(good);
  CHECK(reader.next(frame) == Status::frame);
}

TEST_CASE("frames: one byte over the limit is refused before it is stored, the limit itself is not") {
  Frame frame;
  FrameReader reader(10);
  const auto fits = from_hex("30080001610102030405");
  reader.feed(fits);
  CHECK(reader.next(frame) == Status::frame);
  const auto over = from_hex("3009");
  reader.feed(over);
  CHECK(reader.next(frame) == Status::error);
  CHECK(reader.error() == peer_error(Errc::packet_too_large));
}

TEST_CASE("frames: lengths of one to four bytes, also longer than needed") {
  for (const char* hex : {"3001aa", "308100aa", "30818000aa", "3081808000aa"}) {
    FrameReader reader(100);
    const auto bytes = from_hex(hex);
    reader.feed(bytes);
    Frame frame;
    REQUIRE(reader.next(frame) == Status::frame);
    CHECK(to_hex(frame.body) == "aa");
  }
}

TEST_CASE("frames: fed undrained a hundred thousand times, and drained at once, each byte is copied a few times only") {
  // With a copy of everything at each step this would move 10^11 bytes.
  constexpr std::size_t pieces = 100'000;
  const auto packet = from_hex("3012000161" "0102030405060708090a0b0c0d0e0f");
  FrameReader reader(100);
  Frame frame;
  for (std::size_t i = 0; i < pieces; ++i) reader.feed(packet);
  std::size_t frames = 0;
  while (reader.next(frame) == Status::frame) ++frames;
  CHECK(frames == pieces);
  for (std::size_t i = 0; i < pieces; ++i) {  // one in, one out, with a backlog that never ends
    if (i == 0) reader.feed(packet);
    reader.feed(packet);
    REQUIRE(reader.next(frame) == Status::frame);
    CHECK(frame.whole.size() == packet.size());
  }
}

TEST_CASE("frames: one below the limit, at it and above it, in one piece and byte by byte") {
  for (std::size_t size = 9; size <= 12; ++size) {
    std::vector<std::uint8_t> packet(size, 'x');
    packet[0] = 0x30;
    packet[1] = static_cast<std::uint8_t>(size - 2);
    for (const bool whole : {true, false}) {
      FrameReader reader(10);
      Frame frame;
      Status status = Status::need_more;
      if (whole) reader.feed(packet);
      for (std::size_t i = 0; i < size && status == Status::need_more; ++i) {
        if (!whole) reader.feed(Bytes(packet).subspan(i, 1));
        status = reader.next(frame);
      }
      CHECK(status == (size <= 10 ? Status::frame : Status::error));
      if (size <= 10) continue;
      CHECK(reader.error() == peer_error(Errc::packet_too_large));
      CHECK(reader.next(frame) == Status::error);
    }
  }
}
