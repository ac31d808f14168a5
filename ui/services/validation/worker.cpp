#include "worker.hpp"

#include <array>
#include <cstdint>

#include "chat/checked_messages.hpp"

namespace validation {

using namespace wasmqtt;
using chat::checked_topic;
using chat::CheckStep;

namespace {

constexpr std::array requests = {chat::all_message_requests_filter, chat::all_room_requests_filter};

std::string filter_for(std::string_view filter, bool shared) { return std::string(shared ? "$share/validation/" : "").append(filter); }

}  // namespace

// FNV-1a: the same in each worker, whatever it was built with.
bool Part::has(std::string_view sender) const {
  std::uint32_t hash = 2166136261;
  for (const char letter : sender) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16777619;
  return is_shared() || hash % of == number;
}

Worker::Worker(MqttClient& mqtt, AnswerStore& store, std::vector<Check> checks, Part part, std::function<Time()> now,
               std::function<void(std::string_view)> log)
    : mqtt_(mqtt), store_(store), checks_(std::move(checks)), part_(part), now_(std::move(now)), log_(std::move(log)) {
  mqtt_.on_event = [this](const MqttEvent& event) { handle(event); };
  mqtt_.on_delivery = [this](Delivery, DeliveryState, FailureReason) {
    if (mqtt_.counts().queued <= most_waiting / 2) mqtt_.resume();
  };
  // What the session has from before comes before the subscriptions are there again.
  mqtt_.on_message = [this](const Message& message) { receive(message); };
  subscriptions_.resize(requests.size());
  subscribe();
}

void Worker::subscribe() {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string filter = filter_for(requests[i], part_.is_shared());
    const MqttClient::SubscribeRequest request{
        .filter = filter, .qos = Qos::at_least_once, .ask_again = true, .replaces = subscriptions_[i]};
    if (const auto made = mqtt_.subscribe({&request, 1})) subscriptions_[i] = made->front();
    // The session may still have what an earlier run has read.
    (void)mqtt_.unsubscribe_filter(filter_for(requests[i], !part_.is_shared()));
  }
}

void Worker::retire() {
  retiring_ = true;
  mqtt_.unsubscribe(subscriptions_);
  mqtt_.disconnect_when_done(std::chrono::seconds{5});
}

void Worker::receive(const Message& message) {
  const auto topic = chat::parse_checked_topic(message.topic);
  if (!topic || topic->step != CheckStep::request || message.retain || !part_.has(topic->sender)) return;
  const chat::Parsed<chat::WireMessage> content = chat::parse_message(as_text(message.payload));
  if (!content.value)
    return answer(checked_topic(topic->message, CheckStep::rejected), chat::write_rejected({{}, content.problem}));
  const std::string& id = content.value->message_id;
  if (!store_.first_time(std::string(topic->message) + '\n' + id)) return;
  if (const auto reason = refusal(checks_, {topic->sender, *content.value, now_()}))
    return answer(checked_topic(topic->message, CheckStep::rejected), chat::write_rejected({id, *reason}));
  answer(checked_topic(topic->message, CheckStep::accepted), as_text(message.payload));
}

// QoS 2: once, whatever happens to the connection. It is in the journal before the request is acknowledged.
void Worker::answer(const std::string& topic, std::string_view payload) {
  const auto sent = mqtt_.publish(topic, payload, {.qos = Qos::exactly_once});
  if (mqtt_.counts().queued >= most_waiting) mqtt_.pause();
  if (!sent) log_("an answer could not be sent: " + std::string(sent.error().message()));
}

void Worker::handle(const MqttEvent& event) {
  const auto* connected = std::get_if<Connected>(&event);
  // Mosquitto 2.0.11 keeps sessions when it restarts, but not the shared subscriptions in them.
  if (connected != nullptr && connected->session_present && part_.is_shared() && !retiring_) subscribe();
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer != nullptr && answer->granted) log_("ready for " + std::string(answer->filter));
  if (answer != nullptr && !answer->granted && !answer->error) log_("the broker refused " + std::string(answer->filter));
  if (const auto* problem = std::get_if<StoreProblem>(&event)) log_(problem->problem);
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed != nullptr && changed->state == ConnectionState::waiting) log_(mqtt_.close_record().sentence());
}

}  // namespace validation
