// The MQTT client in WebAssembly (core/bridge.cpp), as an object. It has no socket, no clock and no storage of its own:
// link.js brings them.
import {module_bytes} from './module.js';
import {decode, encode} from './payload.js';

let loading = null;
let wasm = null;      // exports
let numbers = null;   // the exchange's, looked at anew whenever the memory has grown

// Resolves when new Core() works. Compiles once.
export function load_core() {
  loading ??= WebAssembly.instantiate(module_bytes(), {
    env: {emscripten_notify_memory_growth() {}},
    wasi_snapshot_preview1: {proc_exit(code) { throw new Error(`The MQTT core ended with ${code}`); }},
  }).then(({instance}) => {
    wasm = instance.exports;
    wasm._initialize();
  });
  return loading;
}

// Microseconds since the epoch, never backwards; the monotonic clock may stand still while the machine sleeps, the wall
// clock may be set back: the later of the two counts.
let ahead = 0;
export function now() {
  const fine = performance.now();
  ahead = Math.max(ahead, Date.now() - fine);
  return (fine + ahead) * 1000;
}

function view() {
  if (numbers?.buffer !== wasm.memory.buffer) {
    numbers = new Float64Array(wasm.memory.buffer, wasm.mqtt_numbers(), 16);
  }
  return numbers;
}

// Puts bytes where the next call finds them.
function put_bytes(...parts) {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  let at = wasm.mqtt_room(size);
  const memory = new Uint8Array(wasm.memory.buffer);
  for (const part of parts) {
    memory.set(part, at);
    at += part.length;
  }
  return size;
}

const put_numbers = (...values) => view().set(values.map(Number));

// A copy of the bytes whose address and size are the numbers `from` and after.
function bytes_at(from) {
  const [at, size] = view().subarray(from, from + 2);
  return new Uint8Array(wasm.memory.buffer, at, size).slice();
}
const text_at = (from) => decode(bytes_at(from));

// A local error of the core: what you did wrong, and the clause of the standard that says so.
export function error_of(code) {
  wasm.mqtt_error(Math.abs(code));
  const [message, clause] = [text_at(0), text_at(2)];
  return Object.assign(new Error(clause ? `${message} (${clause})` : message), {clause});
}

export function check_filter(filter) {
  const code = wasm.mqtt_check_topic(put_bytes(encode(filter)), 1);
  return code < 0 ? error_of(code) : null;
}

// The shortest journal that restores the same session, or null for a damaged one.
export function compact(records) {
  return wasm.mqtt_compact(put_bytes(records)) < 0 ? null : bytes_at(0);
}

const phases = ['opening', 'connecting', 'connected', 'disconnecting'];
const causes = ['transport', 'refused', 'protocol_error', 'timed_out', 'disconnected', 'aborted'];
export const faults = ['none', 'unknown', 'invalid_url', 'unsupported_scheme', 'name_not_resolved', 'refused',
  'unreachable', 'timed_out', 'reset', 'tls', 'handshake', 'wrong_subprotocol', 'text_frame', 'mixed_content', 'too_large'];
const states = ['queued', 'sent', 'acknowledged', 'failed'];
const reasons = ['', 'dropped_oldest', 'dropped_newest', 'superseded', 'expired', 'cancelled', 'session_lost',
  'connection_lost', 'connection_closed_repeatedly'];
export const overflows = ['reject', 'dropOldest', 'dropNewest'];

// One event, by its place in the core's variant.
const readers = [
  null,
  ([present, doubt]) => ({type: 'connected', sessionPresent: present !== 0, inDoubt: doubt !== 0}),
  ([republished, failed]) => ({type: 'sessionLost', republished, failed}),
  ([, , , , qos, retain, dup, messageId, token]) => ({type: 'message', topic: text_at(0), payload: bytes_at(2), qos,
    retain: retain !== 0, dup: dup !== 0, messageId, token}),
  ([number, state, reason]) => ({type: 'delivery', number, state: states[state], reason: reasons[reason]}),
  ([messageId, , , error]) => ({type: 'subscribed', messageId, granted: [...bytes_at(1)], error}),
  ([messageId, error]) => ({type: 'unsubscribed', messageId, error}),
  ([phase, cause, fault, code, clean, error, returnCode, elapsed, connectedFor, lastSent, lastReceived]) => ({
    type: 'closed', phase: phases[phase], cause: causes[cause], fault: faults[fault], code, clean: clean !== 0, error,
    returnCode, elapsed, connectedFor, lastSent, lastReceived, sentence: text_at(11), reason: text_at(13)}),
];

export class Core {
  #self;

  constructor({clean, keepalive, connectTimeout, window, messages, bytes, overflow, maxPacket, manual, journal, trace,
               clientId}) {
    const id = encode(clientId);
    put_bytes(id);
    put_numbers(clean, keepalive, connectTimeout, window, messages, bytes, overflows.indexOf(overflow), false, maxPacket,
                manual, journal, trace, id.length);
    this.#self = wasm.mqtt_new();
  }

  delete() { wasm.mqtt_delete(this.#self); }

  setCredentials(username, password) {
    const [name, secret] = [username ?? '', password ?? ''].map((one) => typeof one === 'string' ? encode(one) : one);
    put_bytes(name, secret);
    put_numbers(username != null, name.length, password != null, secret.length);
    wasm.mqtt_set_credentials(this.#self);
  }
  setWill(will) {
    const topic = encode(will?.topic ?? '');
    const message = will?.payload ?? new Uint8Array();
    put_bytes(topic, message);
    put_numbers(will ? will.qos ?? 0 : -1, will?.retain ?? false, topic.length, message.length);
    wasm.mqtt_set_will(this.#self);
  }

  // ---- inputs ----
  attempt(url) { wasm.mqtt_attempt(this.#self, put_bytes(encode(url)), now()); }
  open() { return wasm.mqtt_open(this.#self, now()); }
  bytes(chunk) { wasm.mqtt_bytes(this.#self, put_bytes(chunk), now()); }
  closed({fault, code, reason, clean}) {
    wasm.mqtt_closed(this.#self, faults.indexOf(fault), code, put_bytes(encode(reason)), clean, now());
  }
  timeout() { wasm.mqtt_timeout(this.#self, now()); }
  restore(records) { return wasm.mqtt_restore(this.#self, put_bytes(records), now()); }
  durable(position) { wasm.mqtt_durable(this.#self, position); }

  // ---- commands; negative: an error for error_of() ----
  publish(topic, payload, {qos, retain, timeToLive, latest}) {
    const name = encode(topic);
    put_bytes(name, payload);
    put_numbers(name.length, payload.length, qos, retain, timeToLive, latest);
    return wasm.mqtt_publish(this.#self, now());
  }
  get slot() { return view()[0]; }  // of the delivery that publish() named last
  cancel(number, slot) { return wasm.mqtt_cancel(this.#self, number, slot, now()); }
  subscribe(requests, giveUp = false) {
    const parts = requests.flatMap(({topic, qos}) => {
      const filter = encode(topic);
      return [Uint8Array.of(qos ?? 0, filter.length & 255, filter.length >> 8), filter];
    });
    put_bytes(...parts);
    return wasm.mqtt_subscribe(this.#self, requests.length, giveUp, now());
  }
  acknowledge(token) { wasm.mqtt_acknowledge(this.#self, token, now()); }
  disconnect() { wasm.mqtt_disconnect(this.#self, now()); }
  abort() { wasm.mqtt_abort(this.#self, now()); }
  probe() { wasm.mqtt_probe(this.#self, now()); }

  // ---- outputs ----
  poll() {
    const type = wasm.mqtt_poll(this.#self, now());
    return type === 0 ? null : readers[type](Array.from(view()));
  }
  output() { return wasm.mqtt_output(this.#self) > 0 ? bytes_at(0) : null; }
  consume(count) { wasm.mqtt_consume(this.#self, count, now()); }
  // {records, position}, or null; taken with it.
  journal() {
    if (wasm.mqtt_journal(this.#self) === 0) return null;
    const taken = {records: bytes_at(0), position: view()[2]};
    wasm.mqtt_take_journal(this.#self);
    return taken;
  }
  get nextTimeout() { return wasm.mqtt_next_timeout(this.#self); }
  get shouldClose() { return wasm.mqtt_should_close(this.#self) !== 0; }

  // ---- getters ----
  unfinished() {
    const count = wasm.mqtt_unfinished(this.#self);
    const values = new Float64Array(wasm.memory.buffer.slice(wasm.mqtt_room(count * 16))).subarray(0, count * 2);
    return Array.from({length: count}, (_, index) => {
      const [number, slot] = values.subarray(index * 2);
      if (!wasm.mqtt_outgoing(this.#self, number, slot)) return null;
      const [, , , , qos, retain, state] = view();
      return {number, slot, topic: text_at(0), payload: bytes_at(2), qos, retain: retain !== 0, state: states[state]};
    }).filter(Boolean);
  }
  // The packets held by the trace, oldest first.
  trace() {
    const entries = [];
    const end = wasm.mqtt_trace_end(this.#self);
    for (let number = wasm.mqtt_trace_first(this.#self); number < end; ++number) {
      wasm.mqtt_trace_entry(this.#self, number);
      const [time, direction, , , , size, partner, roundTrip] = view();
      entries.push({number, time, direction: direction === 0 ? 'out' : 'in', size, partner,
        roundTrip: roundTrip < 0 ? null : roundTrip, bytes: bytes_at(8)});
    }
    return entries;
  }
}
