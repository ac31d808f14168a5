// The browser benchmark's other half: serves the pages, hands out jobs round by round, collects results, judges, prints.
//
//   node run.mjs --set core --client BUILD/bench --endpoint PROGRAM --mosquitto PROGRAM --chromium PROGRAM
//                [--small BUILD/bench] [--rounds 5] [--quick] [--only REGEXP] [--tools REGEXP] [--json FILE]
//   node run.mjs --set npm --package dist/wasmqtt.mjs ...the rest as above
//
// The core is the one in --client, built for speed; where the time to load counts, the one in --small, built for size.
// --package is the npm package's file for pages, exactly as it is published.
//
// Rounds are interleaved: every client once, then every client again; only ratios within one run say anything.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {connect} from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {cells_of, plan} from './cells.mjs';
import {report} from './report.mjs';
import {head} from './tools.mjs';

const {values: options} = parseArgs({
  options: {
    set: {type: 'string', default: 'core'}, client: {type: 'string'}, small: {type: 'string'}, package: {type: 'string'},
    endpoint: {type: 'string'}, mosquitto: {type: 'string'}, chromium: {type: 'string'},
    rounds: {type: 'string', default: '5'}, quick: {type: 'boolean', default: false},
    only: {type: 'string', default: '.'}, tools: {type: 'string', default: '.'}, json: {type: 'string'},
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const scale = options.quick ? 0.02 : 1;
const here = path.dirname(fileURLToPath(import.meta.url));

const cells = cells_of(options.set, scale);

const state = await mkdtemp(path.join(os.tmpdir(), 'wasmqtt-bench-'));
const children = [];

function start(program, args, stdio = ['ignore', 'pipe', 'ignore']) {
  const child = spawn(program, args, {stdio});
  children.push(child);
  return child;
}

async function startEndpoint() {
  const child = start(options.endpoint, ['0']);
  const [line] = await once(child.stdout, 'data');
  return Number(String(line).trim());
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  return port;
}

async function startMosquitto() {
  const [web, tcp] = [await freePort(), await freePort()];
  const file = path.join(state, 'mosquitto.conf');
  await writeFile(file, `user ${os.userInfo().username}\nallow_anonymous true\npersistence false\nlog_type none
max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true
listener ${tcp} 127.0.0.1\nlistener ${web} 127.0.0.1\nprotocol websockets\n`);
  start(options.mosquitto, ['-c', file]);
  await Promise.all([web, tcp].map(open));
  return {web, tcp};
}

const isOpen = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false)).once('connect', () => socket.destroy());
});

async function open(port) {
  for (const deadline = Date.now() + 10_000; !(await isOpen(port));) {
    if (Date.now() > deadline) throw new Error(`nobody listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// As many PUBLISHes as fast as TCP takes them.
function flood(port, {topic, count, bytes}) {
  const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.alloc(bytes, 'x')]);
  const one = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from('\x10\x13\x00\x04MQTT\x04\x02\x00\x3c\x00\x07flooder', 'latin1'));
  socket.once('data', () => {
    socket.write(Buffer.concat(Array(count).fill(one)));
    socket.end(Buffer.from([0xe0, 0]));
  });
}

// ---- jobs and results ----

const [endpointPort, mosquitto] = await Promise.all([startEndpoint(), startMosquitto()]);
// Nobody listens on port 1.
const urls = {fast: endpointPort, mosquitto: mosquitto.web, none: 1};
for (const peer in urls) urls[peer] = `ws://127.0.0.1:${urls[peer]}/mqtt`;
const jobs = plan(cells, {rounds, quick: options.quick, only: new RegExp(options.only), tools: new RegExp(options.tools)})
  .map((job) => ({...job, url: urls[job.peer]}));
const results = [];  // {job, result}
let finished;
const end = new Promise((resolve) => { finished = resolve; });

// A page that neither finishes nor times out (page.mjs: after a minute) hangs.
const timeout = 150_000;
let hangs, watchdog;
const hung = new Promise((resolve, reject) => { hangs = reject; });

function nextJob() {
  const job = jobs.shift();
  clearTimeout(watchdog);
  if (!job) {
    finished();
    return {};
  }
  watchdog = setTimeout(() => hangs(new Error(`no answer: ${job.scenario}, ${job.peer}, ${job.tool}`)), timeout);
  return {next: `page.html?${new URLSearchParams(job)}`};
}

function take(body) {
  const {job, result} = JSON.parse(body);
  if (!job.tool) return;
  results.push({job, result});
  const {name, unit} = cells[job.cell];
  const value = result.error ?? `${Number(result.value.toPrecision(4))} ${unit}`;
  process.stderr.write(`  ${String(results.length).padStart(4)}/${results.length + jobs.length}  ${name}, ${job.peer}, ${job.tool}: ${value}\n`);
}

const types = {'.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm'};

async function answer(request, response) {
  const {pathname, searchParams} = new URL(request.url, 'http://localhost');
  if (request.method === 'POST') {
    let body = '';
    for await (const piece of request) body += piece;
    if (pathname === '/flood') flood(mosquitto.tcp, JSON.parse(body));
    else take(body);
    return response.end(JSON.stringify(pathname === '/flood' ? {} : nextJob()));
  }
  const published = pathname === '/package.js' && options.package;
  const [, small, own] = /^\/(small\/)?((?:bench_client|mqtt_tick)\..*)$/.exec(pathname) ?? [];
  const file = published ? published : own ? path.join(small && options.small || options.client, own) : path.join(here, path.normalize(pathname));
  response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream');
  response.setHeader('Cache-Control', 'no-store');
  // A page isolated from others is given a clock of 5 instead of 100 microseconds.
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  const job = Object.fromEntries(searchParams);
  const page = pathname === '/page.html' && job.tool;
  response.end(page ? String(await readFile(file)).replace('<!-- head -->', head(job)) : await readFile(file));
}

const server = createServer((request, response) => answer(request, response).catch(() => {
  response.statusCode = 404;
  response.end();
})).listen(0, '127.0.0.1');
await once(server, 'listening');

// ---- the browser: no debugging port, so nothing can inspect the page ----

const chromium = start(options.chromium, [
  '--headless=new', '--no-first-run', '--disable-gpu', '--disable-extensions', '--enable-precise-memory-info',
  '--js-flags=--expose-gc', `--user-data-dir=${path.join(state, 'profile')}`,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  `http://127.0.0.1:${server.address().port}/page.html`,
], 'ignore');
const died = once(chromium, 'exit').then(([code]) => { throw new Error(`Chromium ended with ${code}`); });

let failure = null;
try {
  await Promise.race([end, died, hung]);
} catch (error) {
  failure = error;
}
died.catch(() => {});
hung.catch(() => {});
clearTimeout(watchdog);
for (const child of children) child.kill();
server.close();
server.closeAllConnections();
await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
// Chromium's helpers write a little longer than it runs.
await rm(state, {recursive: true, force: true, maxRetries: 20});
if (failure) {
  console.error(`The benchmark broke off: ${failure.message}`);
  process.exitCode = 1;
} else {
  const {text, data, failed} = report(cells, results, {set: options.set, rounds, quick: options.quick});
  console.log(text);
  if (options.json) await writeFile(options.json, `${JSON.stringify(data, null, 2)}\n`);
  process.exitCode = failed ? 1 : 0;
}
