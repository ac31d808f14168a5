#include "worker.hpp"

#include "chat/checked_messages.hpp"

namespace validation {

using namespace wasmqtt;
using chat::checked_topic;
using chat::CheckStep;

Worker::Worker(MqttClient& mqtt, AnswerStore& store, std::vector<Check> checks, std::function<Time()> now,
               std::function<void(std::string_view)> log)
    : mqtt_(mqtt), store_(store), checks_(std::move(checks)), now_(std::move(now)), log_(std::move(log)) {
  mqtt_.on_event = [this](const MqttEvent& event) { handle(event); };
  // What the session has from before comes before the subscriptions are there again.
  mqtt_.on_message = [this](const Message& message) { receive(message); };
  for (const std::string_view requests : {chat::all_message_requests_filter, chat::all_room_requests_filter}) {
    const auto made = mqtt_.subscribe("$share/validation/" + std::string(requests), Qos::at_least_once);
    if (made) subscriptions_.push_back(*made);
  }
}

void Worker::retire() {
  mqtt_.unsubscribe(subscriptions_);
  mqtt_.disconnect_when_done(std::chrono::seconds{5});
}

void Worker::receive(const Message& message) {
  const auto topic = chat::parse_checked_topic(message.topic);
  if (!topic || topic->step != CheckStep::request || message.retain) return;
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
  if (!sent) log_("an answer could not be sent: " + std::string(sent.error().message()));
}

void Worker::handle(const MqttEvent& event) {
  const auto* answer = std::get_if<SubscriptionAnswered>(&event);
  if (answer != nullptr && answer->granted) log_("ready for " + std::string(answer->filter));
  if (answer != nullptr && !answer->granted && !answer->error) log_("the broker refused " + std::string(answer->filter));
  if (const auto* problem = std::get_if<StoreProblem>(&event)) log_(problem->problem);
  const auto* changed = std::get_if<StateChanged>(&event);
  if (changed != nullptr && changed->state == ConnectionState::waiting) log_(mqtt_.close_record().sentence());
}

}  // namespace validation
