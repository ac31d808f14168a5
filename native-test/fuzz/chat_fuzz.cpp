// The chat's JSON: any bytes can be offered; what is taken can be written and read again.
#include "chat/iso_time.hpp"
#include "chat/wire.hpp"
#include "fuzz.hpp"
#include "wasmqtt/utf8.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::chrono::minutes offset{static_cast<int>(input.below(97)) * 15 - 12 * 60};
  const std::string_view text = as_text(input.rest());
  const auto milliseconds = [](chat::Time time) { return std::chrono::floor<std::chrono::milliseconds>(time); };

  const auto message = chat::parse_message(text);
  check(message.value.has_value() != !message.problem.empty(), "a message or a problem, never both");
  if (message.value) {
    const auto again = chat::parse_message(chat::write_message(*message.value, offset));
    check(again.value.has_value(), "what was read can be written and read again");
    check(again.value->message_id == message.value->message_id && again.value->content == message.value->content,
          "id and content survive");
    check(milliseconds(again.value->timestamp) == milliseconds(message.value->timestamp), "the time survives");
  }
  const auto status = chat::parse_status(text);
  check(status.value.has_value() != !status.problem.empty(), "a status or a problem, never both");
  if (status.value) {
    const auto again = chat::parse_status(chat::write_status(*status.value, offset));
    check(again.value && again.value->online == status.value->online, "a status survives");
  }
  const auto wrapped = chat::parse_message(R"({"messageId":"1","timestamp":"2025-03-01T10:42:05Z","content":)" +
                                           chat::json_string(text) + "}");
  if (text.size() < 1000) check(wrapped.value.has_value(), "json_string() writes a JSON string, whatever the text");
  (void)chat::parse_iso_time(text);
  return 0;
}
