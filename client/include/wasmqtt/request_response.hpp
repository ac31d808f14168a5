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
// One question may have many answers: of several responders, or a stream of one.
//
//   requests.request_each("lamps", as_bytes("who?"), {.until = Until::time, .timeout = 1s}, [](const RequestResponse::Answer& answer) {
//     if (answer.message) print(as_text(answer.message->payload));
//   }, {.qos = Qos::at_least_once});
//
// On the wire. Answers come on a topic of this object alone, PREFIX/CLIENT, CLIENT being 128 random bits. In MQTT 5 a request has
// it as its Response Topic, and 64 random bits as its Correlation Data. In 3.1.1, which has neither, the request goes to
// TOPIC/request/CLIENT/ID and its answer comes on PREFIX/CLIENT/ID; both sides have to have the same PREFIX. Responders here
// understand both. An answer that is not the only one says so: by a User Property `answer`, in 3.1.1 by one more level of its
// topic. `more`: others follow. `end`: no answer, but the end of them. `error`: the responder failed, and the payload may say why.
// Answers of peers that know nothing of it have no such mark, and are the last ones. Who wants no more of a stream sends its
// request again with the User Property `request` of `cancel`, in 3.1.1 to TOPIC/request/CLIENT/ID/cancel.
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
#include <limits>
#include <memory>
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

// What ends a request.
enum class Until : std::uint8_t {
  answer,  // the first answer
  end,     // of one responder that streams: its end, or an answer that does not announce others
  time,    // of several responders, whose number nobody knows: the time-out, which is no error then
};

struct RequestResponseOptions {
  // PREFIX. A broker of MQTT 5 that gives Response Information is followed instead; it has to be asked, by a Request Response
  // Information of 1 in ClientOptions::properties.
  std::string response_prefix = "responses";
  // As in 3.1.1, whatever is spoken: for responders, or bridges, that speak 3.1.1 only.
  bool always_in_topic = false;
  // Under ClientOptions::manual_acknowledgement: acknowledges answers, and requests when the responder has returned.
  bool acknowledge = false;
  // Of the subscription for the answers. Those of QoS 0 pass a message that waits to be acknowledged.
  Qos answer_qos = Qos::at_least_once;
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
  // nobody listens, or does not let the answers through); responder_failed; those of Client::publish.
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
  struct Expected {
    Until until = Until::answer;
    Duration timeout{};                                              // Until::end: from one answer to the next
    std::size_t most = std::numeric_limits<std::size_t>::max();      // answers: after so many it has ended, too; at least 1
  };
  struct Answer {
    const Message* message = nullptr;  // nullptr: the end, or the error, comes without one
    bool last = false;                 // nothing comes after it
    Error error{};                     // of the last one: those of Answered, responder_failed among them; none: the end
  };
  using Heard = std::function<void(const Answer& answer)>;
  // The same for many answers: `heard` is called for each, and for the end, as Answered is. Under Until::time what one responder
  // says of its end or its failure is ignored: others may answer.
  Result<Call> request_each(std::string_view topic, Bytes payload, const Expected& expected, Heard heard,
                            const PublishOptions& options);

  // Its answers are ignored from now on, and it is not sent if it has not been; a responder that streams is told. One that has
  // ended: no-op.
  void cancel(Call call);

  // ---- answering ----

  struct Incoming {
    std::string_view topic;  // without what the convention of 3.1.1 adds
    const Message& message;  // valid during the call
  };
  // Where answers go. It may be kept, copied, and called later; after this object's end it does nothing. Errors of all: those of
  // MqttClient::publish; subscription_ended after the end.
  class Reply {
   public:
    // The answer, or the last one of several.
    Error operator()(Bytes payload, const PublishOptions& options) const { return send(payload, {}, options).error(); }
    Error operator()(Bytes payload) const { return (*this)(payload, {.qos = Qos::at_least_once}); }
    Error operator()(std::string_view payload) const { return (*this)(as_bytes(payload)); }
    // One answer of several: others follow, or end(). Its delivery tells how fast the broker takes them.
    Result<Delivery> more(Bytes payload, const PublishOptions& options) const;
    Error end() const;                               // there is no further answer
    Error fail(std::string_view words = {}) const;   // there is none; the requester can read the words
    // Called, once, when the requester wants no more of a stream; which it may never say. Until the last answer, or until
    // RequestResponseOptions::max_open later ones wait for the same.
    void on_cancel(std::function<void()> cancelled) const;
    const std::string& response_topic() const { return topic_; }

   private:
    friend class RequestResponse;
    Reply(RequestResponse& owner, std::string_view topic, std::string_view correlation, bool in_topic)
        : owner_(&owner), alive_(owner.lifetime_.watch()), topic_(topic), correlation_(correlation), in_topic_(in_topic) {}
    Result<Delivery> send(Bytes payload, std::string_view mark, const PublishOptions& options) const;

    RequestResponse* owner_;
    Lifetime::Watch alive_;
    std::string topic_;
    std::string correlation_;
    bool in_topic_;  // as in 3.1.1
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
    std::uint64_t number = 0;
    Time deadline{};
    Expected expected{};
    Heard heard{};
    Delivery delivery{};
    bool streamed = false;     // a responder has announced further answers
    std::string topic{};
    bool waiting = false;      // for a connection; what follows is empty otherwise
    std::vector<std::uint8_t> payload{};
    PropertyList properties{};
    Qos qos = Qos::at_least_once;

    std::size_t bytes() const { return topic.size() + payload.size() + properties.view().wire().size(); }
  };

  struct Streaming {
    std::string topic;
    std::string correlation;
    std::function<void()> cancelled;
  };

  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged& changed) override;

  void connected();
  Error listen();
  Error send(Open& open);
  std::string address(const Open& open, PropertyList& properties) const;
  void came(std::string_view response_topic, const Message& message);
  void heard(Slot slot, const Message& message, std::string_view mark);
  void stop_stream(const Open& open);
  void asked(const Responder& responder, const Message& message);
  std::function<void()> take_streaming(std::string_view topic, std::string_view correlation);
  void handle_timer();
  void arm_timer();
  Slot find(std::uint64_t number) const;
  std::vector<Slot> those(bool (*wanted)(const Open& open, Time now)) const;
  std::unique_ptr<Open> take(Slot slot);
  void end(Slot slot, const Answer& answer);
  void end_all(const std::vector<Slot>& slots, Error error);

  MqttClient& mqtt_;
  EventLoop& loop_;
  RequestResponseOptions options_;
  std::string client_;  // this object's level
  std::string response_topic_;
  Subscription listening_{};
  SlotTable<std::unique_ptr<Open>> open_;  // nullptr: a free place
  SlotIndex by_number_;
  SlotIndex by_delivery_;
  std::vector<Streaming> streaming_;
  std::size_t count_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t ignored_ = 0;
  std::optional<Time> timer_;
  Lifetime lifetime_;
};

}  // namespace wasmqtt
