// Answers each request to deliver a message once, in the order of arrival: accepted, or rejected with a reason. Takes no more
// requests while too many answers wait to be sent: those stay with the broker, which holds them until they are acknowledged.
//
//   Worker worker(connection.mqtt, store, checks, part, now, log);
//   connection.mqtt.connect();
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "answer_store.hpp"
#include "message_checks.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace validation {

// Which requests are a worker's.
struct Part {
  // Those of every sender whose name falls to this number, of so many. 0 of 0: those that the broker gives it, of a shared
  // subscription, which other workers have, too.
  std::size_t number = 0;
  std::size_t of = 0;

  bool is_shared() const { return of == 0; }
  bool has(std::string_view sender) const;
};

// Answers that wait to be sent, before no more requests are taken; many times what is on the way at once.
inline constexpr std::size_t most_waiting = 200;

class Worker {
 public:
  // `mqtt` has `store`, a session that the broker keeps, and room for most_waiting messages; both outlive the worker.
  Worker(wasmqtt::MqttClient& mqtt, AnswerStore& store, std::vector<Check> checks, Part part, std::function<wasmqtt::Time()> now,
         std::function<void(std::string_view)> log);

  // For good: takes no more requests, answers those that it has, and disconnects.
  void retire();

 private:
  void subscribe();
  void receive(const wasmqtt::Message& message);
  void handle(const wasmqtt::MqttEvent& event);
  void answer(const std::string& topic, std::string_view payload);

  wasmqtt::MqttClient& mqtt_;
  std::vector<wasmqtt::Subscription> subscriptions_;
  AnswerStore& store_;
  const std::vector<Check> checks_;
  const Part part_;
  bool retiring_ = false;
  const std::function<wasmqtt::Time()> now_;
  const std::function<void(std::string_view)> log_;
};

}  // namespace validation
