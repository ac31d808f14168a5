// SCRAM-SHA-256: the messages of RFC 7677, what is refused, and whole connections to a scripted broker over TCP.
#include "wasmqtt/native/scram.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "servers.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "world.hpp"

using namespace wasmqtt;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view client_first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view server_first =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view client_final =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

std::string text_of(const std::optional<std::vector<std::uint8_t>>& data) {
  return data ? std::string(data->begin(), data->end()) : std::string("(refused)");
}

// With the nonce of the RFC's example.
struct Example final : ScramSha256 {
  explicit Example(std::string user = "user", std::string password = "pencil", ScramOptions options = {})
      : ScramSha256(std::move(user), std::move(password), std::move(options)) {}
  std::string make_nonce() override { return "rOprNGfwEbeRWgbNEkqO"; }
};

std::string hmac(std::string_view key, std::string_view text) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(out.data()), nullptr);
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                                      static_cast<int>(bytes.size()))));
  return out;
}

std::string from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  out.resize(SHA256_DIGEST_LENGTH);
  return out;
}

// The other side of one exchange: it keeps what RFC 5802 has a server keep, and sees whether the proof is right.
struct ScramServer {
  explicit ScramServer(std::string_view password) {
    std::string salted(SHA256_DIGEST_LENGTH, '\0');
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), reinterpret_cast<const unsigned char*>("salt"), 4, 4096,
                      EVP_sha256(), SHA256_DIGEST_LENGTH, reinterpret_cast<unsigned char*>(salted.data()));
    const std::string client_key = hmac(salted, "Client Key");
    stored_key = sha256(client_key);
    server_key = hmac(salted, "Server Key");
  }
  static std::string sha256(std::string_view text) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), reinterpret_cast<unsigned char*>(out.data()));
    return out;
  }
  std::string first(std::string_view message) {
    bare = message.substr(3);  // behind "n,,"
    answer = std::string("r=") + std::string(bare.substr(bare.find("r=") + 2)) + "server,s=" + base64("salt") + ",i=4096";
    return answer;
  }
  // server-final; empty: the proof is wrong.
  std::string final(std::string_view message) const {
    const std::size_t proof_at = message.find(",p=");
    const std::string all = bare + ',' + answer + ',' + std::string(message.substr(0, proof_at));
    const std::string signature = hmac(stored_key, all);
    std::string client_key = from_base64(message.substr(proof_at + 3));
    for (std::size_t i = 0; i < client_key.size(); ++i) client_key[i] = static_cast<char>(client_key[i] ^ signature[i]);
    return sha256(client_key) == stored_key ? "v=" + base64(hmac(server_key, all)) : std::string();
  }

  std::string stored_key;
  std::string server_key;
  std::string bare;
  std::string answer;
};

// A broker that says what the test has it say, and a client that uses SCRAM.
struct Scripted {
  explicit Scripted(std::string password = "secret") : scram("alice", std::move(password)) {
    MqttOptions options{.urls = {"mqtt://127.0.0.1:" + std::to_string(server.port())}};
    options.client.client_id = "alice";
    options.client.protocol = Protocol::mqtt_5;
    options.client.trace.max_packets = 100;
    options.driver.authenticator = &scram;
    mqtt.emplace(loop, transport, std::move(options));
    mqtt->on_event = [this](const MqttEvent& event) {
      if (const auto* step = std::get_if<Authentication>(&event)) authenticated += step->done;
    };
    mqtt->connect();
  }
  template <class Expected>
  Expected next() {
    REQUIRE(world.run_until([&] {
      frames.reset(ProtocolVersion::mqtt_5);
      frames.feed(as_bytes(std::string_view(server.received).substr(at)));
      return frames.next(frame) == FrameReader::Status::frame;
    }));
    at += frame.whole.size();
    current.assign(frame.whole.begin(), frame.whole.end());
    const Bytes whole(current);
    packet = decode({frame.first_byte, whole.subspan(whole.size() - frame.body.size()), whole}, Direction::outbound,
                    ProtocolVersion::mqtt_5);
    REQUIRE(packet->has_value());
    REQUIRE(std::holds_alternative<Expected>(**packet));
    return std::get<Expected>(**packet);
  }
  static std::string data_of(Properties properties) { return std::string(properties.text(PropertyId::authentication_data)); }
  void send(const Packet& reply) {
    ByteBuffer bytes;
    REQUIRE_FALSE(static_cast<bool>(encode(reply, bytes, ProtocolVersion::mqtt_5, Direction::inbound)));
    server.send(std::string(bytes.begin(), bytes.end()));
  }
  static PropertyList with(std::string_view data) {
    PropertyList list;
    REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::authentication_method, "SCRAM-SHA-256")));
    REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::authentication_data, as_bytes(data))));
    return list;
  }
  // Up to the client's proof; returns what the broker would show for it.
  std::string prove(std::string_view first) {
    send(Auth{ReasonCode::continue_authentication, with(broker.first(first))});
    return broker.final(data_of(next<Auth>().properties));
  }

  test::World world;
  test::TcpServer server{world.context};
  AsioLoop loop{world.context};
  NetworkTransport transport{world.context};
  ScramSha256 scram;
  ScramServer broker{"secret"};
  std::optional<MqttClient> mqtt;
  int authenticated = 0;

  FrameReader frames{1 << 20};
  Frame frame;
  std::size_t at = 0;
  std::vector<std::uint8_t> current;
  std::optional<Result<Packet>> packet;
};

}  // namespace

TEST_CASE("SCRAM-SHA-256: the example of RFC 7677, once and again with the keys that are known already") {
  Example scram;
  for (int i = 0; i < 2; ++i) {
    CHECK(text_of(scram.begin()) == client_first);
    CHECK(text_of(scram.respond(as_bytes(server_first))) == client_final);
    CHECK(scram.finish(as_bytes(server_final)));
    CHECK(scram.problem() == "");
  }
  scram.set_password("pen");
  scram.begin();
  CHECK(text_of(scram.respond(as_bytes(server_first))) != client_final);
  CHECK_FALSE(scram.finish(as_bytes(server_final)));
  CHECK(scram.problem() == "the broker's signature is wrong: it does not know the password");
}

TEST_CASE("SCRAM-SHA-256: names are escaped, somebody else can be acted for, and what can't be prepared does not begin") {
  CHECK(text_of(Example("a=b,c").begin()) == "n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO");
  Example other("user", "pencil", {.authorization_id = "b,c"});
  CHECK(text_of(other.begin()) == "n,a=b=2Cc,n=user,r=rOprNGfwEbeRWgbNEkqO");
  CHECK(text_of(other.respond(as_bytes(server_first))).starts_with("c=" + base64("n,a=b=2Cc,") + ",r="));
  CHECK(text_of(Example("J\xc3\xbcrgen").begin()).starts_with("n,,n=J\xc3\xbcrgen,"));
  for (const auto& [user, password] : {std::pair{"", "p"}, {"u", ""}, {"u\x01", "p"}, {"u", "\xff"}, {"u", "p\x7f"}}) {
    Example bad(user, password);
    CHECK(text_of(bad.begin()) == "(refused)");
    CHECK(bad.problem() != "");
  }
  ScramSha256 one("user", "pencil");
  const std::string first = text_of(one.begin());
  CHECK(first.size() == std::string_view("n,,n=user,r=").size() + 32);
  CHECK(text_of(one.begin()) != first);
}

TEST_CASE("SCRAM-SHA-256: what a broker may not ask is refused: another nonce, too few and too many iterations, bad forms") {
  const std::string nonce = "r=rOprNGfwEbeRWgbNEkqO%x";
  const struct {
    std::string message;
    std::string_view problem;
  } cases[] = {
      {"r=other,s=QSXCR+Q6sek8bf92,i=4096", "the broker's nonce does not continue ours"},
      {"r=rOprNGfwEbeRWgbNEkqO,s=QSXCR+Q6sek8bf92,i=4096", "the broker's nonce does not continue ours"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=4095", "the broker's number of iterations is out of bounds"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=1000001", "the broker's number of iterations is out of bounds"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=99999999999", "the broker's first message is malformed"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=-1", "the broker's first message is malformed"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=4096x", "the broker's first message is malformed"},
      {nonce + ",s=QSXCR+Q6sek8bf92,i=", "the broker's first message is malformed"},
      {nonce + ",s=QSXCR+Q6sek8bf92", "the broker's first message is malformed"},
      {nonce + ",s=,i=4096", "the broker's first message is malformed"},
      {nonce + ",s=QSXCR+Q6sek8bf9,i=4096", "the broker's first message is malformed"},
      {nonce + ",s=QS-CR+Q6sek8bf92,i=4096", "the broker's first message is malformed"},
      {nonce + ",s=QR==,i=4096", "the broker's first message is malformed"},  // bits to spare
      {nonce + ",s= QSXCR+Q6sek8b2,i=4096", "the broker's first message is malformed"},
      {nonce + "\x7f,s=QSXCR+Q6sek8bf92,i=4096", "the broker's first message is malformed"},
      {"m=x," + nonce + ",s=QSXCR+Q6sek8bf92,i=4096", "the broker's first message is malformed"},
      {"s=QSXCR+Q6sek8bf92," + nonce + ",i=4096", "the broker's first message is malformed"},
      {std::string(60'000, ','), "the broker's first message is malformed"},
      {"", "the broker's first message is malformed"},
  };
  for (const auto& [message, problem] : cases) {
    Example scram;
    scram.begin();
    CHECK(text_of(scram.respond(as_bytes(message))) == "(refused)");
    CHECK(scram.problem() == problem);
    CHECK_FALSE(scram.finish(as_bytes(server_final)));
  }
  Example lenient("user", "pencil", {.least_iterations = 1});
  lenient.begin();
  CHECK(text_of(lenient.respond(as_bytes(nonce + ",s=QSXCR+Q6sek8bf92,i=1,x=an extension"))) != "(refused)");
}

TEST_CASE("SCRAM-SHA-256: a broker that shows nothing, something else, or what it has not been asked for is not believed") {
  for (const std::string_view shown :
       {"", "v=", "e=invalid-proof", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=AAAA",
        "V=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4"}) {
    Example scram;
    scram.begin();
    scram.respond(as_bytes(server_first));
    CHECK_FALSE(scram.finish(as_bytes(shown)));
    CHECK(scram.problem() != "");
    CHECK_FALSE(scram.finish(as_bytes(server_final)));  // the exchange is over
  }
  Example early;
  early.begin();
  CHECK_FALSE(early.finish(as_bytes(server_final)));
  CHECK(early.problem() == "the broker accepts without having asked for a proof");
  Example twice;
  twice.begin();
  twice.respond(as_bytes(server_first));
  CHECK(text_of(twice.respond(as_bytes(server_first))) == "(refused)");
  CHECK_FALSE(twice.finish(as_bytes(server_final)));
  Example extended;
  extended.begin();
  extended.respond(as_bytes(server_first));
  CHECK(extended.finish(as_bytes(std::string(server_final) + ",x=an extension")));
}

TEST_CASE("SCRAM-SHA-256 over TCP: both sides prove themselves, messages follow, and again on the live connection "
          "[MQTT5-4.12.0-3] [MQTT5-4.12.1-1]") {
  Scripted test;
  REQUIRE(test.mqtt->publish("a", "x", {.qos = Qos::at_least_once}));
  const std::string shown = test.prove(Scripted::data_of(test.next<Connect>().properties));
  REQUIRE(shown != "");
  test.send(Connack{false, {}, {}, Scripted::with(shown)});
  test.send(Puback{test.next<Publish>().packet_id});
  CHECK(test.mqtt->connected());
  CHECK(test.authenticated == 1);

  REQUIRE_FALSE(static_cast<bool>(test.mqtt->reauthenticate()));
  const Auth again = test.next<Auth>();
  CHECK(again.reason_code == ReasonCode::re_authenticate);
  const std::string shown_again = test.prove(Scripted::data_of(again.properties));
  REQUIRE(shown_again != "");
  CHECK(shown_again != shown);
  test.send(Auth{ReasonCode::success, Scripted::with(shown_again)});
  REQUIRE(test.world.run_until([&] { return test.authenticated == 2; }));
  CHECK(test.mqtt->connected());
  CHECK(test.server.accepted == 1);

  // The broker's keys have changed: what it proves now is not what we ask for.
  REQUIRE_FALSE(static_cast<bool>(test.mqtt->reauthenticate()));
  test.prove(Scripted::data_of(test.next<Auth>().properties));
  test.send(Auth{ReasonCode::success, Scripted::with(shown)});
  CHECK(test.next<Disconnect>().reason_code == ReasonCode::unspecified_error);
  CHECK(test.mqtt->stop_reason() == StopReason::refused);
  // A proof is no password, but it is worth a guess: it is not shown either.
  const PacketTrace& trace = test.mqtt->trace();
  for (std::uint64_t number = trace.first(); number != trace.end(); ++number) {
    for (const std::string_view secret : {"p=", "v=", "secret"})
      CHECK(as_text(trace.bytes(trace[number])).find(secret) == std::string_view::npos);
  }
}

TEST_CASE("SCRAM-SHA-256 over TCP: a broker that does not know the password gets no message, and neither side is believed "
          "[MQTT5-4.12.0-4]") {
  Scripted impostor;
  REQUIRE(impostor.mqtt->publish("a", "x", {.qos = Qos::at_least_once}));
  impostor.broker = ScramServer("guessed");
  CHECK(impostor.prove(Scripted::data_of(impostor.next<Connect>().properties)) == "");
  impostor.send(Connack{false, {}, {}, Scripted::with("v=" + base64(std::string(32, 'x')))});
  CHECK(impostor.next<Disconnect>().reason_code == ReasonCode::unspecified_error);
  CHECK(impostor.mqtt->stop_reason() == StopReason::refused);
  CHECK(impostor.mqtt->counts().in_flight == 0);
  CHECK(impostor.scram.problem() == "the broker's signature is wrong: it does not know the password");

  Scripted mistaken("sceret");
  CHECK(mistaken.prove(Scripted::data_of(mistaken.next<Connect>().properties)) == "");
  mistaken.send(Connack{false, {}, ReasonCode::not_authorized});
  REQUIRE(mistaken.world.run_until([&] { return mistaken.mqtt->state() == ConnectionState::stopped; }));
  CHECK(mistaken.mqtt->close_record().reason_code == ReasonCode::not_authorized);
}
