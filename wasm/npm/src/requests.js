// Requests and their answers. The C++ RequestResponse asks and answers, keeps the time and knows what is on the wire
// (request_response.hpp); here its calls find their promises, iterations and handlers.
import {number as a_number, qos as check_qos} from './checks.js';
import {decoder_of, encoded, undecodable} from './codec.js';
import {error_of} from './core.js';
import {Delivery} from './delivery.js';
import {RequestError, UnsupportedError, closed_error} from './errors.js';
import {bytes_of} from './payload.js';
import {write_properties} from './properties.js';
import {on_abort, Stream} from './stream.js';

// In the order of the C++ enumerations.
const [until_answer, until_end, until_time] = [0, 1, 2];
const [reply_answer, reply_more, reply_end, reply_error, reply_none] = [0, 1, 2, 3, 4];
const reasons = ['', 'timed_out', 'not_delivered', 'responder_failed'];  // as in imports.hpp

// Answers of a stream that are on their way at once: more wait for the broker.
const stream_window = 16;

export class Requests {
  constructor(client) {
    this.client = client;
    this.core = null;
    this.calls = [];            // by the core's numbers: (packet, last, error) => void
    this.responders = [];       // by our numbers
    this.streams = [];          // by the core's numbers of replies: what ends one
  }

  // Another core: it is asked for all that was asked for before.
  attach(core) {
    this.core = core;
    this.responders.forEach((responder) => this._subscribe(responder).catch(() => {}));
  }

  // ---- asking ----

  // One answer, its error, or why `signal` was aborted.
  request(topic, message, options) {
    const decode = decoder_of(options.as);
    return new Promise((resolve, reject) => {
      let unlisten;
      const cancel = this._ask(topic, message, options, until_answer, (packet, last, error) => {
        unlisten?.();
        if (error) return reject(error);
        try {
          return resolve(answer_of(packet, decode));
        } catch (cause) {
          return reject(Object.assign(cause, {packet}));
        }
      });
      unlisten = on_abort(options.signal, (reason) => {
        cancel();
        reject(reason);
      });
    });
  }

  // All that come.
  answers(topic, message, options) {
    const decode = decoder_of(options.as);
    let cancel = () => {};
    const stream = new Stream(this.client, options, () => cancel());
    if (options.signal?.aborted) return stream;
    const until = options.stream ? until_end : until_time;
    const heard = (packet, last, error, hold) => {
      if (error) return stream.fail(error);
      const payload = packet ? this.client._decoded(packet, decode, options) : undecodable;
      if (payload !== undecodable) stream.push({topic: packet.topic, payload, packet}, packet.qos, hold);
      return last && stream.finish();
    };
    try {
      cancel = this._ask(topic, message, options, until, heard);
    } catch (error) {
      stream.finish();
      throw error;
    }
    return stream;
  }

  // Gives what cancels it.
  _ask(topic, message, {timeout = 30_000, count = Infinity, qos = 1, retain = false, as, properties}, until, heard) {
    if (typeof topic !== 'string') throw new TypeError('A topic is a string');
    if (!(a_number(timeout, 'timeout') > 0)) throw new RangeError('timeout is a number of milliseconds, above 0');
    a_number(count, 'count', 1);
    check_qos(qos);
    const core = this._core_of_one();
    const number = core.request([topic, bytes_of(encoded(message, as)), write_properties(properties), qos | (retain ? 4 : 0), until,
      timeout, count]);
    if (number < 0) throw error_of(number, 5);
    this.calls[number] = heard;
    return () => {
      if (this.calls[number] !== heard) return;
      this.calls[number] = undefined;
      if (this.client._core === core) core.cancel_request(number);
    };
  }

  _core_of_one() {
    const core = this.client._start();
    if (this.client._shares) throw new UnsupportedError('requests with the option \'share\'', 'use a connection of their own');
    return core;
  }

  // What the core tells. `packet`: null: none came with it. `reason`: of `reasons`.
  answered(number, packet, hold, last, code, reason) {
    const heard = this.calls[number];
    if (last) this.calls[number] = undefined;
    heard(packet, last, code ? new RequestError(error_of(code, 5).message, reasons[reason], packet) : null, hold);
  }

  // ---- answering ----

  respond(filter, handler, options) {
    if (typeof handler !== 'function') throw new TypeError('A handler is a function');
    const {qos = 1, as} = options;
    check_qos(qos);
    const responder = {filter, handler, options, qos, as, decode: decoder_of(as), numbers: []};
    this._core_of_one();
    responder.number = this.responders.push(responder) - 1;
    const granted = this._subscribe(responder);
    const unsubscribe = () => {
      delete this.responders[responder.number];
      return this.client._subscribes.end_numbers(responder.numbers.splice(0));
    };
    granted.catch(unsubscribe);
    return {filter, granted, unsubscribe};
  }

  _subscribe(responder) {
    const {filter, number, qos} = responder;
    return this.client._subscribes.asked_for(filter, () => {
      const [first, count] = this.core.respond(filter, qos, number);
      if (first > 0) responder.numbers = Array.from({length: count}, (_, index) => first + index);
      return first;
    });
  }

  // A request has come; `place` names where its answers go.
  asked(number, place, packet, topic, response_topic) {
    const responder = this.responders[number];
    const {options, decode} = responder ?? {};
    const allowed = responder && (!options.allow || this.client._guard(() => options.allow(response_topic)));
    if (!allowed) return this.core.reply(place, reply_none);
    const payload = this.client._decoded(packet, decode, options);
    if (payload === undecodable) return this.core.reply(place, reply_error);
    return void this._answer(responder, place, {topic, payload, packet, responseTopic: response_topic});
  }

  // An answer, several, or none: what the handler gives. Its error's words are for the requester with `expose` only.
  async _answer({handler, qos, as}, place, request) {
    const core = this.core;
    const state = {over: false};
    const reply = (kind, value) => {
      const bytes = bytes_of(encoded(value, as));
      if (state.over || this.client._core !== core) return 0;
      if (kind !== reply_more) this._over(place, state);
      const result = core.reply(place, kind, qos, bytes);
      if (result < 0) throw error_of(result, 5);
      return result;
    };
    try {
      const value = await handler(request);
      const iterator = value?.[Symbol.asyncIterator]?.();
      if (iterator) await this._stream(iterator, place, state, reply, qos);
      else reply(value === undefined ? reply_none : reply_answer, value);
    } catch (error) {
      const words = error?.expose ? bytes_of(`${error.message}`) : undefined;
      if (!state.over && this.client._core === core) {
        this._over(place, state);
        core.reply(place, reply_error, qos, words);
      }
      if (!words) queueMicrotask(() => { throw error; });
    }
  }
  _over(place, state) {
    state.over = true;
    this.streams[place] = undefined;
  }

  // Until its end, or until the requester wants no more.
  async _stream(iterator, place, state, reply, qos) {
    const cancelled = new Promise((resolve) => {
      this.streams[place] = () => {
        state.over = true;
        resolve();
      };
    });
    const sent = [];
    try {
      for (;;) {
        const next = await Promise.race([cancelled, iterator.next()]);
        if (state.over) break;
        if (next.done) return void reply(reply_end);
        sent.push(this._sent(reply(reply_more, next.value), qos));
        if (sent.length >= stream_window) await Promise.race([cancelled, sent.shift()]);
      }
    } catch (error) {
      iterator.return?.();
      throw error;
    }
    iterator.return?.();
  }

  // Resolves when the broker has taken it.
  _sent(slot, qos) {
    if (slot === 0) return Promise.resolve();
    const delivery = new Delivery(this.client, '', '', qos, false);
    this.client._publishes.add(delivery, this.core.number(), slot - 1);
    const {done} = delivery;
    done.catch(() => {});
    return done;
  }

  // The requester wants no more of a stream; its place is another's from now on.
  cancelled(place) {
    const end = this.streams[place];
    this.streams[place] = undefined;
    end?.();
  }

  // The client has ended.
  abandon() {
    for (const heard of this.calls.splice(0)) heard?.(null, true, closed_error());
    for (const end of this.streams.splice(0)) end?.();
  }
}

const answer_of = (packet, decode) =>
  ({topic: packet.topic, payload: decode ? decode(packet.payload) : packet.payload, packet});
