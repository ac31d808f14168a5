// A process with several clients, which publish and subscribe at random, each with a history and a journal of its own:
//
//   histories_client SEED VERSION QOS USER PASSWORD DIRECTORY NAME=URL...
//
// VERSION is 4 or 5, QOS the highest that the broker has. On standard input, "drain" ends the publishing; each client that has nothing
// unfinished then writes `idle`. The end of the input ends the process.
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <algorithm>
#include <iostream>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "recording_store.hpp"
#include "wasmqtt/describe.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace histories {
namespace {

using namespace wasmqtt;
using namespace std::chrono_literals;

constexpr unsigned topics = 6;
constexpr std::size_t most_unfinished = 40;

struct Settings {
  unsigned seed;
  int version;
  int highest_qos;
  std::string user;
  std::string password;
  std::string directory;
};

std::string digit(Qos qos) { return std::to_string(static_cast<int>(qos)); }

class Participant {
 public:
  Participant(boost::asio::io_context& context, const Settings& settings, std::string name, const std::string& url, unsigned number)
      : settings_(settings),
        name_(std::move(name)),
        all_topics_(number % 2 == 0),
        history_(settings.directory + '/' + name_ + ".history"),
        random_(settings.seed * 1000 + number * 100 + static_cast<unsigned>(history_.run())),
        store_(context, settings.directory + "/journals", history_),
        loop_(context),
        transport_(context),
        mqtt_(loop_, transport_, options(url), &store_),
        timer_(context) {
    mqtt_.on_event = [this](const MqttEvent& event) { std::visit([this](const auto& it) { tell(it); }, event); };
    mqtt_.on_message = [this](const Message& message) {
      history_.write("received", as_text(message.payload).substr(0, as_text(message.payload).find(' ')), message.topic, digit(message.qos),
                     message.dup ? "dup" : "new");
    };
    mqtt_.on_delivery = [this](Delivery delivery, DeliveryState state, FailureReason reason) { changed(delivery, state, reason); };
    // The broker's session may have them; where it has not, they are asked for again.
    for (const auto& [filter, qos] : history_.filters()) subscribe(filter, Qos{static_cast<std::uint8_t>(qos)});
    if (all_topics_ && history_.filters().empty()) subscribe("h/+", Qos{static_cast<std::uint8_t>(settings_.highest_qos)});
    mqtt_.connect();
    restore_names();
    act();
  }

  void drain() {
    draining_ = true;
    history_.write("drain");
  }

 private:
  MqttOptions options(const std::string& url) const {
    MqttOptions options;
    options.urls = {url};
    options.client.client_id = name_;
    options.client.clean_session = false;
    options.client.session_expiry = 86'400;
    options.client.protocol = settings_.version == 5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
    options.client.keep_alive = 5s;
    options.client.pingresp_timeout = 5s;
    options.client.connack_timeout = 5s;
    options.client.acknowledgement_timeout = 10s;
    options.client.user_name = settings_.user;
    options.client.password.emplace(settings_.password.begin(), settings_.password.end());
    options.driver.open_timeout = 5s;
    options.driver.backoff.first = 50ms;
    options.driver.backoff.longest = 1s;
    options.driver.store_failure = StoreFailure::stop;
    // Brokers that come back refuse for a while.
    options.driver.retry_refusal = [](ConnectReturnCode) { return true; };
    return options;
  }

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_); }
  Qos any_qos() { return Qos{static_cast<std::uint8_t>(below(static_cast<unsigned>(settings_.highest_qos) + 1))}; }
  static std::string topic(unsigned number) { return "h/" + std::to_string(number); }

  void act() {
    timer_.expires_after(std::chrono::milliseconds(draining_ ? 50 : 100 + below(200)));
    timer_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      const auto unfinished = mqtt_.unfinished().size();
      if (draining_) tell_idle(unfinished);
      else if (unfinished < most_unfinished) choose();
      act();
    });
  }

  void choose() {
    if (!all_topics_ && below(60) == 0) return change_subscription(topic(below(topics)));
    for (unsigned more = 1 + below(3); more > 0; --more) publish(topic(below(topics)), any_qos());
  }

  void publish(const std::string& topic, Qos qos) {
    const std::string id = name_ + '-' + std::to_string(history_.run()) + '-' + std::to_string(++published_);
    history_.write("publish", id, topic, digit(qos));
    const auto delivery = mqtt_.publish(topic, id + ' ' + std::string(below(300), '.'), {.qos = qos});
    if (!delivery) return history_.write("rejected", id, delivery.error().message());
    // QoS 0 may have left, or been dropped, within the call: it has no further story.
    if (qos != Qos::at_most_once) names_.emplace(delivery->number, id);
    history_.write("accepted", id, std::to_string(delivery->number));
  }

  void change_subscription(const std::string& filter) {
    const auto found = subscriptions_.find(filter);
    if (found == subscriptions_.end()) return subscribe(filter, any_qos());
    history_.write("unsubscribe", filter);
    mqtt_.unsubscribe(found->second);
    subscriptions_.erase(found);
  }

  void subscribe(const std::string& filter, Qos qos) {
    history_.write("subscribe", filter, digit(qos));
    if (const auto made = mqtt_.subscribe(filter, qos)) subscriptions_[filter] = *made;
  }

  // What the run before has left in the journal is read in connect(). Of a message after its PUBREC no payload is left.
  void restore_names() {
    for (const Delivery delivery : mqtt_.unfinished()) {
      const auto found = history_.accepted().find(delivery.number);
      if (found == history_.accepted().end()) continue;
      names_[delivery.number] = found->second;
      history_.write("restored", found->second);
    }
  }

  void changed(Delivery delivery, DeliveryState state, FailureReason reason) {
    const auto found = names_.find(delivery.number);
    if (found == names_.end()) return;
    if (state == DeliveryState::acknowledged) history_.write("acknowledged", found->second);
    else if (state == DeliveryState::failed) history_.write("failed", found->second, describe(reason));
    else return;
    names_.erase(found);
  }

  void tell(const Connected& event) { history_.write("connected", event.session_present ? "present" : "new"); }
  void tell(const SessionLost&) { history_.write("session_lost"); }
  void tell(const Closed& event) { history_.write("closed", event.record.sentence()); }
  void tell(const StoreProblem& event) { history_.write("store_problem", event.problem); }
  void tell(const SubscriptionAnswered& event) {
    if (event.granted) history_.write("granted", event.filter, digit(*event.granted));
  }
  void tell(const UnsubscribeAnswered& event) {
    if (!event.error) history_.write("unsubscribed", event.filter);
  }
  void tell(const StateChanged& event) {
    if (event.state == ConnectionState::stopped) history_.write("stopped", describe(event.stop_reason));
  }
  template <typename Other>
  void tell(const Other&) {}

  void tell_idle(std::size_t unfinished) {
    const bool idle = unfinished == 0 && mqtt_.connected();
    if (idle && !idle_) history_.write("idle");
    idle_ = idle;
  }

  const Settings& settings_;
  std::string name_;
  bool all_topics_;
  History history_;
  std::minstd_rand random_;
  RecordingStore store_;
  AsioLoop loop_;
  NetworkTransport transport_;
  MqttClient mqtt_;
  boost::asio::steady_timer timer_;
  std::map<decltype(Delivery::number), std::string> names_;
  std::map<std::string, Subscription> subscriptions_;
  unsigned published_ = 0;
  bool draining_ = false;
  bool idle_ = false;
};

class Input {
 public:
  Input(boost::asio::io_context& context, std::function<void()> drain)
      : context_(context), input_(context, ::dup(STDIN_FILENO)), drain_(std::move(drain)) {
    read();
  }

 private:
  void read() {
    boost::asio::async_read_until(input_, buffer_, '\n', [this](boost::system::error_code error, std::size_t) {
      if (error) return context_.stop();
      std::istream lines(&buffer_);
      std::string line;
      std::getline(lines, line);
      if (line == "drain") drain_();
      read();
    });
  }

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::streambuf buffer_;
  std::function<void()> drain_;
};

int run(int count, char** arguments) {
  constexpr int first_client = 7;
  if (count <= first_client) {
    std::cerr << "histories_client SEED VERSION QOS USER PASSWORD DIRECTORY NAME=URL...\n";
    return 2;
  }
  const Settings settings{static_cast<unsigned>(std::stoul(arguments[1])), std::stoi(arguments[2]), std::stoi(arguments[3]),
                          arguments[4], arguments[5], arguments[6]};
  boost::asio::io_context context;
  std::vector<std::unique_ptr<Participant>> all;
  for (int index = first_client; index < count; ++index) {
    const std::string argument = arguments[index];
    const auto equals = argument.find('=');
    all.push_back(std::make_unique<Participant>(context, settings, argument.substr(0, equals), argument.substr(equals + 1),
                                                static_cast<unsigned>(index - first_client)));
  }
  const Input input(context, [&] { std::for_each(all.begin(), all.end(), [](const auto& one) { one->drain(); }); });
  context.run();
  return 0;
}

}  // namespace
}  // namespace histories

int main(int count, char** arguments) { return histories::run(count, arguments); }
