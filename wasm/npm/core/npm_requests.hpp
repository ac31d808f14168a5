// Requests and answers of one client of the npm package: RequestResponse with a loop of its own, told in calls that JavaScript
// understands (imports.hpp).
#pragma once

#include <optional>

#include "values.hpp"
#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/request_response.hpp"
#include "wasmqtt/slot_table.hpp"

namespace wasmqtt {

class NpmRequests {
 public:
  NpmRequests(int id, MqttClient& mqtt, const RequestResponseOptions& options)
      : id_(id), requests_(mqtt, loop_, options) {}

  // Topic, payload, properties, QoS and 4 for retain, what ends it (Until), its time, how many answers. Gives its number, or,
  // negative, an error.
  int request(Values values);
  void cancel(int number);

  // Filter, QoS, and the number that JavaScript has for who answers.
  Result<std::vector<Subscription>> respond(Values values);

  // What is said to a request. All but `more` end it, whatever comes of it.
  enum class Kind { answer, more, end, error, none };
  Result<Delivery> reply(int number, Kind kind, Bytes payload, Qos qos);

 private:
  struct Replying {
    std::optional<RequestResponse::Reply> reply{};
    bool streams = false;
  };

  void answered(Slot slot, const RequestResponse::Answer& answer);
  void asked(int responder, const RequestResponse::Incoming& request, RequestResponse::Reply reply);
  void cancelled(Slot slot);
  void forget(Slot slot);

  // Of those that JavaScript has not answered. More are told that they fail.
  static constexpr std::size_t most_replies = 1000;

  int id_;
  BrowserLoop loop_;
  RequestResponse requests_;
  SlotTable<RequestResponse::Call> calls_;
  SlotTable<Replying> replies_;
  std::size_t reply_count_ = 0;
};

}  // namespace wasmqtt
