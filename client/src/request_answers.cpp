// Requests that are answered here; request_response.cpp has those that are asked.
#include <algorithm>
#include <utility>

#include "request_topics.hpp"
#include "wasmqtt/request_response.hpp"

namespace wasmqtt {

Result<RequestResponse::Responding> RequestResponse::respond(std::string_view filter, Responder responder, Qos qos) {
  const auto handler = [this, responder = std::move(responder)](const Message& message) { asked(responder, message); };
  const std::string in_topic = std::string(filter).append(marker).append("+/+/#");
  std::vector<MqttClient::SubscribeRequest> requests(1);
  requests.front() = {.filter = filter, .qos = qos, .handler = handler};
  if (!filter.ends_with('#')) requests.push_back({.filter = in_topic, .qos = qos, .handler = handler});
  const auto made = mqtt_.subscribe(requests);
  if (!made) return made.error();
  return Responding{*made};
}

void RequestResponse::asked(const Responder& responder, const Message& message) {
  const auto in_topic = take_apart(message.topic);
  const std::string topic = in_topic ? joined(options_.response_prefix, in_topic->address)
                                     : std::string(message.properties.text(PropertyId::response_topic));
  const std::string_view correlation = in_topic ? std::string_view() : message.properties.text(PropertyId::correlation_data);
  const bool cancels = in_topic ? in_topic->cancels : user_property(message.properties, request_mark) == cancel_mark;
  const auto alive = lifetime_.watch();
  if (topic.empty() || (options_.allow_response_topic && !options_.allow_response_topic(topic))) {
    ++ignored_;
  } else if (cancels) {
    if (const auto cancelled = take_streaming(topic, correlation)) cancelled();
    else ++ignored_;
  } else {
    responder({in_topic ? in_topic->topic : message.topic, message}, Reply(*this, topic, correlation, in_topic.has_value()));
  }
  if (alive && options_.acknowledge) mqtt_.acknowledge(message.token);
}

// What is to be called when that stream is cancelled; it is forgotten here.
std::function<void()> RequestResponse::take_streaming(std::string_view topic, std::string_view correlation) {
  const auto is_it = [&](const Streaming& one) { return one.topic == topic && one.correlation == correlation; };
  const auto found = std::find_if(streaming_.begin(), streaming_.end(), is_it);
  if (found == streaming_.end()) return {};
  std::function<void()> cancelled = std::move(found->cancelled);
  streaming_.erase(found);
  return cancelled;
}

void RequestResponse::Reply::on_cancel(std::function<void()> cancelled) const {
  if (!alive_) return;
  std::vector<Streaming>& all = owner_->streaming_;
  if (all.size() >= std::max<std::size_t>(owner_->options_.max_open, 1)) all.erase(all.begin());
  all.push_back({topic_, correlation_, std::move(cancelled)});
}

Result<Delivery> RequestResponse::Reply::more(Bytes payload, const PublishOptions& options) const {
  return send(payload, more_mark, options);
}
Error RequestResponse::Reply::end() const { return send({}, end_mark, {.qos = Qos::at_least_once}).error(); }
Error RequestResponse::Reply::fail(std::string_view words) const {
  return send(as_bytes(words), error_mark, {.qos = Qos::at_least_once}).error();
}

// In 3.1.1 the mark is one more level of the topic.
Result<Delivery> RequestResponse::Reply::send(Bytes payload, std::string_view mark, const PublishOptions& options) const {
  if (!alive_) return local_error(Errc::subscription_ended);
  if (mark != more_mark) (void)owner_->take_streaming(topic_, correlation_);
  std::string topic = topic_;
  PropertyList properties;
  properties.assign(options.properties);
  if (in_topic_) {
    if (!mark.empty()) topic.append("/").append(mark);
  } else {
    if (!correlation_.empty()) {
      if (Error error = properties.add(PropertyId::correlation_data, as_bytes(correlation_))) return error;
    }
    if (!mark.empty()) (void)properties.add_user_property(answer_mark, mark);
  }
  PublishOptions with = options;
  with.properties = properties;
  return owner_->mqtt_.publish(topic, payload, with);
}

}  // namespace wasmqtt
