// The C++ client in WebAssembly (core/bridge.cpp), and one object for each client in it. Nothing here knows MQTT.js.
import {create_module, wasm} from './module.js';
import {tick_script} from './tick.js';

let module = null;
let border = null;
let room = 0;
let answered = [];          // by the call under way
const observers = [];       // by the number that C++ knows a client by
const topics = [];          // incoming, by their places; with their sizes in bytes
const topic_sizes = [];
const topic_numbers = new Map();  // outgoing
const most_topics = 1024;   // as in topic_names.hpp

// Who opens a socket at this moment: WebSocketTransport does so inside of attempt().
let opening = null;

// What C++ calls (core/library.js).
const imports = {
  topic(place, text) {
    topics[place] = text;
    topic_sizes[place] = border.encode(text).length;
  },
  message: (id, place, chunk, offset, size, flags, packet_id, token) =>
    observers[id].message(topics[place], topic_sizes[place], chunk, offset, size, flags, packet_id, token),
  delivery: (id, slot, number, state, reason) => observers[id].delivery(slot, number, state, reason),
  handle: (id, handler) => observers[id].handled(handler),
  packet: (id, inbound, bytes) => observers[id].packet(inbound !== 0, bytes),
  state: (id, state, reason) => observers[id].state_changed(states[state], stop_reasons[reason]),
  connected: (id, present) => observers[id].accepted(present !== 0),
  session_lost: (id, republished, failed) => observers[id].session_lost({republished, failed}),
  subscribed: (id, number, granted, error) => observers[id].subscribed(number, granted, error),
  unsubscribed: (id, number, error) => observers[id].unsubscribed(number, error),
  store_problem: (id, problem) => observers[id].unstored(new Error(problem)),
  takeover() {},
  closed: (id, phase, cause, fault, code, clean, error, returnCode, elapsed, connectedFor, lastSent, lastReceived,
    sentence, reason) => observers[id].closed({phase: phases[phase], cause: causes[cause], fault: faults[fault], code,
    clean: clean !== 0, error, returnCode, elapsed, connectedFor, lastSent, lastReceived, sentence, reason}),
  prepare: (id) => observers[id].prepare(),
  load: (id, client_id) => observers[id].load(client_id),
  append: (id, records) => observers[id].append(records),
  answer: (...values) => { answered = values; },
  unfinished: (slot, number, topic, payload, qos, retain, state) =>
    answered.push({slot, number, topic, payload, qos, retain: retain !== 0, state: delivery_states[state]}),
  trace_entry: (number, time, inbound, size, partner, round_trip, bytes) =>
    answered.push({number, time, direction: inbound ? 'in' : 'out', size, partner,
      roundTrip: round_trip < 0 ? null : round_trip, bytes}),
};

const states = ['stopped', 'loading', 'connecting', 'connected', 'waiting', 'disconnecting'];
const stop_reasons = ['', 'asked', 'refused', 'taken_over', 'store_failed', 'connection_lost', 'invalid'];
const phases = ['opening', 'connecting', 'connected', 'disconnecting'];
const causes = ['transport', 'refused', 'protocol_error', 'timed_out', 'disconnected', 'aborted'];
const faults = ['none', 'unknown', 'invalid_url', 'unsupported_scheme', 'name_not_resolved', 'refused', 'unreachable',
  'timed_out', 'reset', 'tls', 'handshake', 'wrong_subprotocol', 'text_frame', 'mixed_content', 'too_large', 'not_prepared'];
export const delivery_states = ['queued', 'sent', 'acknowledged', 'failed'];
export const failure_reasons = [null, 'dropped_oldest', 'dropped_newest', 'superseded', 'expired', 'cancelled',
  'session_lost', 'connection_lost', 'connection_closed_repeatedly'];
export const overflows = ['reject', 'dropOldest', 'dropNewest'];

// Compiles at once, at the first call.
function load() {
  module = create_module({
    wasmBinary: wasm(), npm: imports,
    openSocket: (url) => opening.open_socket(url),
    locateFile: (name) => (name === 'mqtt_tick.js' ? tick_script() : name),
  });
  border = module.border;
  room = module._npm_room();
}

const number_bytes = (value) => new Uint8Array(Float64Array.of(value).buffer);

// Numbers, booleans, texts, bytes and null, as values.hpp reads them.
function place(values) {
  border.place(room, values.flatMap((value) => {
    if (value === null || value === undefined) return [number_bytes(-1)];
    if (typeof value === 'string') value = border.encode(well_formed(value));
    return typeof value === 'object' ? [number_bytes(value.length), value] : [number_bytes(Number(value))];
  }));
}

// A lone surrogate is in no UTF-8 [MQTT-1.5.3-1].
const lone_surrogate = /\p{Surrogate}/u;
function well_formed(text) {
  if (lone_surrogate.test(text)) throw new Error('The text is not well-formed: it holds half a character (MQTT-1.5.3-1)');
  return text;
}

function topic_number(topic) {
  let number = topic_numbers.get(topic);
  if (number !== undefined) return number;
  well_formed(topic);
  if (topic_numbers.size === most_topics) topic_numbers.clear();
  number = topic_numbers.size;
  module._npm_topic(number, border.putText(room, topic));
  topic_numbers.set(topic, number);
  return number;
}

// What was wrong with a call, or with the broker, and the clause of the standard that says so.
export function error_of(code) {
  module._npm_error(Math.abs(code));
  const [message, clause] = answered;
  return Object.assign(new Error(clause ? `${message} (${clause})` : message), {clause});
}

// The shortest journal that restores the same session; null for a damaged one.
export function compact(records) {
  answered = [null];
  border.put(room, records);
  module._npm_compact();
  return answered[0];
}

// What is wrong with a filter; null: nothing.
export function check_filter(filter) {
  if (typeof filter !== 'string' || lone_surrogate.test(filter)) return new Error('A filter is a well-formed string');
  if (!module) load();
  border.placeText(room, filter);
  const code = module._npm_check_filter();
  return code < 0 ? error_of(code) : null;
}

export class Core {
  // `values`: the options, in the order in which npm_client.cpp reads them.
  constructor(observer, values) {
    if (!module) load();
    this.observer = observer;
    const free = observers.indexOf(null);
    this.id = free < 0 ? observers.length : free;
    observers[this.id] = observer;
    place(values);
    this.self = module._npm_new(this.id);
  }
  delete() {
    module._npm_delete(this.self);
    observers[this.id] = null;
    this.self = 0;
  }

  // ---- connection ----
  connect() { module._npm_connect(this.self); }
  // The attempt that was asked for by prepare().
  attempt(values) {
    place(values);
    const before = opening;
    opening = this.observer;
    module._npm_attempt(this.self);
    opening = before;
  }
  disconnect() { module._npm_disconnect(this.self); }
  disconnect_when_done(timeout) { module._npm_disconnect_when_done(this.self, timeout); }
  abort() { module._npm_abort(this.self); }
  wake() { module._npm_wake(this.self); }
  pause() { module._npm_pause(this.self); }
  resume() { module._npm_resume(this.self); }
  // What was wrong with the options, after the stop reason `invalid`.
  invalid() { return error_of(module._npm_invalid(this.self)); }

  // ---- messages ----
  // Negative: an error. 0: it has left (QoS 0). Else its slot + 1, and `number` names it.
  publish(topic, payload, flags, time_to_live) {
    const number = topic_number(topic);
    let size;
    if (typeof payload === 'string') {
      size = border.putText(room, payload);
    } else {
      border.put(room, payload);
      size = payload.length;
    }
    return module._npm_publish(this.self, number, size, flags, time_to_live);
  }
  get number() { return module._npm_number(); }
  packet_id(number, slot) { return module._npm_packet_id(this.self, number, slot); }
  cancel(number, slot) { return module._npm_cancel(this.self, number, slot) === 0; }
  acknowledge(token) { module._npm_acknowledge(this.self, token); }
  unfinished() {
    answered = [];
    module._npm_unfinished(this.self);
    return answered;
  }

  // ---- subscriptions ----
  // Filters that passed the check; gives the number of the subscription to each.
  subscribe(requests) {
    for (const {topic, qos, again = false, replaces = 0, handler = 0} of requests) {
      border.placeText(room, topic);
      module._npm_add_filter(this.self, qos, again, replaces, handler);
    }
    module._npm_subscribe(this.self);
    return requests.map((_, index) => module._npm_subscription(index));
  }
  unsubscribe(numbers) {
    for (const number of numbers) module._npm_add_unwanted(number);
    module._npm_unsubscribe(this.self);
  }
  // For a filter that no subscription of this client has; gives a number like that of a subscription.
  unsubscribe_filter(filter) {
    border.placeText(room, filter);
    return module._npm_unsubscribe_filter(this.self);
  }

  // ---- packets ----
  watch_packets(on) { module._npm_watch_packets(this.self, on); }
  tell_packets() { module._npm_tell_packets(this.self); }
  trace() {
    answered = [];
    module._npm_trace(this.self);
    return answered;
  }

  // ---- the journal ----
  loaded(records) {
    border.put(room, records);
    module._npm_loaded(this.self, 1);
  }
  not_loaded(problem) {
    border.placeText(room, problem);
    module._npm_loaded(this.self, 0);
  }
  written(problem = '') {
    border.placeText(room, problem);
    module._npm_written(this.self, problem === '');
  }
}

// How much memory the WebAssembly has: for tests.
export const memory_size = () => border.view(0, 0).buffer.byteLength;
