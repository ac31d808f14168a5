#include "json.hpp"

#include <charconv>

namespace chat {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

// Bytes of the well-formed UTF-8 sequence at `at`, table 3-7 of the Unicode standard; 0: ill-formed.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) == 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length == 0 || text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte_at(text, at + 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}

void append_utf8(std::uint32_t c, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

// Recursive descent. Each function reads its part from `at_` on and says whether it was there.
class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  bool document(Json& value) {
    skip_space();
    if (!read(value, Json::most_levels)) return false;
    skip_space();
    return at_ == text_.size();
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  bool read(Json& value, int levels) {
    switch (peek()) {
      case '{': return object(value, levels);
      case '[': return array(value, levels);
      case '"': value.kind_ = Json::Kind::string; return string(value.text_);
      case 't': return word(value, Json::Kind::boolean, "true");
      case 'f': return word(value, Json::Kind::boolean, "false");
      case 'n': return word(value, Json::Kind::null, "null");
      default: return number(value);
    }
  }

  bool word(Json& value, Json::Kind kind, std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    value.kind_ = kind;
    value.text_ = word;
    return true;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ != begin;
  }

  bool number(Json& value) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    value.kind_ = Json::Kind::number;
    value.text_ = text_.substr(begin, at_ - begin);
    return true;
  }

  bool hex(std::uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    const char* end = text_.data() + at_ + 4;
    const bool whole = std::from_chars(text_.data() + at_, end, code, 16).ptr == end;
    at_ += 4;
    return whole;
  }

  // Behind "\u". Half a surrogate pair alone is no character.
  bool escaped_code(std::string& out) {
    std::uint32_t code = 0;
    if (!hex(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !hex(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00));
    }
    append_utf8(code, out);
    return true;
  }

  bool escaped(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (c == 'u') return escaped_code(out);
    const std::size_t which = c == '\0' ? std::string_view::npos : letters.find(c);
    if (which == std::string_view::npos) return false;
    out += meanings[which];
    return true;
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      if (take('"')) return true;
      if (take('\\')) {
        if (!escaped(out)) return false;
        continue;
      }
      const std::size_t length = byte_at(text_, at_) < 0x20 ? 0 : sequence_length(text_, at_);
      if (length == 0) return false;
      out.append(text_, at_, length);
      at_ += length;
    }
    return false;
  }

  bool array(Json& value, int levels) {
    value.kind_ = Json::Kind::array;
    return list(value, levels, ']', [] { return true; });
  }

  bool object(Json& value, int levels) {
    value.kind_ = Json::Kind::object;
    return list(value, levels, '}', [this, &value] {
      skip_space();
      if (!string(value.names_.emplace_back())) return false;
      skip_space();
      return take(':');
    });
  }

  template <class Name>
  bool list(Json& value, int levels, char end, Name name) {
    if (levels == 0) return false;
    ++at_;
    skip_space();
    if (take(end)) return true;
    do {
      if (!name()) return false;
      skip_space();
      if (!read(value.items_.emplace_back(), levels - 1)) return false;
      skip_space();
    } while (take(','));
    return take(end);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Json> Json::parse(std::string_view text) {
  std::optional<Json> value(std::in_place);
  if (!JsonParser(text).document(*value)) value.reset();
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
    const std::size_t length = sequence_length(text, at);
    const char c = text[at];
    if (const std::size_t which = short_codes.find(c); which != std::string_view::npos) {
      out.append("\\") += letters[which];
    } else if (byte_at(text, at) < 0x20) {
      out.append("\\u00") += digits[byte_at(text, at) >> 4];
      out += digits[byte_at(text, at) & 15];
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
