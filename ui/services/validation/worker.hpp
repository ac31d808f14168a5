// Answers each request to deliver a message once, in the order of arrival: accepted, or rejected with a reason.
//
//   Worker worker(connection.mqtt, store, checks, now, log);
//   connection.mqtt.connect();
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "answer_store.hpp"
#include "message_checks.hpp"
#include "wasmqtt/mqtt_client.hpp"

namespace validation {

class Worker {
 public:
  // `mqtt` has `store` and a session that the broker keeps; both outlive the worker.
  Worker(wasmqtt::MqttClient& mqtt, AnswerStore& store, std::vector<Check> checks, std::function<wasmqtt::Time()> now,
         std::function<void(std::string_view)> log);

  // For good: takes no more requests, answers those that it has, and disconnects.
  void retire();

 private:
  void receive(const wasmqtt::Message& message);
  void handle(const wasmqtt::MqttEvent& event);
  void answer(const std::string& topic, std::string_view payload);

  wasmqtt::MqttClient& mqtt_;
  std::vector<wasmqtt::Subscription> subscriptions_;
  AnswerStore& store_;
  const std::vector<Check> checks_;
  const std::function<wasmqtt::Time()> now_;
  const std::function<void(std::string_view)> log_;
};

}  // namespace validation
