// An account's line to its broker: a MqttClient of its own, or a SharedMember, its part of a connection that several tabs have
// together. They have the same functions, and this is what the chat uses of them. Internal.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace chat {

class Line {
 public:
  using SubscribeRequest = wasmqtt::MqttClient::SubscribeRequest;

  virtual ~Line() = default;

  virtual void connect() = 0;
  virtual void disconnect() = 0;
  virtual void abort() = 0;
  virtual void wake() = 0;
  virtual void offline() = 0;

  virtual wasmqtt::Result<wasmqtt::Delivery> publish(std::string_view topic, std::string_view payload,
                                                     const wasmqtt::PublishOptions& options) = 0;
  virtual void acknowledge(std::uint64_t token) = 0;
  virtual wasmqtt::Result<std::vector<wasmqtt::Subscription>> subscribe(std::span<const SubscribeRequest> requests) = 0;
  virtual void unsubscribe(wasmqtt::Subscription subscription) = 0;
  virtual void unsubscribe_filter(std::string_view filter) = 0;

  virtual wasmqtt::ConnectionState state() const = 0;
  bool connected() const { return state() == wasmqtt::ConnectionState::connected; }
  virtual wasmqtt::StopReason stop_reason() const = 0;
  virtual std::optional<wasmqtt::Time> retry_at() const = 0;
  virtual const wasmqtt::CloseRecord& close_record() const = 0;
  virtual const std::string& url() const = 0;
  virtual std::optional<wasmqtt::DeliveryState> delivery_state(wasmqtt::Delivery delivery) const = 0;
  virtual std::vector<wasmqtt::MqttClient::FilterState> filters() const = 0;
};

// `client` outlives this object.
template <class Client>
class LineOf final : public Line {
 public:
  explicit LineOf(Client& client) : client_(client) {}

  void connect() override { client_.connect(); }
  void disconnect() override { client_.disconnect(); }
  void abort() override { client_.abort(); }
  void wake() override { client_.wake(); }
  void offline() override { client_.offline(); }

  wasmqtt::Result<wasmqtt::Delivery> publish(std::string_view topic, std::string_view payload,
                                             const wasmqtt::PublishOptions& options) override {
    return client_.publish(topic, payload, options);
  }
  void acknowledge(std::uint64_t token) override { client_.acknowledge(token); }
  wasmqtt::Result<std::vector<wasmqtt::Subscription>> subscribe(std::span<const SubscribeRequest> requests) override {
    return client_.subscribe(requests);
  }
  void unsubscribe(wasmqtt::Subscription subscription) override { client_.unsubscribe(subscription); }
  void unsubscribe_filter(std::string_view filter) override { (void)client_.unsubscribe_filter(filter); }

  wasmqtt::ConnectionState state() const override { return client_.state(); }
  wasmqtt::StopReason stop_reason() const override { return client_.stop_reason(); }
  std::optional<wasmqtt::Time> retry_at() const override { return client_.retry_at(); }
  const wasmqtt::CloseRecord& close_record() const override { return client_.close_record(); }
  const std::string& url() const override { return client_.url(); }
  std::optional<wasmqtt::DeliveryState> delivery_state(wasmqtt::Delivery delivery) const override {
    return client_.delivery_state(delivery);
  }
  std::vector<wasmqtt::MqttClient::FilterState> filters() const override { return client_.filters(); }

 private:
  Client& client_;
};

}  // namespace chat
