// Keeps the shadow of a lamp: what colour is wanted of it, and what it has reported, also while it is away.
//
//   shadow/lamp/desire           "version page colour": a page that has seen this version wants this colour
//   shadow/lamp/report           "colour", retained: the lamp has it now
//   shadow/lamp/document         "version desired reported", retained: what everybody may believe
//   shadow/lamp/delta            "version desired", retained, while the lamp has another colour
//   shadow/lamp/rejected/<page>  "version desired": the wish was made with an older version in view; this is the current one
//
//   shadow_keeper [--mqtt5] URL
#include <iostream>
#include <sstream>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "wasmqtt/topic.hpp"

namespace {

using namespace wasmqtt;

class Keeper {
 public:
  explicit Keeper(MqttClient& mqtt) : mqtt_(mqtt) {}

  // What an earlier run has retained comes first: its subscription leaves first.
  bool begin() {
    const bool subscribed = mqtt_.subscribe("shadow/lamp/document", Qos::exactly_once, [this](const Message& m) { remember(m); }) &&
                            mqtt_.subscribe("shadow/lamp/desire", Qos::exactly_once, [this](const Message& m) { judge(m); }) &&
                            mqtt_.subscribe("shadow/lamp/report", Qos::exactly_once, [this](const Message& m) { take_report(m); });
    mqtt_.connect();
    return subscribed;
  }

 private:
  static std::istringstream words_of(const Message& message) { return std::istringstream(std::string(as_text(message.payload))); }

  void remember(const Message& message) {
    unsigned long version = 0;
    std::string desired, reported;
    if (!(words_of(message) >> version >> desired >> reported) || version < version_ || !message.retain) return;
    version_ = version;
    desired_ = desired;
    reported_ = reported;
  }

  // Wishes come one at a time, in the broker's order: of two with the same version the first one counts.
  void judge(const Message& message) {
    unsigned long version = 0;
    std::string page, colour;
    if (!(words_of(message) >> version >> page >> colour) || check_topic_name(page) || page.find('/') != std::string::npos) return;
    if (version != version_) return send("shadow/lamp/rejected/" + page, std::to_string(version_) + ' ' + desired_, false);
    ++version_;
    desired_ = colour;
    publish();
  }

  void take_report(const Message& message) {
    std::string colour;
    if (!(words_of(message) >> colour)) return;
    reported_ = colour;
    if (desired_.empty()) desired_ = colour;
    publish();
  }

  void publish() {
    const std::string wish = std::to_string(version_) + ' ' + desired_;
    send("shadow/lamp/document", wish + ' ' + (reported_.empty() ? "unknown" : reported_), true);
    send("shadow/lamp/delta", desired_ == reported_ ? "" : wish, true);
  }

  void send(const std::string& topic, const std::string& text, bool retain) {
    const auto sent = mqtt_.publish(topic, text, {.qos = Qos::exactly_once, .retain = retain});
    if (!sent) std::cerr << topic << ": " << sent.error().message() << '\n';
  }

  MqttClient& mqtt_;
  unsigned long version_ = 0;
  std::string desired_;
  std::string reported_;
};

}  // namespace

int main(int argument_count, char** arguments) {
  const Protocol protocol = take_protocol(argument_count, arguments);
  if (argument_count != 2) {
    std::cerr << "usage: shadow_keeper [--mqtt5] URL\n";
    return 2;
  }
  boost::asio::io_context context;
  AsioLoop loop(context);
  NetworkTransport transport(context);
  MqttClient mqtt(loop, transport, {.urls = {arguments[1]}, .client = {.client_id = "shadow-keeper", .protocol = protocol}, .driver = {}});
  Keeper keeper(mqtt);
  if (!keeper.begin()) return 1;
  context.run();
  return 0;
}
