// A client's connections: options, attempts, why one ended, end(); told in MQTT.js's words and order. client.js adds messages
// and subscriptions.
//
// No private fields (#name): they would not go through a Proxy, in which Vue and others wrap objects.
import {Authentication} from './authentication.js';
import {object, optional, whole} from './checks.js';
import {close_record, error_of_close} from './close_record.js';
import {Core, error_of} from './core.js';
import {attempt_of, no_attempt, values_of} from './core_values.js';
import {Emitter} from './emitter.js';
import {UnsupportedError, as_error, closed_error} from './errors.js';
import {make_journal} from './journal.js';
import {mqtt5_only} from './options.js';
import {connack_packet, connect_packet, disconnect_packet} from './packets.js';
import {bytes_of} from './payload.js';
import {write_properties} from './properties.js';
import {after_this_task, at_the_latest} from './task.js';

const noop = () => {};

// In the order of the C++ enumerations.
const states = ['stopped', 'loading', 'connecting', 'connected', 'waiting', 'disconnecting'];
const stop_reasons = ['', 'asked', 'refused', 'taken_over', 'store_failed', 'connection_lost', 'invalid'];

export class Connection extends Emitter {
  // `connector`: {url_of, open}, see index.js.
  constructor(connector, options) {
    super();
    this.options = options;
    this.connected = this.disconnecting = this.disconnected = this.reconnecting = false;
    this.shared = false;         // own: how; null: not known yet; sharing_client.js sets it and the next two
    this.notShared = null;       // and why not, if it was asked for
    this._shares = false;        // tabs are one client, or this one is prepared for it
    this.closeRecord = null;     // why the last connection ended, or never came to be
    this.stream = null;          // what the connection runs over
    this._authentication = new Authentication(this);
    this._connector = connector;
    this._core = null;           // from the beginning to the end of end()
    this._state = 'stopped';
    this._attempts = 0;
    this._version = options.protocolVersion === 4 ? 4 : 5;   // what is spoken: of this connection, or the last one
    this._server = undefined;    // CONNACK's properties, while it is connected
    this._record = null;         // of the attempt that ended, until it is told
    this._disconnect = null;     // the broker's DISCONNECT, until it is told
    this._failure = null;        // why this attempt fails: {error, told: to whoever listens, whatever it is}
    this._connack = null;        // until it is told
    this._stored = Promise.resolve();
    this._ending = null;         // the callback of end()
    this._when_loaded = null;    // what end() does then
    this._held_back = 0;         // how many have incoming messages wait in the core
  }

  get serverProperties() { return this._server; }
  // Seconds: the broker may name its own [MQTT5-3.2.2-21].
  get keepalive() { return this.options.keepalive && this._server?.serverKeepAlive || this.options.keepalive; }
  // Own: what this connection speaks, or the last one: 4 or 5.
  get protocolVersion() { return this._version; }

  // A core for these options; end() takes it away again.
  _start() {
    if (this._core) return this._core;
    this._journal = make_journal(this.options.journal);
    this._core = new Core(this, this._values());
    try {
      this._started();
    } catch (error) {
      this._drop_core();
      throw error;
    }
    return this._core;
  }
  _values() { return values_of(this.options, this._journal); }

  connect() {
    if (this.disconnected && !this.reconnecting) this.disconnecting = this.disconnected = false;
    this._start().connect();
    return this;
  }

  reconnect(stores) {
    if (stores) throw new UnsupportedError('stores for reconnect()');
    const start = () => {
      this.disconnecting = this.disconnected = false;
      if (this.connected) {
        this._tell('reconnect');
        return this.end(() => this.connect());
      }
      // On its way: what waits for the connection stays.
      if (this._core && this._state !== 'stopped') return this._core.connect();
      this._tell('reconnect');
      this.connect();
    };
    if (this.disconnecting && !this.disconnected) this.once('end', () => queueMicrotask(start));
    else start();
    return this;
  }

  // As in MQTT.js, an application may put its own in its place: it answers the broker's AUTH.
  handleAuth(packet, callback) { callback(); }

  // Own: authenticates again on the live connection, with `data` if it is given. The next CONNECT has it, too.
  reauthenticate(data, callback) {
    const {options} = this;
    if (options.protocolVersion === 4) throw new UnsupportedError('reauthenticate()', mqtt5_only);
    if (typeof data === 'function') [data, callback] = [undefined, data];
    if (data !== undefined) {
      options.properties = {...options.properties, authenticationData: bytes_of(data, 'authenticationData')};
    }
    const error = this._authentication.renew(callback ?? noop);
    return error ? this._refuse(error, callback) : this;
  }

  // Own: something woke us up; is the link still there?
  wake() { this._core?.wake(); }
  sendPing() { this.wake(); }

  // ---- the end ----

  end(force, opts, callback) {
    if (typeof force !== 'boolean') [force, opts, callback] = [false, force, callback ?? opts];
    if (typeof opts !== 'object') [opts, callback] = [null, callback ?? opts];
    if (typeof callback !== 'function') callback = null;
    const {reasonCode = 0, properties} = opts ?? {};
    if ((properties || reasonCode) && this.options.protocolVersion === 4) {
      throw new UnsupportedError('properties and reason codes of DISCONNECT', mqtt5_only);
    }
    if ((properties || reasonCode) && this.shared !== false) {
      throw new UnsupportedError('properties and reason codes of DISCONNECT with the option \'share\'', 'other tabs may go on');
    }
    const wire_properties = write_properties(properties);
    whole(reasonCode, 'reasonCode', 255);
    if (this.disconnecting) {
      callback?.();
      return this;
    }
    const core = this._core;
    const drains = !force && this.connected;
    const error = drains ? core.disconnect_when_done(this._timeout, reasonCode, wire_properties) : 0;
    if (error) return this._refuse(error_of(error, this._version), callback);
    this.disconnecting = true;
    this._ending = callback ?? noop;
    const stop = () => this._stop(core, force);
    if (drains) return this;
    if (this._state === 'loading' && this._has_unfinished()) {
      // What was accepted meanwhile goes to the journal, if that answers at all.
      at_the_latest(this._timeout, new Promise((resolve) => { this._when_loaded = resolve; }), stop);
    } else {
      queueMicrotask(stop);
    }
    return this;
  }

  _stop(core, force) {
    if (!core || this._core !== core || this._state === 'stopped') this._finish();
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
      // The journal holds all, so that the next client can begin with it.
      if (this._journal?.load) at_the_latest(this._timeout, this._stored, () => this._ended(callback));
      else this._ended(callback);
    });
  }

  _ended(callback) {
    this.disconnected = true;
    this.reconnecting = false;
    if (this.options.reconnectPeriod === 0 || this.options.manualConnect) this.disconnecting = false;
    this._tell('end');
    this._guard(callback);
  }

  get _timeout() { return this.options.endTimeout ?? 10_000; }

  // What nobody will answer any more fails; the core's memory is free.
  _drop_core() {
    if (!this._core) return;
    this._core.delete();
    this._core = null;
    this._held_back = 0;
    const journal = this._journal;
    this._stored = this._stored.then(() => journal?.close?.()).catch((error) => this._journal_failed(error));
    this._state = 'stopped';
    this._abandon(closed_error());
  }

  _refuse(error, callback) {
    queueMicrotask(() => (callback ? callback(error) : this.emit('error', error)));
    return this;
  }

  // True: told that nothing can be asked any more.
  _refuse_disconnecting(callback) {
    if (!this.disconnecting) return false;
    const error = new Error('client disconnecting');
    if (callback) callback(error);
    else this.emit('error', error);
    return true;
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
  _log(words) {
    if (this.options.log) this._guard(() => this.options.log('wasmqtt :: %s', words));
  }
  _tell(event, ...values) {
    this._log(event);
    this._guard(() => this.emit(event, ...values));
  }

  // ---- what the core asks for ----

  // Options are read anew for each attempt, so that a token, a signed address or a client id can be fresh.
  _prepare() {
    const number = ++this._attempts;
    const {options} = this;
    const answer = (values) => {
      if (number === this._attempts) this._core?.attempt(values);
    };
    const fail = (thrown) => {
      if (number !== this._attempts) return;
      const error = as_error(thrown, 'The attempt could not be prepared');
      this._failure = {error, told: true};
      answer(no_attempt(error.message));
    };
    this._failure = null;
    this._authentication.begin();
    let values;
    try {
      const url = this._connector.url_of(options, number - 1);
      if (options.credentials || options.transformWsUrl) {
        return void fresh(this, url).then((signed) => answer(attempt_of(options, signed))).catch(fail);
      }
      values = attempt_of(options, url);
    } catch (error) {
      return queueMicrotask(() => fail(error));   // whoever has just called connect() can listen then
    }
    return answer(values);
  }

  // What throws here ends the attempt, with its words (js/socket.js in wasm/browser).
  _open_socket(url) {
    const number = this._attempts;
    try {
      return this._connector.open(url, this, (error, told = false) => {
        if (number === this._attempts) this._failure ??= {error, told};
      });
    } catch (thrown) {
      const error = as_error(thrown, 'The connection could not be opened');
      this._failure = {error, told: true};
      throw error;
    }
  }

  _load(client_id) {
    const core = this._core;
    const here = (work) => (value) => { if (this._core === core) work(value); };
    // After what the core before this one has appended.
    this._stored.then(() => this._journal.load(client_id)).then((records) => bytes_of(records, 'What a journal has loaded'))
      .then(here((records) => core.loaded(records)), here((error) => core.not_loaded(words_of(error))));
  }
  _append(records) {
    const core = this._core;
    const written = (problem) => { if (core && this._core === core) core.written(problem); };
    this._stored = this._stored.then(() => this._journal.append(records))
      .then(() => written(), (error) => written(words_of(error)));
  }
  _journal_failed(error) { this._tell('journalerror', as_error(error, journal_failed)); }

  // ---- what the core tells ----

  _state_changed(number, stop_reason) {
    const before = this._state;
    const reason = stop_reasons[stop_reason];
    this._state = states[number];
    if (before === 'loading') {
      this._when_loaded?.();
      this._when_loaded = null;
    }
    switch (this._state) {
      case 'connecting':
        if (before === 'loading') this._loaded();
        if (before === 'connected') this._without_leader();
        if (before === 'waiting') this._tell('reconnect');
        if (this._watching) this._tell('packetsend', connect_packet(this.options, this._version));
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
        if (reason !== 'asked') this._gave_up();
        if (reason === 'connection_lost' && !this._ending) queueMicrotask(() => this._state === 'stopped' && this._drop_core());
        this._finish();
        break;
      default:
    }
  }

  // Who led is gone, and the connection with it; another one leads presently.
  _without_leader() {
    this._tell_connected();
    this.connected = false;
    this.reconnecting = true;
    this._tell('close');
    this._tell('reconnect');
  }

  // In MQTT.js's order: offline, error, close; what the network or the broker said comes first.
  _attempt_ended(again, reason) {
    this._tell_connected();
    this.connected = false;
    const [record, disconnect] = [this._record, this._disconnect];
    this._server = undefined;
    if (!record) return;
    this._authentication.lost(record.reasonCode);
    this._record = this._disconnect = null;
    if (disconnect) this._tell('disconnect', disconnect);
    if (reason === 'taken_over') {
      this._tell('error', new Error(`Another client signs in with the client id '${this.options.clientId}'`));
    }
    const error = reason === 'invalid' ? error_of(this._core.invalid(), this._version)
      : error_of_close(record, this._failure, this._version, reason === 'refused');
    const first = record.cause === 'transport' || record.cause === 'refused';
    if (error && first) this._tell('error', error);
    if (again && !this.reconnecting && !this.disconnecting) {
      this._tell('offline');
      this.reconnecting = true;
    }
    if (error && !first) this._tell('error', error);
    this._tell('close');
  }

  // AUTH, or, in `connect`, what CONNACK shows.
  _asked(done, properties) {
    if (!done || this._state === 'connected') this._authentication.asked(done, properties);
  }
  _refuse_authentication(error) {
    this._failure = {error: as_error(error, 'The authentication failed'), told: true};
    this._core.refuse_authentication();
  }

  _closed(phase, cause, fault, last_sent, last_received, properties, record) {
    this.closeRecord = this._record = close_record(phase, cause, fault, last_sent, last_received, record);
    if (this._record.cause === 'ended_by_broker') this._disconnect = disconnect_packet(record.reasonCode, properties);
  }

  // CONNACK, and often messages in one piece with it: they wait until whoever awaited the connection can listen. As in
  // MQTT.js, what waited for the connection leaves first.
  _accepted(session_present, version, properties) {
    const core = this._core;
    this._hold_back(1);
    this._version = version;
    this._connack = connack_packet(session_present, version, properties);
    this._server = this._connack.properties;
    queueMicrotask(() => this._tell_connected());
    after_this_task(() => { if (this._core === core) this._hold_back(-1); });
  }
  // 1: incoming messages wait, until as many calls with -1 have come.
  _hold_back(by) {
    if (!this._core) return;
    this._held_back += by;
    if (this._held_back === 0) this._core.resume();
    else this._core.pause();
  }
  _tell_connected() {
    const connack = this._connack;
    this._connack = null;
    if (connack) this._tell('connect', connack);
  }
}

const journal_failed = 'The journal failed';
const words_of = (error) => as_error(error, journal_failed).message || journal_failed;

async function fresh(client, url) {
  const {options} = client;
  if (options.credentials) Object.assign(options, optional(object)(await options.credentials(), 'What credentials gives'));
  return options.transformWsUrl ? options.transformWsUrl(url, options, client) : url;
}
