// The examples of wasm/npm/examples: a store by itself, and the hooks in React's Strict Mode in Chromium, against Mosquitto.
import assert from 'node:assert/strict';
import {copyFile, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {serve} from '../../scripts/serve.mjs';
import {startBroker} from './support/brokers.mjs';
import {launchBrowser} from './support/browser.mjs';
import {root, until} from './support/machine.mjs';
import {publish} from './support/mosquitto.mjs';
import {load_package, package_directory} from './support/package.mjs';

const {connectAsync, end_clients} = await load_package();
const examples = path.join(package_directory, 'examples');
const timeout = 60_000;

const application = `import {StrictMode, useState} from 'react';
import {createRoot} from 'react-dom/client';
import {connect} from 'wasmqtt/browser';
import {Mqtt, useAnswer, useConnection, useTopics} from './react.jsx';

// Functions among the options are the application's own, and the same with each rendering.
const parsed = (bytes) => JSON.parse(bytes);
const client = globalThis.client = connect(new URLSearchParams(location.search).get('broker'), {clientId: 'react', trace: 500});

function Sensors({filter}) {
  const all = useTopics(filter, {qos: 1, as: 'json'});
  return <ul aria-label="Sensors">{[...all].sort().map(([topic, {degrees}]) => <li key={topic}>{topic}: {degrees}</li>)}</ul>;
}
function Question() {
  const {payload, error} = useAnswer('lamp/7/state', 'null', {as: parsed});
  return <p role="note">{error ? error.message : payload ? \`the lamp is \${payload.on ? 'on' : 'off'}\` : 'asking'}</p>;
}
function App() {
  const {connected, reason} = useConnection();
  const [filter, setFilter] = useState('sensors/a/+');
  const [asks, setAsks] = useState(false);
  return <>
    <p role="status">{connected ? 'Connected' : reason || 'Connecting'}</p>
    <button onClick={() => setFilter(filter && (filter === 'sensors/a/+' ? 'sensors/b/+' : ''))}>Next</button>
    <button onClick={() => setAsks(true)}>Ask</button>
    {filter && <Sensors filter={filter}/>}
    {asks && <Question/>}
  </>;
}
createRoot(document.querySelector('main')).render(
  <StrictMode><Mqtt.Provider value={client}><App/></Mqtt.Provider></StrictMode>);
`;
const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>React</title><link rel="icon" href="data:,">
<main></main><script type="module" src="application.js"></script></html>`;

let state;
let server;
let broker;
let browser;
before(async () => {
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-react-'));
  await writeFile(path.join(state, 'application.jsx'), application);
  await writeFile(path.join(state, 'index.html'), html);
  for (const name of ['store.mjs', 'react.jsx']) await copyFile(path.join(examples, name), path.join(state, name));
  // The development build, in which Strict Mode does what it is for.
  const {build} = createRequire(path.join(package_directory, 'package.json'))('esbuild');
  await build({entryPoints: [path.join(state, 'application.jsx')], outfile: path.join(state, 'application.js'), bundle: true,
    format: 'esm', jsx: 'automatic', define: {'process.env.NODE_ENV': '"development"'},
    nodePaths: [path.join(root, 'wasm', 'test', 'surroundings', 'node_modules')],
    alias: {'wasmqtt/browser': path.join(package_directory, 'dist', 'wasmqtt.mjs')}});
  [server, broker, browser] = await Promise.all([serve({directory: state, port: 0}), startBroker('open'), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await end_clients();
  await broker?.close();
  await server?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

test('a store tells once for a burst, gives the same snapshot until something changes, and outlives who comes back at once', {timeout}, async () => {
  const {topic_store} = await import(pathToFileURL(path.join(examples, 'store.mjs')).href);
  const client = await connectAsync(broker.wsUrl);
  const sent = [];
  client.on('packetsend', ({cmd}) => { if (/subscribe/.test(cmd)) sent.push(cmd); });
  const store = topic_store(client, 's/+', {as: 'json', qos: 1});
  let told = 0;
  const listen = () => { ++told; };
  let leave = store.subscribe(listen);
  leave();
  leave = store.subscribe(listen);
  const empty = store.getSnapshot();
  assert.equal(store.getSnapshot(), empty);
  for (let at = 0; at < 100; ++at) client.publish(`s/${at % 4}`, `{"at": ${at}}`, {qos: 1});
  await until(() => store.getSnapshot().get('s/3')?.at === 99, 'the last message');
  const now = store.getSnapshot();
  assert.notEqual(now, empty);
  assert.equal(store.getSnapshot(), now);
  assert.deepEqual([...now.values()].map(({at}) => at), [96, 97, 98, 99]);
  assert.ok(told > 0 && told < 100, `${told} calls for 100 messages`);
  leave();
  await until(() => sent.length === 2, 'it unsubscribes when nobody listens');
  assert.deepEqual(sent, ['subscribe', 'unsubscribe']);
  assert.equal(store.getSnapshot().size, 0);
  await client.endAsync();
});

test('hooks in Strict Mode: one connection, one subscription for each filter, values and answers as they come', {timeout}, async () => {
  const lamp = await connectAsync(broker.wsUrl);
  let asked = 0;
  await lamp.respond('lamp/7/state', () => { ++asked; return {on: true}; }, {as: 'json'}).granted;
  const page = await (await browser.newContext()).newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => { if (message.type() !== 'info') problems.push(message.text()); });
  await page.goto(`${server.url}index.html?broker=${encodeURIComponent(broker.wsUrl)}`);
  const status = page.getByRole('status');
  await status.filter({hasText: /^Connected$/}).waitFor();
  const rows = page.getByRole('list', {name: 'Sensors'}).getByRole('listitem');
  const shows = (lines) => until(async () => (await rows.allTextContents()).join() === lines.join(), `${lines}`);
  const sent = () => page.evaluate(() => client.trace().filter(({cmd, direction}) => direction === 'out' && /subscribe/.test(cmd))
    .map(({cmd, packet}) => `${cmd} ${(packet.subscriptions ?? packet.unsubscriptions).map((one) => one.topic ?? one)}`));
  await until(async () => (await sent()).length === 1, 'the subscription');
  await publish(broker, 'sensors/a/1', '{"degrees": 20}', {retain: true});
  await publish(broker, 'sensors/a/2', '{"degrees": 21}');
  await publish(broker, 'sensors/b/1', '{"degrees": -3}', {retain: true});
  await shows(['sensors/a/1: 20', 'sensors/a/2: 21']);
  await publish(broker, 'sensors/a/2', '{"degrees": 22}');
  await shows(['sensors/a/1: 20', 'sensors/a/2: 22']);
  const next = page.getByRole('button', {name: 'Next'});
  await next.click();
  await shows(['sensors/b/1: -3']);
  await next.click();
  await until(async () => (await sent()).length === 4, 'all is unsubscribed');
  assert.deepEqual((await sent()).sort(), ['subscribe sensors/a/+', 'subscribe sensors/b/+', 'unsubscribe sensors/a/+', 'unsubscribe sensors/b/+']);
  await page.getByRole('button', {name: 'Ask'}).click();
  await page.getByRole('note').filter({hasText: 'the lamp is on'}).waitFor();
  assert.ok(asked >= 1 && asked <= 2);
  const connects = await page.evaluate(() => client.trace().filter(({cmd}) => cmd === 'connect').length);
  assert.equal(connects, 1);
  await broker.stop();
  await status.filter({hasText: /connection/i}).waitFor();
  await broker.start();
  await status.filter({hasText: /^Connected$/}).waitFor();
  assert.deepEqual(problems.filter((text) => !/WebSocket connection to/.test(text)), []);
  await lamp.endAsync();
});
