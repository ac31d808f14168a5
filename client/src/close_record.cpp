#include "wasmqtt/close_record.hpp"

#include "wasmqtt/describe.hpp"

namespace wasmqtt {
namespace {

// Puts a sentence together. `+` and std::to_string() would do the same with two kilobytes more of a WebAssembly module.
class Words {
 public:
  Words& operator<<(std::string_view words) {
    text_.append(words);
    return *this;
  }
  Words& operator<<(std::uint64_t number) {
    if (number >= 10) *this << number / 10;
    text_.push_back(static_cast<char>('0' + number % 10));
    return *this;
  }
  Words& operator<<(Duration duration) {
    const auto ms = static_cast<std::uint64_t>(duration.count()) / 1000;
    return ms < 10'000 ? *this << ms << " ms" : *this << ms / 1000 << " s";
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// " (code 1002: bad frame)", as far as the peer told.
void add_peer_words(const CloseRecord& record, Words& text) {
  const bool coded = record.code != 0;
  if (!coded && record.reason.empty()) return;
  text << " (";
  if (coded) text << "code " << static_cast<std::uint64_t>(record.code);
  if (coded && !record.reason.empty()) text << ": ";
  text << record.reason << ")";
}

void add_never_opened(const CloseRecord& record, Words& text) {
  text << "No connection to " << record.url << ": ";
  if (record.fault == TransportFault::unknown) {
    text << "nothing answered there as an MQTT broker over WebSocket. Is the broker running?";
    return;
  }
  text << describe(record.fault);
  add_peer_words(record, text);
  text << ".";
}

void add_ended_by_transport(const CloseRecord& record, Words& text) {
  if (record.phase == CloseRecord::Phase::opening) return add_never_opened(record, text);
  if (record.fault == TransportFault::none || record.fault == TransportFault::unknown) {
    text << (record.clean ? "The broker closed the connection" : "The connection was lost");
  } else {
    text << "The connection ended, " << describe(record.fault);
  }
  add_peer_words(record, text);
  if (record.phase == CloseRecord::Phase::connecting) {
    text << " " << record.elapsed << " after the attempt began, before CONNACK: is " << record.url
         << " a port where a broker speaks MQTT?";
  } else {
    text << " after " << record.connected_for << ".";
  }
}

}  // namespace

std::string CloseRecord::sentence() const {
  Words text;
  switch (cause) {
    case Cause::transport: add_ended_by_transport(*this, text); break;
    case Cause::refused: text << describe(return_code) << "."; break;
    case Cause::protocol_error:
      text << "The broker broke the protocol: " << error.message();
      if (!error.clause().empty()) text << " (" << error.clause() << ")";
      text << ".";
      break;
    case Cause::timed_out: text << error.message() << "."; break;
    case Cause::disconnected: text << "Disconnected."; break;
    case Cause::aborted: text << "The connection was given up."; break;
  }
  std::string sentence = text.take();
  // Errors' messages begin small.
  if (cause == Cause::timed_out) sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence;
}

}  // namespace wasmqtt
