// What is published: accepted, waiting, on its way, ended. The core sends and resends; here each of its numbers finds its
// Delivery again. Messages of QoS 0 wait here for a connection, since the core would not keep them.
import {error_of} from './core.js';
import {Delivery} from './delivery.js';
import {UnsupportedError} from './errors.js';
import {id_of, qos_of, type_of} from './packets.js';
import {Payload, bytes_of} from './payload.js';

export class Deliveries {
  #client;
  #link;
  #waiting;                  // what waits for a connection, in the order of the calls; subscriptions, too
  #early = [];               // publishes of QoS 1 and 2 that came before the core
  #known = new Map();        // by the core's number
  #unpaired = {numbers: [], ids: []};  // publishes on their way out: the event and the packet of each

  constructor(client, link, waiting) {
    this.#client = client;
    this.#link = link;
    this.#waiting = waiting;
  }

  publish(topic, message, opts) {
    const {qos = 0, retain = false, dup = false, properties, cbStorePut, timeToLive = 0, latest = false} = opts ?? {};
    if (properties) throw new UnsupportedError('properties of a publish', 'MQTT 5 is not spoken, only 3.1.1');
    if (dup) throw new UnsupportedError('publish with dup: true', 'redeliveries are marked by the core');
    if (![0, 1, 2].includes(qos)) throw new RangeError('QoS is 0, 1 or 2');
    if (typeof topic !== 'string') throw new TypeError('A topic is a string');
    const delivery = new Delivery({topic, payload: message, qos, retain}, this.#cancel);
    const bytes = bytes_of(message);
    const start = () => this.#start(delivery, bytes, {qos, retain, timeToLive, latest}, cbStorePut);
    if (qos > 0 && !this.#link.core) this.#early.push(start);
    else if (qos > 0 || this.#client.connected) start();
    else this.#wait(delivery, start);
    return delivery;
  }

  #wait(delivery, start) {
    const {queueQoSZero, queue = {}} = this.#client.options;
    const fail = (error) => delivery.change('failed', error.message);
    if (!queueQoSZero) return queueMicrotask(() => fail(new Error('No connection to broker')));
    const publishes = this.#waiting.filter((one) => one.delivery);
    if (publishes.length >= (queue.messages ?? 100_000)) {
      if (queue.overflow !== 'dropOldest') {
        // The core's words for the same.
        const reason = queue.overflow === 'dropNewest' ? 'dropped_newest' : 'the queue of unsent messages is full';
        return queueMicrotask(() => delivery.change('failed', reason));
      }
      this.#waiting.splice(this.#waiting.indexOf(publishes[0]), 1);
      publishes[0].delivery.change('failed', 'dropped_oldest');
    }
    this.#waiting.push({delivery, start, fail});
  }

  #start(delivery, bytes, options, stored) {
    const {core} = this.#link;
    const number = core.publish(delivery.topic, bytes, options);
    if (number < 0) return queueMicrotask(() => delivery.change('failed', error_of(number).message));
    if (number > 0) this.#track(delivery, number, core.slot);
    stored?.();
    this.#link.drain();
    if (number === 0) delivery.change('sent');
  }

  #track(delivery, number, slot) {
    this.#known.set(number, {delivery, slot});
    return delivery;
  }

  #cancel = (delivery) => {
    for (const [number, entry] of this.#known) {
      if (entry.delivery !== delivery) continue;
      const done = this.#link.core.cancel(number, entry.slot) === 0;
      this.#link.drain();
      return done;
    }
    const at = this.#waiting.findIndex((entry) => entry.delivery === delivery);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    delivery.change('failed', 'cancelled');
    return true;
  };

  // The core is there, with what its journal held.
  prepared() {
    for (const {number, slot, state, ...message} of this.#link.core.unfinished()) {
      this.#track(new Delivery({...message, payload: new Payload(message.payload)}, this.#cancel), number, slot).state = state;
    }
    for (const start of this.#early.splice(0)) start();
  }

  // The core's event. False: it is about none of ours.
  changed({number, state, reason}) {
    const entry = this.#known.get(number);
    if (!entry) return false;
    const {delivery} = entry;
    if (state === 'sent' && delivery.qos > 0) this.#pair('numbers', number);
    if (state !== 'sent' || delivery.qos === 0) this.#known.delete(number);
    delivery.change(state, reason);
    return true;
  }

  // A packet that left.
  sent(bytes) {
    if (type_of(bytes) === 3 && qos_of(bytes) > 0) this.#pair('ids', id_of(bytes));
  }

  connection_ended() { this.#unpaired = {numbers: [], ids: []}; }

  // A publish leaves as an event and as a packet, in the same order each: together they say which id it has.
  #pair(kind, value) {
    const {numbers, ids} = this.#unpaired;
    this.#unpaired[kind].push(value);
    if (!numbers.length || !ids.length) return;
    const entry = this.#known.get(numbers.shift());
    const id = ids.shift();
    if (entry) entry.delivery.messageId = id;
  }

  get unfinished() { return [...this.#known.values()].map(({delivery}) => delivery); }
}
