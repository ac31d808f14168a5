// The npm package in a page of Chromium, where it differs from Node: payloads, timers of a hidden tab, the page's life cycle,
// IndexedDB. The broker is a script.
import assert from 'node:assert/strict';
import {copyFile, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, afterEach, before, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {launchBrowser} from './support/browser.mjs';
import {lacks} from './support/engines/engine.mjs';
import {root, until} from './support/machine.mjs';
import {build_package, package_directory} from './support/package.mjs';
import {startPacketBroker} from './support/packet_broker.mjs';

const policy = (workers) => `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src ws:; ${workers}`;
const page_html = (workers) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(workers)}"><link rel="icon" href="data:,"><title>wasmqtt</title>
<script type="module" src="page.js"></script></html>`;
const script = "import * as mqtt from './wasmqtt.mjs'; self.mqtt = mqtt;";
const timeout = 60_000;

let state;
let server;
let browser;
const open = [];   // what a test has opened
before(async () => {
  await build_package();
  const parent = path.join(root, 'build', 'browser-tests');
  await mkdir(parent, {recursive: true});
  state = await mkdtemp(path.join(parent, 'npm-page-'));
  await copyFile(path.join(package_directory, 'dist', 'wasmqtt.mjs'), path.join(state, 'wasmqtt.mjs'));
  const files = {'index.html': page_html('worker-src blob:'), 'strict.html': page_html("worker-src 'none'"), 'page.js': script};
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(state, name), text);
  [server, browser] = await Promise.all([serve({directory: state, port: 0}), launchBrowser()]);
});
afterEach(async () => { for (const one of open.splice(0)) await one.close(); });
after(async () => {
  await browser?.close();
  await server?.close();
  if (state) await rm(state, {recursive: true, force: true});
});

async function start_broker(answers) {
  const broker = await startPacketBroker(answers, {ws: true});
  open.push(broker);
  return broker;
}

async function open_page({name = 'index.html', context = null, init = null} = {}) {
  if (!context) open.unshift(context = await browser.newContext());
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  if (init) await page.addInitScript(init);
  await page.goto(`${server.url}${name}`);
  await page.waitForFunction(() => self.mqtt);
  // self.client, and its events by name.
  const connect = (broker, options) => page.evaluate(([url, given]) => {
    self.client = self.mqtt.connect(url, given);
    self.told = [];
    for (const name of ['connect', 'error', 'journalerror', 'close', 'end']) {
      self.client.on(name, (value) => self.told.push(`${name} ${value?.message ?? ''}`.trim()));
    }
  }, [broker.url, options]);
  const told = (what) => page.waitForFunction((name) => self.told.some((event) => event.startsWith(name)), what);
  return {page, context, problems, connect, told};
}

test('a payload has the methods of a Buffer that people call', {timeout}, async () => {
  const broker = await start_broker({subscribe: (packet, peer) => {
    peer.answer(packet);
    peer.send({cmd: 'publish', topic: 'bytes', payload: Buffer.from([0xc3, 0xbc, 0x21, 0x80]), qos: 0});
  }});
  const own = await open_page();
  await own.connect(broker, {});
  const seen = await own.page.evaluate(() => new Promise((resolve) => {
    self.client.on('message', (topic, payload) => resolve({
      kind: payload instanceof Uint8Array, length: payload.length, text: payload.toString(), inserted: `${payload.slice(0, 3)}`,
      hex: payload.toString('hex'), ascii: payload.toString('ascii'), base64: payload.toString('base64'),
      latin1: payload.toString('latin1', 0, 2), u8: payload.readUInt8(3), i8: payload.readInt8(3), u16: payload.readUInt16BE(0),
      i32: payload.readInt32LE(0), json: JSON.stringify(payload), equals: payload.equals(Uint8Array.of(0xc3, 0xbc, 0x21, 0x80)),
      index: [payload.indexOf('!'), payload.indexOf(0x80), payload.includes('ü'), payload.indexOf('?')],
    }));
    self.client.subscribe('bytes');
  }));
  const wanted = Buffer.from([0xc3, 0xbc, 0x21, 0x80]);
  assert.deepEqual(seen, {
    kind: true, length: 4, text: wanted.toString(), inserted: 'ü!', hex: wanted.toString('hex'), ascii: wanted.toString('ascii'),
    base64: wanted.toString('base64'), latin1: wanted.toString('latin1', 0, 2), u8: wanted.readUInt8(3), i8: wanted.readInt8(3),
    u16: wanted.readUInt16BE(0), i32: wanted.readInt32LE(0), json: JSON.stringify(wanted), equals: true,
    index: [wanted.indexOf('!'), wanted.indexOf(0x80), wanted.includes('ü'), wanted.indexOf('?')],
  });
});

test('pings go on when the tab is hidden and its own timers stand still', {timeout, skip: lacks('workers')}, async () => {
  const broker = await start_broker();
  const own = await open_page();
  const worker = own.page.waitForEvent('worker');
  await own.connect(broker, {keepalive: 1});
  await worker;
  await until(() => broker.of('pingreq').length > 1, 'the worker has them');
  await own.page.evaluate(() => { self.setTimeout = () => 0; });
  const before = broker.of('pingreq').length;
  await until(() => broker.of('pingreq').length > before + 1, 'pings without the page\'s timers');
  assert.deepEqual(own.problems, []);
});

test('a policy that allows no worker: the page\'s own timers serve', {timeout, skip: lacks('workers')}, async () => {
  const broker = await start_broker();
  const own = await open_page({name: 'strict.html'});
  await own.connect(broker, {keepalive: 1});
  // A worker would have been asked for a second after the first timer.
  await until(() => broker.of('pingreq').length > 3, 'pings');
  assert.equal(own.page.workers().length, 0);
  assert.equal(broker.peers.length, 1);
  // Firefox tells of the refused worker.
  assert.deepEqual(own.problems.filter((problem) => !/worker-src/.test(problem)), []);
});

test('after end() and reconnect() the page\'s life cycle is listened to again', {timeout}, async () => {
  const broker = await start_broker();
  const own = await open_page();
  const online = async () => {
    const before = broker.of('pingreq').length;
    await own.page.evaluate(() => { dispatchEvent(new Event('online')); });
    await until(() => broker.of('pingreq').length > before, 'the link is looked at');
  };
  await own.connect(broker, {keepalive: 600});
  await own.told('connect');
  await online();
  await own.page.evaluate(async () => {
    await self.client.endAsync();
    self.told = [];
    self.client.reconnect();
  });
  await own.told('connect');
  await online();
});

// ---- the journal in IndexedDB ----

test('journals have names that the page\'s own databases have not, and as many as the application names', {timeout}, async () => {
  const broker = await start_broker();
  const own = await open_page();
  for (const journal of [true, 'of-the-shop']) {
    await own.connect(broker, {clientId: 'named', clean: false, journal});
    await own.told('connect');
    await own.page.evaluate(() => self.client.endAsync());
  }
  const names = await own.page.evaluate(async () => (await indexedDB.databases()).map(({name}) => name).sort());
  assert.deepEqual(names, ['of-the-shop', 'wasmqtt-journal']);
});

test('what is published in one turn is one transaction', {timeout}, async () => {
  // Acknowledged in one piece: each piece ends in a transaction of its own.
  const waiting = [];
  const broker = await start_broker({publish: ({messageId}, peer) => {
    if (waiting.push({cmd: 'puback', messageId}) === 500) peer.send(...waiting);
  }});
  const own = await open_page({init: () => {
    const {transaction} = IDBDatabase.prototype;
    self.transactions = 0;
    IDBDatabase.prototype.transaction = function(...values) {
      ++self.transactions;
      return transaction.apply(this, values);
    };
  }});
  await own.connect(broker, {clientId: 'burst', clean: false, journal: true});
  await own.told('connect');
  const count = await own.page.evaluate(async () => {
    const before = self.transactions;
    await Promise.all(Array.from({length: 500}, (_, number) => self.client.publishAsync('burst', `${number}`, {qos: 1})));
    return self.transactions - before;
  });
  assert.equal(broker.of('publish').length, 500);
  assert.ok(count < 10, `${count} transactions`);
});

test('a storage that never answers: it says so, and connects without it', {timeout}, async () => {
  const broker = await start_broker();
  const own = await open_page({init: () => { IDBFactory.prototype.open = () => ({}); }});
  await own.connect(broker, {clientId: 'silent', clean: false, journal: true});
  await own.told('connect');
  assert.deepEqual(await own.page.evaluate(() => self.told), ["journalerror The browser's storage does not answer", 'connect']);
});

test('the browser ends the connection to the database, with an event or without: another one has what is accepted then', {timeout}, async () => {
  let deaf = true;
  const broker = await start_broker({publish: (packet, peer) => { if (!deaf) peer.answer(packet); }});
  const own = await open_page({init: () => {
    const {open} = IDBFactory.prototype;
    self.databases = [];
    IDBFactory.prototype.open = function(...values) {
      const request = open.apply(this, values);
      request.addEventListener('success', () => {
        self.databases.push(request.result);
        setTimeout(() => self.opened?.());   // after the store's own listener
      });
      return request;
    };
  }});
  const options = {clientId: 'ended', clean: false, journal: true};
  await own.connect(broker, options);
  await own.told('connect');
  await own.page.evaluate(async () => {
    for (const told of [true, false]) {
      self.databases.at(-1).close();
      if (told) self.databases.at(-1).dispatchEvent(new Event('close'));
      self.client.publish('ended', `${told}`, {qos: 1}, () => {});
      await new Promise((resolve) => { self.opened = resolve; });
      // What the store writes comes first.
      const transaction = self.databases.at(-1).transaction('journal', 'readwrite');
      await new Promise((resolve) => { transaction.oncomplete = resolve; });
    }
    await self.client.endAsync(true);
  });
  assert.deepEqual(await own.page.evaluate(() => [self.databases.length, self.told.filter((event) => event.startsWith('journal'))]), [3, []]);
  deaf = false;
  await own.connect(broker, options);
  const sent = () => new Set(broker.packets.filter(({cmd, peer}) => cmd === 'publish' && peer === 2).map(({payload}) => `${payload}`));
  await until(() => sent().size === 2, 'both are sent again');
});

test('what was accepted before end(true) is in the journal, whatever was under way', {timeout}, async () => {
  let deaf = true;
  const broker = await start_broker({publish: (packet, peer) => { if (!deaf) peer.answer(packet); }});
  const own = await open_page();
  const options = {clientId: 'brief', clean: false, journal: true};
  for (const loaded of [true, false]) {
    deaf = true;
    await own.connect(broker, options);
    if (loaded) await own.told('connect');
    await own.page.evaluate(async () => {
      self.client.publish('brief', 'one', {qos: 1}, () => {});
      await null;   // its transaction begins
      await null;
      self.client.publish('brief', 'two', {qos: 1}, () => {});
      await self.client.endAsync(true);
    });
    deaf = false;
    const before = broker.of('publish').length;
    await own.connect(broker, options);
    await until(() => broker.of('publish').length >= before + 2, 'both messages of the client before');
    assert.deepEqual(broker.of('publish').slice(before).map(({payload}) => `${payload}`), ['one', 'two']);
    await own.page.evaluate(() => self.client.endAsync());
  }
});
