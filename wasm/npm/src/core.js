// The C++ client in WebAssembly (core/bridge.cpp), and one object for each client in it. Nothing here knows MQTT.js.
import {create_module, wasm} from './module.js';
import {is_well_formed, text_bytes, well_formed} from './payload.js';
import {tick_script} from './tick.js';

let module = null;
let border = null;
let room = 0;
const topic_numbers = new Map();  // of topics that were published to
const most_topics = 1024;   // as in topic_names.hpp

// Who opens a socket at this moment: WebSocketTransport does so inside of attempt().
let opening = null;

// Compiles at once, at the first call.
function load() {
  module = create_module({
    wasmBinary: wasm(),
    openSocket: (url) => opening._open_socket(url),
    locateFile: (name) => (name === 'mqtt_tick.js' ? tick_script() : name),
  });
  border = module.border;
  room = module._npm_room();
}

// What C++ answers while `call` runs.
function answers(call) {
  const all = module.npm.answers = [];
  call();
  return all;
}

const no_bytes = new Uint8Array(0);
const number_bytes = (value) => new Uint8Array(Float64Array.of(value).buffer);

// Numbers, booleans, texts, bytes and null, as values.hpp reads them. Whoever gives them has checked that each is of the type that
// is read there.
const placed = {
  number: (value) => [number_bytes(value)],
  boolean: (value) => [number_bytes(Number(value))],
  string: (value) => placed.object(text_bytes(value)),
  object: (value) => [number_bytes(value.length), value],
  undefined: () => [number_bytes(-1)],
};
function place(values) {
  border.place(room, values.flatMap((value) => {
    const kind = value === null ? 'undefined' : typeof value;
    const strange = kind === 'object' ? !(value instanceof Uint8Array) : !(kind in placed) || Number.isNaN(value);
    if (strange) throw new TypeError('The core takes numbers, booleans, strings and bytes');
    return placed[kind](value);
  }));
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

// What was wrong with a call, or with the broker, and the clause of the standard that says so, by version: 4 or 5.
export function error_of(code, version) {
  const [message, clause] = answers(() => module._npm_error(Math.abs(code), version));
  return Object.assign(new Error(clause ? `${message} (${clause})` : message), {clause});
}

// MQTT 5's name of a reason code.
export function reason_text(code) {
  if (!module) load();
  return answers(() => module._npm_reason(code))[0];
}

// The name of the group of tabs that such a client would share a connection with.
export function share_name(options, url) {
  if (!module) load();
  place([url, options.clientId, options.username]);
  return answers(() => module._npm_share_name())[0];
}

// The shortest journal that restores the same session; undefined for a damaged one.
export function compact(records) {
  border.put(room, records);
  return answers(() => module._npm_compact())[0];
}

// What is wrong with a filter; null: nothing.
export function check_filter(filter) {
  if (typeof filter !== 'string' || !is_well_formed(filter)) return new Error('A filter is a well-formed string');
  if (!module) load();
  border.placeText(room, filter);
  const code = module._npm_check_filter();
  return code < 0 ? error_of(code, 4) : null;
}

// How much memory the WebAssembly has: for tests.
export const memory_size = () => border.view(0, 0).buffer.byteLength;

export class Core {
  // `client`: its methods that core/library.js calls. `values`: the options, in the order in which npm_client.cpp reads them.
  constructor(client, values) {
    if (!module) load();
    this.client = client;
    place(values);
    const {clients} = module.npm;
    const free = clients.indexOf(null);
    this.id = free < 0 ? clients.length : free;
    clients[this.id] = client;
    this.self = module._npm_new(this.id);
  }
  delete() {
    module._npm_delete(this.self);
    module.npm.clients[this.id] = null;
  }

  // ---- connection ----
  connect() { module._npm_connect(this.self); }
  // The attempt that was asked for by _prepare(), or why there is none: see core_values.js.
  attempt(values) {
    place(values);
    const before = opening;
    opening = this.client;
    module._npm_attempt(this.self);
    opening = before;
  }
  disconnect() { module._npm_disconnect(this.self); }
  // 0, or an error: then nothing changed. `properties`: as on the wire, or undefined.
  disconnect_when_done(timeout, reason_code, properties) {
    place([reason_code, properties]);
    return module._npm_disconnect_when_done(this.self, timeout);
  }
  // AUTH: its data, and what goes with it. `renew`: it begins; else it answers the broker's. Negative: an error.
  authenticate(renew, data, properties) {
    place([data, properties]);
    return module._npm_authenticate(this.self, renew);
  }
  refuse_authentication() { module._npm_refuse_authentication(this.self); }
  abort() { module._npm_abort(this.self); }
  wake() { module._npm_wake(this.self); }
  pause() { module._npm_pause(this.self); }
  resume() { module._npm_resume(this.self); }
  // What was wrong with the options, after the stop reason `invalid`: for error_of().
  invalid() { return module._npm_invalid(this.self); }

  // ---- messages ----
  // Negative: an error. 0: it has left (QoS 0). Else its slot + 1, and number() names it. `properties`: as on the wire, or
  // undefined.
  publish(topic, payload, flags, time_to_live, properties) {
    const number = topic_number(topic);
    let size = payload.length;
    if (properties) {
      if (typeof payload === 'string') payload = border.encode(payload);
      size = payload.length;
      border.place(room, [payload, properties]);
    } else if (typeof payload === 'string') {
      size = border.putText(room, payload);
    } else {
      border.put(room, payload);
    }
    return module._npm_publish(this.self, number, size, flags, time_to_live, properties ? properties.length : 0);
  }
  number() { return module._npm_number(); }
  packet_id(number, slot) { return module._npm_packet_id(this.self, number, slot); }
  cancel(number, slot) { return module._npm_cancel(this.self, number, slot) === 0; }
  acknowledge(token) { module._npm_acknowledge(this.self, token); }
  // The message that is being told waits for acknowledge().
  hold(token) { module._npm_hold(this.self, token); }
  // With a reason of MQTT 5. Negative: an error, and the message waits.
  refuse(token, reason_code) { return module._npm_refuse(this.self, token, reason_code); }
  unfinished() { return answers(() => module._npm_unfinished(this.self)); }

  // ---- subscriptions ----
  // Filters that passed the check; gives the number of the first one's subscription, which the others' follow. `options` and
  // `wire_properties`: as on the wire. Negative: an error, and nothing is asked for.
  subscribe(requests) {
    place(requests.flatMap(({topic, options, again = false, replaces = 0, handler = 0, wire_properties}) =>
      [topic, options, again, replaces, handler, wire_properties]));
    return module._npm_subscribe(this.self);
  }
  unsubscribe(numbers, properties) {
    place([properties, ...numbers]);
    return module._npm_unsubscribe(this.self);
  }
  // For a filter that no subscription of this client has; gives a number like that of a subscription.
  unsubscribe_filter(filter, properties) {
    place([properties, filter]);
    return module._npm_unsubscribe_filter(this.self);
  }

  // ---- requests ----
  // Topic, payload, properties, QoS and flags, what ends it, its time, how many answers. Gives its number, or, negative, an error.
  request(values) {
    place(values);
    return module._npm_request(this.self);
  }
  cancel_request(number) { module._npm_cancel_request(this.self, number); }
  // The number of its first subscription, which the others follow, and how many there are. `responder`: who is told.
  respond(filter, qos, responder) {
    place([filter, qos, responder]);
    const first = module._npm_respond(this.self);
    return [first, module._npm_number()];
  }
  // As publish(). `kind`: see npm_requests.hpp.
  reply(number, kind, qos = 1, payload = no_bytes) {
    border.put(room, payload);
    return module._npm_reply(this.self, number, kind, qos);
  }

  // ---- packets ----
  watch_packets(on) { module._npm_watch_packets(this.self, on); }
  tell_packets() { module._npm_tell_packets(this.self); }
  trace() { return answers(() => module._npm_trace(this.self)); }

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
