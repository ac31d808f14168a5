// What each benchmark measures, and with which clients.
//
//   core   the C++ client in a page, its loops over messages in C++
//   npm    the npm package through its own API, its loops over messages in JavaScript, as an application's are
//   node   the same in Node, over TCP
const throughput = (ours) => ['raw1', 'raw16k', ours, 'mqttjs', 'paho'];
// Paho keeps every message in localStorage, which is full after 16,000, and cannot publish before it was connected.
const without_paho = (ours) => ['raw1', 'raw16k', ours, 'mqttjs'];
const both = ['mosquitto', 'fast'];

const core = [
  {name: 'publish QoS 0, one burst', scenario: 'qos0', peers: both, count: 20_000,
   tools: [...throughput('wasmqtt'), 'mqttjs, 1,000 open']},
  {name: 'publish QoS 1, all in flight', scenario: 'qos1', peers: both, count: 50_000, tools: without_paho('wasmqtt')},
  {name: 'publish QoS 1, journal in IndexedDB', scenario: 'qos1', peers: both, count: 20_000,
   tools: ['wasmqtt+journal', 'mqttjs']},
  {name: 'publish QoS 1, window 20', scenario: 'qos1', peers: both, count: 4_000, window: 20, tools: throughput('wasmqtt')},
  {name: 'main thread per message published', scenario: 'mainThread', peers: ['fast'], count: 20_000, unit: 'µs', warm: 5000,
   tools: throughput('wasmqtt')},
  {name: 'receive, one packet per frame', scenario: 'receive', peers: ['mosquitto'], count: 20_000, tools: throughput('wasmqtt')},
  {name: 'receive, frames of 16 KiB', scenario: 'receive', peers: ['fast'], count: 100_000, frame: 16_384,
   tools: ['raw16k', 'wasmqtt', 'raw16k+text', 'wasmqtt+text', 'mqttjs', 'paho']},
  {name: 'round trip', scenario: 'roundTrip', peers: both, count: 500, unit: 'ms', tools: throughput('wasmqtt')},
  {name: 'memory per message queued offline', scenario: 'memory', peers: ['none'], count: 50_000, unit: 'bytes', once: true,
   tools: ['wasmqtt', 'mqttjs']},
  {name: 'from navigation to CONNACK', scenario: 'load', peers: ['fast'], count: 1, unit: 'ms', repeat: 3,
   tools: ['raw16k', 'wasmqtt', 'mqttjs', 'paho']},
];

const npm = [
  {name: 'publish QoS 0, one burst', scenario: 'qos0', peers: both, count: 20_000, tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
  {name: 'publish QoS 0, 500 per task', scenario: 'qos0', peers: ['fast'], count: 20_000, task: 500,
   tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
  {name: 'publish QoS 1, all in flight', scenario: 'qos1', peers: both, count: 50_000, tools: ['raw16k', 'npm', 'mqttjs']},
  {name: 'publish QoS 1, window 20', scenario: 'qos1', peers: both, count: 4_000, window: 20,
   tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
  {name: 'receive, one packet per frame', scenario: 'receive', peers: ['mosquitto'], count: 20_000,
   tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
  {name: 'receive, frames of 16 KiB', scenario: 'receive', peers: ['fast'], count: 100_000, frame: 16_384,
   tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
  {name: 'round trip', scenario: 'roundTrip', peers: both, count: 500, unit: 'ms', tools: ['raw16k', 'npm', 'mqttjs', 'paho']},
];

const node = [
  {name: 'Node: publish QoS 0, one burst', scenario: 'qos0', peers: ['fast'], count: 50_000, tools: ['raw16k', 'npm', 'mqttjs']},
  {name: 'Node: publish QoS 1, all in flight', scenario: 'qos1', peers: ['fast'], count: 50_000,
   tools: ['raw16k', 'npm', 'mqttjs']},
  {name: 'Node: publish QoS 1, window 20', scenario: 'qos1', peers: ['fast'], count: 10_000, window: 20,
   tools: ['raw16k', 'npm', 'mqttjs']},
  {name: 'Node: receive', scenario: 'receive', peers: ['fast'], count: 200_000, frame: 16_384,
   tools: ['raw16k', 'npm', 'mqttjs']},
  {name: 'Node: round trip', scenario: 'roundTrip', peers: ['fast'], count: 1000, unit: 'ms', tools: ['raw16k', 'npm', 'mqttjs']},
];

// `scale`: the part of the messages that a smoke run takes.
export function cells_of(set, scale) {
  return {core, npm, node}[set].map(({unit = 'messages/s', warm = unit === 'messages/s' ? 5000 : 0, count, ...cell}) => ({
    unit, ...cell, warm: Math.ceil(warm * scale), count: count === 1 ? 1 : Math.ceil(count * scale)}));
}

// The jobs of all rounds. Rounds are interleaved: every client once, then every client again.
export function plan(cells, {rounds, quick, only, tools}) {
  const jobs = [];
  for (let round = 0; round < rounds; ++round) {
    for (const [index, {name, scenario, peers, count, warm, window, task, frame = 0, once, repeat = 1, ...cell}] of cells.entries()) {
      if (!only.test(name) || (once && round > 0)) continue;
      for (let i = quick ? 1 : repeat; i > 0; --i)
        for (const peer of peers)
          for (const tool of cell.tools.filter((one) => tools.test(one)))
            jobs.push({tool, scenario, cell: index, peer, count, warm, bytes: 64, frame, ...(window && {window}), ...(task && {task}),
                       ...(scenario === 'load' && {files: 'small/'})});
    }
  }
  return jobs;
}
