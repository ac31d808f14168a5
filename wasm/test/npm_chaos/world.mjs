// An application of the package in a network and with a broker that fail as a seed says, and what must be true of it at the
// end: nothing lost of QoS 1 and 2, nothing twice of QoS 2, order on each topic, each callback once, no timer left.
import assert from 'node:assert/strict';
import {Broker} from './broker.mjs';
import {Clock, seeded} from './clock.mjs';
import {Network} from './network.mjs';

const minutes = 60_000;

// The option `journal`: what append() has answered for survives a crash.
class Journal {
  constructor(clock, random, durable = []) { Object.assign(this, {clock, random, durable, crashed: false}); }
  wait(work) {
    return new Promise((resolve) => this.clock.set(this.random.between(0, 40), () => this.crashed || resolve(work())));
  }
  load() { return this.wait(() => Buffer.concat(this.durable)); }
  append(records) {
    const kept = Buffer.from(records);
    return this.wait(() => { this.durable.push(kept); });
  }
  holds(text) { return this.durable.some((records) => records.includes(text)); }
  crash() {
    this.crashed = true;
    return new Journal(this.clock, this.random, this.durable.slice());
  }
}

export class World {
  constructor(mqtt, seed) {
    this.mqtt = mqtt;
    const random = this.random = seeded(seed);
    this.clock = new Clock(random);
    this.broker = new Broker(this.clock, random, (...message) => this.taken(...message));
    this.broker.slow = random.one_of([5, 30, 300, 2000]);
    this.network = new Network(this.clock, random, this.broker, {
      cut: random.one_of([0, 0.003, 0.01, 0.03]), silence: random.one_of([0, 0.05]), refuse: random.one_of([0, 0.1, 0.3]),
      slow: random.one_of([1, 1, 10]),
    });
    this.journal = random.chance(0.5) ? new Journal(this.clock, random) : null;
    this.options = {
      clientId: 'chaos', clean: false, keepalive: random.one_of([2, 5, 30]), reconnectPeriod: random.one_of([50, 1000]),
      connectTimeout: random.one_of([2000, 10_000]), endTimeout: 20_000, queue: {inFlight: random.one_of([0, 1, 3, 20])},
    };
    this.actions = 120;
    this.published = [];   // {topic, qos, text, calls, error}
    this.arrived = new Map();   // of `published`, at the broker: text -> times
    this.sent = [];        // by the broker to the client: {topic, qos, text, again}
    this.heard = new Map();     // text -> times
    this.orders = new Map();    // topic -> the number that came last, first occurrences only
    this.calls = [];       // of all other callbacks: {what, calls}
    this.events = [];
  }

  // ---- what the application does ----

  start() {
    this.client = this.mqtt.connect('ws://broker/mqtt',
      {...this.options, ...this.journal && {journal: this.journal}, createWebsocket: () => this.network.open()});
    const {client} = this;
    client.on('error', () => {});
    client.on('message', (topic, payload, {qos}) => {
      const text = `${payload}`;
      this.heard.set(text, (this.heard.get(text) ?? 0) + 1);
      this.in_order(`heard ${topic}`, text, this.heard.get(text));
      if (qos > 0 && this.random.chance(0.1)) this.publish();
    });
    client.subscribe('in/#', {qos: 2}, this.once('subscribe in/#'));
  }

  // A callback that has to be called once.
  once(what) {
    const one = {what, calls: 0};
    this.calls.push(one);
    return () => { ++one.calls; };
  }

  publish() {
    if (this.client.disconnecting) return;
    const {random} = this;
    const qos = random.below(3);
    const one = {topic: `out/${qos}/${random.below(3)}`, qos, text: `#${this.published.length}.`, calls: 0, error: null};
    this.published.push(one);
    this.client.publish(one.topic, one.text.padEnd(random.below(200), '-'), {qos}, (error) => {
      ++one.calls;
      one.error = error ?? null;
      if (random.chance(0.05)) this.publish();
    });
  }

  act() {
    const {random, client} = this;
    const what = random.below(100);
    if (what < 50) for (let count = 1 + random.below(5); count > 0; --count) this.publish();
    else if (what < 80) this.broker_publishes();
    else if (client.disconnecting) return;
    else if (what < 84) client.subscribe(`more/${random.below(3)}`, this.once('subscribe'));
    else if (what < 88) client.unsubscribe(`more/${random.below(3)}`, this.once('unsubscribe'));
    else if (what < 90) client.wake();
    else if (what < 92) client.connect();
    else if (what < 94 && client.reconnecting) client.reconnect();
    else if (what < 96 && this.journal) client.end(random.chance(0.3), this.reconnect_later());
    else if (what < 98 && this.journal) this.crash();
    else for (const link of this.network.links) link.cut();
  }

  reconnect_later() {
    const ended = this.once('end');
    const {client} = this;
    return () => {
      ended();
      this.clock.set(this.random.between(0, 500), () => { if (this.client === client) client.reconnect(); });
    };
  }

  broker_publishes() {
    const {random} = this;
    for (let count = 1 + random.below(5); count > 0; --count) {
      const qos = random.below(3);
      const one = {topic: `in/${qos}/${random.below(3)}`, qos, text: `#${this.sent.length}!`, again: false};
      if (this.broker.deliver(one.topic, one.text, qos)) this.sent.push(one);
    }
  }

  // The page is gone, with all that was not durable; another one begins with the same journal.
  crash() {
    for (const link of this.network.links) link.vanish();
    for (const {packet, released} of this.broker.session?.out ?? []) {
      const one = this.sent.find(({text}) => text === packet.payload);
      if (!released) one.again = true;
    }
    this.journal = this.journal.crash();
    // So that its memory and its timers are free; it can't do anything any more.
    this.client.end(true);
    this.start();
  }

  // ---- what must be true at once ----

  taken(topic, payload, qos) {
    if (!topic.startsWith('out/')) return;
    const text = payload.replace(/-*$/, '');
    const times = (this.arrived.get(text) ?? 0) + 1;
    this.arrived.set(text, times);
    assert.ok(qos === 1 || times === 1, `${topic} ${text} with QoS ${qos} arrives twice`);
    if (qos > 0 && this.journal) assert.ok(this.journal.holds(text), `${text} leaves before it is in the journal`);
    this.in_order(`taken ${topic}`, text, times);
  }

  in_order(where, text, times) {
    if (times > 1) return;
    const number = Number.parseInt(text.slice(1), 10);
    assert.ok(number > (this.orders.get(where) ?? -1), `${where}: ${text} after ${this.orders.get(where)}`);
    this.orders.set(where, number);
  }

  // ---- a whole life ----

  async live() {
    const uninstall = this.clock.install();
    try {
      this.start();
      for (let left = this.actions; left > 0; --left) {
        await this.clock.run(this.random.one_of([0, 5, 200, 1500]));
        this.act();
      }
      this.network.calm();
      this.network.break_all();
      await this.clock.run(30 * minutes, () => this.quiet());
      assert.ok(this.quiet(), 'it comes to rest');
      await this.clock.run(1000);
      this.judge();
      const ended = this.once('end');
      let over = false;
      this.client.end(() => {
        ended();
        over = true;
      });
      await this.clock.run(5 * minutes, () => over);
      await this.clock.run(5 * minutes, () => this.clock.pending === 0);
      this.judge();
      assert.equal(this.clock.pending, 0, 'timers that are left');
    } finally {
      uninstall();
    }
  }

  quiet() {
    return this.client.connected && !this.client.disconnecting && this.broker.session?.out.length === 0 &&
      this.client.unfinished().length === 0 && this.calls.every(({calls}) => calls > 0);
  }

  judge() {
    for (const {what, calls} of this.calls) assert.equal(calls, 1, `the callback of ${what}`);
    for (const {topic, qos, text, calls, error} of this.published) {
      const name = `${topic} ${text}`;
      assert.equal(calls, 1, `the callback of ${name}`);
      const times = this.arrived.get(text) ?? 0;
      if (error) assert.ok(this.journal || error.reason, `${name}: ${error.message}`);
      if (qos > 0 && !error) assert.ok(times > 0, `${name} is lost`);
      if (qos > 0 && this.journal?.holds(text) && !error?.reason) assert.ok(times > 0, `${name} is lost, though it is in the journal`);
    }
    for (const {topic, qos, text, again} of this.sent) {
      const times = this.heard.get(text) ?? 0;
      if (qos > 0) assert.ok(times > 0, `${topic} ${text} is not heard`);
      if (qos !== 1 && !again) assert.ok(times <= 1, `${topic} ${text} is heard ${times} times`);
    }
  }
}
