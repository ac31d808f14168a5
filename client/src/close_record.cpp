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
  Words& operator<<(char letter) {
    text_.push_back(letter);
    return *this;
  }
  Words& operator<<(std::uint64_t number) {
    if (number >= 10) *this << number / 10;
    return *this << static_cast<char>('0' + number % 10);
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

// Browsers do not tell a certificate that they do not trust from a broker that is not there, but they show it to people.
void add_certificate_advice(const CloseRecord& record, Words& text) {
  constexpr std::string_view secure = "wss://";
  if (!std::string_view(record.url).starts_with(secure)) return;
  if (record.fault != TransportFault::unknown && record.fault != TransportFault::tls) return;
  const std::string_view rest = std::string_view(record.url).substr(secure.size());
  if (record.fault == TransportFault::unknown) text << " Or is its certificate not trusted?";
  text << " Open https://" << rest.substr(0, rest.find('/'))
       << " in a tab and look at the certificate.";
}

// "(3 times in a row)"
void add_times(const CloseRecord& record, Words& text) {
  if (record.times > 1) text << ", " << std::uint64_t{record.times} << " times in a row";
}

void add_protocol_error(const CloseRecord& record, Words& text) {
  const bool refused = record.error.code() == Errc::authentication_refused;  // the broker may have kept to every rule
  text << (refused ? "The connection was closed: " : "The broker broke the protocol: ") << record.error.message();
  const std::string_view clause = record.error.clause(record.version);
  if (!clause.empty()) text << " (" << clause << ")";
  if (record.last_received) {
    text << ", in ";
    for (const char letter : name_of(*record.last_received)) text << static_cast<char>(letter - 'a' + 'A');
  }
  if (!record.topic.empty()) text << " on topic \"" << record.topic << "\"";
  add_times(record, text);
  text << ".";
}

// " (code 142: words)" of MQTT 5.
void add_reason_words(const CloseRecord& record, Words& text) {
  text << " (code " << static_cast<std::uint64_t>(record.reason_code);
  if (!record.reason.empty()) text << ": " << record.reason;
  text << ")";
  if (!record.server_reference.empty()) text << ". It names another address: " << record.server_reference;
  text << ".";
}

void add_ended_by_broker(const CloseRecord& record, Words& text) {
  text << "The broker ended the connection after " << record.connected_for << ": " << describe(record.reason_code);
  add_reason_words(record, text);
}

void add_refused(const CloseRecord& record, Words& text) {
  if (record.version == ProtocolVersion::mqtt_5) {
    text << "The broker refused the connection: " << describe(record.reason_code);
    return add_reason_words(record, text);
  }
  text << describe(record.return_code);
  if (record.return_code > ConnectReturnCode::not_authorized)
    text << " with the return code " << static_cast<std::uint64_t>(record.return_code) << ", which MQTT 3.1.1 does not know";
  text << ".";
}

// A browser hides why. What comes at once was refused by somebody, or the name leads nowhere; a host that is away takes time.
void add_unknown(const CloseRecord& record, Words& text) {
  constexpr Duration at_once = std::chrono::seconds{1};
  if (record.elapsed < at_once)
    text << "refused at once. Is the broker running there, and is this its WebSocket port?";
  else
    text << "it failed after " << record.elapsed << ". Is the host right, can it be reached, and is the broker running there?";
}

void add_never_opened(const CloseRecord& record, Words& text) {
  if (record.fault == TransportFault::not_prepared && !record.reason.empty()) {
    text << "No connection: " << record.reason;  // the application's words
    if (!record.reason.ends_with('.')) text << ".";
    return;
  }
  text << "No connection to " << record.url << ": ";
  if (record.fault == TransportFault::unknown) {
    add_unknown(record, text);
  } else if (record.fault == TransportFault::timed_out) {
    text << "no answer within " << record.elapsed << ". Something takes connections there and stays silent, or a firewall "
            "swallows them. Is it the broker's WebSocket port?";
  } else {
    text << describe(record.fault);
    add_peer_words(record, text);
    text << ".";
  }
  add_certificate_advice(record, text);
}

void add_ended_by_transport(const CloseRecord& record, Words& text) {
  if (record.phase == CloseRecord::Phase::opening) return add_never_opened(record, text);
  if (record.fault == TransportFault::none || record.fault == TransportFault::unknown) {
    text << (record.clean ? "The broker closed the connection" : "The connection was lost");
  } else {
    text << "The connection ended, " << describe(record.fault);
  }
  add_peer_words(record, text);
  // TLS 1.3: a server that does not take our certificate says so only when the connection is open on our side.
  if (record.phase == CloseRecord::Phase::connecting && record.fault == TransportFault::tls) {
    text << ".";
  } else if (record.phase == CloseRecord::Phase::connecting) {
    text << " " << record.elapsed << " after the attempt began, before CONNACK: is " << record.url
         << " a port where a broker speaks MQTT?";
  } else {
    text << " after " << record.connected_for << ".";
  }
  if (record.topic.empty()) return;
  text << " The first message that was not acknowledged was on topic \"" << record.topic << "\"";
  add_times(record, text);
  text << ".";
}

}  // namespace

std::string CloseRecord::sentence() const {
  Words text;
  switch (cause) {
    case Cause::transport: add_ended_by_transport(*this, text); break;
    case Cause::refused: add_refused(*this, text); break;
    case Cause::protocol_error: add_protocol_error(*this, text); break;
    case Cause::timed_out: text << error.message() << "."; break;
    case Cause::disconnected: text << "Disconnected."; break;
    case Cause::ended_by_broker: add_ended_by_broker(*this, text); break;
    case Cause::aborted: text << "The connection was closed without DISCONNECT."; break;
  }
  std::string sentence = text.take();
  // Errors' messages begin small.
  if (cause == Cause::timed_out) sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return sentence;
}

}  // namespace wasmqtt
