// Finds the message that makes the broker hang up, so that it can fail and the rest go on.
//
// A broker that can't accept a message (its topic, the right to write, its size) often just closes the connection: MQTT 3.1.1
// has no other answer. The message stays unacknowledged and would be sent first on every connection that follows, for ever.
// The signs, on one connection: it was the first PUBLISH of QoS 1 or 2, no PUBLISH was acknowledged, and the other side ended
// the connection soon after the message began to leave. That is a strike, counted and recorded by Session. After
// `strikes_for_trial` in a row the next connections try the message alone: a PINGREQ first, whose answer shows that
// whatever went before (SUBSCRIBE, PUBREL) did no harm and that the link works; then only this message. After
// `strikes_to_fail` it fails.
//
// An outage does not look like this: the link would have to answer PINGREQ and break before the next answer, each time.
#pragma once

#include <cstdint>
#include <optional>

#include "wasmqtt/types.hpp"

namespace wasmqtt {

// Of one connection.
class Trial {
 public:
  static constexpr unsigned strikes_for_trial = 2;
  static constexpr unsigned strikes_to_fail = 5;

  // The suspect is on trial: nothing is published before PINGREQ is answered.
  void begin() { stage_ = Stage::asking; }
  // PINGRESP came; true: now send the suspect, alone.
  bool answered() {
    if (stage_ != Stage::asking) return false;
    stage_ = Stage::alone;
    return true;
  }
  // Nothing else is published now.
  bool under_way() const { return stage_ != Stage::off; }
  void end() { stage_ = Stage::off; }

  // A PUBLISH of QoS 1 or 2 is in the output, from this offset of the stream.
  void published(std::uint64_t number, std::uint64_t begin) {
    if (first_ != 0) return;
    first_ = number;
    begin_ = begin;
  }
  bool has_published() const { return first_ != 0; }
  // The stream has left up to here.
  void left(std::uint64_t end, Time now) {
    if (first_ != 0 && !left_at_ && end > begin_) left_at_ = now;
  }
  // PUBACK or PUBREC came.
  void acknowledged() {
    acknowledged_ = true;
    stage_ = Stage::off;
  }
  // The other side has ended the connection: the number of the message that gets a strike; 0: none.
  std::uint64_t suspect(Time now) const {
    constexpr Duration soon = std::chrono::seconds{10};
    return !acknowledged_ && left_at_ && now - *left_at_ <= soon ? first_ : 0;
  }

 private:
  enum class Stage : std::uint8_t { off, asking, alone };
  Stage stage_ = Stage::off;
  bool acknowledged_ = false;
  std::uint64_t first_ = 0;
  std::uint64_t begin_ = 0;
  std::optional<Time> left_at_;
};

}  // namespace wasmqtt
