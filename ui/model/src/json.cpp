#include "json.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "wasmqtt/utf8.hpp"

namespace chat {

// Makes a tree of what nlohmann_json's reader finds, event by event. An event that returns false ends the reading.
// The library's own tree would not keep numbers as they were written, and costs the page several times as much.
class JsonBuilder {
 public:
  // Only `text` of such a number is used. The widest type, because one beyond its range is refused.
  using Float = long double;

  explicit JsonBuilder(Json& root) : root_(root) {}

  bool null() { return leaf(Json::Kind::null, "null"); }
  bool boolean(bool value) { return leaf(Json::Kind::boolean, value ? "true" : "false"); }
  // Whole numbers that fit have one spelling each, but for -0, the only zero that comes as a signed one.
  bool number_integer(std::int64_t value) { return leaf(Json::Kind::number, value == 0 ? "-0" : std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) { return leaf(Json::Kind::number, std::to_string(value)); }
  // The library has replaced the point by that of the locale.
  bool number_float(Float, std::string text) {
    if (const std::size_t at = text.find_first_not_of("+-0123456789Ee"); at != std::string::npos) text[at] = '.';
    return leaf(Json::Kind::number, std::move(text));
  }
  bool string(std::string& text) { return leaf(Json::Kind::string, std::move(text)); }
  bool start_object(std::size_t) { return start(Json::Kind::object); }
  bool start_array(std::size_t) { return start(Json::Kind::array); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }

  bool key(std::string& name) {
    open_.back()->names_.push_back(std::move(name));
    return true;
  }

  // Comes with formats other than JSON only.
  template <class Bytes>
  bool binary(const Bytes&) { return false; }

  template <class Error>
  bool parse_error(std::size_t, const std::string&, const Error&) { return false; }

 private:
  Json& add(Json::Kind kind) {
    Json& value = open_.empty() ? root_ : open_.back()->items_.emplace_back();
    value.kind_ = kind;
    return value;
  }

  bool leaf(Json::Kind kind, std::string text) {
    add(kind).text_ = std::move(text);
    return true;
  }

  bool start(Json::Kind kind) {
    if (open_.size() == Json::most_levels) return false;
    open_.push_back(&add(kind));
    return true;
  }

  bool end() {
    open_.pop_back();
    return true;
  }

  Json& root_;
  std::vector<Json*> open_;  // outermost first; only the last one grows, so the others stay where they are
};

std::optional<Json> Json::parse(std::string_view text) {
  using Reader = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, JsonBuilder::Float>;
  // The library skips a byte order mark and ends at a NUL byte. RFC 8259 knows neither.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::optional<Json> value(std::in_place);
  JsonBuilder builder(*value);
  if (!Reader::sax_parse(text.data(), text.data() + text.size(), &builder)) value.reset();
  return value;
}

const Json* Json::find(std::string_view name) const {
  for (std::size_t i = names_.size(); i-- != 0;) {
    if (names_[i] == name) return &items_[i];
  }
  return nullptr;
}

std::optional<std::int64_t> Json::integer() const {
  if (kind_ != Kind::number) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text_.data() + text_.size();
  const auto [at, error] = std::from_chars(text_.data(), end, value);
  return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

std::string Json::pretty() const {
  std::string out;
  write(out, 0);
  return out;
}

void Json::write(std::string& out, std::size_t indent) const {
  if (kind_ == Kind::string) {
    out += json_string(text_);
  } else if (!is_structured()) {
    out += text_;
  } else if (items_.empty()) {
    out += kind_ == Kind::array ? "[]" : "{}";
  } else {
    out += kind_ == Kind::array ? '[' : '{';
    for (std::size_t i = 0; i < items_.size(); ++i) {
      out.append(i == 0 ? "\n" : ",\n").append(indent + 2, ' ');
      if (kind_ == Kind::object) out.append(json_string(names_[i])).append(": ");
      items_[i].write(out, indent + 2);
    }
    out.append("\n").append(indent, ' ') += kind_ == Kind::array ? ']' : '}';
  }
}

std::string json_string(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  static constexpr std::string_view short_codes = "\"\\\b\f\n\r\t";
  static constexpr std::string_view letters = "\"\\bfnrt";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = wasmqtt::utf8_sequence(text.substr(at));
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t which = short_codes.find(c); which != std::string_view::npos) {
      out.append("\\") += letters[which];
    } else if (byte < 0x20) {
      out.append("\\u00") += digits[byte >> 4];
      out += digits[byte & 15];
    } else if (length == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out.append(text, at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return out += '"';
}

}  // namespace chat
