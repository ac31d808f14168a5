#include "npm_requests.hpp"

#include <utility>

#include "imports.hpp"

namespace wasmqtt {
namespace {

int code_of(Error error) { return static_cast<int>(error.code()); }

int reason_of(Error error) {
  switch (error.code()) {
    case Errc::timed_out: return 1;
    case Errc::not_delivered: return 2;
    case Errc::responder_failed: return 3;
    default: return 0;
  }
}

}  // namespace

// ---- asking ----

int NpmRequests::request(Values values) {
  const std::string topic = values.text();
  const std::vector<std::uint8_t> payload = values.bytes();
  const PropertyList properties = values.properties();
  const int flags = static_cast<int>(values.number());
  RequestResponse::Expected expected;
  expected.until = static_cast<Until>(values.number());
  expected.timeout = values.milliseconds();
  expected.most = values.size();
  const Slot slot = calls_.add({});
  const auto call = requests_.request_each(
      topic, payload, expected, [this, slot](const RequestResponse::Answer& answer) { answered(slot, answer); },
      {.qos = static_cast<Qos>(flags & 3), .retain = (flags & 4) != 0, .properties = properties});
  if (!call) {
    calls_.remove(slot);
    return -code_of(call.error());
  }
  calls_[slot] = *call;
  return static_cast<int>(slot);
}

void NpmRequests::cancel(int number) {
  const Slot slot = static_cast<Slot>(number);
  requests_.cancel(calls_[slot]);
  calls_.remove(slot);
}

void NpmRequests::answered(Slot slot, const RequestResponse::Answer& answer) {
  if (answer.last) calls_.remove(slot);
  wasmqtt_npm_answered(id_, static_cast<int>(slot), answer.message != nullptr, answer.last, code_of(answer.error),
                       reason_of(answer.error));
}

// ---- answering ----

Result<std::vector<Subscription>> NpmRequests::respond(Values values) {
  const std::string filter = values.text();
  const Qos qos = values.qos();
  const int responder = static_cast<int>(values.number());
  auto made = requests_.respond(filter, [this, responder](const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
    asked(responder, request, std::move(reply));
  }, qos);
  if (!made) return made.error();
  return made->subscriptions;
}

void NpmRequests::asked(int responder, const RequestResponse::Incoming& request, RequestResponse::Reply reply) {
  if (reply_count_ == most_replies) return (void)reply.fail();
  ++reply_count_;
  const std::string response_topic = reply.response_topic();
  const Slot slot = replies_.add({std::move(reply)});
  wasmqtt_npm_asked(id_, responder, static_cast<int>(slot), request.topic.data(), request.topic.size(), response_topic.data(),
                    response_topic.size());
}

Result<Delivery> NpmRequests::reply(int number, Kind kind, Bytes payload, Qos qos) {
  const Slot slot = static_cast<Slot>(number);
  Replying& one = replies_[slot];
  const RequestResponse::Reply reply = *one.reply;
  if (kind == Kind::more) {
    if (!std::exchange(one.streams, true)) reply.on_cancel([this, slot] { cancelled(slot); });
    return reply.more(payload, {.qos = qos});
  }
  forget(slot);
  const Error error = kind == Kind::answer  ? reply(payload, {.qos = qos})
                      : kind == Kind::end   ? reply.end()
                      : kind == Kind::error ? reply.fail(as_text(payload))
                                            : Error{};
  if (error) return error;
  return Delivery{};
}

void NpmRequests::cancelled(Slot slot) {
  forget(slot);
  wasmqtt_npm_request_cancelled(id_, static_cast<int>(slot));
}

void NpmRequests::forget(Slot slot) {
  replies_.remove(slot);
  --reply_count_;
}

}  // namespace wasmqtt
