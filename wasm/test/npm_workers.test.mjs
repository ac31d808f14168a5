// The package in workers of each kind, in the browser under test: it connects, hears, asks and answers there. Also in Firefox and
// WebKit: see one_of_each_engine in scripts/lib/browser_tests.sh.
import assert from 'node:assert/strict';
import {copyFile, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {startBroker} from './support/brokers.mjs';
import {launchBrowser} from './support/browser.mjs';
import {root, until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {build_package, package_directory} from './support/package.mjs';

const timeout = 60_000;

// What a worker does, with `mqtt` and a function that tells the page.
const work = `
async function work(broker, tell) {
  const client = await mqtt.connectAsync(broker, {protocolVersion: 5});
  await client.respond('upper', ({payload}) => payload.toUpperCase(), {as: 'text'}).granted;
  const {payload} = await client.request('upper', 'grüße', {as: 'text'});
  const heard = client.messages('to/worker', {qos: 1, as: 'json'});
  await heard.granted;
  tell(payload);
  for await (const {payload} of heard) tell('heard ' + payload.text);
}
`;
// A task of a service worker: a short connection for one request of the page.
const service = `
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', ({data, source}) => work(data, (text) => source.postMessage(text)));
self.addEventListener('fetch', (event) => {
  const {pathname, searchParams} = new URL(event.request.url);
  if (pathname.endsWith('/latest')) event.respondWith(latest(searchParams.get('broker')));
});
async function latest(broker) {
  const client = await mqtt.connectAsync(broker);
  try {
    for await (const {payload} of client.messages('latest', {as: 'text'})) return new Response(payload);
  } finally {
    client.end();
  }
}
`;
const module = "import * as mqtt from './wasmqtt.mjs';\n";
const classic = "importScripts('wasmqtt.js');\n";

const page = `
const {searchParams} = new URL(location.href);
const broker = searchParams.get('broker');
const show = (text) => document.querySelector('ul').append(Object.assign(document.createElement('li'), {textContent: text}));
const heard = ({data}) => show(data);
const failed = (event) => show('failed: ' + (event.message ?? event));
const starts = {
  dedicated() {
    const worker = new Worker('dedicated.js', {type: 'module'});
    worker.onerror = failed;
    worker.onmessage = heard;
    worker.postMessage(broker);
  },
  shared() {
    const worker = new SharedWorker('shared.js', {type: 'module'});
    worker.onerror = failed;
    worker.port.onmessage = heard;
    worker.port.postMessage(broker);
  },
  async service(type) {
    navigator.serviceWorker.addEventListener('message', heard);
    const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    await navigator.serviceWorker.register('service-' + type + '.js', {type});
    await changed;
    navigator.serviceWorker.controller.postMessage(broker);
    const latest = async () => show('latest ' + await (await fetch('latest?broker=' + encodeURIComponent(broker))).text());
    document.querySelector('button').onclick = () => latest().catch(failed);
  },
};
Promise.resolve(starts[searchParams.get('kind')](searchParams.get('type'))).catch(failed);
`;
const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Workers</title><link rel="icon" href="data:,">
<button>Latest</button><ul aria-label="Heard"></ul><script type="module" src="page.js"></script></html>`;
const files = {
  'index.html': html, 'page.js': page,
  'dedicated.js': `${module}${work}onmessage = ({data}) => work(data, postMessage);`,
  'shared.js': `${module}${work}onconnect = ({ports: [port]}) => { port.onmessage = ({data}) => work(data, (text) => port.postMessage(text)); };`,
  'service-module.js': module + work + service, 'service-classic.js': classic + work + service,
};

let state;
let server;
let broker;
let browser;
before(async () => {
  await build_package();
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-workers-'));
  for (const name of ['wasmqtt.mjs', 'wasmqtt.js']) await copyFile(path.join(package_directory, 'dist', name), path.join(state, name));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(state, name), text);
  [server, broker, browser] = await Promise.all([serve({directory: state, port: 0}), startBroker('open'), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await broker?.close();
  await server?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

for (const [what, query] of [['a worker', 'kind=dedicated'], ['a shared worker', 'kind=shared'],
  ['a service worker that is a module', 'kind=service&type=module'], ['a classic service worker', 'kind=service&type=classic']]) {
  test(`${what} connects, asks and answers, and hears messages in a loop`, {timeout}, async () => {
    const context = await browser.newContext();
    const one = await context.newPage();
    await one.goto(`${server.url}index.html?${query}&broker=${encodeURIComponent(broker.wsUrl)}`);
    const lines = () => one.getByRole('list', {name: 'Heard'}).getByRole('listitem').allTextContents();
    const shows = (...wanted) => until(async () => (await lines()).join() === wanted.join(), `${wanted}`);
    await shows('GRÜSSE');
    await publish(broker, 'to/worker', '{"text": "你好"}', {qos: 1});
    await shows('GRÜSSE', 'heard 你好');
    if (query.includes('service')) {
      await publish(broker, 'latest', 'news', {retain: true});
      await one.getByRole('button', {name: 'Latest'}).click();
      await shows('GRÜSSE', 'heard 你好', 'latest news');
    }
    assert.equal((await lines()).filter((line) => line.startsWith('failed')).length, 0);
    await context.close();
  });
}
