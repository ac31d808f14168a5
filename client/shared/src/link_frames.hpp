// The frames between a SharedMember and a SharedHub, and the pieces that a SharedLink carries.
//
//   piece:  version (1 byte), epoch (8), then frames
//   frame:  type (1), length of the body (4), body
//
// The beginning of a piece, and `refused`, stay as they are in every version: two tabs may run different versions of a page.
// Everything else may change with link_version. MQTT's own packets travel as MQTT 5 writes them, whatever the broker speaks.
#pragma once

#include "varint.hpp"
#include "wasmqtt/frame_reader.hpp"

namespace wasmqtt {

inline constexpr std::uint8_t link_version = 1;

enum class LinkFrame : std::uint8_t {
  refused = 1,  // JoinRefused::Reason, and the hello that it answers (0: none); the last frame that is read
  // From the member.
  hello,        // what it is, what it has had, and what it would connect with; makes all that was before void
  leave,
  publish,      // sequence, flags, time to live; PUBLISH
  cancel,       // sequence
  subscribe,    // number of the request, properties, filters with options: retained messages are wanted (send), have come to this
                // tab before (send_if_new), or are not wanted
  unsubscribe,  // number of the request, properties, filters
  handled,      // number of a message, reason code: the application is done with it
  taken,        // bytes of frames, in all, that have been dealt with
  heard,        // sequence: its failure need not be kept any more
  ping,
  command,      // LinkCommand
  watch,        // whether packets are to be copied
  // From the hub.
  welcome,      // the answer to hello; what has become of its publishes
  status,       // the connection, whenever something of it has changed
  event,        // an MqttEvent that is not the connection's state
  accepted,     // sequence: publishes up to this one have been taken
  delivery,     // sequence, state, reason, code, words
  message,      // number (0: QoS 0), flags; PUBLISH
  settled,      // packet id: the journal has its QoS 2 message; it will not be repeated
  subscribed,   // the answers to requests
  unsubscribed,
  behind,       // messages wait here that have been acknowledged to the broker already
  caught_up,    // they do not any more
  let_go,       // it has not read, and is not joined any more
  resigned,
  pong,
  packet,       // of the trace
};

// What goes past the frames that wait for a slow tab. The bytes of all others are counted, from welcome on, by both ends: the hub sends
// no more of them than the member has room for.
constexpr bool goes_ahead(LinkFrame type) {
  return type == LinkFrame::refused || type == LinkFrame::pong || type == LinkFrame::behind || type == LinkFrame::let_go;
}

enum class LinkCommand : std::uint8_t { connect, wake, offline };

// Flags of frames.
inline constexpr std::uint8_t published_latest_per_topic = 1;
inline constexpr std::uint8_t message_may_be_live = 1;  // although RETAIN is set

// ---- writing ----

void begin_piece(std::uint64_t epoch, ByteBuffer& out);

// Appends one frame; it is complete when this object ends.
class LinkWriter {
 public:
  LinkWriter(LinkFrame type, ByteBuffer& out);
  ~LinkWriter();
  LinkWriter(const LinkWriter&) = delete;
  LinkWriter& operator=(const LinkWriter&) = delete;

  template <class Small>
  LinkWriter& byte(Small value) {
    out_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  LinkWriter& number(std::uint64_t value) {
    put_number(value, out_);
    return *this;
  }
  LinkWriter& bytes(Bytes value) {
    put_bytes(value, out_);
    return *this;
  }
  LinkWriter& text(std::string_view value) { return bytes(as_bytes(value)); }
  LinkWriter& rest(Bytes value) {
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
  }
  LinkWriter& time(std::optional<Time> value) {
    return number(value ? static_cast<std::uint64_t>(value->time_since_epoch().count()) + 1 : 0);
  }
  LinkWriter& duration(Duration value) { return number(static_cast<std::uint64_t>(std::max(value, Duration{}).count())); }
  // A PUBLISH that has passed its checks.
  void packet(const Publish& packet) { encode_checked(packet, out_, ProtocolVersion::mqtt_5); }

 private:
  ByteBuffer& out_;
  std::size_t at_;  // of the body
};

// ---- reading ----

// Reads a frame's body. What is missing or out of its range reads as 0 or empty, and done() is false then and ever after.
class LinkReader {
 public:
  explicit LinkReader(Bytes body) : reader_(body) {}

  std::uint64_t number(std::uint64_t most = ~std::uint64_t{0});
  template <class Small = std::uint8_t>
  Small byte(Small last = static_cast<Small>(255)) {
    return static_cast<Small>(byte_up_to(static_cast<std::uint8_t>(last)));
  }
  bool flag() { return byte_up_to(1) != 0; }
  Bytes bytes();
  std::string_view text();  // UTF-8
  std::optional<Time> time();
  Duration duration() { return Duration{static_cast<Duration::rep>(number(longest))}; }
  Properties properties(PropertyHost host, Direction direction);
  // All that is left.
  bool packet(Publish& packet, Direction direction);

  bool more() const { return good_ && !reader_.done(); }
  bool good() const { return good_; }
  bool done() const { return good_ && reader_.done(); }
  void fail() { good_ = false; }

 private:
  static constexpr std::uint64_t longest = std::uint64_t{1} << 62;
  std::uint8_t byte_up_to(std::uint8_t last);

  ByteReader reader_;
  bool good_ = true;
};

// Takes a piece apart.
class PieceReader {
 public:
  // good() is false when it is too short to be one.
  explicit PieceReader(Bytes piece);
  bool good() const { return good_; }
  std::uint8_t version() const { return version_; }
  std::uint64_t epoch() const { return epoch_; }
  // False at the end; and for what is cut short, where good() turns false. Types are not checked.
  bool next(LinkFrame& type, Bytes& body);

 private:
  ByteReader reader_;
  bool good_ = false;
  std::uint8_t version_ = 0;
  std::uint64_t epoch_ = 0;
};

inline constexpr std::size_t frame_header_bytes = 5;

// 64 bits of a text's hash, and of another one after it.
std::uint64_t hash64(std::string_view text, std::uint64_t before = 0);

}  // namespace wasmqtt
