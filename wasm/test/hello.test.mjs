// The example page: the whole client in WebAssembly, against a real broker, under a strict Content-Security-Policy.
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {startBroker} from './support/brokers.mjs';
import {launchBrowser} from './support/browser.mjs';
import {root, until} from './support/machine.mjs';
import {publish, subscribe} from './support/mosquitto.mjs';

let broker;
let pages;
let browser;
before(async () => {
  const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  pages = await serve({directory: path.join(page, '..', 'examples', 'hello'), port: 0});
  broker = await startBroker('open');
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await broker?.close();
  await pages?.close();
});

const problems = [];

async function open(name) {
  const page = await (await browser.newContext()).newPage();
  page.on('console', (message) => problems.push(`${name}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`));
  await page.goto(`${pages.url}?broker=${broker.wsUrl}`);
  const log = page.getByRole('log', {name: 'Messages'});
  const lines = async () => (await log.textContent()).split('\n').filter(Boolean);
  const has = (pattern, times = 1) => until(
    async () => (await lines()).filter((line) => pattern.test(line)).length >= times, `${pattern} in ${name}`, 30000);
  return {lines, has};
}

test('two pages connect, hear themselves, each other and everybody, and come back when the broker does', async () => {
  const hello = /^greetings\/world: Hello from WebAssembly!$/;
  const seen = await subscribe(broker, 'greetings/#');
  const alice = await open('the first page');
  await alice.has(hello);
  assert.equal((await seen.next()).payload, 'Hello from WebAssembly!');
  const bob = await open('the second page');
  await bob.has(hello);
  await alice.has(hello, 2);
  await publish(broker, 'greetings/page', 'Grüße 你好 👩‍👩‍👧 مرحبا', {qos: 1});
  for (const page of [alice, bob]) await page.has(/^greetings\/page: Grüße 你好 👩‍👩‍👧 مرحبا$/);
  assert.deepEqual(problems, [], 'nothing is printed to the console in normal use');

  await seen.close();
  const so_far = (await alice.lines()).length;
  await broker.stop();
  await until(async () => (await alice.lines()).length > so_far, 'a sentence about the lost connection');
  await broker.start();
  for (const page of [alice, bob]) await page.has(/^connected$/, 2);
  await alice.has(hello, 3);
  await bob.has(hello, 2);
  console.log((await alice.lines()).join('\n'));
});
