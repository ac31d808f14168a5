#include "wasmqtt/native/scram.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <charconv>
#include <utility>

#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a terminator
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()))));
  return text;
}

// nullopt unless it is exactly what base64() makes: no white space, no bits to spare.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size())) < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(bytes.size() - padding);
  return base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

// Empty: it could not be made, and nothing may pass for it.
std::string hmac(std::string_view key, std::string_view text) {
  std::string result(SHA256_DIGEST_LENGTH, '\0');
  const auto length = static_cast<int>(key.size());
  return HMAC(EVP_sha256(), key.data(), length, bytes_of(text), text.size(), bytes_of(result), nullptr) ? result : std::string();
}

std::string sha256(std::string_view text) {
  std::string result(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(text), text.size(), bytes_of(result));
  return result;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

// What SASLprep leaves as it is, or could not allow.
bool is_prepared(std::string_view text) { return !text.empty() && !check_utf8(text) && !has_discouraged_characters(text); }

// Commas and equal signs part what is around a name.
std::string escaped(std::string_view name) {
  std::string text;
  for (const char letter : name) {
    if (letter == ',') text += "=2C";
    else if (letter == '=') text += "=3D";
    else text += letter;
  }
  return text;
}

// No channel binding, and whom to act as.
std::string header(const ScramOptions& options) {
  const std::string& id = options.authorization_id;
  return id.empty() ? "n,," : "n,a=" + escaped(id) + ',';
}

// "r=..." at the front of `rest`, up to the next comma; nullopt: something else is there.
std::optional<std::string_view> take(std::string_view& rest, char name) {
  if (rest.size() < 2 || rest[0] != name || rest[1] != '=') return std::nullopt;
  const std::size_t end = rest.find(',');
  const std::string_view value = rest.substr(2, end == std::string_view::npos ? end : end - 2);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return value;
}

bool to_number(std::string_view text, unsigned& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return stop == end && error == std::errc{} && !text.empty();
}

bool is_nonce(std::string_view text) {
  for (const char letter : text) {
    if (letter < 0x21 || letter > 0x7e || letter == ',') return false;
  }
  return true;
}

std::vector<std::uint8_t> message(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

ScramSha256::ScramSha256(std::string user, std::string password, ScramOptions options)
    : user_(std::move(user)), password_(std::move(password)), options_(std::move(options)) {}

ScramSha256::~ScramSha256() {
  wipe(password_);
  forget_keys();
}

void ScramSha256::set_password(std::string password) {
  wipe(password_);
  password_ = std::move(password);
  forget_keys();
}

void ScramSha256::forget_keys() {
  wipe(client_key_);
  wipe(server_key_);
  iterations_ = 0;
}

bool ScramSha256::refuse(std::string_view problem) {
  expects_ = Expects::nothing;
  problem_ = problem;
  return false;
}

std::string ScramSha256::make_nonce() {
  std::string random(24, '\0');
  if (RAND_bytes(bytes_of(random), static_cast<int>(random.size())) != 1) return {};
  return base64(random);
}

std::optional<std::vector<std::uint8_t>> ScramSha256::begin() {
  problem_ = {};
  expects_ = Expects::nothing;
  nonce_ = make_nonce();
  if (!is_prepared(user_) || !is_prepared(password_) ||
      (!options_.authorization_id.empty() && !is_prepared(options_.authorization_id))) {
    refuse("the user name or the password is empty, no UTF-8, or has control characters");
    return std::nullopt;
  }
  if (nonce_.empty()) {
    refuse("there is no randomness");
    return std::nullopt;
  }
  expects_ = Expects::server_first;
  client_first_ = "n=" + escaped(user_) + ",r=" + nonce_;
  return message(header(options_) + client_first_);
}

std::optional<std::vector<std::uint8_t>> ScramSha256::respond(Bytes data) {
  const std::string_view server_first = as_text(data);
  if (std::exchange(expects_, Expects::nothing) != Expects::server_first) {
    refuse("the broker asks again");
    return std::nullopt;
  }
  std::string_view rest = server_first;
  const auto nonce = take(rest, 'r');  // an extension that has to be understood, m=, is none
  const auto salt_text = nonce ? take(rest, 's') : std::nullopt;
  const auto count = salt_text ? take(rest, 'i') : std::nullopt;
  const auto salt = count ? from_base64(*salt_text) : std::nullopt;
  unsigned iterations = 0;
  const bool counted = count && to_number(*count, iterations);
  if (!salt || !counted || !is_nonce(*nonce)) {
    refuse("the broker's first message is malformed");
    return std::nullopt;
  }
  if (!nonce->starts_with(nonce_) || nonce->size() == nonce_.size()) {
    refuse("the broker's nonce does not continue ours");
    return std::nullopt;
  }
  if (iterations < options_.least_iterations || iterations > options_.most_iterations) {
    refuse("the broker's number of iterations is out of bounds");
    return std::nullopt;
  }
  if (!derive_keys(*salt, iterations)) {
    refuse("the keys can't be derived");
    return std::nullopt;
  }
  const std::string without_proof = "c=" + base64(header(options_)) + ",r=" + std::string(*nonce);
  const std::string all = client_first_ + ',' + std::string(server_first) + ',' + without_proof;
  std::string proof = hmac(sha256(client_key_), all);
  server_signature_ = hmac(server_key_, all);
  if (proof.size() != client_key_.size() || server_signature_.empty()) {
    refuse("the keys can't be derived");
    return std::nullopt;
  }
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key_[i]);
  expects_ = Expects::server_final;
  return message(without_proof + ",p=" + base64(proof));
}

bool ScramSha256::derive_keys(std::string_view salt, unsigned iterations) {
  if (salt == salt_ && iterations == iterations_ && !client_key_.empty() && !server_key_.empty()) return true;
  forget_keys();
  std::string salted(SHA256_DIGEST_LENGTH, '\0');
  if (PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), bytes_of(salt), static_cast<int>(salt.size()),
                        static_cast<int>(iterations), EVP_sha256(), static_cast<int>(salted.size()), bytes_of(salted)) != 1)
    return false;
  client_key_ = hmac(salted, "Client Key");
  server_key_ = hmac(salted, "Server Key");
  wipe(salted);
  salt_ = salt;
  iterations_ = iterations;
  return !client_key_.empty() && !server_key_.empty();
}

bool ScramSha256::finish(Bytes data) {
  const bool expected = std::exchange(expects_, Expects::nothing) == Expects::server_final;
  const std::string signature = std::exchange(server_signature_, {});
  if (!expected) return refuse("the broker accepts without having asked for a proof");
  std::string_view rest = as_text(data);
  const auto shown = take(rest, 'v');
  if (!shown) return refuse("the broker does not show its signature");
  const auto bytes = from_base64(*shown);
  const bool same = bytes && bytes->size() == signature.size() &&
                    CRYPTO_memcmp(bytes->data(), signature.data(), signature.size()) == 0;
  return same || refuse("the broker's signature is wrong: it does not know the password");
}

}  // namespace wasmqtt
