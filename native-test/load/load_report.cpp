#include "load_report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace wasmqtt::load {
namespace {

constexpr double percents[] = {50, 90, 99, 99.9};

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string decimal(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

// Three digits that count.
std::string in_ms(Duration duration) {
  const double ms = milliseconds(duration);
  return decimal(ms, ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

void add_row(std::string& text, const char* name, const Histogram& histogram) {
  if (histogram.count() == 0) return;
  char label[64];
  std::snprintf(label, sizeof label, "%-24s", name);
  text += label;
  for (const double percent : percents) text += padded(in_ms(histogram.percentile(percent)), 10);
  text += padded(in_ms(histogram.largest()), 10) + '\n';
}

void add_count(std::string& text, std::uint64_t count, const char* what) {
  if (count != 0) text += "  " + grouped(count) + " " + what + "\n";
}

nlohmann::json values(const Histogram& histogram) {
  if (histogram.count() == 0) return nullptr;
  return {{"count", histogram.count()},
          {"p50", milliseconds(histogram.percentile(50))},
          {"p90", milliseconds(histogram.percentile(90))},
          {"p99", milliseconds(histogram.percentile(99))},
          {"p99_9", milliseconds(histogram.percentile(99.9))},
          {"max", milliseconds(histogram.largest())}};
}

}  // namespace

std::string progress_line(const LoadProgress& progress) {
  static constexpr const char* names[] = {"connecting", "sending", "waiting for the rest", "disconnecting"};
  std::string text = std::string(names[static_cast<std::size_t>(progress.phase)]) + ", " + decimal(progress.seconds, 0) + " s: " +
                     grouped(progress.connected) + " connected";
  if (progress.sent != 0)
    text += ", " + grouped(progress.sent) + " due, " + grouped(progress.acknowledged) + " acknowledged, " + grouped(progress.received) +
            " received, 99 % within " + in_ms(progress.recent_99) + " ms";
  return text;
}

std::string table(const LoadOptions& options, const LoadReport& report) {
  std::string text;
  if (report.connections != 0)
    text += grouped(report.connections) + " connections in " + decimal(report.connect_seconds, 1) + " s, " +
            decimal(static_cast<double>(report.bytes_per_connection) / 1024, 1) + " KiB of memory for each\n";
  const MessageTotals& messages = report.messages;
  if (messages.accepted + messages.refused != 0) {
    text += grouped(messages.accepted) + " messages of " + grouped(options.payload_bytes) + " bytes in " + decimal(report.send_seconds, 1) +
            " s, QoS " + std::to_string(static_cast<int>(options.qos)) + ": " + grouped(messages.acknowledged) + " acknowledged, " +
            grouped(messages.received) + " received\n\n";
    text += "ms, from the intended time      50 %      90 %      99 %    99.9 %       max\n";
    add_row(text, "to the client", report.lateness);
    add_row(text, "to the acknowledgement", report.to_acknowledgement);
    add_row(text, "to the receiver", report.to_receiver);
    text += '\n';
  }
  add_count(text, messages.refused, "messages were not accepted by the client: its queue is full, or QoS 0 without a connection");
  add_count(text, messages.failed, "messages have failed, as the client has told");
  add_count(text, messages.unfinished, "messages are unacknowledged: the client would send them again");
  add_count(text, messages.lost_by_broker, options.qos == Qos::at_most_once ? "messages did not arrive" : "messages were lost by the broker: acknowledged, and not received");
  add_count(text, messages.repeated, "times a message was received once more");
  for (const auto& [sentence, times] : report.endings) text += "  " + grouped(times) + " × " + sentence + "\n";
  if (!report.problem.empty()) text += report.problem + "\n";
  return text;
}

std::string json(const LoadOptions& options, const LoadReport& report) {
  const MessageTotals& messages = report.messages;
  const nlohmann::json all{
      {"options",
       {{"connections", options.connections}, {"rate", options.rate}, {"seconds", options.seconds}, {"qos", static_cast<int>(options.qos)},
        {"payload", options.payload_bytes}, {"receivers", options.receivers.value_or(options.connections)}, {"mqtt5", options.mqtt5}}},
      {"connections", report.connections},
      {"connect_seconds", report.connect_seconds},
      {"bytes_per_connection", report.bytes_per_connection},
      {"send_seconds", report.send_seconds},
      {"messages",
       {{"accepted", messages.accepted}, {"refused", messages.refused}, {"acknowledged", messages.acknowledged}, {"failed", messages.failed},
        {"received", messages.received}, {"repeated", messages.repeated}, {"lost_by_broker", messages.lost_by_broker},
        {"unfinished", messages.unfinished}}},
      {"milliseconds",
       {{"lateness", values(report.lateness)}, {"to_acknowledgement", values(report.to_acknowledgement)},
        {"to_receiver", values(report.to_receiver)}}},
      {"endings", report.endings},
      {"problem", report.problem}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace wasmqtt::load
