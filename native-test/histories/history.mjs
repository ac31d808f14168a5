// Reads what the clients have written (history.hpp), as the checker wants it.
//
//   read_history('c1', text) gives {name, published, receipts, subscriptions, idle, stopped, runs}
//
//   published       Map of id to {id, topic, qos, number, intent, accepted, durable, acknowledged, failed, rejected, last_run}
//   receipts        [{id, topic, qos, dup, time, run, doubts, durable}] in their order
//   subscriptions   [{filter, granted, qos, until}]: from which time on, with which QoS, until which time
//
// `doubts`: how often, until then, the client was in doubt about its session: before it was connected, an attempt ended, or the process;
// a CONNECT may have had no answer, and the session be another one than it knows. `durable`: the batch of the journal that has it was written before the process could be killed.

export function read_history(name, text) {
  const client = {name, published: new Map(), receipts: [], subscriptions: [], idle: false, stopped: [], failures: [], runs: 0};
  // Not in the journal yet; in which batch.
  let pending = [];
  let batches = new Map();
  let ends = 0;
  let doubts = 0;
  const acts = {
    run() {
      ++client.runs;
      ends = 2;
      pending = [];
      batches = new Map();
    },
    closed() { ++ends; },
    connected() {
      doubts += ends > 1 ? 1 : 0;
      ends = 0;
    },
    publish(time, id, topic, qos) {
      client.published.set(id, {id, publisher: name, topic, qos: Number(qos), number: client.published.size, intent: time, run: client.runs});
    },
    rejected: (time, id, ...why) => Object.assign(client.published.get(id), {rejected: why.join(' ')}),
    accepted(time, id) {
      client.published.get(id).accepted = time;
      pending.push(client.published.get(id));
    },
    acknowledged: (time, id) => { client.published.get(id).acknowledged ??= time; },
    failed(time, id, ...why) { client.published.get(id).failed = why.join(' '); },
    append(time, number) {
      batches.set(number, pending);
      pending = [];
    },
    written(time, number) {
      for (const one of batches.get(number) ?? []) one.durable = time;
      batches.delete(number);
    },
    received(time, id, topic, qos, dup) {
      const receipt = {id, topic, qos: Number(qos), dup: dup === 'dup', time, run: client.runs, doubts};
      client.receipts.push(receipt);
      pending.push(receipt);
    },
    granted(time, filter, qos) {
      const standing = client.subscriptions.find((one) => one.filter === filter && one.until === Infinity);
      if (standing) standing.qos = Math.min(standing.qos, Number(qos));
      else client.subscriptions.push({filter, granted: time, qos: Number(qos), until: Infinity});
    },
    unsubscribe(time, filter) {
      for (const one of client.subscriptions) if (one.filter === filter) one.until = Math.min(one.until, time);
    },
    drain() { client.idle = false; },
    idle() { client.idle = true; },
    stopped: (time, ...why) => client.stopped.push(why.join(' ')),
    store_problem: (time, ...why) => client.stopped.push(why.join(' ')),
  };
  for (const line of text.split('\n')) {
    const [time, act, ...words] = line.split(' ');
    acts[act]?.(Number(time), ...words);
  }
  return client;
}

export const matches = (filter, topic) => (filter === 'h/+' ? topic.startsWith('h/') : filter === topic);
