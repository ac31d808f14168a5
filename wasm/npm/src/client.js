// The client: MQTT.js's names and order of events on top, what it lacks beside them. index.d.ts documents each.
import {check_filter, compact, error_of} from './core.js';
import {Delivery} from './delivery.js';
import {Emitter} from './emitter.js';
import {ErrorWithReasonCode, ErrorWithSubackPacket, UnsupportedError, refusals} from './errors.js';
import {open_journal} from './journal.js';
import {Link} from './link.js';
import {id_of, packet_name, qos_of, received, sent, type_of} from './packets.js';
import {Payload, bytes_of} from './payload.js';
import {url_of} from './options.js';
import {Handlers} from './subscriptions.js';

const mebibyte = 1024 * 1024;
const closed_error = () => new Error('Connection closed');
const noop = () => {};

export class MqttClient extends Emitter {
  connected = false;
  disconnecting = false;
  disconnected = false;
  reconnecting = false;
  closeRecord = null;        // why the last connection ended, or never came to be
  #options;
  #transports;
  #link;
  #ready = null;
  #attempts = 0;
  #attempting = false;       // from connect() to the end of the connection
  #generation = 0;
  #first_connection = true;
  #connect_timer = null;
  #reconnect_timer = null;
  #failures = 0;
  #strikes = 0;
  #connected_at = 0;
  #queue = [];               // what waits for a connection, in the order of the calls
  #early = [];               // publishes of QoS 1 and 2 that came before the core
  #deliveries = new Map();   // by the core's number
  #unpaired = {numbers: [], ids: []};  // publishes on their way out: the event and the packet of each
  #held = new Map();         // QoS 2 messages until their PUBREL, by packet id
  #requests = new Map();     // subscribe and unsubscribe under way, by packet id
  #resubscribe = new Map();  // filter to QoS
  #handlers = new Handlers();
  #ending = null;
  #quiet_connect = true;

  constructor(options, transports) {
    super();
    this.#options = options;
    this.#transports = transports;
    this.#link = new Link({
      event: (event) => this.#guard(() => this.#events[event.type](event)),
      received: (bytes) => this.#guard(() => this.#received(bytes)),
      sent: (bytes) => this.#guard(() => this.#sent(bytes)),
      invalid: (error) => this.emit('error', error),
      unstored: (error) => this.emit('journalerror', error),
    });
    if (!options.manualConnect) this.connect();
    this.#quiet_connect = false;
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
    clearTimeout(this.#reconnect_timer);
    this.#reconnect_timer = null;
    if (this.disconnected && !this.reconnecting) this.disconnecting = this.disconnected = false;
    if (this.#attempting) return this;
    this.#attempting = true;
    const generation = ++this.#generation;
    const {connectTimeout} = this.#options;
    // Nobody can listen yet while the constructor runs.
    if (!this.#quiet_connect) this.emit('packetsend', this.#connect_packet());
    if (connectTimeout > 0) this.#connect_timer = setTimeout(() => this.#give_up_connecting(), connectTimeout);
    this.#attempt(generation).catch((error) => {
      if (generation !== this.#generation || !this.#attempting) return;
      this.emit('error', error);
      this.#ended(null);
    });
    return this;
  }

  #connect_packet() {
    const {protocolId, protocolVersion, clean, clientId, keepalive, username, password, will} = this.#options;
    return {cmd: 'connect', protocolId, protocolVersion, clean, clientId, keepalive, username, password,
      properties: undefined, ...will && {will: {...will}}};
  }

  async #attempt(generation) {
    this.#ready ??= this.#prepare();
    await this.#ready;
    const options = this.#options;
    let url = url_of(options, this.#attempts++);
    // Asked anew for each attempt, so that a token or a signed address can be fresh.
    if (options.credentials) Object.assign(options, await options.credentials());
    if (options.transformWsUrl) url = await options.transformWsUrl(url, options, this);
    if (generation !== this.#generation || !this.#attempting) return;
    const {core} = this.#link;
    const {username, password, will} = options;
    core.setCredentials(username, typeof password === 'string' || password == null ? password : bytes_of(password));
    core.setWill(will && {...will, payload: bytes_of(will.payload ?? '')});
    this.#link.open(url, this.#transports[url.slice(0, url.indexOf(':'))], options);
  }

  async #prepare() {
    const {clean, keepalive, clientId, queue = {}, journal, trace = 0, manualAcknowledge = false} = this.#options;
    const store = journal ? await open_journal(journal, compact) : null;
    await this.#link.prepare({
      clean, keepalive, clientId, connectTimeout: 0, window: queue.inFlight ?? 1000, messages: queue.messages ?? 100_000,
      bytes: queue.bytes ?? 64 * mebibyte, overflow: queue.overflow ?? 'reject',
      maxPacket: this.#options.maxPacketBytes ?? 16 * mebibyte, manual: manualAcknowledge, journal: Boolean(store), trace,
    }, store);
    for (const {number, slot, state, ...message} of this.#link.core.unfinished()) {
      this.#track(new Delivery({...message, payload: new Payload(message.payload)}, this.#cancel), number, slot).state = state;
    }
    for (const start of this.#early.splice(0)) start();
  }

  #give_up_connecting() {
    this.#connect_timer = null;
    this.#timed_out = new Error('connack timeout');
    if (this.#link.busy) {
      this.#link.core.abort();
      this.#link.drain();
    } else {
      ++this.#generation;
      this.#ended(null);
    }
  }
  #timed_out = null;

  // The end of an attempt, in MQTT.js's order: offline, error, close; after a refusal error, close.
  #ended(record) {
    clearTimeout(this.#connect_timer);
    this.#connect_timer = null;
    const was_connected = this.connected;
    this.connected = this.#attempting = false;
    this.#unpaired = {numbers: [], ids: []};
    if (record) this.closeRecord = record;
    const error = this.#timed_out ?? this.#error_of(record);
    this.#timed_out = null;
    const {reconnectOnConnackError, takeoverStrikes = 0} = this.#options;
    let stay = record?.cause !== 'refused' || reconnectOnConnackError;
    if (was_connected && record?.cause === 'transport' && record.connectedFor < 5000) ++this.#strikes;
    else if (was_connected) this.#strikes = 0;
    if (was_connected && record?.connectedFor > (this.#options.backoff?.stableAfter ?? 10_000)) this.#failures = 0;
    if (takeoverStrikes && this.#strikes >= takeoverStrikes) {
      stay = false;
      this.emit('error', new Error(`Another client signs in with the client id '${this.#options.clientId}'`));
    }
    const from_network = record?.cause === 'transport' || record?.cause === 'refused';
    if (error && from_network) this.emit('error', error);
    if (stay) this.#reconnect_later();
    if (error && !from_network) this.emit('error', error);
    this.emit('close');
    this.#ending?.();
  }

  #error_of(record) {
    switch (record?.cause) {
      case 'refused':
        return new ErrorWithReasonCode(`Connection refused: ${refusals[record.returnCode]}`, record.returnCode);
      case 'transport': return this.#link.problem?.code ? this.#link.problem : null;
      case 'protocol_error': return error_of(record.error);
      case 'timed_out': return Object.assign(new Error('Keepalive timeout'), {cause: error_of(record.error)});
      default: return null;
    }
  }

  #reconnect_later() {
    const {reconnectPeriod, backoff} = this.#options;
    if (this.disconnecting || this.#reconnect_timer || reconnectPeriod === 0) return;
    if (!this.reconnecting) {
      this.emit('offline');
      this.reconnecting = true;
    }
    if (this.disconnecting) return;  // a listener ended it
    let wait = reconnectPeriod;
    if (backoff) {
      const {first = 1000, longest = 60_000} = backoff;
      wait = Math.random() * Math.min(longest, first * 2 ** this.#failures++);
    }
    this.#reconnect_timer = setTimeout(() => this.#reconnect(), wait);
  }

  #reconnect() {
    clearTimeout(this.#reconnect_timer);
    this.#reconnect_timer = null;
    this.emit('reconnect');
    if (!this.disconnecting) this.connect();
  }

  reconnect(stores) {
    if (stores) throw new UnsupportedError('stores for reconnect()');
    const start = () => {
      this.disconnecting = this.disconnected = false;
      if (!this.#attempting) return this.#reconnect();
      this.end(() => this.reconnect());
    };
    if (this.disconnecting && !this.disconnected) this.once('end', () => queueMicrotask(start));
    else start();
    return this;
  }

  // Something woke us up: is the link still there? When waiting, the next attempt begins at once.
  wake() {
    if (this.#reconnect_timer) return this.#reconnect();
    if (!this.connected) return;
    this.#link.core.timeout();
    this.#link.core.probe();
    this.#link.drain();
  }

  end(force, opts, callback) {
    if (typeof force !== 'boolean') [force, opts, callback] = [false, force, callback ?? opts];
    if (typeof opts !== 'object') [opts, callback] = [null, callback ?? opts];
    if (opts?.properties || opts?.reasonCode) throw new UnsupportedError('properties and reason codes of DISCONNECT');
    callback = typeof callback === 'function' ? callback : noop;
    if (this.disconnecting) {
      callback();
      return this;
    }
    clearTimeout(this.#reconnect_timer);
    this.#reconnect_timer = null;
    this.disconnecting = true;
    const finish = () => {
      clearTimeout(patience);
      this.off('outgoingEmpty', finish);
      this.#finish(force, callback);
    };
    let patience = null;
    if (!force && this.connected && this.#outgoing > 0) {
      this.once('outgoingEmpty', finish);
      // A broker that never acknowledges keeps nobody from leaving.
      patience = setTimeout(finish, this.#options.endTimeout ?? 10_000);
    } else {
      finish();
    }
    return this;
  }

  #finish(force, callback) {
    this.#ending = () => {
      this.#ending = null;
      queueMicrotask(() => {
        this.disconnected = true;
        this.reconnecting = false;
        for (const {fail} of this.#queue.splice(0)) fail?.(closed_error());
        if (this.#options.reconnectPeriod === 0 || this.#options.manualConnect) this.disconnecting = false;
        this.emit('end');
        callback();
      });
    };
    if (!this.#attempting) return this.#ending();
    const {core} = this.#link;
    if (!this.#link.busy) {
      ++this.#generation;
      this.#attempting = false;
      clearTimeout(this.#connect_timer);
      return this.#ending();
    }
    queueMicrotask(() => {
      if (force) core.abort();
      else core.disconnect();
      this.#link.drain();
    });
  }

  get #outgoing() {
    const unfinished = [...this.#deliveries.values()].some(({delivery}) => delivery.qos > 0);
    return this.#requests.size + (unfinished ? 1 : 0);
  }

  // ---- publish ----

  publish(topic, message, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (this.#refuse_disconnecting(callback)) return this;
    const delivery = this.#publish(topic, message, opts);
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
    return this.#publish(topic, message, opts);
  }

  #publish(topic, message, opts) {
    const {qos = 0, retain = false, dup = false, properties, cbStorePut, timeToLive = 0, latest = false} = opts ?? {};
    if (properties) throw new UnsupportedError('properties of a publish', 'MQTT 5 is not spoken, only 3.1.1');
    if (dup) throw new UnsupportedError('publish with dup: true', 'redeliveries are marked by the core');
    if (![0, 1, 2].includes(qos)) throw new RangeError('QoS is 0, 1 or 2');
    if (typeof topic !== 'string') throw new TypeError('A topic is a string');
    const delivery = new Delivery({topic, payload: message, qos, retain}, this.#cancel);
    const bytes = bytes_of(message);
    const start = () => this.#start(delivery, bytes, {qos, retain, timeToLive, latest}, cbStorePut);
    if (qos > 0 && !this.#link.core) this.#early.push(start);
    else if (qos > 0 || this.connected) start();
    else this.#queue_qos0(delivery, start);
    return delivery;
  }

  #queue_qos0(delivery, start) {
    const {queueQoSZero, queue = {}} = this.#options;
    const fail = (error) => delivery.change('failed', error.message);
    if (!queueQoSZero) return queueMicrotask(() => fail(new Error('No connection to broker')));
    const entry = {delivery, start, fail};
    const publishes = this.#queue.filter((one) => one.delivery);
    if (publishes.length >= (queue.messages ?? 100_000)) {
      if (queue.overflow !== 'dropOldest') {
        return queueMicrotask(() => delivery.change('failed', 'dropped_newest'));
      }
      this.#queue.splice(this.#queue.indexOf(publishes[0]), 1);
      publishes[0].delivery.change('failed', 'dropped_oldest');
    }
    this.#queue.push(entry);
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
    this.#deliveries.set(number, {delivery, slot});
    return delivery;
  }

  #cancel = (delivery) => {
    for (const [number, entry] of this.#deliveries) {
      if (entry.delivery !== delivery) continue;
      const done = this.#link.core.cancel(number, entry.slot) === 0;
      this.#link.drain();
      return done;
    }
    const at = this.#queue.findIndex((entry) => entry.delivery === delivery);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    delivery.change('failed', 'cancelled');
    return true;
  };

  // Own: what was accepted and has not ended, across restarts with a journal; complete once 'ready' was emitted.
  unfinished() { return [...this.#deliveries.values()].map(({delivery}) => delivery); }

  // ---- subscribe ----

  subscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    callback ??= noop;
    let again = false;
    let requests;
    if (typeof topics === 'string' || Array.isArray(topics)) {
      requests = [topics].flat().map((topic) => ({topic, qos: opts?.qos ?? 0, options: opts}));
    } else {
      again = topics.resubscribe === true;
      requests = Object.entries(topics).filter(([topic]) => topic !== 'resubscribe')
        .map(([topic, options]) => ({topic, qos: options.qos ?? 0, options}));
    }
    for (const {options, qos} of requests) check_subscription(options, qos);
    const wanted = requests.map(({topic, qos}) => ({topic, qos}))
      .filter(({topic, qos}) => again || !(this.#resubscribe.get(topic) >= qos));
    if (this.#refuse_disconnecting(callback)) return this;
    if (requests.length && !wanted.length) {
      callback(null, []);
      return this;
    }
    this.#request(wanted, callback);
    return this;
  }

  // One SUBSCRIBE, now or with the next connection.
  #request(wanted, callback) {
    const {resubscribe, reconnectPeriod} = this.#options;
    const start = () => {
      const id = this.#ask(wanted, false, callback);
      if (id < 0) return;
      this.#requests.set(id, {callback, wanted});
      this.#link.drain();
    };
    this.#check(wanted, (error) => {
      if (error) return callback(error);
      if (resubscribe && reconnectPeriod > 0) for (const {topic, qos} of wanted) this.#resubscribe.set(topic, qos);
      this.#when_connected(start, callback);
    });
  }

  #ask(requests, give_up, callback) {
    const id = this.#link.core.subscribe(requests, give_up);
    if (id < 0) queueMicrotask(() => callback(error_of(id)));
    return id;
  }

  // The core knows the rules; before it is there, what is wrong is said when it is.
  #check(requests, result) {
    const first = () => {
      if (!requests.length) return new Error('Invalid topic empty_topic_list');
      for (const {topic} of requests) {
        const error = check_filter(topic);
        if (error) return Object.assign(new Error(`Invalid topic ${topic}`), {cause: error});
      }
      return null;
    };
    if (!this.#link.core) return result(null);
    const error = first();
    if (error) queueMicrotask(() => result(error));
    else result(null);
  }

  #when_connected(start, fail) {
    if (this.connected) start();
    else this.#queue.push({start, fail});
  }

  unsubscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (opts?.properties) throw new UnsupportedError('properties of an unsubscribe');
    callback ??= noop;
    if (this.#refuse_disconnecting(callback)) return this;
    const requests = [topics].flat().map((topic) => ({topic, qos: 0}));
    this.#check(requests, (error) => {
      if (error) return callback(error);
      for (const {topic} of requests) this.#resubscribe.delete(topic);
      this.#when_connected(() => {
        const id = this.#ask(requests, true, callback);
        if (id < 0) return;
        this.#requests.set(id, {callback});
        this.#link.drain();
      }, callback);
    });
    return this;
  }

  // Own: messages of this filter go to this handler, besides the event 'message'.
  // {filter, granted: Promise of the QoS, unsubscribe(): Promise}
  handle(filter, handler, {qos = 0} = {}) {
    if (typeof handler !== 'function') throw new TypeError('A handler is a function');
    const remove = this.#handlers.add(filter, handler);
    const users = this.#users.get(filter) ?? 0;
    this.#users.set(filter, users + 1);
    const granted = this.subscribeAsync(filter, {qos}).then((grants) => grants[0]?.qos ?? this.#resubscribe.get(filter));
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
  #users = new Map();

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
        : cmd === 'connect' ? {...this.#connect_packet(), password: this.#options.password && '***'} : sent(bytes);
      return {...entry, cmd, packet, bytes};
    });
  }

  // ---- what the core tells ----

  #events = {
    connected: ({sessionPresent}) => {
      clearTimeout(this.#connect_timer);
      this.#connect_timer = null;
      this.connected = true;
      this.reconnecting = false;
      this.#connected_at = Date.now();
      if (!sessionPresent) this.#held.clear();
      for (const {start} of this.#queue.splice(0)) start();
      const renew = !this.#first_connection && (this.#options.clean || !sessionPresent);
      this.#first_connection = false;
      if (renew && this.#resubscribe.size) {
        this.#request([...this.#resubscribe].map(([topic, qos]) => ({topic, qos})), noop);
      }
      this.emit('connect', this.#connack);
    },
    sessionLost: (lost) => this.emit('sessionlost', lost),
    message: ({token, ...message}) => {
      const payload = new Payload(message.payload.buffer);
      const packet = {...this.#publish_packet, payload};
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
    delivery: ({number, state, reason}) => {
      const entry = this.#deliveries.get(number);
      if (!entry) return;
      const {delivery} = entry;
      if (state === 'sent' && delivery.qos > 0) this.#pair('numbers', number);
      if (state !== 'sent' || delivery.qos === 0) this.#deliveries.delete(number);
      delivery.change(state, reason);
      this.#tell_empty();
    },
    subscribed: ({messageId, granted, error}) => {
      const request = this.#take_request(messageId);
      if (!request) return;
      // As in MQTT.js, after the packets that came together with this one.
      const {wanted} = request;
      const suback = this.#suback;
      const callback = (...values) => queueMicrotask(() => request.callback(...values));
      if (error) return callback(closed_error(), wanted);
      wanted.forEach((one, index) => { one.qos = granted[index]; });
      const refused = wanted.filter(({qos}) => qos & 0x80);
      if (refused.length) {
        for (const {topic} of wanted) this.#resubscribe.delete(topic);
        callback(new ErrorWithSubackPacket('Subscribe error: Unspecified error', suback), wanted, suback);
      } else {
        callback(null, wanted, suback);
      }
      this.#tell_empty();
    },
    unsubscribed: ({messageId, error}) => {
      const request = this.#take_request(messageId);
      if (!request) return;
      if (error) request.callback(closed_error());
      else request.callback(null, {...this.#suback});
      this.#tell_empty();
    },
    closed: ({type, ...record}) => this.#ended({...record, lastSent: packet_name(record.lastSent),
      lastReceived: packet_name(record.lastReceived)}),
  };
  #connack = null;
  #publish_packet = null;
  #suback = null;

  #take_request(id) {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    return request;
  }

  #tell_empty() {
    if (this.disconnecting && this.#outgoing === 0) this.emit('outgoingEmpty');
  }

  #deliver(packet) {
    for (const handler of this.#handlers.matching(packet.topic)) {
      this.#guard(() => handler(packet.topic, packet.payload, packet));
    }
    this.emit('message', packet.topic, packet.payload, packet);
  }

  #received(bytes) {
    const packet = received(bytes);
    if (packet.cmd === 'connack') this.#connack = packet;
    if (packet.cmd === 'publish') this.#publish_packet = packet;
    if (packet.cmd === 'suback' || packet.cmd === 'unsuback') this.#suback = packet;
    this.emit('packetreceive', packet);
    if (packet.cmd === 'pubrel' && this.#held.has(packet.messageId)) {
      const held = this.#held.get(packet.messageId);
      this.#held.delete(packet.messageId);
      this.#deliver(held);
    }
  }

  #sent(bytes) {
    const type = type_of(bytes);
    if (type === 3 && qos_of(bytes) > 0) this.#pair('ids', id_of(bytes));
    if (type !== 1 && this.listenerCount('packetsend')) this.emit('packetsend', sent(bytes));
  }

  // A publish leaves as an event and as a packet, in the same order each: together they say which id it has.
  #pair(kind, value) {
    const {numbers, ids} = this.#unpaired;
    this.#unpaired[kind].push(value);
    if (!numbers.length || !ids.length) return;
    const entry = this.#deliveries.get(numbers.shift());
    const id = ids.shift();
    if (entry) entry.delivery.messageId = id;
  }

  #refuse_disconnecting(callback) {
    if (!this.disconnecting) return false;
    const error = new Error('client disconnecting');
    if (callback && callback !== noop) callback(error);
    else this.emit('error', error);
    return true;
  }
}

const promised = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});

function check_subscription(options, qos) {
  for (const name of ['properties', 'nl', 'rap', 'rh']) {
    if (options?.[name]) throw new UnsupportedError(`the subscription option '${name}'`, 'it belongs to MQTT 5');
  }
  if (![0, 1, 2].includes(qos)) throw new RangeError('QoS is 0, 1 or 2');
}
