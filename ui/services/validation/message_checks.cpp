#include "message_checks.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <stdexcept>

namespace validation {

class ForbiddenWords::Splitter {
 public:
  Splitter() {
    UErrorCode status = U_ZERO_ERROR;
    folding_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
    words_.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no word boundaries: ") + u_errorName(status));
  }

  // " one two three ", folded; what is no word (spaces, punctuation) is left out.
  std::string split(std::string_view text) const {
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString folded =
        folding_->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size()))), status);
    std::string result = " ";
    if (U_FAILURE(status)) return result;
    words_->setText(folded);
    for (auto begin = words_->first(), end = words_->next(); end != icu::BreakIterator::DONE; begin = end, end = words_->next()) {
      if (words_->getRuleStatus() == UBRK_WORD_NONE) continue;
      folded.tempSubStringBetween(begin, end).toUTF8String(result);
      result += ' ';
    }
    return result;
  }

 private:
  const icu::Normalizer2* folding_ = nullptr;  // ICU's own
  std::unique_ptr<icu::BreakIterator> words_;
};

ForbiddenWords::ForbiddenWords() : splitter_(std::make_unique<Splitter>()) {}
ForbiddenWords::~ForbiddenWords() = default;

void ForbiddenWords::set(const std::vector<std::string>& words) {
  words_.clear();
  for (const std::string& word : words) {
    if (std::string folded = splitter_->split(word); folded.size() > 1) words_.emplace_back(std::move(folded), word);
  }
}

std::optional<std::string> ForbiddenWords::find_in(std::string_view text) const {
  if (words_.empty()) return std::nullopt;
  const std::string folded = splitter_->split(text);
  for (const auto& [word, given] : words_) {
    if (folded.find(word) != std::string::npos) return given;
  }
  return std::nullopt;
}

Check check_words(const ForbiddenWords& words) {
  return [&words](const CheckedMessage& message) -> std::optional<std::string> {
    const auto found = words.find_in(message.content.content);
    if (!found) return std::nullopt;
    return "The message contains \"" + *found + "\", which is not allowed here.";
  };
}

Check check_size(std::size_t most_bytes) {
  return [most_bytes](const CheckedMessage& message) -> std::optional<std::string> {
    if (message.content.content.size() <= most_bytes) return std::nullopt;
    return "The message has " + std::to_string(message.content.content.size()) + " bytes. The limit is " +
           std::to_string(most_bytes) + ".";
  };
}

Check check_rate(chat::RateLimit& limit, std::size_t per_minute) {
  return [&limit, per_minute](const CheckedMessage& message) -> std::optional<std::string> {
    if (limit.take(std::string(message.sender), message.now)) return std::nullopt;
    return "These are more than " + std::to_string(per_minute) + " messages in a minute. Please write more slowly.";
  };
}

std::optional<std::string> refusal(const std::vector<Check>& checks, const CheckedMessage& message) {
  for (const Check& check : checks) {
    if (auto reason = check(message)) return reason;
  }
  return std::nullopt;
}

}  // namespace validation
