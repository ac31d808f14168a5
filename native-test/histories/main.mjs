// One run against one broker, its figures, and what its checker found: scripts/histories --help.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {check} from './checker.mjs';
import {Faults} from './faults.mjs';
import {read_history} from './history.mjs';
import {Broker, Clients} from './processes.mjs';
import {report} from './report.mjs';
import {now} from './wire.mjs';

// The highest QoS that each has, and the versions of its clients, one process each.
const brokers = {
  mosquitto: {qos: 2, versions: [4, 5]}, ejabberd: {qos: 2, versions: [5, 5], user: 'peter@localhost'},
  rabbitmq: {qos: 1, versions: [4, 4]}, aedes: {qos: 2, versions: [4, 4]}, aedes2: {qos: 2, versions: [4, 5]},
};
const drain_limit = 120_000;
const quiet = 3000;

// --keep FILE writes the histories and the log; --again FILE checks those of an earlier run, and runs nothing.
const {values} = parseArgs({options: {broker: {type: 'string'}, seconds: {type: 'string', default: '600'}, seed: {type: 'string', default: '1'},
  clients: {type: 'string', default: '3'}, keep: {type: 'string'}, again: {type: 'string'}}});
const checked = (texts, log) => check(Object.entries(texts).map(([name, text]) => read_history(name, text)), log);
const told = (run, result) => {
  console.log(report({...run, ...result}));
  process.exit(result.findings.some(({who}) => who === 'client') ? 1 : 0);
};
if (values.again) {
  const {run, texts, log} = JSON.parse(readFileSync(values.again, 'utf8'));
  told(run, checked(texts, log));
}

const kind = brokers[values.broker];
if (!kind) throw new Error(`--broker is one of ${Object.keys(brokers).join(', ')}`);

setInterval(() => {}, 1000);  // the programs alone do not keep this one from ending
const log = [];
const directory = mkdtempSync(path.join(os.tmpdir(), 'wasmqtt-histories-'));
const seed = Number(values.seed);
const broker = await Broker.start(values.broker);
const processes = await Promise.all(kind.versions.map((version, index) => Clients.start({version, seed: seed + index, qos: kind.qos,
  user: kind.user ?? 'peter', directory: path.join(directory, String(index)), port_of: () => broker.port, log,
  names: Array.from({length: Number(values.clients)}, (_, at) => `c${index + 1}${at + 1}`)})));
const faults = new Faults({broker, processes, seed});

const end = now() + Number(values.seconds) * 1000;
await faults.run(() => {
  const ended = processes.find((one) => one.ended_by_itself() !== null);
  if (ended) throw new Error(`a process of clients has ended by itself: ${ended.ended_by_itself()}`);
  return now() > end;
});
const run = {broker: values.broker, seconds: values.seconds, seed, faults: faults.counts, drained: await drain()};
const texts = Object.fromEntries(processes.flatMap((one) => one.names.map((name) => [name, one.history(name)])));
if (values.keep) writeFileSync(values.keep, JSON.stringify({run, texts, log}));
await Promise.all([broker.close(), ...processes.map((one) => one.close())]);
rmSync(directory, {recursive: true});
told(run, checked(texts, log));

// Nobody disturbs any more: all that is under way ends, and what is on its way arrives.
async function drain() {
  processes.forEach((one) => one.drain());
  const limit = now() + drain_limit;
  const idle = () => processes.every((one) => one.names.every((name) => read_history(name, one.history(name)).idle));
  for (let seen = -1; now() < limit; await pause(quiet)) {
    const passed = log.filter(({cmd}) => cmd !== 'pingreq' && cmd !== 'pingresp').length;
    if (passed === seen && idle()) return true;
    seen = passed;
  }
  return false;
}
