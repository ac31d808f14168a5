// The npm package in Chromium: from a plain <script type=module> under a strict Content-Security-Policy, in a worker, and
// in a bundle that Vite made; the journal in IndexedDB.
import assert from 'node:assert/strict';
import {copyFile, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {serve} from '../../scripts/serve.mjs';
import {startBroker} from './support/brokers.mjs';
import {launchBrowser} from './support/browser.mjs';
import {root, until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';
import {build_package, package_directory} from './support/package.mjs';

const policy = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src ws:; worker-src 'self' blob:";
const page_html = (script) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="icon" href="data:,"><title>wasmqtt</title>
<h1>wasmqtt</h1><p role="status" aria-label="Connection"></p><ul aria-label="Messages"></ul>
<script type="module" src="${script}"></script></html>`;

// A chat of two: says hello once it is subscribed, and shows what it hears.
const chat = (source) => `import {connect} from '${source}';
const {searchParams} = new URL(location.href);
const show = (line) => {
  const item = document.createElement('li');
  item.textContent = line;
  document.querySelector('ul').append(item);
};
const client = connect(searchParams.get('broker'), {clientId: searchParams.get('user')});
client.on('connect', () => { document.querySelector('p').textContent = 'Connected'; });
client.on('message', (topic, payload) => show(topic.split('/').at(-1) + ': ' + payload));
client.subscribe('room/+', {qos: 1}, () => client.publish('room/' + searchParams.get('user'), 'Grüße!', {qos: 1}));
`;

const worker_page = `const worker = new Worker('worker.js' + location.search, {type: 'module'});
worker.onmessage = ({data}) => {
  if (data === 'connected') document.querySelector('p').textContent = 'Connected';
  else document.querySelector('ul').append(Object.assign(document.createElement('li'), {textContent: data}));
};
`;
const worker = `import {connect} from './wasmqtt.mjs';
const {searchParams} = new URL(location.href);
const client = connect(searchParams.get('broker'), {clientId: searchParams.get('user')});
client.on('connect', () => postMessage('connected'));
client.handle('room/+', (topic, payload) => postMessage(topic.split('/').at(-1) + ': ' + payload), {qos: 1})
  .granted.then(() => client.publish('room/' + searchParams.get('user'), 'from a worker', {qos: 2}));
`;

const journal_page = `import {connect} from './wasmqtt.mjs';
const {searchParams} = new URL(location.href);
const client = connect(searchParams.get('broker'), {clientId: 'keeper', clean: false, journal: true, reconnectPeriod: 100});
client.on('journalerror', (error) => document.querySelector('ul').append(error.message));
if (searchParams.get('say')) client.send('kept', searchParams.get('say'), {qos: 2, retain: true});
const status = document.querySelector('p');
client.on('connect', () => { status.textContent = 'Connected'; });
client.on('close', () => { status.textContent = client.closeRecord.sentence; });
`;

let state;
let server;
let broker;
let browser;
before(async () => {
  await build_package();
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-'));
  const site = path.join(state, 'site');
  await mkdir(site);
  await copyFile(path.join(package_directory, 'dist', 'wasmqtt.mjs'), path.join(site, 'wasmqtt.mjs'));
  const files = {'plain.html': page_html('plain.js'), 'plain.js': chat('./wasmqtt.mjs'), 'worker.html': page_html('page.js'),
    'page.js': worker_page, 'worker.js': worker, 'journal.html': page_html('journal.js'), 'journal.js': journal_page};
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(site, name), text);
  await bundle_with_vite(path.join(site, 'bundle'));
  [server, broker, browser] = await Promise.all([serve({directory: site, port: 0}), startBroker('open'), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await broker?.close();
  await server?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

// A project of its own that depends on the package, as a user's would.
async function bundle_with_vite(outDir) {
  const project = path.join(state, 'project');
  await mkdir(path.join(project, 'node_modules'), {recursive: true});
  await symlink(package_directory, path.join(project, 'node_modules', 'wasmqtt'));
  await writeFile(path.join(project, 'package.json'), '{"type": "module"}');
  await writeFile(path.join(project, 'index.html'), page_html('/main.js'));
  await writeFile(path.join(project, 'main.js'), chat('wasmqtt'));
  const vite = path.join(package_directory, 'node_modules', 'vite', 'dist', 'node', 'index.js');
  const {build} = await import(pathToFileURL(vite).href);
  await build({root: project, base: './', logLevel: 'error', configFile: false, build: {outDir}});
}

async function open(name, user, more = '') {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(`${server.url}${name}?user=${user}&broker=${encodeURIComponent(broker.wsUrl)}${more}`);
  const lines = () => page.getByRole('list', {name: 'Messages'}).getByRole('listitem').allTextContents();
  const connected = () => page.getByRole('status', {name: 'Connection'}).filter({hasText: /^Connected$/}).waitFor();
  return {page, context, problems, lines, connected};
}

for (const [where, name] of [['a plain module', 'plain.html'], ['a worker', 'worker.html'],
  ['a bundle made by Vite', 'bundle/index.html']]) {
  test(`${where} loads, chats with another client, and needs no eval`, async () => {
    const seen = await subscribe(broker, 'room/#', {qos: 1});
    const alice = await open(name, 'alice');
    await alice.connected();
    const words = where === 'a worker' ? 'from a worker' : 'Grüße!';
    await seen.next((message) => message.topic === 'room/alice' && message.payload === words);
    await publish(broker, 'room/bob', 'Hej 👋 你好', {qos: 1});
    await until(async () => (await alice.lines()).includes('bob: Hej 👋 你好'), 'Bob\'s words in the page');
    assert.ok((await alice.lines()).includes(`alice: ${words}`));
    assert.deepEqual(alice.problems, []);
    await alice.context.close();
    await seen.close();
  });
}

test('a message that was accepted offline survives a reload of the page, and arrives', async () => {
  await broker.stop('SIGTERM');
  const keeper = await open('journal.html', 'keeper', '&say=still%20here');
  const status = keeper.page.getByRole('status', {name: 'Connection'});
  await status.filter({hasText: /No connection to ws:/}).waitFor();
  await keeper.page.goto(`${server.url}journal.html?broker=${encodeURIComponent(broker.wsUrl)}`);
  await status.filter({hasText: /No connection to ws:/}).waitFor();
  await broker.start();
  await keeper.connected();
  const seen = await subscribe(broker, 'kept', {qos: 2});
  assert.equal((await seen.next()).payload, 'still here');
  assert.deepEqual(await keeper.lines(), []);
  await keeper.context.close();
  await seen.close();
});
