// JSON as the chat needs it: parse into a tree, look up, write. RFC 8259, strictly. nlohmann_json reads it.
//
//   const std::optional<Json> json = Json::parse(text);
//   if (const Json* id = json ? json->find("messageId") : nullptr) use(id->string());
//
// Numbers are kept as they were written, so that what a person is shown is what was sent; nothing here calculates.
// A number that is beyond every floating-point type may be refused.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/wire.hpp"

namespace chat {

class Json {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  // Nothing when `text` is not one JSON value in well-formed UTF-8, or when it is nested deeper than most_levels.
  static std::optional<Json> parse(std::string_view text);
  static constexpr int most_levels = 200;

  Kind kind() const { return kind_; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_structured() const { return kind_ == Kind::object || kind_ == Kind::array; }

  // The member of that name (the last one, if it is there twice), or nullptr; nullptr if this is not an object.
  const Json* find(std::string_view name) const;
  // The items of an array or object, in their order; each of an object has a name.
  std::size_t size() const { return items_.size(); }
  const Json& item(std::size_t index) const { return items_[index]; }
  const std::string& name(std::size_t index) const { return names_[index]; }
  const std::string* string() const { return kind_ == Kind::string ? &text_ : nullptr; }
  // Of an array or object, in order; else none.
  const std::vector<Json>& items() const { return items_; }
  // Of true and false only.
  std::optional<bool> boolean() const { return kind_ == Kind::boolean ? std::optional(text_ == "true") : std::nullopt; }
  // A whole number that fits; else nullopt.
  std::optional<std::int64_t> integer() const;

  // Over several lines, indented by two spaces a level.
  std::string pretty() const;

 private:
  friend class JsonBuilder;
  void write(std::string& out, std::size_t indent) const;

  Kind kind_ = Kind::null;
  std::string text_;               // string: its characters; number, boolean and null: as they were written
  std::vector<std::string> names_; // object: one for each item
  std::vector<Json> items_;
};

// Builds an object: JsonObject().add("a", "text").add("b", 7).take().
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view text) { return raw(name, json_string(text)); }
  JsonObject& add(std::string_view name, std::int64_t number) { return raw(name, std::to_string(number)); }
  // A template, because a pointer to characters would become a bool before it becomes a view.
  template <std::same_as<bool> Bool>
  JsonObject& add(std::string_view name, Bool value) { return raw(name, value ? "true" : "false"); }
  // `value` is JSON already.
  JsonObject& raw(std::string_view name, std::string_view value) {
    text_.append(text_.size() > 1 ? "," : "").append(json_string(name)).append(":").append(value);
    return *this;
  }
  std::string take() { return std::move(text_) + '}'; }

 private:
  std::string text_ = "{";
};

}  // namespace chat
