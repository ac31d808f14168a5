// Whoever leads is ended, in every way and at every step of a handshake of QoS 2, while messages of QoS 2 go both ways.
//
//   const result = await kill_leaders(world, {way: 'closed', rounds: 8});   // first: the step to begin with
//   result                                  // {rounds, lost, twice, disordered, missed, gap: milliseconds, messages}
//
// Another client publishes numbers; each tab answers each of them with a message of its own. Each tab has to hear every number
// once and in order, and the other client every answer: of tabs that live, all; of one that was ended, what it was told is
// acknowledged. A tab that stood still may have missed some, if it is told so. `gap`: the longest between two numbers at a tab that
// was not ended.
import {lacks} from '../support/engines/engine.mjs';
import {until} from '../support/machine.mjs';
import {timeout} from './tabs.mjs';

// From whom, and what is not passed on: the leader ends then.
export const steps = [['broker', 'publish'], ['client', 'pubrec'], ['broker', 'pubrel'], ['client', 'pubcomp'],
  ['client', 'publish'], ['broker', 'pubrec'], ['client', 'pubrel'], ['broker', 'pubcomp']];

// end(tab, world): resolves to what wakes it up again, if anything can.
export const ways = {
  'closed': {end: (tab) => tab.close().then(() => null)},
  'gone elsewhere': {end: async (tab) => { await tab.page.goto('about:blank'); }},
  'crashed': {
    skip: lacks('devtools'),
    end: async (tab) => {
      const crashed = tab.page.waitForEvent('crash');
      const devtools = await tab.page.context().newCDPSession(tab.page);
      devtools.send('Page.crash').catch(() => {});
      await crashed;
      await tab.close();
    },
  },
  // As a browser does it: the page is told, and then its thread stands still. (Chromium's command for it leaves pages alone that
  // are visible, and its driver keeps each of them so.)
  'frozen': {
    end: async (tab, {hanging}) => {
      const tell = (name) => tab.page.evaluate((event) => { document.dispatchEvent(new Event(event)); }, name);
      await tell('freeze');
      const wake = await hanging.hang(tab.page);
      return () => {
        wake();
        return tell('resume');
      };
    },
  },
  'hung': {end: (tab, {hanging}) => hanging.hang(tab.page)},
  'a worker that is ended': {worker: true, end: async (tab, world) => { await world.end_worker(tab); }},
};

// In the page: an answer to each number.
const answer = (name) => {
  self.acknowledged = [];
  self.client.on('message', (topic, payload) => {
    if (topic !== 'numbers') return;
    const text = `${payload}`;
    self.client.publish(`answers/${name}`, text, {qos: 2}, (error) => { if (!error) self.acknowledged.push(text); });
  });
};

class Answering {
  missed = 0;    // how often it was told so
  constructor(tab, name) { Object.assign(this, {tab, name}); }
  static async begin(tab, name) {
    await tab.page.evaluate(answer, name);
    await tab.subscribe('numbers', 2);
    return new Answering(tab, name);
  }
  async numbers() { return (await this.tab.got()).map(number_in); }
  async acknowledged() { return this.tab.page.evaluate(() => self.acknowledged.map(Number)); }
}

const number_in = (line) => Number(line.split(' ').at(-1));

// Of a row that should be `wanted`.
function faults(row, wanted) {
  const seen = new Set(row);
  return {lost: wanted.filter((number) => !seen.has(number)).length, twice: row.length - seen.size,
    disordered: row.filter((number, i) => i > 0 && number < row[i - 1]).length};
}

const from_to = (first, last) => Array.from({length: last - first + 1}, (_, i) => first + i);

class Kills {
  #last = 0;
  #publishing = new Set();
  #named = 0;
  #ended = [];     // {name, acknowledged} of tabs that are gone

  constructor(world, way) {
    Object.assign(this, {world, way, tabs: []});
    this.result = {way, rounds: 0, lost: 0, twice: 0, disordered: 0, missed: 0, gap: 0, messages: 0};
  }

  async add(page) { this.tabs.push(await Answering.begin(page, `${this.way.replaceAll(' ', '-')}-${++this.#named}`)); }

  tick() {
    const sent = this.world.other.publishAsync('numbers', `${++this.#last}`, {qos: 2}).finally(() => this.#publishing.delete(sent));
    this.#publishing.add(sent);
  }

  async #leader() {
    for (const one of this.tabs) if (await one.tab.shared() === 'leader') return one;
    return null;
  }

  async round(number) {
    const {worker = false, end} = ways[this.way];
    const {world} = this;
    const leader = worker ? null : await until(() => this.#leader(), 'a tab leads', timeout);
    const ticking = setInterval(() => this.tick(), 25);
    try {
      await world.wire.stop_at(...steps[number % steps.length]);
      // As far as a tab that is about to be ended can tell.
      const acknowledged = await leader?.acknowledged();
      const begun = Date.now();
      const wake = await end((leader ?? this.tabs[0]).tab, world);
      const rest = this.tabs.filter((one) => one !== leader);
      await this.#hear_on(rest, begun, number);
      if (wake) {
        await wake();
        await leader.tab.becomes('member');
      } else if (leader) {
        this.#ended.push({name: leader.name, acknowledged});
        this.tabs = rest;
        await this.add(await world.another(world.context));
      }
    } finally {
      clearInterval(ticking);
    }
    ++this.result.rounds;
  }

  async #hear_on(rest, begun, number) {
    const from = this.#last;
    for (const {tab} of rest) {
      await until(async () => number_in((await tab.got()).at(-1) ?? '0') > from + 20, `${this.way} ${number}: a tab hears on`, timeout);
      const times = await tab.times();
      times.forEach((time, i) => {
        if (i > 0 && time > begun) this.result.gap = Math.max(this.result.gap, Math.round(time - times[i - 1]));
      });
    }
  }

  #count(row, wanted, told = false) {
    const {lost, twice, disordered} = faults(row, wanted);
    const {result} = this;
    if (told) result.missed += lost;
    else result.lost += lost;
    result.twice += twice;
    result.disordered += disordered;
    result.messages += row.length;
  }

  async judge() {
    this.tick();
    await Promise.all(this.#publishing);
    for (const one of this.tabs) {
      await until(async () => (await one.numbers()).at(-1) === this.#last, `${one.name} has the last number`, timeout);
      const numbers = await one.numbers();
      this.#count(numbers, from_to(numbers[0], this.#last), (await one.tab.told()).some((line) => line.startsWith('messagesmissed')));
      await until(() => this.#answers(one.name).includes(this.#last), `the last answer of ${one.name}`, timeout);
      this.#count(this.#answers(one.name), numbers);
    }
    for (const {name, acknowledged} of this.#ended.splice(0)) this.#count(this.#answers(name), acknowledged);
  }

  #answers(name) { return this.world.heard.filter((line) => line.startsWith(`answers/${name} `)).map(number_in); }
}

// On a busy machine a worker may come too late, and a tab leads.
async function open_tabs(world, count, worker) {
  for (;;) {
    await world.leave_all();
    const tabs = await world.open(count, {worker: worker ? world.worker_url : false});
    if (!worker || await tabs[0].shared() === 'worker') return tabs;
  }
}

export async function kill_leaders(world, {way, rounds, first = 0, tabs = 3}) {
  await world.other.subscribeAsync('answers/#', {qos: 2});
  const kills = new Kills(world, way);
  for (let round = 0; round < rounds; ++round) {
    // A worker that was ended is replaced by a tab; others begin anew.
    if (round === 0 || ways[way].worker) {
      kills.tabs = [];
      for (const page of await open_tabs(world, tabs, ways[way].worker)) await kills.add(page);
    }
    await kills.round(first + round);
    if (round === rounds - 1 || ways[way].worker) await kills.judge();
  }
  return kills.result;
}
