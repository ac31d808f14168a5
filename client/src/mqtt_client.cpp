#include "wasmqtt/mqtt_client.hpp"

#include "subscriptions.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt {
namespace {

// Filters in one SUBSCRIBE: brokers in the field limit packets more often than they say.
constexpr std::size_t filters_per_packet = 64;

DriverOptions driver_options(MqttOptions& options) {
  DriverOptions driver = std::move(options.driver);
  if (!options.urls.empty()) driver.urls = std::move(options.urls);
  return driver;
}

}  // namespace

class MqttClient::Core {
 public:
  Core(MqttClient& owner, EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store)
      : owner_(owner), driver_(loop, transport, store, std::move(options.client), driver_options(options)) {
    driver_.on_event = [this](const Event& event) { std::visit([this](const auto& one) { handle(one); }, event); };
    driver_.on_state = [this](ConnectionState state) {
      tell({.kind = Lifecycle::Kind::state_changed,
            .state = state,
            .session_present = session_present_ && state == ConnectionState::connected});
    };
    driver_.on_store_problem = [this](std::string_view problem) {
      tell({.kind = Lifecycle::Kind::store_problem, .text = problem});
    };
  }

  Result<Delivery> publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
    auto delivery = driver_.client().publish(topic, payload, options, driver_.now());
    if (delivery) driver_.flush_soon();
    return delivery;
  }

  Error cancel(Delivery delivery) {
    const Error error = driver_.client().cancel(delivery, driver_.now());
    if (!error) driver_.flush_soon();
    return error;
  }

  void acknowledge(std::uint64_t token) {
    driver_.client().acknowledge(token, driver_.now());
    driver_.flush_soon();
  }

  Result<Subscription> subscribe(std::string_view filter, Qos qos, MessageHandler handler) {
    if (Error error = check_topic_filter(filter)) return error;
    if (static_cast<unsigned>(qos) > 2) return local_error(Errc::invalid_qos);
    const Subscription subscription = subscriptions_.add(filter, qos, std::move(handler));
    tell_broker();
    return subscription;
  }

  void unsubscribe(Subscription subscription) {
    subscriptions_.remove(subscription);
    tell_broker();
  }

  Driver& driver() { return driver_; }

 private:
  void tell(const Lifecycle& event) {
    if (owner_.on_lifecycle) owner_.on_lifecycle(event);
  }

  // Asks for what is wanted and gives up what is not, as far as the client takes requests now; the rest follows with the
  // next answer.
  void tell_broker() {
    Client& client = driver_.client();
    while (client.connected() && client.counts().requests < client.options().max_requests) {
      const auto unwanted = subscriptions_.take_unwanted(filters_per_packet);
      if (!unwanted.empty()) {
        const auto packet_id = client.unsubscribe(unwanted, driver_.now());
        if (!packet_id) {
          subscriptions_.give_back(unwanted);
          break;
        }
        subscriptions_.gave_up(*packet_id, unwanted);
        continue;
      }
      const auto wanted = subscriptions_.take_wanted(filters_per_packet);
      if (wanted.empty()) break;
      const auto packet_id = client.subscribe(wanted, driver_.now());
      if (!packet_id) {
        subscriptions_.give_back(wanted);
        break;
      }
      subscriptions_.asked(*packet_id, wanted);
    }
    driver_.flush_soon();
  }

  void handle(const Connected& event) {
    session_present_ = event.session_present;
    subscriptions_.connected(event.session_present, event.session_in_doubt);
    tell_broker();
  }
  void handle(const SessionLost& event) { tell({.kind = Lifecycle::Kind::session_lost, .session = event}); }
  void handle(const Message& message) {
    if (!subscriptions_.dispatch(message) && owner_.on_unhandled) owner_.on_unhandled(message);
  }
  void handle(const DeliveryChanged& event) {
    if (owner_.on_delivery) owner_.on_delivery(event.delivery, event.state, event.reason);
  }
  void handle(const Subscribed& event) {
    subscriptions_.answered(event.packet_id, event.return_codes, [this](std::string_view filter, std::uint8_t code) {
      const bool refused = code == suback_failure;
      tell({.kind = refused ? Lifecycle::Kind::subscription_refused : Lifecycle::Kind::subscribed,
            .filter = filter,
            .qos = static_cast<Qos>(refused ? 0 : code)});
    });
    if (!event.error) tell_broker();
  }
  void handle(const Unsubscribed& event) {
    subscriptions_.given_up(event.packet_id, !event.error);
    if (!event.error) tell_broker();
  }
  void handle(const Closed&) {}  // on_state follows with what happens next

  MqttClient& owner_;
  Subscriptions subscriptions_;
  bool session_present_ = false;  // of this connection
  Driver driver_;
};

MqttClient::MqttClient(EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store)
    : core_(std::make_unique<Core>(*this, loop, transport, std::move(options), store)) {}
MqttClient::~MqttClient() = default;

void MqttClient::connect() { core_->driver().start(); }
void MqttClient::disconnect() { core_->driver().stop(); }
void MqttClient::abort() { core_->driver().abort(); }
void MqttClient::wake() { core_->driver().wake(); }
void MqttClient::offline() { core_->driver().offline(); }

Result<Delivery> MqttClient::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  return core_->publish(topic, payload, options);
}
Error MqttClient::cancel(Delivery delivery) { return core_->cancel(delivery); }
void MqttClient::acknowledge(std::uint64_t token) { core_->acknowledge(token); }

Result<Subscription> MqttClient::subscribe(std::string_view filter, Qos qos, MessageHandler handler) {
  return core_->subscribe(filter, qos, std::move(handler));
}
void MqttClient::unsubscribe(Subscription subscription) { core_->unsubscribe(subscription); }

ConnectionState MqttClient::state() const { return core_->driver().state(); }
StopReason MqttClient::stop_reason() const { return core_->driver().stop_reason(); }
std::optional<Time> MqttClient::retry_at() const { return core_->driver().retry_at(); }
const CloseRecord& MqttClient::close_record() const { return core_->driver().close_record(); }
std::optional<DeliveryState> MqttClient::delivery_state(Delivery delivery) const {
  return core_->driver().client().delivery_state(delivery);
}
const PacketTrace& MqttClient::trace() const { return core_->driver().client().trace(); }
PacketTrace& MqttClient::trace() { return core_->driver().client().trace(); }
Driver& MqttClient::driver() { return core_->driver(); }

}  // namespace wasmqtt
