// The client under MQTT.js's names; index.d.ts documents each. The C++ client decides (core.js); here its calls get other
// names, its events MQTT.js's order, and its answers find their callbacks.
import {number, qos as check_qos} from './checks.js';
import {decoder_of, undecodable} from './codec.js';
import {Connection} from './connection.js';
import {error_of} from './core.js';
import {Delivery, delivery_states} from './delivery.js';
import {UnsupportedError} from './errors.js';
import {Hold} from './hold.js';
import {mqtt5_only, random_id, read_options} from './options.js';
import {connect_packet, level_of, packet_name, properties_size, received, sent} from './packets.js';
import {bytes_of, payloads} from './payload.js';
import {read_properties, write_properties} from './properties.js';
import {Publishes} from './publishes.js';
import {Requests} from './requests.js';
import {stream_socket} from './sockets.js';
import {messages_of} from './stream.js';
import {Subscribes, read_requests} from './subscribes.js';
import {use_native_timers} from './tick.js';

const noop = () => {};

export class MqttClient extends Connection {
  // `connector`: as MQTT.js, a function of the client that returns a stream; connect() gives {url_of, open} instead.
  // `share`: see read_options().
  constructor(connector, options, share = null) {
    const own = typeof connector === 'function';
    super(own ? stream_connector(connector) : connector, own ? read_options('', options ?? {}, null, share) : options);
    this._heard = null;          // the packet of the message that is being told
    this._hold = null;           // its acknowledgement; null: it has none
    this._undecided = null;      // handlers that it waits for, as long as customHandleAcks has not accepted it
    this._watching = false;
    this._publishes = new Publishes();
    this._aliases = new Map();   // topics, by the topicAlias that the application gave them
    this._subscribes = new Subscribes();
    this._handlers = [null];     // of handle() and messages(), by their numbers
    this._streams = new Set();   // iterations that have not ended
    this._requests = new Requests(this);
    if (this.options.timerVariant === 'native') use_native_timers();
    this._start();
    if (!this.options.manualConnect) this._core.connect();
  }

  static defaultId() { return random_id(); }

  // ---- publish ----

  publish(topic, message, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    if (!this._refuse_disconnecting(callback)) this._publish(topic, message, opts, callback, null);
    return this;
  }

  // Own: the same with a handle. See Delivery.
  send(topic, message, opts) {
    if (this.disconnecting) throw new Error('client disconnecting');
    const delivery = new Delivery(this, topic, message, opts?.qos ?? 0, opts?.retain ?? false, opts?.properties);
    this._publish(topic, message, opts, null, delivery);
    return delivery;
  }

  _publish(topic, message, opts, callback, delivery) {
    if (typeof topic !== 'string') throw new TypeError('A topic is a string');
    const payload = typeof message === 'string' ? message : bytes_of(message);
    let {qos = 0, retain = false, timeToLive = 0, latest = false, properties} = opts ?? {};
    if (opts) check_publish(opts, qos, timeToLive, this.options.protocolVersion);
    if (properties?.topicAlias !== undefined) [topic, properties] = this._without_alias(topic, properties);
    const wire_properties = properties ? write_properties(properties) : undefined;
    const core = this._core ?? this._start();
    let result = 0;
    let error = null;
    try {
      result = core.publish(topic, payload, qos | (retain ? 4 : 0) | (latest ? 8 : 0), timeToLive, wire_properties);
    } catch (caught) {
      error = caught;
    }
    if (result < 0) {
      error = qos === 0 && !this.connected && !this.options.queueQoSZero ? new Error('No connection to broker')
        : error_of(result, this._version);
    }
    if (error || result > 0 && callback) {
      delivery ??= new Delivery(this, topic, message, qos, retain, properties);
      delivery._callback = callback;
    }
    if (error) return this._not_published(error, delivery);
    if (result > 0 && delivery) this._publishes.add(delivery, core.number(), result - 1);
    if (qos > 0) opts.cbStorePut?.();
    if (this._watching) core.tell_packets();
    if (result > 0) return undefined;
    delivery?._change('sent', 0, 0, '');
    callback?.();
  }

  // As in MQTT.js, a topicAlias stands for its topic in later calls; which number it has on the wire, if any, the core decides.
  _without_alias(topic, {topicAlias, ...properties}) {
    write_properties({topicAlias});
    if (topic !== '') this._aliases.set(topicAlias, topic);
    return [this._aliases.get(topicAlias) ?? topic, properties];
  }

  _not_published(error, delivery) {
    queueMicrotask(() => {
      const heard = delivery._callback || delivery.onchange;
      delivery._fail(Object.assign(error, {reason: error.message.replace(/ \(.*\)$/, '')}));
      if (!heard) this.emit('error', error);
    });
  }

  _cancel(delivery) { return this._core !== null && this._core.cancel(delivery._number, delivery._slot); }

  // Own: what was accepted and has not ended, across restarts with a journal; complete once there was a connection.
  unfinished() {
    return (this._core?.unfinished() ?? []).map(({slot, number, topic, payload, qos, retain, state}) => {
      const known = this._publishes.find(slot, number);
      if (known) return known;
      const delivery = new Delivery(this, topic, payloads.make(payload, 0, payload.length), qos, retain);
      delivery.state = delivery_states[state];
      this._publishes.add(delivery, number, slot);
      return delivery;
    });
  }

  // As in MQTT.js, what waits for a connection.
  get queue() { return this.unfinished().filter(({state}) => state === 'queued').map(({packet}) => ({packet})); }

  // ---- subscribe ----

  subscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    const asked = read_requests(topics, opts, this.options.protocolVersion);
    if (this._refuse_disconnecting(callback)) return this;
    this._start();
    const {resubscribe, reconnectPeriod} = this.options;
    this._subscribes.subscribe(asked, resubscribe && reconnectPeriod > 0, callback ?? noop);
    return this;
  }

  unsubscribe(topics, opts, callback) {
    if (typeof opts === 'function') [opts, callback] = [null, opts];
    const properties = opts?.properties;
    if (properties && this.options.protocolVersion === 4) throw new UnsupportedError('properties of an unsubscribe', mqtt5_only);
    const wire_properties = write_properties(properties);
    if (this._refuse_disconnecting(callback)) return this;
    this._start();
    this._subscribes.unsubscribe([topics].flat(), wire_properties, callback ?? noop);
    return this;
  }

  // Own: messages of this filter go to this handler, besides the event 'message'.
  // {filter, granted: Promise of the QoS, unsubscribe(): Promise}
  handle(filter, handler, opts) {
    if (typeof handler !== 'function') throw new TypeError('A handler is a function');
    const decode = decoder_of(opts?.as);
    return this._handle_with(filter, (packet) => {
      const payload = this._decoded(packet, decode, opts);
      if (payload !== undecodable) handler(packet.topic, payload, packet);
    }, opts);
  }

  // Own: the same as an async iteration.
  messages(filter, opts) { return messages_of(this, filter, opts ?? {}); }

  // Own: a question and its answer; all answers to it; and what answers questions.
  async request(topic, message, opts) { return this._requests.request(topic, message, opts ?? {}); }
  answers(topic, message, opts) { return this._requests.answers(topic, message, opts ?? {}); }
  respond(filter, handler, opts) { return this._requests.respond(filter, handler, opts ?? {}); }

  // `heard`: (packet, hold) => void.
  _handle_with(filter, heard, opts) {
    const {requests: [request]} = read_requests(filter, opts, this.options.protocolVersion);
    this._start();
    const number = this._handlers.push(heard) - 1;
    const {entry, granted} = this._subscribes.handle(request, number);
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
  reauthenticateAsync(data) { return promised((done) => this.reauthenticate(data, done)); }
  endAsync(force, opts) { return promised((done) => this.end(force, opts ?? null, done)); }

  // ---- packets ----

  // As in MQTT.js, an application may put its own in its place: the message is acknowledged when it calls back.
  handleMessage(packet, callback) { callback(); }

  // Own: the latest packets, both ways, passwords masked; option `trace` says how many.
  trace() {
    let version = this._version;
    return (this._core?.trace() ?? []).slice(-(this.options.trace ?? 0) || Infinity).map(({bytes, ...entry}) => {
      const cmd = packet_name(bytes[0] >> 4);
      if (cmd === 'connect') version = level_of(bytes);
      const packet = entry.direction === 'in' ? received(bytes, version)
        : cmd === 'connect' ? {...connect_packet(this.options, version), password: this.options.password && '***'}
        : sent(bytes, version);
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

  // ---- what becomes of the core ----

  _started() {
    this._watching = false;
    this._subscribes.attach(this._core);
    this._requests.attach(this._core);
    this._listening();
  }
  _has_unfinished() { return this._core.unfinished().length > 0; }
  _loaded() { this._publishes.moved(this._core.unfinished()); }
  _abandon(error) {
    for (const delivery of this._publishes.take()) delivery._fail(error);
    this._guard(() => this._subscribes.abandon());
    for (const stream of this._streams) stream.abandon(this.disconnecting ? null : error);
    this._guard(() => this._requests.abandon());
  }
  // It will not connect again by itself.
  _gave_up() {
    for (const stream of this._streams) stream.fail(new Error(this.closeRecord?.sentence ?? 'Connection closed'));
  }

  // ---- what the core tells ----

  _subscribed(number, code, error, properties) {
    this._guard(() => this._subscribes.subscribed(number, code, error, read_properties(properties)));
  }
  _unsubscribed(number, code, error, properties) {
    this._guard(() => this._subscribes.unsubscribed(number, code, error, read_properties(properties), this._version));
  }

  // `code`, `words`: the broker's, of MQTT 5.
  _delivery(slot, number, state, failure, code, words) {
    const delivery = this._publishes.find(slot, number);
    if (!delivery) return;
    const name = delivery_states[state];
    if (name === 'sent' && delivery.qos > 0) delivery.messageId = this._core.packet_id(number, slot);
    else this._publishes.remove(delivery);
    delivery._change(name, failure, code, words);
  }

  // `topic`: {text, size in bytes}. `properties`: as on the wire, or null.
  _message(topic, chunk, offset, size, flags, packet_id, token, properties) {
    const qos = flags & 3;
    const payload = payloads.make(chunk, offset, size);
    const packet = this._heard = {cmd: 'publish', retain: (flags & 4) !== 0, qos, dup: (flags & 8) !== 0,
      length: topic.size + size + (qos > 0 ? 4 : 2), topic: topic.text, payload};
    if (qos > 0) packet.messageId = packet_id;
    if (this._version === 5) packet.length += properties_size(properties ? properties.length : 0);
    if (properties) packet.properties = read_properties(properties);
    this._undecided = null;
    const hold = this._hold = token === 0 ? null : new Hold(this, token);
    if (hold && this._version === 5 && this.options.customHandleAcks) this._let_decide(packet, hold);
    else this._deliver(packet, hold);
  }
  _deliver(packet, hold) {
    let acknowledge = noop;
    const manual = hold && this.options.manualAcknowledge;
    if (manual) acknowledge = packet.acknowledge = hold.take();
    try {
      this.emit('message', packet.topic, packet.payload, packet);
      if (this.handleMessage === MqttClient.prototype.handleMessage) return;
      if (hold && !manual) acknowledge = hold.take();
      this.handleMessage(packet, (error) => { if (!error) acknowledge(); });
    } catch (error) {
      queueMicrotask(() => { throw error; });
      if (!manual) acknowledge();
    }
  }
  // As in MQTT.js, done(error, code) says, now or later, whether the message is accepted: 0, or a reason code that tells the
  // broker why not; with an error it stays unanswered.
  _let_decide(packet, hold) {
    const core = this._core;
    const accept = hold.take();
    const handlers = this._undecided = [];
    const done = (error, code) => {
      if (typeof error === 'number') [error, code] = [null, error];
      if (this._core !== core) return;
      if (error) return this._tell('error', error);
      const refused = code === 0 ? 0 : hold.refuse(code);
      if (refused) return this._tell('error', error_of(refused, 5));
      if (code !== 0) return;
      if (this._undecided === handlers) this._undecided = null;
      this._deliver(packet, hold);
      for (const number of handlers) this._handle(number, packet, hold);
      accept();
    };
    this._guard(() => this.options.customHandleAcks(packet.topic, packet.payload, packet, done));
  }
  _handled(number) {
    if (this._undecided) this._undecided.push(number);
    else this._handle(number, this._heard, this._hold);
  }
  _handle(number, packet, hold) {
    this._guard(() => this._handlers[number]?.(packet, hold));
  }
  // The payload as `decode` has it. One that is no such thing is told: to the option `undecodable`, or as an event.
  _decoded(packet, decode, opts) {
    const {topic, payload} = packet;
    if (!decode) return payload;
    try {
      return decode(payload);
    } catch (error) {
      if (opts.undecodable) this._guard(() => opts.undecodable(topic, payload, error, packet));
      else this._tell('undecodable', topic, payload, error, packet);
      return undecodable;
    }
  }

  // ---- requests ----

  _answered(number, has_message, last, code, reason) {
    this._guard(() => this._requests.answered(number, has_message ? this._heard : null, has_message ? this._hold : null, last,
      code, reason));
  }
  _request_came(number, place, topic, response_topic) {
    this._guard(() => this._requests.asked(number, place, this._heard, topic, response_topic));
  }
  _request_cancelled(place) { this._requests.cancelled(place); }

  _packet_passed(inbound, version, bytes) {
    if (inbound) this._tell('packetreceive', received(bytes, version));
    else if (bytes[0] >> 4 !== 1) this._tell('packetsend', sent(bytes, version));
  }
}

// Parts of MQTT.js's client that reach into its inside: asking for one is told, and so is putting one's own in its place.
for (const [name, instead] of Object.entries({
  removeOutgoingMessage: 'use send() and cancel()',
  getLastMessageId: 'use the messageId of a delivery or packet', reschedulePing: 'use wake()',
})) {
  const refuse = () => { throw new UnsupportedError(name, instead); };
  Object.defineProperty(MqttClient.prototype, name, {get: refuse, set: refuse});
}

function check_publish({properties, dup}, qos, timeToLive, version) {
  if (properties && version === 4) throw new UnsupportedError('properties of a publish', mqtt5_only);
  if (dup) throw new UnsupportedError('publish with dup: true', 'redeliveries are marked by the core');
  check_qos(qos);
  number(timeToLive, 'timeToLive');
}

// new MqttClient(streamBuilder, options): any duplex stream will do.
const stream_connector = (build) => ({
  own: true,
  url_of: () => 'mqtt://stream',
  open: (url, client, failed) => {
    client.stream = build(client);
    return stream_socket(client.stream, null, failed);
  },
});

const promised = (start) => new Promise((resolve, reject) => {
  start((error, value) => (error ? reject(error) : resolve(value)));
});
