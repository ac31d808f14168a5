// One connection at a time between the core and a transport: bytes in, events up, journal, bytes out; one write per turn.
//
// observer: event(event) for each of the core's; received(packet) and sent(packet) for the bytes of each packet, before
// its events; unstored(problem) when the journal's store fails.
import {Core, error_of, load_core, now} from './core.js';
import {Splitter, joined} from './packets.js';

// A broker that does not answer the end of a connection is not waited for.
const closing_patience = 2000;
// Larger ones gain little, and some brokers refuse them.
const largest_frame = 64 * 1024;

export class Link {
  core = null;
  #observer;
  #store = null;
  #stored = Promise.resolve();
  #socket = null;
  #closing = null;       // timer
  #generation = 0;
  #in = null;
  #out = null;
  #unwritten = [];
  #draining = false;
  #flushing = false;
  #timer = null;
  #armed = Infinity;

  constructor(observer) { this.#observer = observer; }

  // Resolves when there is a core, with what its journal held.
  async prepare(options, store) {
    await load_core();
    const core = new Core(options);
    if (store) {
      this.#store = store;
      try {
        const code = core.restore(await store.load(options.clientId));
        if (code < 0) throw error_of(code);
      } catch (error) {
        this.#unstored(error);
      }
    }
    this.core = core;
  }

  get busy() { return this.#socket !== null; }

  open(url, transport, options) {
    if (this.#socket) this.#give_up();
    const generation = ++this.#generation;
    const mine = (handle) => (value) => { if (generation === this.#generation) handle(value); };
    this.#in = new Splitter();
    this.#out = new Splitter();
    this.#unwritten = [];
    this.core.attempt(url);
    this.#socket = transport(url, {
      open: mine(() => {
        const code = this.core.open();
        if (code < 0) {
          this.#observer.invalid(error_of(code));
          this.core.abort();
        }
        this.drain();
      }),
      bytes: mine((chunk) => this.#receive(chunk)),
      writable: mine(() => this.drain()),
      closed: mine((close) => this.#closed(close)),
    }, options);
  }

  #receive(chunk) {
    const generation = this.#generation;
    this.#in.push(chunk, (piece, whole) => {
      const alive = () => generation === this.#generation && this.#socket && !this.#closing;
      if (!alive()) return;
      if (whole) this.#observer.received(whole);
      if (!alive()) return;
      this.core.bytes(piece);
      this.drain();
    });
  }

  #closed(close) {
    clearTimeout(this.#closing);
    this.#closing = null;
    this.#socket = null;
    this.core.closed(close);
    this.problem = close.error;
    this.drain();
  }

  // After anything that was asked of the core: events up, then what has to be kept, then what has to leave. From inside an
  // event's handler only the latter, since asking for the next event is what acknowledges this one.
  drain() {
    if (!this.core) return;
    if (this.#draining) return this.#flush();
    this.#draining = true;
    for (let event = this.core.poll(); ; event = this.core.poll()) {
      this.#flush();
      if (!event) break;
      this.#observer.event(event);
    }
    this.#draining = false;
    this.#close_if_due();
    this.#arm();
  }

  #flush() {
    if (this.#flushing) return;  // the loop below goes on
    this.#flushing = true;
    this.#keep();
    for (let bytes; this.#socket?.ready && (bytes = this.core.output());) {
      this.core.consume(bytes.length);
      this.#keep();
      if (this.#unwritten.push(bytes) === 1) queueMicrotask(() => this.#write());
      this.#out.push(bytes, (_, whole) => whole && this.#observer.sent(whole));
    }
    this.#flushing = false;
  }

  #write() {
    const bytes = joined(this.#unwritten);
    this.#unwritten = [];
    for (let at = 0; this.#socket && at < bytes.length; at += largest_frame) {
      this.#socket.send(bytes.subarray(at, at + largest_frame));
    }
  }

  #close_if_due() {
    if (!this.#socket || this.#closing || !this.core.shouldClose) return;
    this.#write();
    this.#socket.close();
    this.#closing = setTimeout(() => this.#give_up(), closing_patience);
  }

  // Nothing is heard of the socket any more.
  #give_up() {
    this.#socket.destroy();
    ++this.#generation;
    this.#closed({fault: 'timed_out', code: 0, reason: '', clean: false});
  }

  // ---- the journal: nothing that depends on a record leaves before the record is durable ----

  #keep() {
    const taken = this.core.journal();
    if (!taken) return;
    const {records, position} = taken;
    if (!this.#store) return this.core.durable(position);
    this.#stored = this.#stored.then(() => this.#store?.append(records)).catch((error) => this.#unstored(error))
      .then(() => {
        this.core.durable(position);
        this.drain();
      });
  }

  #unstored(error) {
    this.#store = null;
    this.#observer.unstored(error);
  }

  // ---- time ----

  // A deadline that moves on leaves the timer as it is: it wakes us early once.
  #arm() {
    const next = this.core.nextTimeout;
    if (next !== Infinity && next >= this.#armed) return;
    clearTimeout(this.#timer);
    this.#armed = next;
    if (next === Infinity) return;
    const wait = Math.min(Math.max(Math.ceil((next - now()) / 1000), 0), 2 ** 31 - 1);
    this.#timer = setTimeout(() => {
      this.#armed = Infinity;
      this.core.timeout();
      this.drain();
    }, wait);
  }
}
