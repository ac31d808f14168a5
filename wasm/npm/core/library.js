// Hands what imports.hpp declares to src/core.js, which put an object `npm` into Module: its methods have the same names and
// arguments, without "wasmqtt_npm_"; texts and bytes arrive as such. A message's payload arrives as where it lies.
var wasmqttNpm = {
  $WasmqttNpm__deps: ['$WasmqttBorder', '$WasmqttSockets', '$WasmqttTick'],
  $WasmqttNpm__postset: 'Module["border"] = WasmqttBorder; Module["sockets"] = WasmqttSockets; Module["tick"] = WasmqttTick;',
  $WasmqttNpm: {},

  wasmqtt_npm_state__deps: ['$WasmqttNpm'],
  wasmqtt_npm_state: function(id, state, reason) { Module['npm'].state(id, state, reason); },
  wasmqtt_npm_connected: function(id, present) { Module['npm'].connected(id, present); },
  wasmqtt_npm_session_lost: function(id, republished, failed) { Module['npm'].session_lost(id, republished, failed); },
  wasmqtt_npm_subscribed: function(id, number, granted, error) { Module['npm'].subscribed(id, number, granted, error); },
  wasmqtt_npm_unsubscribed: function(id, number, error) { Module['npm'].unsubscribed(id, number, error); },
  wasmqtt_npm_store_problem: function(id, text, size) {
    Module['npm'].store_problem(id, WasmqttBorder.text(text, size));
  },
  wasmqtt_npm_takeover: function(id, connections) { Module['npm'].takeover(id, connections); },
  wasmqtt_npm_closed: function(id, phase, cause, fault, code, clean, error, returnCode, elapsed, connectedFor, lastSent,
                               lastReceived, sentence, sentenceSize, reason, reasonSize) {
    Module['npm'].closed(id, phase, cause, fault, code, clean, error, returnCode, elapsed, connectedFor, lastSent,
                         lastReceived, WasmqttBorder.text(sentence, sentenceSize), WasmqttBorder.text(reason, reasonSize));
  },
  wasmqtt_npm_delivery: function(id, slot, number, state, reason) {
    Module['npm'].delivery(id, slot, number, state, reason);
  },
  // A payload that lies whole in what the socket received is a part of it; else a copy.
  wasmqtt_npm_message: function(id, place, topic, topicSize, payload, size, flags, packetId, token) {
    var chunk = WasmqttSockets.chunk;
    var offset = payload - WasmqttSockets.chunkAt;
    if (topicSize) Module['npm'].topic(place, WasmqttBorder.text(topic, topicSize));
    if (chunk === null || offset < 0 || offset + size > chunk.length) {
      chunk = WasmqttBorder.bytes(payload, size);
      offset = 0;
    }
    return Module['npm'].message(id, place, chunk, offset, size, flags, packetId, token) ? 1 : 0;
  },
  wasmqtt_npm_handle: function(id, handler) { Module['npm'].handle(id, handler); },
  wasmqtt_npm_packet: function(id, inbound, packet, size) {
    Module['npm'].packet(id, inbound, WasmqttBorder.bytes(packet, size));
  },

  wasmqtt_npm_prepare: function(id) { Module['npm'].prepare(id); },
  wasmqtt_npm_load: function(id, text, size) { Module['npm'].load(id, WasmqttBorder.text(text, size)); },
  wasmqtt_npm_append: function(id, records, size) { Module['npm'].append(id, WasmqttBorder.bytes(records, size)); },

  wasmqtt_npm_answer: function(text, size, more, moreSize) {
    Module['npm'].answer(WasmqttBorder.text(text, size), WasmqttBorder.text(more, moreSize));
  },
  wasmqtt_npm_answer_bytes: function(bytes, size) { Module['npm'].answer(WasmqttBorder.bytes(bytes, size)); },
  wasmqtt_npm_unfinished: function(slot, number, topic, topicSize, payload, size, qos, retain, state) {
    Module['npm'].unfinished(slot, number, WasmqttBorder.text(topic, topicSize), WasmqttBorder.bytes(payload, size), qos,
                             retain, state);
  },
  wasmqtt_npm_trace_entry: function(number, time, inbound, size, partner, roundTrip, packet, kept) {
    Module['npm'].trace_entry(number, time, inbound, size, partner, roundTrip, WasmqttBorder.bytes(packet, kept));
  },
};
mergeInto(LibraryManager.library, wasmqttNpm);
