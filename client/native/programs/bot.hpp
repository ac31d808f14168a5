// A user of MQTT Chat that is a program.
//
//   Bot bot(options);
//   bot.on_message = [&](const std::string& sender, const std::string& content) { bot.send(sender, "hello"); };
//   return bot.run();                       // until SIGINT or SIGTERM
//
// It speaks what the chat speaks: messages on chat/messages/<receiver>/<sender>, its presence retained on
// chat/status/<user>, a will that says offline, a persistent session under mqtt-chat-client-<user>.
//
// Bots must not talk to each other without end. So a bot answers only, it never begins; it never answers itself, nor an
// answer of an echo (is_echo); and a message that comes a second time (QoS 1, after a reconnect) is not answered again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bot_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/file_store.hpp"
#include "wasmqtt/native/network_transport.hpp"

namespace wasmqtt {

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
  void state_changed(ConnectionState state);
  void receive(const Message& message);
  bool is_repetition(const std::string& message_id);
  Delivery publish_status(std::string_view status);
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
  AsioLoop loop_{context_};
  NetworkTransport transport_;
  std::unique_ptr<FileStore> store_;
  MqttClient mqtt_;
  std::deque<std::string> seen_;  // ids of the latest messages
  Delivery farewell_;
  bool ending_ = false;
  int exit_code_ = 0;
};

// What an echo puts before what it repeats, and so how one is known.
inline constexpr std::string_view echo_prefix = "you said: ";
inline bool is_echo(std::string_view content) { return content.starts_with(echo_prefix); }

}  // namespace wasmqtt
