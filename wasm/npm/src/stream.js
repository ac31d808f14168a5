// An async iteration over what arrives: messages() and answers(). Bounded: see push().
//
//   next()     lets go of what was handed out before: only then it is acknowledged
//   return()   a `break`: nothing more arrives. What was not handed out yet is acknowledged, and stays in `unread`.
//   fail()     what was there before is handed out, then the error is thrown
import {number} from './checks.js';
import {decoder_of, undecodable} from './codec.js';

const nothing = Object.freeze({done: true, value: undefined});

export class Stream {
  // `stopped`: called once, when nothing is wanted any more.
  constructor(client, {limit = 1000, signal}, stopped) {
    number(limit, 'limit', 1);
    this.unread = [];
    this._client = client;
    this._limit = limit;
    this._stopped = stopped;
    this._items = [];           // {value, qos, release}
    this._waiting = [];         // calls of next(): {resolve, reject}
    this._release = null;       // of what was handed out last
    this._dropped = 0;
    this._full = false;
    this._over = false;
    this._error = null;         // to be thrown, once
    this._unlisten = on_abort(signal, (reason) => this._stop(true, reason));
    if (!this._over) client._streams.add(this);
  }

  [Symbol.asyncIterator]() { return this; }

  next() {
    this._let_go();
    const item = this._items.shift();
    if (item) {
      if (this._full && this._items.length <= this._limit / 2) this._set_full(false);
      return Promise.resolve(this._hand_out(item));
    }
    if (this._error) {
      const error = this._error;
      this._error = null;
      return Promise.reject(error);
    }
    if (this._over) return Promise.resolve(nothing);
    return new Promise((resolve, reject) => this._waiting.push({resolve, reject}));
  }

  return(value) {
    this._let_go();
    this._stop(true, null);
    this._error = null;
    return Promise.resolve({done: true, value});
  }

  // ---- inside the package ----

  // `hold`: of a message that is acknowledged; null: none is. At the limit a message of QoS 0 takes the place of the oldest such
  // one, and others have the client's messages wait in the core.
  push(value, qos, hold) {
    if (this._over) return;
    const item = {value, qos, release: hold?.take()};
    if (this._waiting.length) return this._waiting.shift().resolve(this._hand_out(item));
    if (this._items.length >= this._limit && qos === 0) {
      ++this._dropped;
      const oldest = this._items.findIndex((one) => one.qos === 0);
      if (oldest < 0) return;
      this._items.splice(oldest, 1);
    }
    this._items.push(item);
    if (!this._full && qos > 0 && this._items.length >= this._limit) this._set_full(true);
  }

  finish() { this._close(null); }
  fail(error) { this._close(error); }

  // The client has ended. What was not acknowledged comes again, if the broker keeps the session.
  abandon(error) {
    this._release = null;
    this._stop(false, error);
  }

  _hand_out({value, release}) {
    this._let_go();   // more than one may have been asked for ahead
    this._release = release;
    value.dropped = this._dropped;
    this._dropped = 0;
    return {done: false, value};
  }

  _let_go() {
    const release = this._release;
    this._release = null;
    release?.();
  }

  _set_full(full) {
    this._full = full;
    this._client._hold_back(full ? 1 : -1);
  }

  // What was not handed out is not to be handed out any more.
  _stop(acknowledge, error) {
    for (const {value, release} of this._items.splice(0)) {
      this.unread.push(value);
      if (acknowledge) release?.();
    }
    if (this._full) this._set_full(false);
    this._close(error);
  }

  _close(error) {
    if (this._over) return;
    this._over = true;
    this._client._streams.delete(this);
    this._unlisten?.();
    this._stopped();
    const waiting = this._waiting.splice(0);
    if (error) {
      if (waiting.length) waiting.shift().reject(error);
      else this._error = error;
    }
    for (const {resolve} of waiting) resolve(nothing);
  }
}

// The messages of one subscription.
export function messages_of(client, filter, options) {
  const decode = decoder_of(options.as);
  let subscription = null;
  const stream = new Stream(client, options, () => subscription?.unsubscribe());
  if (options.signal?.aborted) return stream;
  const heard = (packet, hold) => {
    const payload = client._decoded(packet, decode, options);
    if (payload === undecodable) return;
    stream.push({topic: packet.topic, payload, packet}, packet.qos, packet.acknowledge ? null : hold);
  };
  try {
    subscription = client._handle_with(filter, heard, options);
  } catch (error) {
    stream.finish();
    throw error;
  }
  stream.granted = subscription.granted;
  subscription.granted.catch((error) => stream.fail(error));
  return stream;
}

// Calls back with the reason when `signal` is aborted, at once if it has been. Gives what ends that.
export function on_abort(signal, work) {
  if (!signal) return undefined;
  const aborted = () => work(signal.reason);
  if (signal.aborted) return void aborted();
  signal.addEventListener('abort', aborted, {once: true});
  return () => signal.removeEventListener('abort', aborted);
}
