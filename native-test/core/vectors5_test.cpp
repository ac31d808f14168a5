// The byte vectors of data/mqtt5_vectors.json against the codec: accepted ones decoded to their fields and encoded again,
// whole, byte by byte and coalesced; refused ones with an error that says what they say.
#include "vectors.hpp"
#include "wasmqtt/describe.hpp"
#include "wire5.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

const Json& data() {
  static const Json parsed = read_vectors(WASMQTT_VECTORS5);
  return parsed;
}
ByteBuffer bytes_of(const Json& vector) { return from_hex(text_at(vector, "hex")); }

Json properties_json(Properties properties) {
  Json json = Json::object();
  for (const Property& property : properties) {
    const std::string name(name_of(property.id));
    switch (find_rule(static_cast<std::uint32_t>(property.id))->type) {
      case PropertyType::text: json[name] = std::string(property.text); break;
      case PropertyType::binary: json[name + "_hex"] = to_hex(property.bytes()); break;
      case PropertyType::text_pair:
        json["user_properties"].push_back(Json::array({std::string(property.name), std::string(property.text)}));
        break;
      case PropertyType::variable: json["subscription_identifiers"].push_back(property.number); break;
      default:
        if (name.ends_with("_available")) json[name] = property.number == 1;
        else json[name] = property.number;
    }
  }
  return json;
}

// A packet as the vectors write it.
struct ToJson {
  Json operator()(const Connack& p) const {
    return {{"session_present", p.session_present}, {"reason_code", p.reason_code}, {"properties", properties_json(p.properties)}};
  }
  Json operator()(const Publish& p) const {
    Json json{{"topic", std::string(p.topic)}, {"qos", p.qos}, {"dup", p.dup}, {"retain", p.retain},
              {"properties", properties_json(p.properties)}, {"payload_hex", to_hex(p.payload)}};
    if (p.packet_id != 0) json["packet_id"] = p.packet_id;
    return json;
  }
  template <class Answer>
  Json answer(const Answer& p) const {
    return {{"packet_id", p.packet_id}, {"reason_code", p.reason_code}, {"properties", properties_json(p.properties)}};
  }
  Json operator()(const Puback& p) const { return answer(p); }
  Json operator()(const Pubrec& p) const { return answer(p); }
  Json operator()(const Pubrel& p) const { return answer(p); }
  Json operator()(const Pubcomp& p) const { return answer(p); }
  Json codes(PacketId packet_id, Bytes codes, Properties properties) const {
    return {{"packet_id", packet_id}, {"reason_codes", std::vector<int>(codes.begin(), codes.end())},
            {"properties", properties_json(properties)}};
  }
  Json operator()(const Suback& p) const { return codes(p.packet_id, p.return_codes, p.properties); }
  Json operator()(const Unsuback& p) const { return codes(p.packet_id, p.reason_codes, p.properties); }
  Json operator()(const Disconnect& p) const {
    return {{"reason_code", p.reason_code}, {"properties", properties_json(p.properties)}};
  }
  Json operator()(const Auth& p) const {
    return {{"reason_code", p.reason_code}, {"properties", properties_json(p.properties)}};
  }
  template <class Other>
  Json operator()(const Other&) const { return Json::object(); }
};

template <class Use>
int for_each_vector(bool valid, Use use) {
  int count = 0;
  for (const Json& vector : data().at("vectors")) {
    if (vector.at("valid").get<bool>() != valid) continue;
    CAPTURE(text_at(vector, "id"));
    CAPTURE(text_at(vector, "hex"));
    use(vector);
    ++count;
  }
  return count;
}

// A few vectors have packets before the one that they are about.
std::vector<ByteBuffer> frames_of(const Json& vector) {
  const ByteBuffer bytes = bytes_of(vector);
  FrameReader reader(max_remaining_length);
  reader.feed(bytes);
  std::vector<ByteBuffer> frames;
  Frame frame;
  while (reader.next(frame) == FrameReader::Status::frame) frames.emplace_back(frame.whole.begin(), frame.whole.end());
  return frames;
}

// Those of the standard's reasons that the codec alone can know.
std::vector<Errc> expected_errors(const std::string& words) {
  const auto has = [&](const char* part) { return words.find(part) != std::string::npos; };
  if (has("more bytes than needed") || has("five bytes or more"))
    return {Errc::malformed_variable_integer, Errc::malformed_remaining_length};
  if (has("unknown property identifier")) return {Errc::unknown_property};
  if (has("is not valid in") || has("Session Expiry Interval in a DISCONNECT")) return {Errc::property_not_allowed};
  if (has("twice")) return {Errc::repeated_property};
  if (has("only 0 and 1 exist") || has("is 0")) return {Errc::property_out_of_range};
  if (has("fixed header flags") || has("QoS 3")) return {Errc::wrong_flags, Errc::invalid_qos, Errc::dup_on_qos0};
  if (has("reserved connect acknowledge flags")) return {Errc::reserved_bits};
  if (has("does not exist in") || has("is not for a server")) return {Errc::reserved_reason_code};
  if (has("bytes after the properties")) return {Errc::trailing_bytes};
  if (has("packet type")) return {Errc::reserved_packet_type};
  if (has("may only flow")) return {Errc::wrong_direction, Errc::malformed_remaining_length, Errc::truncated};
  if (has("packet identifier 0")) return {Errc::zero_packet_id};
  if (has("ill-formed UTF-8")) return {Errc::ill_formed_utf8};
  if (has("U+0000")) return {Errc::nul_in_string};
  if (has("wildcard")) return {Errc::wildcard_in_topic_name};
  if (has("empty")) return {Errc::empty_topic};
  if (has("no reason code")) return {Errc::suback_count_mismatch};
  if (has("runs past the end")) return {Errc::truncated};
  if (has("carries nothing")) return {Errc::wrong_length};
  return {};
}

}  // namespace

TEST_CASE("vectors 5: accepted ones decode to their fields, and encode to their bytes or to the shorter spelling of the same") {
  int exact = 0;
  const int count = for_each_vector(true, [&](const Json& vector) {
    const ByteBuffer bytes = frames_of(vector).back();
    const auto decoded = decode5(bytes, Direction::inbound);
    CHECK(decoded.error().message() == "no error");
    REQUIRE(decoded.has_value());
    Json fields = vector.at("fields");
    // What an alias stands for, the client knows.
    const Publish* publish = std::get_if<Publish>(&*decoded);
    if (publish != nullptr && publish->topic.empty()) fields["topic"] = "";
    CHECK(std::visit(ToJson{}, *decoded) == fields);
    ByteBuffer again;
    CHECK(encode(*decoded, again, v5, Direction::inbound).message() == "no error");
    if (again == bytes) {
      ++exact;
      return;
    }
    CHECK(again.size() < bytes.size());
    const auto same = decode5(again, Direction::inbound);
    REQUIRE(same.has_value());
    CHECK(*same == *decoded);
    // What is left out is a reason code 0 and a property length 0.
    for (std::size_t at = again.size(); at < bytes.size(); ++at) CHECK(bytes[at] == 0);
  });
  CHECK(count == 127);
  CHECK(exact > 100);
}

TEST_CASE("vectors 5: accepted ones, coalesced and in pieces of every size, arrive whole and in order") {
  ByteBuffer stream;
  std::vector<std::string> expected;
  for_each_vector(true, [&](const Json& vector) {
    append(stream, bytes_of(vector));
    for (const ByteBuffer& frame : frames_of(vector)) expected.push_back(to_hex(frame));
  });
  for (std::size_t piece = 1; piece <= 300; piece += piece < 20 ? 1 : 37) {
    CAPTURE(piece);
    FrameReader reader(max_remaining_length);
    reader.reset(v5);
    std::size_t next = 0;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(Bytes(stream).subspan(at, std::min(piece, stream.size() - at)));
      Frame frame;
      while (reader.next(frame) == FrameReader::Status::frame) {
        REQUIRE(next < expected.size());
        CHECK(to_hex(frame.whole) == expected[next++]);
        CHECK(decode(frame, Direction::inbound, v5).has_value());
      }
    }
    CHECK(next == expected.size());
  }
}

TEST_CASE("vectors 5: refused ones are refused by the codec, with the right error, where their bytes alone say so") {
  int judged = 0;
  for_each_vector(false, [&](const Json& vector) {
    const std::string level = text_at(vector, "level");
    const std::string words = text_at(vector, "error");
    CAPTURE(words);
    const auto decoded = decode5(bytes_of(vector), Direction::inbound);
    if (level == "state" || level == "policy" || words.find("one reason code per filter") != std::string::npos) return;
    REQUIRE_FALSE(decoded.has_value());
    const Error error = decoded.error();
    CHECK(error.side() == Side::peer);
    CHECK(error.clause() != "");
    const std::vector<Errc> expected = expected_errors(words);
    CAPTURE(error.message());
    CHECK_FALSE(expected.empty());
    CHECK(std::find(expected.begin(), expected.end(), error.code()) != expected.end());
    ++judged;
  });
  CHECK(judged > 600);
}
