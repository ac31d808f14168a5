// Asks a question and prints the answer; or answers. As coroutines: each step is awaited, and has its time.
//
//   ask [--mqtt5] URL TOPIC QUESTION          the answer, or in five seconds why there is none
//   ask [--mqtt5] --answer URL TOPIC ANSWER   answers one question, prints it, and ends
#include <iostream>
#include <string>

#include "program_options.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/native/asio_loop.hpp"
#include "wasmqtt/native/async_client.hpp"
#include "wasmqtt/native/network_transport.hpp"
#include "wasmqtt/request_response.hpp"

namespace {

using namespace wasmqtt;
using namespace std::chrono_literals;

struct Program {
  Program(int count, char** arguments)
      : protocol(take_protocol(count, arguments)), answers(take_flag("--answer", count, arguments)), is_complete(count == 4) {
    if (!is_complete) return;
    url = arguments[1];
    topic = arguments[2];
    text = arguments[3];
  }

  Protocol protocol;
  bool answers;
  bool is_complete;
  std::string url;
  std::string topic;
  std::string text;
};

Task<Error> ask(AsyncClient& mqtt, RequestResponse& requests, const Program& program) {
  if (Error error = co_await mqtt.connect(5s)) co_return error;
  const auto answer = co_await mqtt.request(requests, program.topic, program.text, 5s);
  if (!answer) co_return answer.error();
  std::cout << as_text(answer->payload) << std::endl;
  co_return Error{};
}

Task<Error> answer(AsyncClient& mqtt, RequestResponse& requests, const Program& program) {
  if (Error error = co_await mqtt.connect(5s)) co_return error;
  bool answered = false;
  const auto responding = requests.respond(program.topic, [&](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
    std::cout << as_text(request.message.payload) << std::endl;
    answered = !reply(program.text);
  });
  if (!responding) co_return responding.error();
  while (!answered) co_await mqtt.sleep(10ms);
  requests.stop_responding(*responding);
  co_return Error{};
}

Task<> run(AsyncClient& mqtt, RequestResponse& requests, const Program& program, int& status) {
  Task<Error> task = program.answers ? answer(mqtt, requests, program) : ask(mqtt, requests, program);
  const Error error = co_await std::move(task);
  status = error ? 1 : 0;
  if (error) std::cerr << error.message() << std::endl;
  mqtt.client().disconnect_when_done(1s);
}

}  // namespace

int main(int count, char** arguments) {
  const Program program(count, arguments);
  if (!program.is_complete) {
    std::cerr << "usage: ask [--mqtt5] [--answer] URL TOPIC TEXT\n";
    return 2;
  }
  boost::asio::io_context context;
  AsioLoop loop(context);
  AsioLoop timers(context);
  AsioLoop request_timers(context);
  NetworkTransport transport(context);
  MqttClient client(loop, transport, {.urls = {program.url}, .client = {.protocol = program.protocol}, .driver = {}});
  AsyncClient mqtt(client, timers);
  RequestResponse requests(client, request_timers);
  client.on_event = [&](const MqttEvent& event) {
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed == nullptr) return;
    if (changed->state == ConnectionState::waiting) std::cerr << client.close_record().sentence() << std::endl;
    if (changed->state == ConnectionState::stopped) context.stop();
  };
  int status = 1;
  Task<> task = run(mqtt, requests, program, status);
  task.start();
  context.run();
  return status;
}
