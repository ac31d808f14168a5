// Tabs of one browser that share a connection through the npm package, with a real broker, and another client of the broker's.
//
//   const world = await open_world();                     // a broker, the package served, a browser
//   const tabs = await world.open(3, {worker: false});    // pages of one context, connected, in the order of their opening
//   await tabs[0].subscribe('a/#', 2);
//   await tabs[0].publish('a/b', 'text', 2);              // resolves when it is acknowledged
//   await tabs[0].has(['a/b text']);                      // what has arrived, in order, no more and no less
//   world.other                                           // MQTT.js, over TCP: world.other.publishAsync(…), world.heard
//   await world.close();
import assert from 'node:assert/strict';
import {copyFile, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {serve} from '../../../scripts/serve.mjs';
import {launchBrowser} from '../support/browser.mjs';
import {startBroker} from '../support/brokers.mjs';
import {expected} from '../support/engines/engine.mjs';
import {root, until} from '../support/machine.mjs';
import {build_package, package_directory} from '../support/package.mjs';
import {start_stepping_proxy} from '../support/stepping_proxy.mjs';

const mqttjs = createRequire(path.join(package_directory, 'package.json'))('mqtt');

// The page of a tab, and its script, which imports the package from `module`.
export const page_of = (source) => `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,"><title>A tab</title><script type="module" src="${source}"></script></html>`;
const policy = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src ws: http:; worker-src 'self' blob:";
export const script_of = (module) => `import * as mqtt from '${module}';
self.mqtt = mqtt;
self.got = [];       // [topic and payload, milliseconds since the epoch]
self.told = [];
self.enter = (url, options) => {
  self.client = mqtt.connect(url, options);
  client.on('message', (topic, payload) => got.push([topic + ' ' + payload, performance.timeOrigin + performance.now()]));
  for (const name of ['connect', 'reconnect', 'close', 'offline', 'error', 'end', 'shared', 'messagesmissed']) {
    client.on(name, (value) => told.push(name + (value?.message ?? (typeof value === 'object' ? '' : ' ' + value))));
  }
};`;

// A SharedWorker that a test can end, or have hang.
const own_worker = `import {serveTabs} from './wasmqtt-shared.mjs';
serveTabs();
new BroadcastChannel('own worker').onmessage = () => self.close();`;

export const timeout = 60_000;

class Tab {
  problems = [];
  constructor(page) {
    this.page = page;
    page.on('pageerror', ({message}) => { if (!expected.test(message)) this.problems.push(message); });
  }
  // Until it is connected; `options` beside share.
  async enter(url, options) {
    await this.page.evaluate((values) => self.enter(...values), [url, options]);
    await this.page.waitForFunction(() => self.client.connected && self.client.shared !== null);
  }
  shared() { return this.page.evaluate(() => self.client.shared); }
  async becomes(how) { await this.page.waitForFunction((wanted) => self.client.shared === wanted, how); }
  subscribe(filter, qos) { return this.page.evaluate(([f, q]) => self.client.subscribeAsync(f, {qos: q}), [filter, qos]); }
  unsubscribe(filter) { return this.page.evaluate(async (f) => { await self.client.unsubscribeAsync(f); }, filter); }
  publish(topic, text, qos) {
    return this.page.evaluate(async ([t, p, q]) => { await self.client.publishAsync(t, p, {qos: q}); }, [topic, text, qos]);
  }
  // Nobody waits for it.
  send(topic, text, qos) {
    return this.page.evaluate(([t, p, q]) => { self.client.publish(t, p, {qos: q}, () => {}); }, [topic, text, qos]);
  }
  got() { return this.page.evaluate(() => self.got.map(([what]) => what)); }
  times() { return this.page.evaluate(() => self.got.map(([, when]) => when)); }
  told() { return this.page.evaluate(() => self.told); }
  async has(wanted) {
    await until(async () => (await this.got()).length >= wanted.length, `${wanted.length} messages`, timeout).catch(() => {});
    assert.deepEqual(await this.got(), wanted);
  }
  async has_at_last(what) {
    await until(async () => (await this.got()).includes(what), what, timeout);
  }
  end() { return this.page.evaluate(() => self.client.endAsync()); }
  close() { return this.page.close(); }
}

// `kind`: of the broker.
export async function open_world(kind = 'open') {
  const closing = [];
  const close = async () => { for (const one of closing.splice(0).reverse()) await one(); };
  try {
    await build_package();
    const parent = path.join(root, 'build', 'browser-tests');
    await mkdir(parent, {recursive: true});
    const state = await mkdtemp(path.join(parent, 'sharing-'));
    closing.push(() => rm(state, {recursive: true, force: true}));
    await copyFile(path.join(package_directory, 'dist', 'wasmqtt-shared.mjs'), path.join(state, 'wasmqtt-shared.mjs'));
    await writeFile(path.join(state, 'index.html'), page_of('page.js'));
    await writeFile(path.join(state, 'page.js'), script_of('./wasmqtt-shared.mjs'));
    await writeFile(path.join(state, 'own_worker.js'), own_worker);
    const broker = await startBroker(kind);
    closing.push(() => broker.close());
    const wire = await start_stepping_proxy(broker.wsUrl);
    closing.push(() => wire.close());
    const server = await serve({directory: state, port: 0});
    closing.push(() => server.close());
    const browser = await launchBrowser();
    closing.push(() => browser.close());
    const other = await mqttjs.connectAsync(`mqtt://127.0.0.1:${broker.tcpPort}`);
    closing.push(() => other.endAsync(true));
    const heard = [];
    other.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    return new World({directory: state, broker, wire, server, browser, other, heard, close});
  } catch (error) {
    await close();
    throw error;
  }
}

class World {
  #contexts = [];
  #names = 0;
  constructor(parts) { Object.assign(this, parts); }

  // For `share: {worker}`; end_worker() ends it, as a browser may that needs its memory.
  worker_url = 'own_worker.js';
  end_worker(tab) { return tab.page.evaluate(() => { new BroadcastChannel('own worker').postMessage('end'); }); }

  // Of a group of their own, in a context of their own. `share`: the option, or its parts.
  // `url`: of the broker, if not through the wire.
  async open(count, share = true, {url = this.wire.url, ...options} = {}) {
    const context = this.context = await this.browser.newContext();
    this.#contexts.push(context);
    this.url = url;
    this.options = {clientId: `shared-${++this.#names}`, clean: false, reconnectPeriod: 200, share, ...options};
    const tabs = [];
    while (tabs.length < count) tabs.push(await this.another(context));
    return tabs;
  }
  async another(context, options = this.options) {
    const tab = await this.arrive(context);
    await tab.enter(this.url, options);
    return tab;
  }
  // Not connected yet.
  async arrive(context, {prepare = async () => {}, path: name = ''} = {}) {
    const page = await context.newPage();
    await prepare(page);
    const tab = new Tab(page);
    await page.goto(`${this.server.url}${name}`);
    await page.waitForFunction(() => self.mqtt);
    return tab;
  }
  async leave_all() {
    for (const context of this.#contexts.splice(0)) await context.close();
  }
}
