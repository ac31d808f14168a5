// The client under MQTT.js's names; index.d.ts documents each. The C++ client decides (core.js); here its calls get other
// names, its events MQTT.js's order, and its answers find their callbacks.
//
// No private fields (#name): they would not go through a Proxy, in which Vue and others wrap objects.
import {Core, delivery_states, error_of, failure_reasons, overflows} from './core.js';
import {Delivery} from './delivery.js';
import {Emitter} from './emitter.js';
import {UnsupportedError, closed_error, refusal} from './errors.js';
import {make_journal} from './journal.js';
import {read_options, will_of} from './options.js';
import {connect_packet, packet_name, received, sent} from './packets.js';
import {bytes_of, payloads} from './payload.js';
import {Publishes} from './publishes.js';
import {stream_socket} from './sockets.js';
import {Subscribes, read_requests} from './subscribes.js';
import {after_this_task} from './task.js';
import {use_native_timers} from './tick.js';

const noop = () => {};
const most = 1e13;

export class MqttClient extends Emitter {
  // `connector`: as MQTT.js, a function of the client that returns a stream; connect() gives {url_of, open} instead.
  constructor(connector, options) {
    super();
    const own = typeof connector === 'function';
    this.options = own ? read_options('', options ?? {}, null) : options;
    this.connected = this.disconnecting = this.disconnected = this.reconnecting = false;
    this.closeRecord = null;     // why the last connection ended, or never came to be
    this.stream = null;          // what the connection runs over
    this._connector = own ? stream_connector(connector) : connector;
    this._core = null;           // from the beginning to the end of end()
    this._state = 'stopped';
    this._attempts = 0;
    this._record = null;         // of the attempt that ended, until it is told
    this._failure = null;        // of this attempt's socket
    this._connack = null;        // until it is told
    this._packet = null;         // the message that is being delivered
    this._watching = false;
    this._publishes = new Publishes();
    this._subscribes = new Subscribes();
    this._handlers = [null];     // of handle(), by their numbers
    this._stored = Promise.resolve();
    this._ending = null;         // callbacks of end()
    if (this.options.timerVariant === 'native') use_native_timers();
    this._start();
    if (!this.options.manualConnect) this._core.connect();
  }

  get keepalive() { return this.options.keepalive; }
  get serverProperties() { return undefined; }
  static defaultId() { return `wasmqtt_${Math.random().toString(16).slice(2, 10)}`; }

  // A core for these options; end() takes it away again.
  _start() {
    if (this._core) return this._core;
    const {options} = this;
    const {queue = {}, backoff, keepalive, clean} = options;
    this._journal = make_journal(options.journal);
    const first = backoff ? backoff.first ?? 1000 : options.reconnectPeriod;
    this._core = new Core(this, [
      this._journal ? (this._journal.database ? 1 : 2) : 0, ...this._journal?.database ? [this._journal.database] : [],
      typeof globalThis.addEventListener === 'function' && typeof self !== 'undefined',
      options.clientId, options.connectTimeout || most, Math.min(keepalive ? keepalive * 500 : 10_000, 10_000),
      queue.inFlight ?? 0, queue.messages ?? 100_000, queue.bytes ?? 64 * 1024 * 1024,
      overflows.indexOf(queue.overflow ?? 'reject'), options.queueQoSZero, options.maxPacketBytes ?? 16 * 1024 * 1024,
      options.trace ?? 0, options.subscribeBatchSize || 8, options.resubscribe, Boolean(backoff) || first > 0, first,
      backoff ? backoff.longest ?? 60_000 : first, backoff?.stableAfter ?? 10_000, Boolean(backoff),
      options.reconnectOnConnackError, options.takeoverStrikes ?? 0, clean,
    ]);
    this._watching = false;
    this._subscribes.attach(this._core);
    this._listening();
    return this._core;
  }

  // ---- connection ----

  connect() {
    if (this.disconnected && !this.reconnecting) this.disconnecting = this.disconnected = false;
    this._start().connect();
    return this;
  }

  reconnect(stores) {
    if (stores) throw new UnsupportedError('stores for reconnect()');
    const start = () => {
      this.disconnecting = this.disconnected = false;
      if (this._state === 'waiting') return this._core.connect();
      if (this._core && this._state !== 'stopped') return this.end(() => this.reconnect());
      this._tell('reconnect');
      this.connect();
    };
    if (this.disconnecting && !this.disconnected) this.once('end', () => queueMicrotask(start));
    else start();
    return this;
  }

  // Own: something woke us up; is the link still there?
  wake() { this._core?.wake(); }
  sendPing() { this.wake(); }

  end(force, opts, callback) {
    if (typeof force !== 'boolean') [force, opts, callback] = [false, force, callback ?? opts];
    if (typeof opts !== 'object') [opts, callback] = [null, callback ?? opts];
    if (opts?.properties || opts?.reasonCode) throw new UnsupportedError('properties and reason codes of DISCONNECT');
    if (typeof callback !== 'function') callback = noop;
    if (this.disconnecting) {
      callback();
      return this;
    }
    this.disconnecting = true;
    this._ending = callback;
    const core = this._core;
    if (!force && this.connected) core.disconnect_when_done(this.options.endTimeout ?? 10_000);
    else queueMicrotask(() => this._stop(core, force));
    return this;
  }

  _stop(core, force) {
    if (!core || this._core !== core) return this._finish();
    if (this._state === 'stopped') this._finish();
    else if (force) core.abort();
    else core.disconnect();
  }

  // The core has stopped for good; it may be inside of a call still.
  _finish() {
    const callback = this._ending;
    if (!callback) return;
    this._ending = null;
    queueMicrotask(() => {
      this._drop_core();
      this.disconnected = true;
      this.reconnecting = false;
      if (this.options.reconnectPeriod === 0 || this.options.manualConnect) this.disconnecting = false;
      this._tell('end');
      this._call(callback);
    });
  }

  // What nobody will answer any more fails; the core's memory is free.
  _drop_core() {
    if (!this._core) return;
    this._core.delete();
    this._core = null;
    const journal = this._journal;
    this._stored = this._stored.then(() => journal?.close?.());
    this._state = 'stopped';
    for (const delivery of this._publishes.take()) this._guard(() => delivery._abandon(closed_error()));
    this._guard(() => this._subscribes.abandon());
  }

  _refuse_disconnecting(callback) {
    if (!this.disconnecting) return false;
    const error = new Error('client disconnecting');
    if (callback && callback !== noop) callback(error);
    else this.emit('error', error);
    return true;
  }

  // ---- publish ----

  publish(topic, message, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (this.disconnecting && this._refuse_disconnecting(callback)) return this;
    this._publish(topic, message, opts, callback, null);
    return this;
  }

  // Own: the same with a handle. See Delivery.
  send(topic, message, opts) {
    if (this.disconnecting) throw new Error('client disconnecting');
    const delivery = new Delivery(this, topic, message, opts?.qos ?? 0, opts?.retain ?? false);
    this._publish(topic, message, opts, null, delivery);
    return delivery;
  }

  _publish(topic, message, opts, callback, delivery) {
    if (typeof topic !== 'string') throw new TypeError('A topic is a string');
    const payload = typeof message === 'string' ? message : bytes_of(message);
    const {qos = 0, retain = false, timeToLive = 0, latest = false} = opts ?? {};
    if (opts) check_publish(opts, qos, timeToLive);
    const core = this._core ?? this._start();
    let result;
    try {
      result = core.publish(topic, payload, qos | (retain ? 4 : 0) | (latest ? 8 : 0), timeToLive);
    } catch (error) {
      return this._not_published(error, callback, delivery ?? new Delivery(this, topic, message, qos, retain));
    }
    if (result < 0) {
      const error = qos === 0 && !this.connected && !this.options.queueQoSZero
        ? new Error('No connection to broker') : error_of(result);
      return this._not_published(error, callback, delivery ?? new Delivery(this, topic, message, qos, retain));
    }
    if (result > 0 && (callback || delivery)) {
      delivery ??= new Delivery(this, topic, message, qos, retain);
      if (callback) delivery._when_ended(answer(delivery, callback));
      this._publishes.add(delivery, core.number, result - 1);
    }
    if (qos > 0) opts.cbStorePut?.();
    if (this._watching) core.tell_packets();
    if (result > 0) return undefined;
    delivery?._change('sent');
    callback?.();
  }

  _not_published(error, callback, delivery) {
    queueMicrotask(() => {
      delivery._abandon(Object.assign(error, {reason: error.message.replace(/ \(.*\)$/, '')}));
      if (callback) callback(error, delivery.packet);
      else if (!delivery.onchange) this.emit('error', error);
    });
  }

  _cancel(delivery) { return this._core !== null && this._core.cancel(delivery._number, delivery._slot); }

  // Own: what was accepted and has not ended, across restarts with a journal; complete once there was a connection.
  unfinished() {
    return (this._core?.unfinished() ?? []).map(({slot, number, topic, payload, qos, retain, state}) => {
      const known = this._publishes.find(slot, number);
      if (known) return known;
      const delivery = new Delivery(this, topic, payloads.make(payload, 0, payload.length), qos, retain);
      delivery.state = state;
      this._publishes.add(delivery, number, slot);
      return delivery;
    });
  }

  // As in MQTT.js, what waits for a connection.
  get queue() { return this.unfinished().filter(({state}) => state === 'queued').map(({packet}) => ({packet})); }

  // ---- subscribe ----

  subscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    callback ??= noop;
    const asked = read_requests(topics, opts);
    if (this._refuse_disconnecting(callback)) return this;
    this._start();
    const {resubscribe, reconnectPeriod} = this.options;
    this._subscribes.subscribe(asked, resubscribe && reconnectPeriod > 0, callback);
    return this;
  }

  unsubscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (opts?.properties) throw new UnsupportedError('properties of an unsubscribe');
    callback ??= noop;
    if (this._refuse_disconnecting(callback)) return this;
    this._start();
    this._subscribes.unsubscribe([topics].flat(), callback);
    return this;
  }

  // Own: messages of this filter go to this handler, besides the event 'message'.
  // {filter, granted: Promise of the QoS, unsubscribe(): Promise}
  handle(filter, handler, {qos = 0} = {}) {
    if (typeof handler !== 'function') throw new TypeError('A handler is a function');
    this._start();
    const number = this._handlers.push(handler) - 1;
    const {entry, granted} = this._subscribes.handle(filter, qos, number);
    const forget = () => { delete this._handlers[number]; };
    granted.catch(forget);
    return {
      filter, granted,
      unsubscribe: () => {
        forget();
        return this._subscribes.end_handle(entry);
      },
    };
  }

  // ---- promises ----

  publishAsync(topic, message, opts) { return promised((done) => this.publish(topic, message, opts ?? null, done)); }
  subscribeAsync(topics, opts) { return promised((done) => this.subscribe(topics, opts ?? null, done)); }
  unsubscribeAsync(topics, opts) { return promised((done) => this.unsubscribe(topics, opts ?? null, done)); }
  endAsync(force, opts) { return promised((done) => this.end(force, opts ?? null, done)); }

  // ---- packets ----

  // As in MQTT.js, an application may put its own in its place: the message is acknowledged when it calls back.
  handleMessage(packet, callback) { callback(); }

  // Own: the latest packets, both ways, passwords masked; option `trace` says how many.
  trace() {
    return (this._core?.trace() ?? []).slice(-(this.options.trace ?? 0) || Infinity).map(({bytes, ...entry}) => {
      const cmd = packet_name(bytes[0] >> 4);
      const packet = entry.direction === 'in' ? received(bytes)
        : cmd === 'connect' ? {...connect_packet(this.options), password: this.options.password && '***'} : sent(bytes);
      return {...entry, cmd, packet, bytes};
    });
  }

  _listening() {
    if (!this._core) return;
    const watching = this.listenerCount('packetsend') + this.listenerCount('packetreceive') > 0;
    if (watching === this._watching) return;
    this._watching = watching;
    this._core.watch_packets(watching);
  }

  // ---- telling: an exception of a listener's is the application's; it surfaces as uncaught, and stops nothing here ----

  _guard(work) {
    try {
      return work();
    } catch (error) {
      queueMicrotask(() => { throw error; });
      return undefined;
    }
  }
  _call(callback, ...values) { this._guard(() => callback(...values)); }
  _tell(event, ...values) {
    this.options.log?.('wasmqtt :: %s', event);
    try {
      this.emit(event, ...values);
    } catch (error) {
      queueMicrotask(() => { throw error; });
    }
  }

  // ---- what the core asks for ----

  // Options are read anew for each attempt, so that a token, a signed address or a client id can be fresh.
  prepare() {
    const number = ++this._attempts;
    const {options} = this;
    const go = (url) => {
      if (number !== this._attempts || !this._core) return;
      const {username, password, will} = options;
      this._core.attempt([url, options.clientId, options.clean, options.keepalive, username ?? null,
        password == null ? null : bytes_of(password), ...will_of(will)]);
    };
    const fail = (error) => {
      this._failure = Object.assign(error, {told: true});
      go('');
    };
    this._failure = null;
    try {
      const url = this._connector.url_of(options, number - 1);
      if (!options.credentials && !options.transformWsUrl) return go(url);
      return void fresh(this, url).then(go, fail);
    } catch (error) {
      return fail(error);
    }
  }

  open_socket(url) {
    const failed = (error) => { this._failure ??= error; };
    try {
      if (url === '') throw this._failure;
      return this._connector.open(url, this, failed);
    } catch (error) {
      this._failure = Object.assign(error, {told: true});
      throw error;
    }
  }

  load(client_id) {
    const core = this._core;
    const here = (work) => (value) => { if (this._core === core) work(value); };
    queueMicrotask(() => Promise.resolve(this._journal.load(client_id))
      .then(here((records) => this._core.loaded(records)), here((error) => this._core.not_loaded(error.message))));
  }
  append(records) {
    const core = this._core ?? null;
    const written = (problem) => { if (core && this._core === core) core.written(problem); };
    this._stored = this._stored.then(() => this._journal.append(records))
      .then(() => written(), (error) => written(error?.message || 'The journal failed'));
  }

  // ---- what the core tells ----

  state_changed(state, reason) {
    const before = this._state;
    this._state = state;
    switch (state) {
      case 'connecting':
        if (before === 'loading') this._publishes.moved(this._core.unfinished());
        if (before === 'waiting') this._tell('reconnect');
        if (this._watching) this._tell('packetsend', connect_packet(this.options));
        break;
      case 'connected':
        this.connected = true;
        this.reconnecting = false;
        break;
      case 'waiting':
        this._attempt_ended(true, reason);
        // Without a connection, end() does not wait.
        if (this.disconnecting) queueMicrotask(() => this._core && this._state === 'waiting' && this._core.disconnect());
        break;
      case 'disconnecting':
        if (this._ending) this._tell('outgoingEmpty');
        break;
      case 'stopped':
        this._attempt_ended(false, reason);
        if (reason === 'connection_lost' && !this._ending) queueMicrotask(() => this._state === 'stopped' && this._drop_core());
        this._finish();
        break;
      default:
    }
  }

  // In MQTT.js's order: offline, error, close; what the network or the broker said comes first.
  _attempt_ended(again, reason) {
    this._tell_connected();
    this.connected = false;
    const record = this._record;
    if (!record) return;
    this._record = null;
    const taken_over = reason === 'taken_over';
    if (taken_over) this._tell('error', new Error(`Another client signs in with the client id '${this.options.clientId}'`));
    const error = reason === 'invalid' ? this._core.invalid() : this._error_of(record);
    const first = record.cause === 'transport' || record.cause === 'refused';
    if (error && first) this._tell('error', error);
    if (again && !this.reconnecting && !this.disconnecting) {
      this._tell('offline');
      this.reconnecting = true;
    }
    if (error && !first) this._tell('error', error);
    this._tell('close');
  }

  _error_of({cause, returnCode, error, fault}) {
    switch (cause) {
      case 'refused': return refusal(returnCode);
      case 'transport':
        if (fault === 'timed_out' || fault === 'not_prepared') return new Error('connack timeout');
        return this._failure?.told || this._failure?.code ? this._failure : null;
      case 'protocol_error': return error_of(error);
      case 'timed_out': {
        const connecting = this.closeRecord.phase === 'connecting';
        return Object.assign(new Error(connecting ? 'connack timeout' : 'Keepalive timeout'), {cause: error_of(error)});
      }
      default: return error ? error_of(error) : null;
    }
  }

  closed({lastSent, lastReceived, ...record}) {
    this.closeRecord = this._record =
      {...record, lastSent: packet_name(lastSent), lastReceived: packet_name(lastReceived)};
  }

  // CONNACK, and often messages in one piece with it: they wait until whoever awaited the connection can listen. As in
  // MQTT.js, what waited for the connection leaves first.
  accepted(session_present) {
    const core = this._core;
    core.pause();
    this._connack = {cmd: 'connack', retain: false, qos: 0, dup: false, length: 2, topic: null, payload: null,
      sessionPresent: session_present, returnCode: 0};
    queueMicrotask(() => this._tell_connected());
    after_this_task(() => { if (this._core === core) core.resume(); });
  }
  _tell_connected() {
    const connack = this._connack;
    this._connack = null;
    if (connack) this._tell('connect', connack);
  }

  session_lost(lost) { this._tell('sessionlost', lost); }
  unstored(error) { this._tell('journalerror', error); }
  subscribed(number, granted, error) { this._guard(() => this._subscribes.subscribed(number, granted, error)); }
  unsubscribed(number, error) { this._guard(() => this._subscribes.unsubscribed(number, error)); }

  delivery(slot, number, state, reason) {
    const delivery = this._publishes.find(slot, number);
    if (!delivery) return;
    const name = delivery_states[state];
    if (name === 'sent' && delivery.qos > 0) delivery.messageId = this._core.packet_id(number, slot);
    else this._publishes.remove(delivery);
    try {
      delivery._change(name, failure_reasons[reason]);
    } catch (error) {
      queueMicrotask(() => { throw error; });
    }
  }

  // True: the application has had it.
  message(topic, topic_size, chunk, offset, size, flags, packet_id, token) {
    const qos = flags & 3;
    const payload = payloads.make(chunk, offset, size);
    const packet = {cmd: 'publish', retain: (flags & 4) !== 0, qos, dup: (flags & 8) !== 0,
      length: topic_size + size + (qos > 0 ? 4 : 2), topic, payload};
    if (qos > 0) packet.messageId = packet_id;
    this._packet = packet;
    const core = this._core;
    const acknowledge = () => { if (token && this._core === core) core.acknowledge(token); };
    const manual = this.options.manualAcknowledge && token !== 0;
    if (manual) packet.acknowledge = acknowledge;
    try {
      this.emit('message', topic, payload, packet);
      if (this.handleMessage === MqttClient.prototype.handleMessage) return !manual;
      this.handleMessage(packet, (error) => { if (!error) acknowledge(); });
      return false;
    } catch (error) {
      queueMicrotask(() => { throw error; });
      return !manual;
    }
  }
  handled(number) {
    const {topic, payload} = this._packet;
    const handler = this._handlers[number];
    if (handler) this._call(handler, topic, payload, this._packet);
  }

  packet(inbound, bytes) {
    if (inbound) this._tell('packetreceive', received(bytes));
    else if (bytes[0] >> 4 !== 1) this._tell('packetsend', sent(bytes));
  }
}

// Parts of MQTT.js's client that reach into its inside: asking for one is told, and so is putting one's own in its place.
for (const [name, instead] of Object.entries({
  handleAuth: 'it belongs to MQTT 5', removeOutgoingMessage: 'use send() and cancel()',
  getLastMessageId: 'use the messageId of a delivery or packet', reschedulePing: 'use wake()',
})) {
  const refuse = () => { throw new UnsupportedError(name, instead); };
  Object.defineProperty(MqttClient.prototype, name, {get: refuse, set: refuse});
}

function check_publish({properties, dup}, qos, timeToLive) {
  if (properties) throw new UnsupportedError('properties of a publish', 'MQTT 5 is not spoken, only 3.1.1');
  if (dup) throw new UnsupportedError('publish with dup: true', 'redeliveries are marked by the core');
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new RangeError('QoS is 0, 1 or 2');
  if (!(timeToLive >= 0)) throw new RangeError('timeToLive is a number of milliseconds');
}

const answer = (delivery, callback) => (error) => {
  if (error) callback(error, delivery.packet);
  else if (delivery.qos === 0) callback();
  else callback(null, delivery.packet);
};

async function fresh(client, url) {
  const {options} = client;
  if (options.credentials) Object.assign(options, await options.credentials());
  return options.transformWsUrl ? options.transformWsUrl(url, options, client) : url;
}

// new MqttClient(streamBuilder, options): any duplex stream will do.
const stream_connector = (build) => ({
  url_of: () => 'mqtt://stream',
  open: (url, client, failed) => {
    client.stream = build(client);
    return stream_socket(client.stream, null, failed);
  },
});

const promised = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});
