// FrameReader: the same frames and the same end, however the stream is cut into pieces.
#include <vector>

#include "fuzz.hpp"
#include "wasmqtt/frame_reader.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

struct Read {
  std::vector<std::vector<std::uint8_t>> frames;
  Error error;
  friend bool operator==(const Read&, const Read&) = default;
};

void drain(FrameReader& reader, Read& read) {
  Frame frame;
  FrameReader::Status status;
  while ((status = reader.next(frame)) == FrameReader::Status::frame) {
    check(frame.first_byte == frame.whole[0], "first_byte is the first byte");
    check(frame.body.data() + frame.body.size() == frame.whole.data() + frame.whole.size(), "the body ends the frame");
    read.frames.emplace_back(frame.whole.begin(), frame.whole.end());
  }
  if (status == FrameReader::Status::error) {
    check(static_cast<bool>(reader.error()), "an error is named");
    read.error = reader.error();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t limit = 300;
  Input input({data, size});
  Input pieces(input.bytes());
  Bytes stream = input.rest();

  Read whole;
  FrameReader at_once(limit);
  at_once.feed(stream);
  drain(at_once, whole);

  Read parts;
  FrameReader cut(limit);
  while (!stream.empty()) {
    // The high bit leaves the piece undrained, as a caller may. It owns its bytes: those of an older one are gone.
    const std::uint8_t choice = pieces.u8();
    const std::size_t take = std::min<std::size_t>(stream.size(), 1 + (choice & 0x7f));
    const std::vector<std::uint8_t> piece(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(take));
    stream = stream.subspan(take);
    cut.feed(piece);
    if ((choice & 0x80) == 0 || stream.empty()) {
      drain(cut, parts);
    } else {
      cut.feed({});
    }
  }
  check(whole == parts, "pieces give the frames of the whole");
  return 0;
}
