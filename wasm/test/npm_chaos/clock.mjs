// A clock of the test's own: while it is installed, timers, performance.now(), Date.now() and random numbers are simulated, so
// that hours pass in milliseconds and a seed makes the same world again.
import {webcrypto} from 'node:crypto';

globalThis.crypto ??= webcrypto;  // Node 18 has no global one
const real = {setImmediate, now: performance.now.bind(performance)};

// Mulberry32: 32 bits a step.
export function seeded(seed) {
  let state = seed >>> 0;
  const bits = () => {
    state = state + 0x6d2b79f5 >>> 0;
    let value = Math.imul(state ^ state >>> 15, state | 1);
    value ^= value + Math.imul(value ^ value >>> 7, value | 61);
    return (value ^ value >>> 14) >>> 0;
  };
  return {
    bits,
    below: (limit) => Math.floor(bits() / 2 ** 32 * limit),
    between: (low, high) => low + bits() / 2 ** 32 * (high - low),
    chance: (share) => bits() / 2 ** 32 < share,
    one_of(list) { return list[this.below(list.length)]; },
  };
}

export class Clock {
  // Milliseconds since the epoch.
  constructor(random) {
    this.random = random;
    this.now = 1_700_000_000_000;
    this.began = this.now;
    this.waiting = [];  // a heap, by time and then by number
    this.last = 0;
  }

  get pending() { return this.waiting.filter(({work}) => work !== null).length; }

  // Calls back `delay` milliseconds from now; returns what clear() takes.
  set(delay, work) {
    const timer = {at: this.now + Math.max(0, delay || 0), number: ++this.last, work, unref() {}};
    const heap = this.waiting;
    let place = heap.push(timer) - 1;
    for (let above; place > 0 && before(timer, heap[above = place - 1 >> 1]); place = above) heap[place] = heap[above];
    heap[place] = timer;
    return timer;
  }
  clear(timer) { if (timer?.work) timer.work = null; }

  _next() {
    const heap = this.waiting;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1], heap[below])) ++below;
      if (!before(heap[below], last)) break;
      heap[place] = heap[below];
      place = below;
    }
    heap[place] = last;
    return first;
  }

  // Until `done` or for so many milliseconds; false: the time is over.
  async run(milliseconds, done = () => false) {
    const end = this.now + milliseconds;
    await turn();
    while (!done()) {
      while (this.waiting.length && this.waiting[0].work === null) this._next();
      if (!this.waiting.length || this.waiting[0].at > end) {
        this.now = end;
        return false;
      }
      const timer = this._next();
      this.now = Math.max(this.now, timer.at);
      timer.work();
      await turn();
    }
    return true;
  }

  install() {
    const kept = {setTimeout, clearTimeout, setImmediate, date: Date.now, random: crypto.getRandomValues};
    Object.assign(globalThis, {
      setTimeout: (work, delay, ...values) => this.set(delay, () => work(...values)),
      clearTimeout: (timer) => this.clear(timer),
      setImmediate: (work) => this.set(0, work),
    });
    // Node 18 lets nobody assign it.
    Object.defineProperty(performance, 'now', {value: () => this.now - this.began, configurable: true});
    Date.now = () => this.now;
    crypto.getRandomValues = (array) => {
      for (let at = 0; at < array.length; ++at) array[at] = this.random.bits();
      return array;
    };
    return () => {
      Object.assign(globalThis, {setTimeout: kept.setTimeout, clearTimeout: kept.clearTimeout, setImmediate: kept.setImmediate});
      delete performance.now;
      Date.now = kept.date;
      delete crypto.getRandomValues;
    };
  }
}

const before = (a, b) => a.at < b.at || (a.at === b.at && a.number < b.number);
// All that promises have to do.
const turn = () => new Promise((resolve) => real.setImmediate(resolve));
