#include "wasmqtt/mqtt_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "subscriptions.hpp"
#include "wasmqtt/topic.hpp"
#include "wasmqtt/utf8.hpp"

namespace wasmqtt {
namespace {

DriverOptions driver_options(MqttOptions& options) {
  DriverOptions driver = std::move(options.driver);
  if (!options.urls.empty()) driver.urls = std::move(options.urls);
  return driver;
}

}  // namespace

class MqttClient::Impl {
 public:
  Impl(MqttClient& owner, EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store)
      : owner_(owner),
        filters_per_packet_(std::max<std::size_t>(options.filters_per_packet, 1)),
        resubscribe_(options.resubscribe),
        old_only_(options.client.protocol == Protocol::mqtt_3_1_1),
        identified_(options.subscription_identifiers),
        subscriptions_(options.subscription_identifiers),
        driver_(loop, transport, store, std::move(options.client), driver_options(options)) {
    driver_.on_event = [this](const Event& event) { std::visit([this](const auto& one) { handle(one); }, event); };
    driver_.on_state = [this](ConnectionState state) { state_changed(state); };
    driver_.on_store_problem = [this](std::string_view problem) { tell(StoreProblem{problem}); };
    driver_.on_takeover = [this](const TakeoverSuspected& suspected) { tell(suspected); };
    driver_.on_fallback = [this](std::string_view url) { tell(FellBack{url}); };
    driver_.on_turn = [this] {
      subscriptions_.tell_settled(tell_);
      if (owner_.on_turn) owner_.on_turn();
    };
  }

  Result<std::vector<Subscription>> subscribe(std::span<const SubscribeRequest> requests) {
    for (const SubscribeRequest& request : requests) {
      if (Error error = check(request.filter)) return error;
      if (static_cast<unsigned>(request.qos) > 2) return local_error(Errc::invalid_qos);
      if (Error error = check_options(request)) return error;
    }
    std::vector<Subscription> made;
    for (const SubscribeRequest& request : requests) made.push_back(subscriptions_.add(request));
    tell_broker();
    return made;
  }

  Error unsubscribe(std::span<const Subscription> subscriptions, Properties properties) {
    if (Error error = check_properties(properties, PacketType::unsubscribe)) return error;
    for (const Subscription subscription : subscriptions) subscriptions_.remove(subscription, properties);
    tell_broker();
    return {};
  }

  Result<Subscription> unsubscribe_filter(std::string_view filter, Properties properties) {
    if (Error error = check(filter)) return error;
    if (Error error = check_properties(properties, PacketType::unsubscribe)) return error;
    const Subscription call = subscriptions_.remove_filter(filter, properties);
    tell_broker();
    return call;
  }

  void add_listener(MqttListener& listener) { listeners_.push_back(&listener); }
  void remove_listener(MqttListener& listener) {
    std::replace(listeners_.begin(), listeners_.end(), &listener, static_cast<MqttListener*>(nullptr));
    if (telling_ == 0) std::erase(listeners_, nullptr);
  }

  Driver& driver() { return driver_; }
  Client& client() { return driver_.client(); }

  std::vector<FilterState> filters() const { return subscriptions_.states(); }

 private:
  void tell(const MqttEvent& event) {
    if (owner_.on_event) owner_.on_event(event);
    tell_listeners([&](MqttListener& listener) { listener.on_mqtt_event(event); });
  }

  // One that is removed meanwhile leaves its place empty until all have been told.
  template <class Tell>
  void tell_listeners(Tell&& tell) {
    if (listeners_.empty()) return;
    ++telling_;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (listeners_[i] != nullptr) tell(*listeners_[i]);
    }
    if (--telling_ == 0) std::erase(listeners_, nullptr);
  }

  // What client_.subscribe() would refuse, so that one filter never holds up the others of its packet.
  Error check(std::string_view filter) const {
    if (Error error = old_only_ ? check_topic_filter(filter) : check_subscription(filter)) return error;
    const bool discouraged = driver_.client().options().strict_text && has_discouraged_characters(filter);
    return discouraged ? local_error(Errc::discouraged_character) : Error{};
  }

  Error check_options(const SubscribeRequest& request) const {
    const bool any = request.no_local || request.retain_as_published || request.retain_handling != RetainHandling::send;
    if (any && old_only_) return local_error(Errc::not_in_this_version);
    if (request.no_local && is_shared(request.filter)) return local_error(Errc::no_local_on_shared_subscription);
    if (request.retain_handling > RetainHandling::do_not_send) return local_error(Errc::reserved_bits);
    if (identified_ && request.properties.has(PropertyId::subscription_identifier))
      return local_error(Errc::property_not_allowed);
    return check_properties(request.properties, PacketType::subscribe);
  }

  Error check_properties(Properties properties, PacketType type) const {
    if (!properties.empty() && old_only_) return local_error(Errc::not_in_this_version);
    return wasmqtt::check(properties, host_of(type), Direction::outbound);
  }

  void state_changed(ConnectionState state) {
    if (state == ConnectionState::stopped) {
      subscriptions_.stopped();
      driver_.flush_soon();
    }
    tell(StateChanged{state, driver_.stop_reason(), driver_.retry_at()});
    if (state != ConnectionState::connected) return;
    if (driver_.state() == state) tell(connected_);
    if (driver_.state() == state) warn_of_session();
  }

  // The classic traps: a session that is asked for and not to be had, and one that nobody will find again.
  void warn_of_session() {
    const ClientOptions& options = client().options();
    const bool v5 = client().version() == ProtocolVersion::mqtt_5;
    const bool lasts = client().session_expiry() != 0;
    const std::string_view assigned = client().server_properties().text(PropertyId::assigned_client_identifier);
    const bool forgotten = assigned.data() != nullptr && assigned == options.client_id && !driver_.durable();
    const bool other = last_id_ && *last_id_ != options.client_id;
    if (v5 && !options.clean_session && !lasts) warn(SessionWarning::Reason::expires_at_once);
    last_id_ = options.client_id;
    if ((forgotten || other) && (v5 ? lasts : !options.clean_session)) warn(SessionWarning::Reason::client_id_changes);
  }

  void warn(SessionWarning::Reason reason) {
    bool& told = warned_[static_cast<std::size_t>(reason)];
    if (!std::exchange(told, true)) tell(SessionWarning{reason});
  }

  // Asks for what is wanted and ends what is not, as far as the client takes requests now; the rest follows with the
  // next answer, or when a packet id is free.
  void tell_broker() {
    while (client().connected() && client().counts().requests < client().options().max_requests) {
      if (!send_unsubscribe() && !send_subscribe()) break;
    }
    driver_.flush_soon();
  }

  bool send_unsubscribe() {
    const auto filters = subscriptions_.take_unwanted(filters_per_packet_);
    if (filters.empty()) return false;
    auto packet_id = client().unsubscribe(filters, driver_.now(), in_this_version(subscriptions_.taken_properties()));
    // What is too large for the broker loses its words, as a DISCONNECT does.
    if (packet_id.error().code() == Errc::above_server_limit) packet_id = client().unsubscribe(filters, driver_.now());
    if (packet_id) subscriptions_.unsubscribe_sent(*packet_id);
    else subscriptions_.give_back_unwanted();
    return packet_id.has_value();
  }

  bool send_subscribe() { return send_subscribe(filters_per_packet_); }

  bool send_subscribe(std::size_t most) {
    const bool identified = identified_ && client().server().subscription_identifiers_available;
    const auto requests = subscriptions_.take_wanted(identified ? 1 : most, client().version());
    if (requests.empty()) return false;
    PropertyList properties;
    properties.assign(in_this_version(subscriptions_.taken_properties()));
    if (identified)
      (void)properties.add(PropertyId::subscription_identifier, subscriptions_.identifier_of(requests.front().filter));
    const auto packet_id = client().subscribe(requests, driver_.now(), properties);
    if (packet_id) {
      subscriptions_.subscribe_sent(*packet_id);
      return true;
    }
    // What this broker does not offer holds up no other filter: each is asked for alone then, and that one has its answer.
    const bool unsupported = is_unsupported(packet_id.error());
    if (unsupported && requests.size() == 1) {
      subscriptions_.subscribe_refused(packet_id.error());
      return true;
    }
    subscriptions_.give_back_wanted();
    return unsupported && send_subscribe(1);
  }

  static bool is_unsupported(Error error) {
    return error.code() == Errc::wildcards_not_supported || error.code() == Errc::shared_not_supported ||
           error.code() == Errc::identifiers_not_supported || error.code() == Errc::above_server_limit;
  }

  Properties in_this_version(Properties properties) {
    return client().version() == ProtocolVersion::mqtt_5 ? properties : Properties{};
  }

  void handle(const Connected& event) {
    connected_ = event;
    subscriptions_.connected(event.session_present, event.session_in_doubt, resubscribe_);
    tell_broker();
  }
  void handle(const SessionLost& event) { tell(event); }
  void handle(const Message& message) {
    if (owner_.on_message) owner_.on_message(message);
    const bool matters = subscriptions_.has_handlers() || (owner_.on_unhandled && !owner_.on_message);
    if (!matters) return;
    const bool handled = subscriptions_.dispatch(message);
    if (!handled && !owner_.on_message && owner_.on_unhandled) owner_.on_unhandled(message);
  }
  void handle(const DeliveryChanged& event) {
    const bool ended = event.state == DeliveryState::acknowledged || event.state == DeliveryState::failed;
    if (ended && subscriptions_.has_work()) tell_broker();
    if (owner_.on_delivery) owner_.on_delivery(event.delivery, event.state, event.reason);
    if (owner_.on_delivery_changed) owner_.on_delivery_changed(event);
    tell_listeners([&](MqttListener& listener) { listener.on_mqtt_delivery(event); });
  }
  void handle(const Subscribed& event) {
    subscriptions_.subscribe_answered(event, tell_);
    if (!event.error) tell_broker();
  }
  void handle(const Unsubscribed& event) {
    subscriptions_.unsubscribe_answered(event, tell_);
    if (!event.error) tell_broker();
  }
  void handle(const Closed& event) { tell(event); }
  void handle(const Authentication& event) { tell(event); }

  MqttClient& owner_;
  const std::size_t filters_per_packet_;
  const bool resubscribe_;
  const bool old_only_;  // what MQTT 3.1.1 has no place for is refused, not left out
  const bool identified_;
  const Subscriptions::Tell tell_ = [this](const MqttEvent& event) { tell(event); };
  Subscriptions subscriptions_;
  std::vector<MqttListener*> listeners_;
  unsigned telling_ = 0;
  Connected connected_;  // of this connection
  std::optional<std::string> last_id_;  // of the connection before
  std::array<bool, 2> warned_{};        // by SessionWarning::Reason
  Driver driver_;
};

MqttClient::MqttClient(EventLoop& loop, Transport& transport, MqttOptions options, SessionStore* store)
    : impl_(std::make_unique<Impl>(*this, loop, transport, std::move(options), store)) {}
MqttClient::~MqttClient() = default;

void MqttClient::add_listener(MqttListener& listener) { impl_->add_listener(listener); }
void MqttClient::remove_listener(MqttListener& listener) { impl_->remove_listener(listener); }

void MqttClient::connect() { impl_->driver().start(); }
void MqttClient::disconnect() { impl_->driver().stop(); }
Error MqttClient::disconnect(const DisconnectOptions& options) { return impl_->driver().stop(options); }
void MqttClient::disconnect_when_done(Duration timeout) { (void)impl_->driver().stop_when_done(timeout, {}); }
Error MqttClient::disconnect_when_done(Duration timeout, const DisconnectOptions& options) {
  return impl_->driver().stop_when_done(timeout, options);
}
void MqttClient::abort() { impl_->driver().abort(); }
void MqttClient::wake() { impl_->driver().wake(); }
void MqttClient::offline() { impl_->driver().offline(); }
void MqttClient::forgive_endings() { impl_->driver().forgive_endings(); }

Error MqttClient::reauthenticate() { return impl_->driver().reauthenticate(); }
Error MqttClient::reauthenticate(Bytes data, Properties words) {
  const Error error = impl_->client().reauthenticate(data, impl_->driver().now(), words);
  if (!error) impl_->driver().flush_soon();
  return error;
}
Error MqttClient::authenticate(Bytes data, Properties words) {
  const Error error = impl_->client().authenticate(data, impl_->driver().now(), words);
  if (!error) impl_->driver().flush_soon();
  return error;
}
void MqttClient::refuse_authentication() {
  impl_->client().refuse_authentication(impl_->driver().now());
  impl_->driver().flush_soon();
}

Result<Delivery> MqttClient::publish(std::string_view topic, Bytes payload, const PublishOptions& options) {
  return impl_->driver().publish(topic, payload, options);
}
Error MqttClient::cancel(Delivery delivery) {
  const Error error = impl_->client().cancel(delivery, impl_->driver().now());
  if (!error) impl_->driver().flush_soon();
  return error;
}
void MqttClient::acknowledge(std::uint64_t token) {
  impl_->client().acknowledge(token, impl_->driver().now());
  impl_->driver().flush_soon();
}
void MqttClient::hold(std::uint64_t token) { impl_->client().hold(token); }
Error MqttClient::refuse(std::uint64_t token, ReasonCode reason_code) {
  const Error error = impl_->client().refuse(token, reason_code, impl_->driver().now());
  impl_->driver().flush_soon();
  return error;
}
void MqttClient::pause() { impl_->client().pause_messages(true); }
void MqttClient::resume() {
  impl_->client().pause_messages(false);
  impl_->driver().flush_soon();
}

Result<Subscription> MqttClient::subscribe(std::string_view filter, Qos qos, MessageHandler handler) {
  const SubscribeRequest request{.filter = filter, .qos = qos, .handler = std::move(handler)};
  const auto made = impl_->subscribe({&request, 1});
  if (!made) return made.error();
  return made->front();
}
Result<std::vector<Subscription>> MqttClient::subscribe(std::span<const SubscribeRequest> requests) {
  return impl_->subscribe(requests);
}
Error MqttClient::unsubscribe(std::span<const Subscription> subscriptions, Properties properties) {
  return impl_->unsubscribe(subscriptions, properties);
}
Result<Subscription> MqttClient::unsubscribe_filter(std::string_view filter, Properties properties) {
  return impl_->unsubscribe_filter(filter, properties);
}

ConnectionState MqttClient::state() const { return impl_->driver().state(); }
StopReason MqttClient::stop_reason() const { return impl_->driver().stop_reason(); }
std::optional<Time> MqttClient::retry_at() const { return impl_->driver().retry_at(); }
const CloseRecord& MqttClient::close_record() const { return impl_->driver().close_record(); }
Error MqttClient::error() const { return impl_->driver().error(); }
const std::string& MqttClient::url() const { return impl_->driver().url(); }
UrlChoice MqttClient::url_choice() const { return impl_->driver().url_choice(); }
bool MqttClient::durable() const { return impl_->driver().durable(); }
ProtocolVersion MqttClient::version() const { return impl_->client().version(); }
const ServerLimits& MqttClient::server() const { return impl_->client().server(); }
Properties MqttClient::server_properties() const { return impl_->client().server_properties(); }
Properties MqttClient::ending_properties() const { return impl_->client().ending_properties(); }
std::optional<DeliveryState> MqttClient::delivery_state(Delivery delivery) const {
  return impl_->client().delivery_state(delivery);
}
std::vector<Delivery> MqttClient::unfinished() const { return impl_->client().unfinished(); }
std::optional<Client::Outgoing> MqttClient::outgoing(Delivery delivery) const { return impl_->client().outgoing(delivery); }
Client::Counts MqttClient::counts() const { return impl_->client().counts(); }
std::optional<Time> MqttClient::next_ping() const { return impl_->client().next_ping(); }
std::vector<MqttClient::FilterState> MqttClient::filters() const { return impl_->filters(); }
const PacketTrace& MqttClient::trace() const { return impl_->client().trace(); }
PacketTrace& MqttClient::trace() { return impl_->client().trace(); }

}  // namespace wasmqtt
