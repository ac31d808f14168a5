// One measurement per page load: the job stands in the address, the result goes to the server by POST, and the server's
// answer is the next job. Nothing inspects this page: an inspector on the network costs more than the messages.
import * as scenarios from './scenarios.mjs';

const patience = 60_000;

const job = Object.fromEntries(new URLSearchParams(location.search));
for (const key of ['count', 'warm', 'window', 'batch', 'bytes', 'frame']) if (key in job) job[key] = Number(job[key]);

async function measure() {
  const adapters = {
    raw1: ['raw', {batch: 0, decode: false}],
    raw16k: ['raw', {batch: 16384, decode: false}],
    'raw16k+text': ['raw', {batch: 16384, decode: true}],
    mqttjs: ['mqttjs', {}],
    'mqttjs, 1,000 open': ['mqttjs', {open: 1000}],
    paho: ['paho', {}],
    wasmqtt: ['wasmqtt', {}],
    'wasmqtt+text': ['wasmqtt', {text: true}],
    'wasmqtt+journal': ['wasmqtt', {journal: true}],
  };
  const [file, options] = adapters[job.tool];
  const began = performance.now();
  const {create} = await import(`./adapters/${file}.mjs`);
  const client = await create(options);
  return scenarios[job.scenario](client, job, began);
}

const late = new Promise((resolve) => setTimeout(resolve, patience, {error: `no end within ${patience / 1000} s`}));
const failed = new Promise((resolve) => {
  addEventListener('error', (event) => resolve({error: event.message}));
  addEventListener('unhandledrejection', (event) => resolve({error: String(event.reason)}));
});
const result = job.tool ? await Promise.race([measure().catch((error) => ({error: String(error)})), late, failed]) : {};
const answer = await fetch('result', {method: 'POST', body: JSON.stringify({job, result})});
const next = await answer.json();
if (next.search) location.search = next.search;
