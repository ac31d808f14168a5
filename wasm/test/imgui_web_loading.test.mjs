// index.html and boot.js: what is seen when the program cannot run. Before it runs: early_login.test.mjs.
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {serve} from '../../scripts/serve.mjs';
import {launchBrowser} from './support/browser.mjs';
import {root} from './support/machine.mjs';

const directory = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
let browser;
let server;
before(async () => {
  server = await serve({directory, port: 0});
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function open(prepare) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await prepare(page);
  await page.goto(server.url, {waitUntil: 'commit'});
  return {page, close: () => context.close()};
}

test('a program that does not come is told of in plain words', async () => {
  for (const [file, status] of [['mqtt_chat.wasm', 404], ['mqtt_chat.js', 500]]) {
    const {page, close} = await open((it) => it.route(`**/${file}`, (route) => route.fulfill({status, body: ''})));
    await page.getByRole('alert').filter({hasText: 'could not be loaded'}).waitFor();
    await close();
  }
});

test('a browser without WebAssembly is told so', async () => {
  const {page, close} = await open((it) => it.addInitScript(() => { delete window.WebAssembly; }));
  await page.getByRole('alert').filter({hasText: 'WebAssembly'}).waitFor();
  await close();
});

test('nothing in the page needs a policy weaker than its own', async () => {
  const {page, close} = await open(() => {});
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.ok(!/unsafe-inline|'unsafe-eval'/.test(policy));
  await page.getByRole('textbox').first().waitFor();
  assert.equal(await page.locator('script:not([src]), style').count(), 0);
  await close();
});
