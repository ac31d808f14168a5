// SUBSCRIBE and UNSUBSCRIBE as MQTT.js tells them: one callback for each call, with what was granted to each filter. The core
// asks, asks again and gives answers, by the number of each subscription.
import {qos as check_qos} from './checks.js';
import {check_filter, error_of} from './core.js';
import {ErrorWithSubackPacket, UnsupportedError, closed_error} from './errors.js';
import {mqtt5_only} from './options.js';
import {options_byte, received_fields} from './packets.js';
import {write_properties} from './properties.js';
import {reason_of} from './reasons.js';

// A string, an array, or an object of filters, as {again, requests}. A request: its filter and QoS, `options` and
// `wire_properties` as on the wire, and `grant`, what MQTT.js gives back.
export function read_requests(topics, opts, version) {
  const some = typeof topics === 'string' || Array.isArray(topics);
  const requests = some ? [topics].flat().map((topic) => [topic, {...some_defaults(version), ...opts}])
    : Object.entries(topics ?? {}).filter(([topic]) => topic !== 'resubscribe');
  return {
    again: !some && topics?.resubscribe === true,
    requests: requests.map(([topic, options]) => read_request(topic, options ?? opts ?? {}, opts?.properties, version)),
  };
}

const unsubscribed_error = () => new Error('Unsubscribed before the broker had answered');

const some_defaults = (version) => (version === 4 ? {} : {nl: false, rap: false, rh: 0});

function read_request(topic, options, for_all, version) {
  const {qos = 0, nl, rap, rh, properties = for_all} = options;
  if (version === 4) {
    for (const [name, value] of Object.entries({properties, nl, rap, rh})) {
      if (value) throw new UnsupportedError(`the subscription option '${name}'`, mqtt5_only);
    }
  }
  check_qos(qos);
  if (![undefined, 0, 1, 2].includes(rh)) throw new RangeError('rh is 0, 1 or 2');
  return {topic, qos, options: options_byte({qos, nl, rap, rh}), wire_properties: write_properties(properties),
    grant: {topic, qos, ...version !== 4 && {nl, rap, rh, properties}}};
}

export class Subscribes {
  constructor() {
    this.core = null;
    this.filters = new Map();   // what subscribe() asked for: {topic, qos, options, wire_properties, number, calls}
    this.handles = new Set();   // and handle(), with its handler's number
    this.numbers = new Map();   // all of these, by the core's number
    this.ending = new Map();    // calls of unsubscribe(), by the core's number
  }

  // Another core: it is asked for all that was asked for before.
  attach(core) {
    this.core = core;
    this.numbers.clear();
    this._ask([...this.filters.values(), ...this.handles]);
  }

  // What is wrong with them; null: nothing.
  _ask(entries) {
    if (!entries.length) return null;
    const first = this.core.subscribe(entries);
    if (first < 0) return error_of(first, 5);
    entries.forEach((entry, index) => {
      entry.number = first + index;
      entry.again = false;
      entry.replaces = 0;
      this.numbers.set(entry.number, entry);
    });
    return null;
  }

  _first_error(filters) {
    if (!filters.length) return new Error('Invalid topic empty_topic_list');
    for (const filter of filters) {
      const cause = check_filter(filter);
      if (cause) return Object.assign(new Error(`Invalid topic ${filter}`), {cause});
    }
    return null;
  }

  // ---- subscribe ----

  // What was subscribed to with this QoS or a higher one is not asked for again; what waits for its answer is waited for.
  // `remember`: false asks always, and once.
  subscribe({again, requests}, remember, callback) {
    const error = this._first_error(requests.map(({topic}) => topic));
    if (error) return queueMicrotask(() => callback(error));
    const call = {callback, grants: [], codes: [], waiting: 0, error: null, properties: undefined};
    const asked = new Map();
    const waited_for = [];
    for (const {grant, ...request} of requests) {
      const before = asked.get(request.topic);
      const known = before ?? this.filters.get(request.topic);
      if (known && known.qos >= request.qos && !again && remember) {
        if (!known.calls) continue;
        waited_for.push(known);
      } else {
        call.grants.push(grant);
        asked.set(request.topic, {...request, again: again || !remember, replaces: before?.replaces ?? known?.number ?? 0,
          calls: [...known?.calls ?? [], {call, grant}]});
      }
      ++call.waiting;
    }
    if (call.waiting === 0) return callback(null, []);
    const refused = this._ask([...asked.values()]);
    if (refused) return queueMicrotask(() => callback(refused));
    for (const known of waited_for) known.calls.push({call, grant: null});
    for (const [topic, entry] of asked) {
      this.numbers.delete(this.filters.get(topic)?.number);
      this.filters.set(topic, entry);
    }
  }

  // {entry, granted: Promise of the QoS}
  handle({grant, ...request}, handler) {
    const entry = {...request, handler, calls: []};
    const granted = this._granted(entry, () => this._ask([entry]));
    if (entry.number) this.handles.add(entry);
    return {entry, granted};
  }

  // The same for what respond() subscribes to: `ask` gives the number of its first subscription, or an error.
  asked_for(topic, ask) {
    const entry = {topic, calls: []};
    return this._granted(entry, () => {
      entry.number = ask();
      if (entry.number < 0) return error_of(entry.number, 5);
      return void this.numbers.set(entry.number, entry);
    });
  }

  // `ask` gives what is wrong.
  _granted(entry, ask) {
    const {topic} = entry;
    return new Promise((resolve, reject) => {
      const call = {grants: [], codes: [], waiting: 1, error: null,
        callback: (error) => (error ? reject(error) : resolve(call.codes[0]))};
      entry.calls.push({call, grant: null});
      const cause = check_filter(topic) ?? ask();
      if (cause) reject(Object.assign(new Error(`Invalid topic ${topic}`), {cause}));
    });
  }

  // The core's answer: a code from 128 on refuses, any other error means that there was none.
  subscribed(number, code, error, properties) {
    const entry = this.numbers.get(number);
    if (!entry?.calls) return;
    const refused = code > 127;
    if (refused) this._forget(entry);
    const unanswered = error && !refused;
    const problem = () => (refused ? new ErrorWithSubackPacket(`Subscribe error: ${reason_of(code)}`)
      : this.ending.has(number) ? unsubscribed_error() : closed_error());
    this._settle(entry, refused || unanswered ? problem() : null, code, properties);
    if (unanswered) entry.calls = [];
  }

  // All calls that wait for this filter. A broker's refusal is told before anything else.
  _settle(entry, error, code, properties) {
    const calls = entry.calls;
    entry.calls = null;
    for (const {call, grant} of calls) {
      if (grant && code !== undefined) grant.qos = code;
      call.codes.push(code);
      call.properties = properties;
      if (error && !(call.error instanceof ErrorWithSubackPacket)) call.error = error;
      if (--call.waiting === 0) this._answer(call);
    }
  }

  // As in MQTT.js, after the packets that came together with this one.
  _answer({callback, grants, error, properties}) {
    const packet = {...received_fields('suback'), granted: grants.map(({qos}) => qos), ...properties && {properties}};
    if (error instanceof ErrorWithSubackPacket) error.packet = packet;
    queueMicrotask(() => callback(error, grants, packet));
  }

  // As in MQTT.js, a filter that was refused is not asked for again.
  _forget(entry) {
    this.numbers.delete(entry.number);
    this.handles.delete(entry);
    if (this.filters.get(entry.topic) === entry) this.filters.delete(entry.topic);
    this.core.unsubscribe([entry.number]);
  }

  // ---- unsubscribe ----

  unsubscribe(filters, properties, callback) {
    const wrong = this.core.unsubscribe([], properties);
    const error = this._first_error(filters) ?? (wrong < 0 ? error_of(wrong, 5) : null);
    if (error) return queueMicrotask(() => callback(error));
    const call = {callback, waiting: filters.length, error: null, granted: [], properties: undefined};
    const known = [];
    filters.forEach((filter, index) => {
      const entry = this.filters.get(filter);
      if (entry) known.push(entry.number);
      this.ending.set(entry?.number ?? this.core.unsubscribe_filter(filter, properties), {call, index});
      this.filters.delete(filter);
    });
    this.core.unsubscribe(known, properties);
  }

  end_handle(entry) { return this.end_numbers(this.handles.delete(entry) ? [entry.number] : []); }

  // Resolves when the broker has answered; at once when there is nothing to end, or the client has ended.
  end_numbers(numbers) {
    return new Promise((resolve) => {
      if (!numbers.length || !this.core) return resolve();
      const call = {callback: () => resolve(), waiting: numbers.length, error: null, granted: []};
      numbers.forEach((number, index) => this.ending.set(number, {call, index}));
      return this.core.unsubscribe(numbers);
    });
  }

  // `code`: of MQTT 5. One that refuses is an answer like any other.
  unsubscribed(number, code, error, properties, version) {
    const {call, index} = this.ending.get(number) ?? {};
    const entry = this.numbers.get(number);
    this.ending.delete(number);
    this.numbers.delete(number);
    // A broker may answer this first, and the core has then forgotten what it asked for before.
    if (entry?.calls) this._settle(entry, error ? closed_error() : unsubscribed_error());
    if (!call) return;
    if (error) call.error = closed_error();
    call.granted[index] = code;
    call.properties = properties;
    if (--call.waiting > 0) return;
    const packet = {...received_fields('unsuback'), ...version === 5 && {granted: call.granted},
      ...call.properties && {properties: call.properties}};
    queueMicrotask(() => (call.error ? call.callback(call.error) : call.callback(null, packet)));
  }

  // The client has ended: nobody waits any more.
  abandon() {
    this.core = null;
    const calls = new Set([...this.ending.values()].map(({call}) => call));
    this.ending.clear();
    for (const entry of this.numbers.values()) {
      for (const {call} of entry.calls ?? []) calls.add(call);
      if (entry.calls) entry.calls = [];
    }
    for (const {callback} of calls) callback(closed_error());
  }
}
