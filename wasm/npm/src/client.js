// The client: MQTT.js's names and order of events on top, what it lacks beside them. index.d.ts documents each.
// Connection, Deliveries and Requests do the work; here calls come in, and what the core tells is handed on.
import {Connection} from './connection.js';
import {Deliveries} from './deliveries.js';
import {Emitter} from './emitter.js';
import {UnsupportedError} from './errors.js';
import {Link} from './link.js';
import {connect_packet, packet_name, received, sent, type_of} from './packets.js';
import {Payload} from './payload.js';
import {Requests, closed_error, read_requests} from './requests.js';
import {Handlers} from './subscriptions.js';

const noop = () => {};

export class MqttClient extends Emitter {
  connected = false;
  disconnecting = false;
  disconnected = false;
  reconnecting = false;
  closeRecord = null;        // why the last connection ended, or never came to be
  #options;
  #link;
  #connection;
  #deliveries;
  #requests;
  #waiting = [];             // what waits for a connection, in the order of the calls: {start, fail, delivery}
  #held = new Map();         // QoS 2 messages until their PUBREL, by packet id
  #handlers = new Handlers();
  #users = new Map();        // how many handlers a filter has
  #connack = null;           // the latest of its kind, for the event that follows
  #publish = null;
  #suback = null;

  constructor(options, transports) {
    super();
    this.#options = options;
    this.#link = new Link({
      event: (event) => this.#guard(() => this.#events[event.type](event)),
      received: (bytes) => this.#guard(() => this.#received(bytes)),
      sent: (bytes) => this.#guard(() => this.#sent(bytes)),
      invalid: (error) => this.emit('error', error),
      unstored: (error) => this.emit('journalerror', error),
    });
    this.#deliveries = new Deliveries(this, this.#link, this.#waiting);
    this.#requests = new Requests(this, this.#link, this.#waiting);
    this.#connection = new Connection(this, this.#link, transports, {
      prepared: () => this.#deliveries.prepared(),
      ended: () => this.#deliveries.connection_ended(),
      outgoing: () => this.#outgoing,
      abandoned: () => { for (const {fail} of this.#waiting.splice(0)) fail(closed_error()); },
    });
    if (!options.manualConnect) this.#connection.connect(true);
  }

  get options() { return this.#options; }

  // A listener's exception is the application's: it surfaces as uncaught, and the other packets are still served.
  #guard(work) {
    try {
      work();
    } catch (error) {
      queueMicrotask(() => { throw error; });
    }
  }

  // ---- connection ----

  connect() {
    this.#connection.connect();
    return this;
  }

  reconnect(stores) {
    if (stores) throw new UnsupportedError('stores for reconnect()');
    this.#connection.reconnect();
    return this;
  }

  // Own: something woke us up; is the link still there?
  wake() { this.#connection.wake(); }

  end(force, opts, callback) {
    if (typeof force !== 'boolean') [force, opts, callback] = [false, force, callback ?? opts];
    if (typeof opts !== 'object') [opts, callback] = [null, callback ?? opts];
    if (opts?.properties || opts?.reasonCode) throw new UnsupportedError('properties and reason codes of DISCONNECT');
    this.#connection.end(force, typeof callback === 'function' ? callback : noop);
    return this;
  }

  get #outgoing() {
    return this.#requests.count + (this.#deliveries.unfinished.some(({qos}) => qos > 0) ? 1 : 0);
  }

  #tell_empty() {
    if (this.disconnecting && this.#outgoing === 0) this.emit('outgoingEmpty');
  }

  #refuse_disconnecting(callback) {
    if (!this.disconnecting) return false;
    const error = new Error('client disconnecting');
    if (callback && callback !== noop) callback(error);
    else this.emit('error', error);
    return true;
  }

  // ---- publish ----

  publish(topic, message, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (this.#refuse_disconnecting(callback)) return this;
    const delivery = this.#deliveries.publish(topic, message, opts);
    delivery.when_ended((error) => {
      if (!callback) return error && this.emit('error', error);
      if (error) callback(error, delivery.packet);
      else if (delivery.qos === 0) callback();
      else callback(null, delivery.packet);
    });
    return this;
  }

  // Own: the same with a handle. See Delivery.
  send(topic, message, opts) {
    if (this.disconnecting) throw new Error('client disconnecting');
    return this.#deliveries.publish(topic, message, opts);
  }

  // Own: what was accepted and has not ended, across restarts with a journal; complete once there was a connection.
  unfinished() { return this.#deliveries.unfinished; }

  // ---- subscribe ----

  subscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    callback ??= noop;
    const asked = read_requests(topics, opts);
    if (!this.#refuse_disconnecting(callback)) this.#requests.subscribe(asked, callback);
    return this;
  }

  unsubscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (opts?.properties) throw new UnsupportedError('properties of an unsubscribe');
    callback ??= noop;
    if (!this.#refuse_disconnecting(callback)) this.#requests.unsubscribe(topics, callback);
    return this;
  }

  // Own: messages of this filter go to this handler, besides the event 'message'.
  // {filter, granted: Promise of the QoS, unsubscribe(): Promise}
  handle(filter, handler, {qos = 0} = {}) {
    if (typeof handler !== 'function') throw new TypeError('A handler is a function');
    const remove = this.#handlers.add(filter, handler);
    const users = this.#users.get(filter) ?? 0;
    this.#users.set(filter, users + 1);
    const granted = this.subscribeAsync(filter, {qos}).then((grants) => grants[0]?.qos ?? this.#requests.qos_of(filter));
    granted.catch(remove);
    let active = true;
    return {
      filter, granted,
      unsubscribe: async () => {
        if (!active) return;
        active = false;
        remove();
        const left = this.#users.get(filter) - 1;
        if (left > 0) return void this.#users.set(filter, left);
        this.#users.delete(filter);
        await this.unsubscribeAsync(filter);
      },
    };
  }

  // ---- promises ----

  publishAsync(topic, message, opts) { return promised((done) => this.publish(topic, message, opts ?? null, done)); }
  subscribeAsync(topics, opts) { return promised((done) => this.subscribe(topics, opts ?? null, done)); }
  unsubscribeAsync(topics, opts) { return promised((done) => this.unsubscribe(topics, opts ?? null, done)); }
  endAsync(force, opts) { return promised((done) => this.end(force, opts ?? null, done)); }

  // ---- trace ----

  // Own: the latest packets, both ways, passwords masked; option `trace` says how many.
  trace() {
    return (this.#link.core?.trace() ?? []).map(({bytes, ...entry}) => {
      const cmd = packet_name(type_of(bytes));
      const packet = entry.direction === 'in' ? received(bytes)
        : cmd === 'connect' ? {...connect_packet(this.#options), password: this.#options.password && '***'} : sent(bytes);
      return {...entry, cmd, packet, bytes};
    });
  }

  // ---- what the core tells ----

  #events = {
    connected: ({sessionPresent}) => {
      this.#connection.opened();
      if (!sessionPresent) this.#held.clear();
      for (const {start} of this.#waiting.splice(0)) start();
      this.#requests.renew(sessionPresent);
      this.emit('connect', this.#connack);
    },
    sessionLost: (lost) => this.emit('sessionlost', lost),
    message: ({token, ...message}) => {
      const payload = new Payload(message.payload.buffer);
      const packet = {...this.#publish, payload};
      if (this.#options.manualAcknowledge && token) {
        packet.acknowledge = () => {
          this.#link.core.acknowledge(token);
          this.#link.drain();
        };
      }
      // As in MQTT.js, with PUBREL; but at once when the journal has noted it as received.
      if (message.qos === 2 && !this.#options.journal && !packet.acknowledge) this.#held.set(message.messageId, packet);
      else this.#deliver(packet);
    },
    delivery: (event) => { if (this.#deliveries.changed(event)) this.#tell_empty(); },
    subscribed: (event) => { if (this.#requests.subscribed(event, this.#suback)) this.#tell_empty(); },
    unsubscribed: (event) => { if (this.#requests.unsubscribed(event, this.#suback)) this.#tell_empty(); },
    closed: ({type, ...record}) => this.#connection.ended({...record, lastSent: packet_name(record.lastSent),
      lastReceived: packet_name(record.lastReceived)}),
  };

  #deliver(packet) {
    for (const handler of this.#handlers.matching(packet.topic)) {
      this.#guard(() => handler(packet.topic, packet.payload, packet));
    }
    this.emit('message', packet.topic, packet.payload, packet);
  }

  #received(bytes) {
    const packet = received(bytes);
    if (packet.cmd === 'connack') this.#connack = packet;
    if (packet.cmd === 'publish') this.#publish = packet;
    if (packet.cmd === 'suback' || packet.cmd === 'unsuback') this.#suback = packet;
    this.emit('packetreceive', packet);
    if (packet.cmd === 'pubrel' && this.#held.has(packet.messageId)) {
      const held = this.#held.get(packet.messageId);
      this.#held.delete(packet.messageId);
      this.#deliver(held);
    }
  }

  #sent(bytes) {
    this.#deliveries.sent(bytes);
    if (type_of(bytes) !== 1 && this.listenerCount('packetsend')) this.emit('packetsend', sent(bytes));
  }
}

// Parts of MQTT.js's client that reach into its inside: asking for one is told, and so is putting one's own in its place.
for (const [name, instead] of Object.entries({
  handleMessage: 'use manualAcknowledge', handleAuth: 'it belongs to MQTT 5', removeOutgoingMessage: 'use send() and cancel()',
  getLastMessageId: 'use the messageId of a delivery or packet', sendPing: 'use wake()', reschedulePing: 'use wake()',
})) {
  const refuse = () => { throw new UnsupportedError(name, instead); };
  Object.defineProperty(MqttClient.prototype, name, {get: refuse, set: refuse});
}

const promised = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});
