// What imports.hpp declares: calls methods of the clients in src/, and collects answers. Texts and bytes arrive there as such,
// a message's payload as where it lies.
var wasmqttNpm = {
  $WasmqttNpm__deps: ['$WasmqttBorder', '$WasmqttSockets', '$WasmqttTick'],
  $WasmqttNpm__postset: 'Module["npm"] = WasmqttNpm; Module["border"] = WasmqttBorder;',
  // clients: by the numbers that C++ has for them. topics: incoming, by their places in topic_names.hpp, with their sizes in
  // bytes. answers: of the call under way.
  $WasmqttNpm: {clients: [], topics: [], answers: []},

  wasmqtt_npm_state__deps: ['$WasmqttNpm'],
  wasmqtt_npm_state: function(id, state, reason) { WasmqttNpm.clients[id]._state_changed(state, reason); },
  wasmqtt_npm_connected: function(id, present, version, properties, size) {
    WasmqttNpm.clients[id]._accepted(present !== 0, version, WasmqttBorder.bytes(properties, size));
  },
  wasmqtt_npm_authentication: function(id, done, properties, size) {
    WasmqttNpm.clients[id]._asked(done !== 0, WasmqttBorder.bytes(properties, size));
  },
  wasmqtt_npm_session_lost: function(id, republished, failed) {
    WasmqttNpm.clients[id]._tell('sessionlost', {republished: republished, failed: failed});
  },
  wasmqtt_npm_subscribed: function(id, number, code, error, properties, size) {
    WasmqttNpm.clients[id]._subscribed(number, code, error, WasmqttBorder.bytes(properties, size));
  },
  wasmqtt_npm_unsubscribed: function(id, number, code, error, properties, size) {
    WasmqttNpm.clients[id]._unsubscribed(number, code, error, WasmqttBorder.bytes(properties, size));
  },
  wasmqtt_npm_log: function(id, text, size) { WasmqttNpm.clients[id]._log(WasmqttBorder.text(text, size)); },
  wasmqtt_npm_store_problem: function(id, text, size) {
    WasmqttNpm.clients[id]._tell('journalerror', new Error(WasmqttBorder.text(text, size)));
  },
  wasmqtt_npm_closed: function(id, phase, cause, fault, code, clean, error, returnCode, reasonCode, elapsed, connectedFor,
                               lastSent, lastReceived, sentence, sentenceSize, reason, reasonSize, server, serverSize,
                               properties, size) {
    WasmqttNpm.clients[id]._closed(phase, cause, fault, lastSent, lastReceived, WasmqttBorder.bytes(properties, size),
                                   {code: code, clean: clean !== 0, error: error, returnCode: returnCode,
                                    reasonCode: reasonCode, elapsed: elapsed, connectedFor: connectedFor,
                                    sentence: WasmqttBorder.text(sentence, sentenceSize),
                                    reason: WasmqttBorder.text(reason, reasonSize),
                                    serverReference: WasmqttBorder.text(server, serverSize)});
  },
  wasmqtt_npm_delivery: function(id, slot, number, state, reason, code, words, size) {
    WasmqttNpm.clients[id]._delivery(slot, number, state, reason, code, size ? WasmqttBorder.text(words, size) : '');
  },
  // A payload that lies whole in what the socket received is a part of it; else a copy.
  wasmqtt_npm_message: function(id, place, text, textSize, payload, size, flags, packetId, token, properties,
                                propertiesSize) {
    var chunk = WasmqttSockets.chunk;
    var offset = payload - WasmqttSockets.chunkAt;
    if (textSize) WasmqttNpm.topics[place] = {text: WasmqttBorder.text(text, textSize), size: textSize};
    if (chunk === null || offset < 0 || offset + size > chunk.length) {
      chunk = WasmqttBorder.bytes(payload, size);
      offset = 0;
    }
    WasmqttNpm.clients[id]._message(WasmqttNpm.topics[place], chunk, offset, size, flags, packetId, token,
        propertiesSize ? WasmqttBorder.bytes(properties, propertiesSize) : null);
  },
  wasmqtt_npm_handle: function(id, handler) { WasmqttNpm.clients[id]._handled(handler); },
  wasmqtt_npm_answered: function(id, number, hasMessage, last, error, reason) {
    WasmqttNpm.clients[id]._answered(number, hasMessage !== 0, last !== 0, error, reason);
  },
  wasmqtt_npm_asked: function(id, responder, reply, topic, topicSize, to, toSize) {
    WasmqttNpm.clients[id]._request_came(responder, reply, WasmqttBorder.text(topic, topicSize),
                                         WasmqttBorder.text(to, toSize));
  },
  wasmqtt_npm_request_cancelled: function(id, reply) { WasmqttNpm.clients[id]._request_cancelled(reply); },
  wasmqtt_npm_packet: function(id, inbound, version, packet, size) {
    WasmqttNpm.clients[id]._packet_passed(inbound !== 0, version, WasmqttBorder.bytes(packet, size));
  },

  wasmqtt_npm_role: function(id, role, why, size) { WasmqttNpm.clients[id]._role(role, WasmqttBorder.text(why, size)); },
  wasmqtt_npm_others: function(id, others) { WasmqttNpm.clients[id]._others(others); },
  wasmqtt_npm_shared: function(id, what, reason, names, size) {
    WasmqttNpm.clients[id]._sharing(what, reason, WasmqttBorder.text(names, size));
  },

  wasmqtt_npm_prepare: function(id) { WasmqttNpm.clients[id]._prepare(); },
  wasmqtt_npm_load: function(id, text, size) { WasmqttNpm.clients[id]._load(WasmqttBorder.text(text, size)); },
  wasmqtt_npm_append: function(id, records, size) { WasmqttNpm.clients[id]._append(WasmqttBorder.bytes(records, size)); },

  wasmqtt_npm_answer: function(text, size, more, moreSize) {
    WasmqttNpm.answers.push(WasmqttBorder.text(text, size), WasmqttBorder.text(more, moreSize));
  },
  wasmqtt_npm_answer_bytes: function(bytes, size) { WasmqttNpm.answers.push(WasmqttBorder.bytes(bytes, size)); },
  wasmqtt_npm_unfinished: function(slot, number, topic, topicSize, payload, size, qos, retain, state) {
    WasmqttNpm.answers.push({slot: slot, number: number, topic: WasmqttBorder.text(topic, topicSize),
                             payload: WasmqttBorder.bytes(payload, size), qos: qos, retain: retain !== 0, state: state});
  },
  wasmqtt_npm_trace_entry: function(number, time, inbound, size, partner, roundTrip, packet, kept) {
    WasmqttNpm.answers.push({number: number, time: time, direction: inbound ? 'in' : 'out', size: size, partner: partner,
                             roundTrip: roundTrip < 0 ? null : roundTrip, bytes: WasmqttBorder.bytes(packet, kept)});
  },
};
mergeInto(LibraryManager.library, wasmqttNpm);
