// Requests and their answers over topics, MQTT 5's section 4.10; in 3.1.1 by a convention of topics.
//
//   RequestResponse requests(mqtt, own_loop);   // own_loop: an AsioLoop or BrowserLoop beside the one of `mqtt`
//   requests.respond("lamp/+/state", [](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
//     (void)reply(state_of(request.topic));
//   });
//   requests.request("lamp/7/state", "", 5s, [](const Result<Message>& answer) {
//     if (answer) print(as_text(answer->payload)); else print(answer.error().message());
//   });
//
// On the wire. Answers come on a topic of this object alone, PREFIX/CLIENT, CLIENT being 128 random bits. In MQTT 5 a request has
// it as its Response Topic, and 64 random bits as its Correlation Data. In 3.1.1, which has neither, the request goes to
// TOPIC/request/CLIENT/ID and its answer comes on PREFIX/CLIENT/ID; both sides have to have the same PREFIX. Responders here
// understand both.
//
// Connections. A request that is made while there is none waits here until there is; then it goes out as a message of QoS 1,
// and is sent again like any other. So a responder can see it twice, and has to bear it; a second answer is ignored. The
// subscription for the answers is made anew when the broker has lost the session; an answer that was under way then is lost,
// and its request times out. So do requests whose answers would come on a topic that another Response Information has replaced.
// A time-out runs in all of these states. What has been asked is not kept in a store.
//
// What is built on it is linked by those who use it only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/event_loop.hpp"
#include "wasmqtt/lifetime.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/slot_table.hpp"

namespace wasmqtt {

struct RequestResponseOptions {
  // PREFIX. A broker of MQTT 5 that gives Response Information is followed instead; it has to be asked, by a Request Response
  // Information of 1 in ClientOptions::properties.
  std::string response_prefix = "responses";
  // As in 3.1.1, whatever is spoken: for responders, or bridges, that speak 3.1.1 only.
  bool always_in_topic = false;
  // Under ClientOptions::manual_acknowledgement: acknowledges answers, and requests when the responder has returned.
  bool acknowledge = false;
  std::size_t max_open = 1000;                       // requests without an answer at once
  std::size_t max_waiting_bytes = 1024 * 1024;       // topics, payloads and properties of those that wait for a connection
  // Which topics a Reply may go to; without it all. A requester chooses the topic, and the reply is sent with our rights.
  std::function<bool(std::string_view response_topic)> allow_response_topic{};
};

class RequestResponse final : private MqttListener {
 public:
  // `loop` serves this object alone; it and `mqtt` outlive it. Errors in the prefix are those of request().
  RequestResponse(MqttClient& mqtt, EventLoop& loop, RequestResponseOptions options = {});
  // What is open ends without a call.
  ~RequestResponse();
  RequestResponse(const RequestResponse&) = delete;
  RequestResponse& operator=(const RequestResponse&) = delete;

  // ---- asking ----

  // Names one request() call; 0: none.
  struct Call {
    std::uint64_t number = 0;
  };
  // Called once, never from inside request(). The message and its views are valid during the call; it may call anything here, and
  // may destroy this object, but not the MqttClient. Errors: timed_out; not_delivered (the broker refused the request or told that
  // nobody listens, or does not let the answers through); those of Client::publish.
  using Answered = std::function<void(const Result<Message>& answer)>;
  // Copies topic, payload and the properties of `options`. The broker, and a responder that the broker still keeps it for, are
  // told of the time-out as its Message Expiry Interval. Errors: topic and property rules; property_not_allowed (Response Topic
  // and Correlation Data are ours); too_many_requests; queue_full.
  Result<Call> request(std::string_view topic, Bytes payload, Duration timeout, Answered answered, const PublishOptions& options);
  Result<Call> request(std::string_view topic, Bytes payload, Duration timeout, Answered answered) {
    return request(topic, payload, timeout, std::move(answered), {.qos = Qos::at_least_once});
  }
  Result<Call> request(std::string_view topic, std::string_view payload, Duration timeout, Answered answered) {
    return request(topic, as_bytes(payload), timeout, std::move(answered));
  }
  // Its answer is ignored from now on, and it is not sent if it has not been. One that has ended: no-op.
  void cancel(Call call);

  // ---- answering ----

  struct Incoming {
    std::string_view topic;  // without what the convention of 3.1.1 adds
    const Message& message;  // valid during the call
  };
  // Where an answer goes. It may be kept, copied, and called later; after this object's end it does nothing.
  class Reply {
   public:
    // Errors: those of MqttClient::publish; subscription_ended after the end.
    Error operator()(Bytes payload, const PublishOptions& options) const;
    Error operator()(Bytes payload) const { return (*this)(payload, {.qos = Qos::at_least_once}); }
    Error operator()(std::string_view payload) const { return (*this)(as_bytes(payload)); }
    const std::string& response_topic() const { return topic_; }

   private:
    friend class RequestResponse;
    Reply(RequestResponse& owner, std::string_view topic, std::string_view correlation)
        : owner_(&owner), alive_(owner.lifetime_.watch()), topic_(topic), correlation_(correlation) {}

    RequestResponse* owner_;
    Lifetime::Watch alive_;
    std::string topic_;
    std::string correlation_;
  };
  using Responder = std::function<void(const Incoming& request, Reply reply)>;
  // Names one respond() call.
  struct Responding {
    std::vector<Subscription> subscriptions{};
  };
  // Requests that match `filter`, as subscribe() takes it. Messages that name no place for an answer are ignored. A request comes at
  // least once. Errors: those of MqttClient::subscribe.
  Result<Responding> respond(std::string_view filter, Responder responder, Qos qos = Qos::at_least_once);
  void stop_responding(const Responding& responding) { mqtt_.unsubscribe(responding.subscriptions); }

  // ---- getters ----
  struct Counts {
    std::size_t open = 0;           // requests
    std::size_t waiting_bytes = 0;
    std::size_t ignored = 0;        // answers that belong to no open request: late, repeated, forged; and messages to a responder
                                    // that name no place for an answer, or none that is allowed
  };
  Counts counts() const { return {count_, waiting_bytes_, ignored_}; }
  const std::string& response_topic() const { return response_topic_; }  // empty before the first request left

 private:
  struct Open {
    std::uint64_t number = 0;  // 0: a free place
    Time deadline{};
    Answered answered{};
    Delivery delivery{};
    bool waiting = false;      // for a connection; what follows is empty otherwise
    std::string topic{};
    std::vector<std::uint8_t> payload{};
    PropertyList properties{};
    Qos qos = Qos::at_least_once;

    std::size_t bytes() const { return topic.size() + payload.size() + properties.view().wire().size(); }
  };

  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged& changed) override;

  void connected();
  Error listen();
  Error send(Open& open);
  void came(std::string_view response_topic, const Message& message);
  void asked(const Responder& responder, const Message& message);
  void handle_timer();
  void arm_timer();
  Slot find(std::uint64_t number) const;
  Open take(Slot slot);
  void end(Slot slot, const Result<Message>& answer);
  void end_all(const std::vector<Slot>& slots, Error error);

  MqttClient& mqtt_;
  EventLoop& loop_;
  RequestResponseOptions options_;
  std::string client_;  // this object's level
  std::string response_topic_;
  Subscription listening_{};
  SlotTable<Open> open_;
  SlotIndex by_number_;
  SlotIndex by_delivery_;
  std::size_t count_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t ignored_ = 0;
  std::optional<Time> timer_;
  Lifetime lifetime_;
};

}  // namespace wasmqtt
