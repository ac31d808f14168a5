// The life of the connection: attempts, their end in MQTT.js's order of events, the next attempt, and end() for good.
// Its state is the client's: connected, reconnecting, disconnecting, disconnected, closeRecord.
import {compact, error_of} from './core.js';
import {ErrorWithReasonCode, UnsupportedError, refusals} from './errors.js';
import {open_journal} from './journal.js';
import {url_of} from './options.js';
import {connect_packet} from './packets.js';
import {bytes_of} from './payload.js';

const mebibyte = 1024 * 1024;
// Milliseconds that DISCONNECT has to leave, when acknowledgements have taken all of endTimeout.
const goodbye = 2000;
const noop = () => {};

export class Connection {
  #client;
  #link;
  #transports;
  #parts;                    // {prepared(), ended(), outgoing(), abandoned()}: what the client does then, and asks
  #ready = null;
  #attempts = 0;
  #attempting = false;       // from connect() to the end of the connection
  #generation = 0;
  #connect_timer = null;
  #reconnect_timer = null;
  #failures = 0;
  #strikes = 0;
  #timed_out = null;
  #leave = null;             // end() waits for acknowledgements: what it does when they are there, or can't come
  #ending = null;            // what is left of end() when the connection has ended
  #patience = null;          // timer of end()

  constructor(client, link, transports, parts) {
    this.#client = client;
    this.#link = link;
    this.#transports = transports;
    this.#parts = parts;
  }

  // ---- beginning ----

  // Nobody can listen yet while the client's constructor runs: quiet.
  connect(quiet = false) {
    const client = this.#client;
    this.#forget_reconnect();
    if (client.disconnected && !client.reconnecting) client.disconnecting = client.disconnected = false;
    if (this.#attempting) return;
    this.#attempting = true;
    const generation = ++this.#generation;
    const {connectTimeout} = client.options;
    if (!quiet) client.emit('packetsend', connect_packet(client.options));
    if (connectTimeout > 0) this.#connect_timer = setTimeout(() => this.#give_up_connecting(), connectTimeout);
    this.#attempt(generation).catch((error) => {
      if (generation !== this.#generation || !this.#attempting) return;
      client.emit('error', error);
      this.ended(null);
    });
  }

  async #attempt(generation) {
    this.#ready ??= this.#prepare();
    await this.#ready;
    const {options} = this.#client;
    let url = url_of(options, this.#attempts++);
    // Asked anew for each attempt, so that a token or a signed address can be fresh.
    if (options.credentials) Object.assign(options, await options.credentials());
    if (options.transformWsUrl) url = await options.transformWsUrl(url, options, this.#client);
    const transport = this.#transports[url.slice(0, url.indexOf(':'))];
    if (transport.prepare) await transport.prepare(options);
    if (generation !== this.#generation || !this.#attempting) return;
    const {core} = this.#link;
    const {username, password, will} = options;
    core.setCredentials(username, typeof password === 'string' || password == null ? password : bytes_of(password));
    core.setWill(will && {...will, payload: bytes_of(will.payload ?? '')});
    this.#link.open(url, transport, options);
  }

  async #prepare() {
    const {clean, keepalive, clientId, queue = {}, journal, trace = 0, manualAcknowledge = false, maxPacketBytes} =
      this.#client.options;
    const store = journal ? await open_journal(journal, compact) : null;
    await this.#link.prepare({
      clean, keepalive, clientId, connectTimeout: 0, window: queue.inFlight ?? 1000, messages: queue.messages ?? 100_000,
      bytes: queue.bytes ?? 64 * mebibyte, overflow: queue.overflow ?? 'reject',
      maxPacket: maxPacketBytes ?? 16 * mebibyte, manual: manualAcknowledge, journal: Boolean(store), trace,
    }, store);
    this.#parts.prepared();
  }

  #give_up_connecting() {
    this.#connect_timer = null;
    this.#timed_out = new Error('connack timeout');
    if (this.#link.busy) {
      this.#link.core.abort();
      this.#link.drain();
    } else {
      ++this.#generation;
      this.ended(null);
    }
  }

  // The broker has accepted.
  opened() {
    this.#forget_connect();
    this.#client.connected = true;
    this.#client.reconnecting = false;
  }

  #forget_connect() {
    clearTimeout(this.#connect_timer);
    this.#connect_timer = null;
  }
  #forget_reconnect() {
    clearTimeout(this.#reconnect_timer);
    this.#reconnect_timer = null;
  }

  // ---- the end of an attempt, in MQTT.js's order: offline, error, close; after a refusal error, close ----

  ended(record) {
    const client = this.#client;
    this.#forget_connect();
    const was_connected = client.connected;
    client.connected = this.#attempting = false;
    this.#parts.ended();
    if (record) client.closeRecord = record;
    const error = this.#timed_out ?? this.#error_of(record);
    this.#timed_out = null;
    let stay = record?.cause !== 'refused' || client.options.reconnectOnConnackError;
    if (was_connected && this.#count(record)) {
      stay = false;
      client.emit('error', new Error(`Another client signs in with the client id '${client.options.clientId}'`));
    }
    const from_network = record?.cause === 'transport' || record?.cause === 'refused';
    if (error && from_network) client.emit('error', error);
    if (stay) this.#reconnect_later();
    if (error && !from_network) client.emit('error', error);
    client.emit('close');
    this.#leave?.();
    this.#ending?.();
  }

  // Connections that are lost as soon as they are there are another client's takeovers. True: enough of them.
  #count({cause, connectedFor}) {
    const {takeoverStrikes = 0, backoff} = this.#client.options;
    this.#strikes = cause === 'transport' && connectedFor < 5000 ? this.#strikes + 1 : 0;
    if (connectedFor > (backoff?.stableAfter ?? 10_000)) this.#failures = 0;
    return takeoverStrikes > 0 && this.#strikes >= takeoverStrikes;
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

  // ---- the next attempt ----

  #reconnect_later() {
    const client = this.#client;
    const {reconnectPeriod, backoff} = client.options;
    if (client.disconnecting || this.#reconnect_timer || reconnectPeriod === 0) return;
    if (!client.reconnecting) {
      client.emit('offline');
      client.reconnecting = true;
    }
    if (client.disconnecting) return;  // a listener ended it
    let wait = reconnectPeriod;
    if (backoff) {
      const {first = 1000, longest = 60_000} = backoff;
      wait = Math.random() * Math.min(longest, first * 2 ** this.#failures++);
    }
    this.#reconnect_timer = setTimeout(() => this.#reconnect(), wait);
  }

  #reconnect() {
    this.#forget_reconnect();
    this.#client.emit('reconnect');
    if (!this.#client.disconnecting) this.connect();
  }

  reconnect() {
    const client = this.#client;
    const start = () => {
      client.disconnecting = client.disconnected = false;
      if (!this.#attempting) return this.#reconnect();
      this.end(false, () => this.reconnect());
    };
    if (client.disconnecting && !client.disconnected) client.once('end', () => queueMicrotask(start));
    else start();
  }

  // Something woke us up: is the link still there? When waiting, the next attempt begins at once.
  wake() {
    if (this.#reconnect_timer) return this.#reconnect();
    if (!this.#client.connected) return;
    this.#link.core.timeout();
    this.#link.core.probe();
    this.#link.drain();
  }

  // ---- for good ----

  end(force, callback = noop) {
    const client = this.#client;
    if (client.disconnecting) return callback();
    this.#forget_reconnect();
    client.disconnecting = true;
    const until = Date.now() + (client.options.endTimeout ?? 10_000);
    const leave = () => {
      client.off('outgoingEmpty', leave);
      this.#leave = null;
      this.#finish(force, callback, until);
    };
    if (force || !client.connected || this.#parts.outgoing() === 0) return leave();
    // A connection that is lost meanwhile acknowledges nothing any more: ended() leaves, too.
    this.#leave = leave;
    client.once('outgoingEmpty', leave);
    // A broker that never acknowledges keeps nobody from leaving.
    this.#wait_until(until, leave);
  }

  #wait_until(time, work) {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(work, Math.min(Math.max(time - Date.now(), 0), 2 ** 31 - 1));
  }

  #finish(force, callback, until) {
    const client = this.#client;
    this.#ending = () => {
      this.#ending = null;
      clearTimeout(this.#patience);
      queueMicrotask(() => {
        client.disconnected = true;
        client.reconnecting = false;
        this.#parts.abandoned();
        if (client.options.reconnectPeriod === 0 || client.options.manualConnect) client.disconnecting = false;
        client.emit('end');
        callback();
      });
    };
    if (!this.#attempting) return this.#ending();
    const {core} = this.#link;
    if (!this.#link.busy) {
      ++this.#generation;
      this.#attempting = false;
      this.#forget_connect();
      return this.#ending();
    }
    const abort = () => {
      core.abort();
      this.#link.drain();
    };
    // Nor does one that reads nothing, or a slow store, so that DISCONNECT can't leave.
    this.#wait_until(Math.max(until, Date.now() + goodbye), () => { if (!core.shouldClose) abort(); });
    queueMicrotask(() => {
      if (force) return abort();
      core.disconnect();
      this.#link.drain();
    });
  }
}
