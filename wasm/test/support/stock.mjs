// A page with Dear ImGui's own widgets, of wasm/imgui_impl_web/demo, in a browser of its own.
//
//   const stock = on_stock();
//   const {page, close} = await stock.open('imgui_form');   // drawn and at rest; close() fails if it had errors
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before} from 'node:test';
import {serve} from '../../../scripts/serve.mjs';
import {few_pixels, launchBrowser} from './browser.mjs';
import {expected} from './engines/engine.mjs';
import {settle} from './gallery.mjs';
import {root} from './machine.mjs';

const built = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');

export function on_stock() {
  const stock = {browser: null, server: null, open: (name, options) => open(stock, name, options)};
  before(async () => {
    stock.server = await serve({directory: path.join(built, '..', 'examples'), port: 0});
    stock.browser = await launchBrowser();
  });
  after(async () => {
    await stock.browser?.close();
    await stock.server?.close();
  });
  return stock;
}

async function open({browser, server}, name, options = {}) {
  const context = await browser.newContext({viewport: {width: 1000, height: 800}, ...few_pixels, ...options});
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', ({message}) => { if (!expected.test(message)) errors.push(message); });
  page.on('console', (message) => { if (message.type() === 'error' && !expected.test(message.text())) errors.push(message.text()); });
  page.setDefaultTimeout(30000);
  await page.goto(`${server.url}${name}/index.html`);
  await page.waitForFunction(() => window.Module?.imguiWebFrames?.() > 1);
  await settle(page);
  return {page, context, errors, async close() {
    await context.close();
    assert.deepEqual(errors, []);
  }};
}
