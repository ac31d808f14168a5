// One measurement per page load: the job stands in the address, the result goes to the server by POST, and the server's
// answer is the next job. Nothing inspects this page: an inspector on the network costs more than the messages.
import * as scenarios from './scenarios.mjs';
import {tool_of} from './tools.mjs';

const timeout = 60_000;

const job = Object.fromEntries(new URLSearchParams(location.search));
for (const key of ['count', 'warm', 'window', 'task', 'batch', 'bytes', 'frame']) if (key in job) job[key] = Number(job[key]);

async function measure() {
  const {adapter, script, module, library, options} = tool_of(job);
  const began = performance.now();
  const compiled = module && WebAssembly.compileStreaming(fetch(module));
  const {create} = await import(adapter);
  const client = await create({...options, script, compiled, library: library && new URL(library, location.href).href});
  return scenarios[job.scenario](client, job, began);
}

const late = new Promise((resolve) => setTimeout(resolve, timeout, {error: `no end within ${timeout / 1000} s`}));
const failed = new Promise((resolve) => {
  addEventListener('error', (event) => resolve({error: event.message}));
  addEventListener('unhandledrejection', (event) => resolve({error: String(event.reason)}));
});
const result = job.tool ? await Promise.race([measure().catch((error) => ({error: String(error)})), late, failed]) : {};
const answer = await fetch('result', {method: 'POST', body: JSON.stringify({job, result})});
const next = await answer.json();
if (next.next) location.href = next.next;
