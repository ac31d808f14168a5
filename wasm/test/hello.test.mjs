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

test('the example connects, publishes, receives, and comes back when the broker does', async () => {
  const seen = await subscribe(broker, 'greetings/#');
  const page = await browser.newPage();
  const problems = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${pages.url}?broker=${broker.wsUrl}`);
  const log = page.getByRole('log', {name: 'Messages'});
  const lines = async () => (await log.textContent()).split('\n').filter(Boolean);
  const has = (pattern, times = 1) => until(
    async () => (await lines()).filter((line) => pattern.test(line)).length === times, `${pattern} in the page`);

  await has(/^greetings\/world: Hello from WebAssembly!$/);
  assert.equal((await seen.next()).payload, 'Hello from WebAssembly!');
  await publish(broker, 'greetings/page', 'Grüße 你好 👩‍👩‍👧 مرحبا', {qos: 1});
  await has(/^greetings\/page: Grüße 你好 👩‍👩‍👧 مرحبا$/);
  assert.deepEqual(problems, [], 'nothing is printed to the console in normal use');

  await seen.close();
  await broker.stop();
  await until(async () => (await lines()).length > 3, 'a sentence about the lost connection');
  await broker.start();
  await until(async () => (await lines()).filter((line) => line === 'connected').length === 2, 'connected again', 30000);
  await has(/^greetings\/world: Hello from WebAssembly!$/, 2);
  console.log((await lines()).join('\n'));
});
