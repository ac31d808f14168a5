// What goes wrong in a run, one after the other and over one another, by chance: seeded, so that a run can be made again (its moments
// are the machine's).
import {setTimeout as pause} from 'node:timers/promises';

export function random_of(seed) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state = Math.imul(state ^ state >>> 15, state | 1);
    state ^= state + Math.imul(state ^ state >>> 7, state | 61);
    return ((state ^ state >>> 14) >>> 0) / 2 ** 32;
  };
  let number = 0;
  const draw = () => {
    state = seed + ++number * 0x6d2b79f5 | 0;
    return next();
  };
  return {below: (limit) => Math.floor(draw() * limit), pick: (list) => list[Math.floor(draw() * list.length)]};
}

// How often each, out of all of them.
const weights = {cut: 6, delay: 3, throttle: 3, stop_clients: 3, kill_clients: 4, stop_broker: 2, kill_broker: 1};
const drawn = Object.entries(weights).flatMap(([name, weight]) => Array(weight).fill(name));

export class Faults {
  #busy = new Set();
  #under_way = new Set();
  counts = Object.fromEntries(Object.keys(weights).map((name) => [name, 0]));

  constructor({broker, processes, seed}) {
    Object.assign(this, {broker, processes, random: random_of(seed)});
  }

  // Until `over` says so; all that was done is undone then.
  async run(over) {
    while (!over()) {
      await pause(200 + this.random.below(1000));
      const name = this.random.pick(drawn);
      const target = /broker/.test(name) ? this.broker : this.random.pick(this.processes);
      if (this.#busy.has(target)) continue;
      ++this.counts[name];
      const act = this[name](target);
      this.#under_way.add(act);
      act.finally(() => this.#under_way.delete(act));
      if (/_/.test(name)) this.#alone(target, act);
    }
    await Promise.all(this.#under_way);
  }

  // What is stopped or started again can't be at the same time.
  async #alone(target, act) {
    this.#busy.add(target);
    await act;
    this.#busy.delete(target);
  }

  async cut({wires}) { this.random.pick(wires).cut(); }

  async delay({wires}) { await this.#change(this.random.pick(wires), {delay: 20 + this.random.below(300)}, {delay: 0}); }

  async throttle({wires}) { await this.#change(this.random.pick(wires), {rate: 1000 + this.random.below(4000)}, {rate: null}); }

  async #change(wire, change, back) {
    Object.assign(wire, change);
    await pause(1000 + this.random.below(4000));
    Object.assign(wire, back);
  }

  async stop_clients(clients) { await clients.stand_still(500 + this.random.below(7000)); }

  async kill_clients(clients) {
    await clients.kill();
    await pause(this.random.below(1000));
    clients.run();
  }

  async stop_broker(broker) {
    await broker.do('pause');
    await pause(500 + this.random.below(7000));
    await broker.do('resume');
  }

  async kill_broker(broker) {
    await broker.do('kill');
    await pause(this.random.below(1000));
    await broker.do('start');
  }
}
