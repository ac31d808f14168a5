// What the bridge calls in JavaScript: core/library.js hands it to src/core.js. `id` names the client there. Texts and bytes
// are valid during the call.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
// ---- events of MqttClient ----
void wasmqtt_npm_state(int id, int state, int stop_reason);
// `properties`, here and below: MQTT 5's, as on the wire. version: 4 or 5.
void wasmqtt_npm_connected(int id, int session_present, int version, const std::uint8_t* properties, std::size_t size);
// The broker's AUTH, or, done, what accepts: AUTH or CONNACK.
void wasmqtt_npm_authentication(int id, int done, const std::uint8_t* properties, std::size_t size);
void wasmqtt_npm_session_lost(int id, int republished, int failed);
// code: the reason code, and in 3.1.1 the return code; refused from 128 on.
void wasmqtt_npm_subscribed(int id, int subscription, int code, int error, const std::uint8_t* properties, std::size_t size);
void wasmqtt_npm_unsubscribed(int id, int subscription, int code, int error, const std::uint8_t* properties,
                              std::size_t size);
void wasmqtt_npm_log(int id, const char* words, std::size_t size);  // for the application's log
void wasmqtt_npm_store_problem(int id, const char* problem, std::size_t size);
// reason_code: the broker's, or what we told it; 0 in 3.1.1. `properties`: of the broker's DISCONNECT.
void wasmqtt_npm_closed(int id, int phase, int cause, int fault, int code, int clean, int error, int return_code,
                        int reason_code, double elapsed, double connected_for, int last_sent, int last_received,
                        const char* sentence, std::size_t sentence_size, const char* reason, std::size_t reason_size,
                        const char* server, std::size_t server_size, const std::uint8_t* properties, std::size_t size);
void wasmqtt_npm_delivery(int id, std::uint32_t slot, double number, int state, int reason, int code, const char* words,
                          std::size_t size);
// topic_slot: where JavaScript keeps the topic's string; a new one comes with its bytes, a known one with size 0.
// flags: QoS, 4 retain, 8 dup. It is acknowledged when all have had it, unless npm_hold() was called.
void wasmqtt_npm_message(int id, int topic_slot, const char* topic, std::size_t topic_size, const std::uint8_t* payload,
                         std::size_t size, int flags, int packet_id, double token, const std::uint8_t* properties,
                         std::size_t properties_size);
void wasmqtt_npm_handle(int id, int handler);  // the message before is one for this handler
// An answer to a request, or its end. has_message: the message before is it. reason: 0 none of these, 1 timed out, 2 not delivered,
// 3 the responder failed.
void wasmqtt_npm_answered(int id, int request, int has_message, int last, int error, int reason);
// The message before is a request, for this responder: its topic, and where its answers go.
void wasmqtt_npm_asked(int id, int responder, int reply, const char* topic, std::size_t topic_size, const char* response_topic,
                       std::size_t response_topic_size);
void wasmqtt_npm_request_cancelled(int id, int reply);
void wasmqtt_npm_packet(int id, int inbound, int version, const std::uint8_t* packet, std::size_t size);

// ---- sharing ----
void wasmqtt_npm_role(int id, int role, const char* why, std::size_t size);  // SharedTab::Role
void wasmqtt_npm_others(int id, int others);
// what: 0 other options, with their names; 1 refused, 2 messages missed, with the reason.
void wasmqtt_npm_shared(int id, int what, int reason, const char* names, std::size_t size);

// ---- what the driver asks for ----
void wasmqtt_npm_prepare(int id);
void wasmqtt_npm_load(int id, const char* client_id, std::size_t size);
void wasmqtt_npm_append(int id, const std::uint8_t* records, std::size_t size);

// ---- answers to calls of exports ----
void wasmqtt_npm_answer(const char* text, std::size_t size, const char* more, std::size_t more_size);
void wasmqtt_npm_answer_bytes(const std::uint8_t* bytes, std::size_t size);
void wasmqtt_npm_unfinished(std::uint32_t slot, double number, const char* topic, std::size_t topic_size,
                            const std::uint8_t* payload, std::size_t size, int qos, int retain, int state);
void wasmqtt_npm_trace_entry(double number, double time, int inbound, int size, double partner, double round_trip,
                             const std::uint8_t* packet, std::size_t kept);
}
