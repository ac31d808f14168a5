// SUBSCRIBE and UNSUBSCRIBE as MQTT.js tells them: one callback for each call, with what was granted to each filter. The core
// asks, asks again and gives answers, by the number of each subscription.
import {check_filter} from './core.js';
import {ErrorWithSubackPacket, UnsupportedError, closed_error} from './errors.js';

// A string, an array, or an object of filters, as {again, requests: [{topic, qos}]}.
export function read_requests(topics, opts) {
  const some = typeof topics === 'string' || Array.isArray(topics);
  const requests = some ? [topics].flat().map((topic) => [topic, opts])
    : Object.entries(topics ?? {}).filter(([topic]) => topic !== 'resubscribe');
  return {
    again: !some && topics?.resubscribe === true,
    requests: requests.map(([topic, options]) => ({topic, qos: checked_qos(options ?? opts)})),
  };
}

function checked_qos(options) {
  for (const name of ['properties', 'nl', 'rap', 'rh']) {
    if (options?.[name]) throw new UnsupportedError(`the subscription option '${name}'`, 'it belongs to MQTT 5');
  }
  const qos = options?.qos ?? 0;
  if (![0, 1, 2].includes(qos)) throw new RangeError('QoS is 0, 1 or 2');
  return qos;
}

export class Subscribes {
  constructor() {
    this.core = null;
    this.filters = new Map();   // what subscribe() asked for: {topic, qos, number, calls}
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

  _ask(entries) {
    if (!entries.length) return;
    const first = this.core.subscribe(entries);
    entries.forEach((entry, index) => {
      entry.number = first + index;
      entry.again = false;
      entry.replaces = 0;
      this.numbers.set(entry.number, entry);
    });
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
    const call = {callback, grants: [], codes: [], waiting: 0, error: null};
    const asked = [];
    for (const {topic, qos} of requests) {
      const known = this.filters.get(topic);
      if (known && known.qos >= qos && !again && remember) {
        if (!known.calls) continue;
        known.calls.push({call, grant: null});
      } else {
        asked.push(this._replace(known, {topic, qos, again: again || !remember, calls: [], call}));
      }
      ++call.waiting;
    }
    if (call.waiting === 0) return callback(null, []);
    this._ask(asked);
  }

  _replace(known, {call, ...entry}) {
    const grant = {topic: entry.topic, qos: entry.qos};
    call.grants.push(grant);
    entry.calls.push({call, grant});
    if (known) {
      entry.replaces = known.number;
      entry.calls.unshift(...known.calls ?? []);
      this.numbers.delete(known.number);
    }
    this.filters.set(entry.topic, entry);
    return entry;
  }

  // {entry, granted: Promise of the QoS}
  handle(topic, qos, handler) {
    const cause = check_filter(topic);
    const entry = {topic, qos, handler, calls: []};
    const granted = new Promise((resolve, reject) => {
      if (cause) return reject(Object.assign(new Error(`Invalid topic ${topic}`), {cause}));
      const call = {grants: [], codes: [], waiting: 1, error: null,
        callback: (error) => (error ? reject(error) : resolve(call.codes[0]))};
      entry.calls.push({call, grant: null});
    });
    if (cause) return {entry: null, granted};
    this.handles.add(entry);
    this._ask([entry]);
    return {entry, granted};
  }

  // The core's answer; granted -1: refused.
  subscribed(number, granted, error) {
    const entry = this.numbers.get(number);
    if (!entry?.calls) return;
    const calls = entry.calls;
    entry.calls = error ? [] : null;
    const refused = granted < 0 && !error;
    if (refused) this._forget(entry);
    for (const {call, grant} of calls) {
      const code = granted < 0 ? 128 : granted;
      if (grant) grant.qos = code;
      call.codes.push(code);
      if (error) call.error = closed_error();
      else if (refused) call.error ??= new ErrorWithSubackPacket('Subscribe error: Unspecified error');
      if (--call.waiting === 0) this._answer(call);
    }
  }

  // As in MQTT.js, after the packets that came together with this one.
  _answer({callback, grants, error}) {
    const packet = {cmd: 'suback', granted: grants.map(({qos}) => qos)};
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

  unsubscribe(filters, callback) {
    const error = this._first_error(filters);
    if (error) return queueMicrotask(() => callback(error));
    const call = {callback, waiting: filters.length, error: null};
    const known = [];
    for (const filter of filters) {
      const entry = this.filters.get(filter);
      if (entry) known.push(entry.number);
      this.ending.set(entry?.number ?? this.core.unsubscribe_filter(filter), call);
      this.filters.delete(filter);
    }
    this.core.unsubscribe(known);
  }

  end_handle(entry) {
    return new Promise((resolve) => {
      if (!this.handles.delete(entry)) return resolve();
      this.ending.set(entry.number, {callback: () => resolve(), waiting: 1, error: null});
      this.core.unsubscribe([entry.number]);
    });
  }

  unsubscribed(number, error) {
    const call = this.ending.get(number);
    this.ending.delete(number);
    this.numbers.delete(number);
    if (!call) return;
    if (error) call.error = closed_error();
    if (--call.waiting > 0) return;
    queueMicrotask(() => (call.error ? call.callback(call.error) : call.callback(null, {cmd: 'unsuback'})));
  }

  // The client has ended: nobody waits any more.
  abandon() {
    const calls = new Set(this.ending.values());
    this.ending.clear();
    for (const entry of this.numbers.values()) {
      for (const {call} of entry.calls ?? []) calls.add(call);
      if (entry.calls) entry.calls = [];
    }
    for (const {callback} of calls) callback(closed_error());
  }
}
