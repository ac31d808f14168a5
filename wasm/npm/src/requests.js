// SUBSCRIBE and UNSUBSCRIBE: each call is one packet, now or with the next connection; what was subscribed to is asked for
// again when a session is new.
import {check_filter, error_of} from './core.js';
import {ErrorWithSubackPacket, UnsupportedError} from './errors.js';

export const closed_error = () => new Error('Connection closed');

// A string, an array, or an object of filters, as {again, requests: [{topic, qos}]}.
export function read_requests(topics, opts) {
  const some = typeof topics === 'string' || Array.isArray(topics);
  const requests = some ? [topics].flat().map((topic) => [topic, opts])
    : Object.entries(topics).filter(([topic]) => topic !== 'resubscribe');
  return {
    again: !some && topics.resubscribe === true,
    requests: requests.map(([topic, options]) => ({topic, qos: checked_qos(options)})),
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

export class Requests {
  #client;
  #link;
  #waiting;                  // what waits for a connection, in the order of the calls; publishes, too
  #under_way = new Map();    // by packet id
  #resubscribe = new Map();  // filter to QoS
  #first_connection = true;

  constructor(client, link, waiting) {
    this.#client = client;
    this.#link = link;
    this.#waiting = waiting;
  }

  get count() { return this.#under_way.size; }
  // The QoS that a filter is subscribed with.
  qos_of(filter) { return this.#resubscribe.get(filter); }

  subscribe({again, requests}, callback) {
    const wanted = requests.filter(({topic, qos}) => again || !(this.#resubscribe.get(topic) >= qos));
    if (requests.length && !wanted.length) callback(null, []);
    else this.#subscribe(wanted, callback);
  }

  #subscribe(wanted, callback) {
    const {resubscribe, reconnectPeriod} = this.#client.options;
    this.#check(wanted, callback, () => {
      if (resubscribe && reconnectPeriod > 0) for (const {topic, qos} of wanted) this.#resubscribe.set(topic, qos);
      this.#when_connected(wanted, false, {callback, wanted});
    });
  }

  unsubscribe(topics, callback) {
    const requests = [topics].flat().map((topic) => ({topic, qos: 0}));
    this.#check(requests, callback, () => {
      for (const {topic} of requests) this.#resubscribe.delete(topic);
      this.#when_connected(requests, true, {callback});
    });
  }

  // After a CONNACK: a new session knows of no subscription.
  renew(session_present) {
    const needed = !this.#first_connection && (this.#client.options.clean || !session_present);
    this.#first_connection = false;
    if (needed && this.#resubscribe.size) {
      this.#subscribe([...this.#resubscribe].map(([topic, qos]) => ({topic, qos})), () => {});
    }
  }

  #when_connected(requests, give_up, entry) {
    const {callback} = entry;
    const start = () => {
      const id = this.#link.core.subscribe(requests, give_up);
      if (id < 0) return queueMicrotask(() => callback(error_of(id)));
      this.#under_way.set(id, entry);
      this.#link.drain();
    };
    if (this.#client.connected) start();
    else this.#waiting.push({start, fail: callback});
  }

  // The core knows the rules; before it is there, what is wrong is said when it is.
  #check(requests, refused, good) {
    const error = this.#link.core ? first_error(requests) : null;
    if (error) queueMicrotask(() => refused(error));
    else good();
  }

  // ---- the core's events; false: nothing was waiting for it, or nothing any more ----

  subscribed({messageId, granted, error}, suback) {
    const request = this.#take(messageId);
    if (!request) return false;
    // As in MQTT.js, after the packets that came together with this one.
    const {wanted} = request;
    const callback = (...values) => queueMicrotask(() => request.callback(...values));
    if (error) {
      callback(closed_error(), wanted);
      return false;
    }
    wanted.forEach((one, index) => { one.qos = granted[index]; });
    const refused = wanted.filter(({qos}) => qos & 0x80);
    if (refused.length) {
      for (const {topic} of wanted) this.#resubscribe.delete(topic);
      callback(new ErrorWithSubackPacket('Subscribe error: Unspecified error', suback), wanted, suback);
    } else {
      callback(null, wanted, suback);
    }
    return true;
  }

  unsubscribed({messageId, error}, unsuback) {
    const request = this.#take(messageId);
    if (!request) return false;
    if (error) request.callback(closed_error());
    else request.callback(null, {...unsuback});
    return true;
  }

  #take(id) {
    const request = this.#under_way.get(id);
    this.#under_way.delete(id);
    return request;
  }
}

function first_error(requests) {
  if (!requests.length) return new Error('Invalid topic empty_topic_list');
  for (const {topic} of requests) {
    const error = check_filter(topic);
    if (error) return Object.assign(new Error(`Invalid topic ${topic}`), {cause: error});
  }
  return null;
}
