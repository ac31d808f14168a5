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
// The same holds for a PUBREL that is sent again: Aedes 0.51 closes on one whose packet id it has forgotten.
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
  // PINGRESP came; true: now send the suspect, alone. What was sent before did no harm.
  bool answered() {
    if (stage_ != Stage::asking) return false;
    stage_ = Stage::alone;
    release_ = {};
    return true;
  }
  // Nothing else is published now.
  bool under_way() const { return stage_ != Stage::off; }
  bool sends_alone() const { return stage_ == Stage::alone; }
  void end() { stage_ = Stage::off; }

  // A PUBREL is sent again: in the output, from this offset of the stream.
  void released_again(std::uint64_t number, std::uint64_t begin) { note(release_, number, begin); }
  // A PUBLISH of QoS 1 or 2 is in the output.
  void published(std::uint64_t number, std::uint64_t begin) { note(publish_, number, begin); }
  bool has_published() const { return publish_.number != 0; }
  // The stream has left up to here.
  void left(std::uint64_t end, Time now) {
    for (Sent* sent : {&release_, &publish_}) {
      if (sent->number != 0 && !sent->left_at && end > sent->begin) sent->left_at = now;
    }
  }
  // PUBCOMP came.
  void completed(std::uint64_t number) {
    if (release_.number == number) release_ = {};
  }
  // PUBACK or PUBREC came.
  void acknowledged() {
    acknowledged_ = true;
    stage_ = Stage::off;
  }
  // The other side has ended the connection: the number of the message that gets a strike; 0: none.
  std::uint64_t suspect(Time now) const {
    constexpr Duration soon = std::chrono::seconds{10};
    const Sent& sent = release_.number != 0 ? release_ : publish_;
    return !acknowledged_ && sent.left_at && now - *sent.left_at <= soon ? sent.number : 0;
  }

 private:
  enum class Stage : std::uint8_t { off, asking, alone };
  // The first of its kind on this connection.
  struct Sent {
    std::uint64_t number = 0;
    std::uint64_t begin = 0;
    std::optional<Time> left_at{};
  };
  static void note(Sent& sent, std::uint64_t number, std::uint64_t begin) {
    if (sent.number == 0) sent = {number, begin};
  }

  Stage stage_ = Stage::off;
  bool acknowledged_ = false;
  Sent release_;
  Sent publish_;
};

}  // namespace wasmqtt
