// MqttClient for coroutines: the same calls, awaited.
//
//   Task<Error> greet(AsyncClient& mqtt) {
//     if (Error error = co_await mqtt.connect(10s)) co_return error;
//     const auto subscribed = co_await mqtt.subscribe("greetings/#", Qos::at_least_once, print, 5s);
//     if (!subscribed) co_return subscribed.error();
//     const auto published = co_await mqtt.publish("greetings/world", "hello", {.qos = Qos::at_least_once}, 5s);
//     co_return published.error();
//   }
//
//   boost::asio::io_context context;
//   AsioLoop loop(context), timers(context);
//   MqttClient client(loop, transport, options);
//   AsyncClient mqtt(client, timers);
//   Task<Error> task = greet(mqtt);
//   task.start();
//   context.run();
//
// Each call begins at once and returns what can be awaited, now or later, once; several may be under way. It ends once, with its
// result or after `timeout` with Errc::timed_out. Arguments are copied before the call returns.
//
// Lifetime. What a call returns lies where it was put, in the coroutine mostly, and is not moved. Destroying it (destroying the
// task, say) ends the waiting and nothing else; what it waited for continues. An AsyncClient may be destroyed before those who
// wait: they stay where they are. The MqttClient, the event loop and, for request(), the RequestResponse outlive what is awaited.
//
// A coroutine continues from its event loop, never inside of a call: there it may do anything, and destroy any of these objects.
// Nothing else is needed of the loop, so it runs in any Boost.Asio program beside other handlers. One thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wasmqtt/event_loop.hpp"
#include "wasmqtt/lifetime.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/task.hpp"
#include "wasmqtt/request_response.hpp"

namespace wasmqtt {

class AsyncClient final : private MqttListener {
 public:
  static constexpr Duration forever = Duration::max();

  // `loop` serves this object alone: a second one beside the client's.
  AsyncClient(MqttClient& mqtt, EventLoop& loop);
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  MqttClient& client() { return mqtt_; }

  // What all that can be awaited has in common.
  class Wait {
   public:
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    bool await_ready() const noexcept { return over_; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }

   protected:
    Wait(AsyncClient& owner, Duration timeout);
    ~Wait() { unlink(); }
    void finish();  // it has its result
    AsyncClient* owner() const { return owner_; }

   private:
    friend class AsyncClient;
    virtual void on_event(const MqttEvent&) {}
    virtual void on_timeout() = 0;
    void unlink();

    AsyncClient* owner_;       // nullptr: in no list
    Wait* previous_ = nullptr;
    Wait* next_ = nullptr;
    Time deadline_{};
    bool over_ = false;
    std::coroutine_handle<> waiting_{};
  };

  class [[nodiscard]] Connecting final : public Wait {
   public:
    Error await_resume() const { return result_; }

   private:
    friend class AsyncClient;
    Connecting(AsyncClient& owner, Duration timeout);
    void on_event(const MqttEvent& event) override;
    void on_timeout() override { result_ = local_error(Errc::timed_out); }
    void fail();
    MqttClient& mqtt_;
    Error result_;
  };

  class [[nodiscard]] Publishing final : public Wait {
   public:
    ~Publishing() { (void)take_delivery(); }
    Result<ReasonCode> await_resume() const { return result_; }

   private:
    friend class AsyncClient;
    Publishing(AsyncClient& owner, std::string_view topic, Bytes payload, const PublishOptions& options, Duration timeout);
    void on_delivery(const DeliveryChanged& changed);
    void on_timeout() override;
    Delivery take_delivery();  // from now on nothing of it is awaited
    MqttClient& mqtt_;
    Delivery delivery_;
    bool qos0_;
    Result<ReasonCode> result_ = ReasonCode::success;
  };

  struct Granted {
    Subscription subscription{};
    Qos qos = Qos::at_most_once;
  };
  class [[nodiscard]] Subscribing final : public Wait {
   public:
    Result<Granted> await_resume() const { return result_; }

   private:
    friend class AsyncClient;
    Subscribing(AsyncClient& owner, std::string_view filter, Qos qos, MqttClient::MessageHandler handler, Duration timeout);
    void on_event(const MqttEvent& event) override;
    void on_timeout() override;
    MqttClient& mqtt_;
    Subscription subscription_;
    Result<Granted> result_ = Granted{};
  };

  // The message of an answer, with bytes of its own.
  struct Answer {
    std::string topic{};
    std::vector<std::uint8_t> payload{};
    PropertyList properties{};
  };
  class [[nodiscard]] Requesting final : public Wait {
   public:
    ~Requesting();
    Result<Answer> await_resume() { return std::move(result_); }

   private:
    friend class AsyncClient;
    Requesting(AsyncClient& owner, RequestResponse& requests, std::string_view topic, Bytes payload, Duration timeout);
    void on_timeout() override {}  // the request has its own
    RequestResponse& requests_;
    RequestResponse::Call call_;
    Result<Answer> result_ = Answer{};
  };

  class [[nodiscard]] Sleeping final : public Wait {
   public:
    void await_resume() const {}

   private:
    friend class AsyncClient;
    Sleeping(AsyncClient& owner, Duration duration) : Wait(owner, duration) {}
    void on_timeout() override {}
  };

  // Until CONNACK. It goes on trying meanwhile, and after the time-out, until it is told to disconnect(). Errors: timed_out;
  // not_connected when it stopped trying (MqttClient::stop_reason()), or what is wrong with the options.
  Connecting connect(Duration timeout = forever) { return {*this, timeout}; }
  // Until PUBACK or PUBCOMP; with QoS 0 until it is in the output. Errors: those of MqttClient::publish; not_delivered when the
  // delivery failed (why tells MqttClient::on_delivery_changed); timed_out: a message that has not left is taken back, one that
  // has goes on.
  Publishing publish(std::string_view topic, Bytes payload, const PublishOptions& options = {}, Duration timeout = forever) {
    return {*this, topic, payload, options, timeout};
  }
  Publishing publish(std::string_view topic, std::string_view payload, const PublishOptions& options = {}, Duration timeout = forever) {
    return publish(topic, as_bytes(payload), options, timeout);
  }
  // Until SUBACK. Errors: those of MqttClient::subscribe; not_delivered when the broker refused; timed_out; after both nothing is
  // subscribed. Later the subscription is like any other.
  Subscribing subscribe(std::string_view filter, Qos qos, MqttClient::MessageHandler handler, Duration timeout = forever) {
    return {*this, filter, qos, std::move(handler), timeout};
  }
  // Until the answer. Errors: those of RequestResponse::request.
  Requesting request(RequestResponse& requests, std::string_view topic, Bytes payload, Duration timeout) {
    return {*this, requests, topic, payload, timeout};
  }
  Requesting request(RequestResponse& requests, std::string_view topic, std::string_view payload, Duration timeout) {
    return request(requests, topic, as_bytes(payload), timeout);
  }
  Sleeping sleep(Duration duration) { return {*this, duration}; }

 private:
  struct List {
    Wait* first = nullptr;
    Wait* last = nullptr;
    void push_back(Wait& wait);
    void remove(Wait& wait);
  };

  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged& changed) override;
  void finished(Wait& wait);
  void handle_timer();
  void handle_turn();
  void arm_timer();
  List& list_of(const Wait& wait) { return wait.over_ ? over_ : waiting_; }

  MqttClient& mqtt_;
  EventLoop& loop_;
  List waiting_;  // for a result
  List over_;     // have theirs, and wait for their turn
  std::unordered_map<std::uint64_t, Publishing*> publishing_;  // by the number of the delivery
  std::optional<Time> timer_;
  Lifetime lifetime_;
};

}  // namespace wasmqtt
