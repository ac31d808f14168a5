// A user of MQTT Chat that is a program.
//
//   Bot bot(options);
//   bot.on_message = [&](const std::string& sender, const std::string& content) { bot.send(sender, "hello"); };
//   return bot.run();                       // until SIGINT or SIGTERM
//
// Topics, payloads and message ids are the chat's own (wasmqtt::chat); presence is retained, with a will that says
// offline. The client id is mqtt-chat-bot-<user>, so that a person may sign in under the same name: then both receive
// what is written to it, and when the person leaves, the bot says that this user is still online. When another client takes
// over that client id, the bot reconnects.
//
// Bots must not talk to each other without end. So a bot only answers; it answers neither itself nor an echo (is_echo), and
// a message that is delivered again (QoS 1, after a reconnect) only once. It answers the way it was asked: what came checked
// (chat/checked_messages.hpp) with a request to have the answer checked.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "bot_options.hpp"
#include "wasmqtt/dedupe.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/file_store.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace chat {

class Bot {
 public:
  explicit Bot(const BotOptions& options);

  std::function<void(const std::string& sender, const std::string& content)> on_message;
  // Called every `interval`, connected or not.
  void repeat(std::chrono::milliseconds interval, std::function<void()> what);

  void send(const std::string& receiver, const std::string& content);
  bool connected() const { return mqtt_.connected(); }

  // Exit code of the program: 0 when it was told to end, 1 when the broker refused it for good.
  int run();

 private:
  void handle(const wasmqtt::MqttEvent& event);
  void state_changed(wasmqtt::ConnectionState state);
  void receive(const wasmqtt::Message& message);
  void receive_checked(const wasmqtt::Message& message);
  void take_in(const wasmqtt::Message& message, const std::string& sender, bool checked);
  void remember_way(const std::string& sender, bool checked);
  void contradict(const wasmqtt::Message& status);
  wasmqtt::MqttOptions mqtt_options();
  wasmqtt::WillOptions will();
  wasmqtt::Delivery publish_status(bool online);
  void complain(std::string_view what) const;
  void end();
  void disconnect();
  void await_signal();
  void await_interval(std::chrono::milliseconds interval);

  const BotOptions options_;
  boost::asio::io_context context_;
  boost::asio::signal_set signals_{context_};
  boost::asio::steady_timer repeat_timer_{context_};
  boost::asio::steady_timer end_timer_{context_};
  std::function<void()> what_to_repeat_;
  wasmqtt::AsioLoop loop_{context_};
  wasmqtt::NetworkTransport transport_;
  std::unique_ptr<wasmqtt::FileStore> store_;
  wasmqtt::MqttClient mqtt_;
  wasmqtt::DedupeWindow seen_{256};
  std::set<std::string, std::less<>> checked_;  // whose last message came checked
  wasmqtt::Delivery goodbye_;
  bool ending_ = false;
  int exit_code_ = 0;
};

// What an echo puts before what it repeats, and so how one is known.
inline constexpr std::string_view echo_prefix = "you said: ";
inline bool is_echo(std::string_view content) { return content.starts_with(echo_prefix); }

}  // namespace chat
