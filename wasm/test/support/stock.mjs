// A page with Dear ImGui's own widgets, of wasm/imgui_impl_web/demo, in a browser of its own.
//
//   const stock = on_stock();
//   const {page, close} = await stock.open('imgui_form');   // drawn and at rest; close() fails if it had errors
//   await stock.open('imgui_form', {init: script}, browser);  // `init` runs before the page's own; in a browser that close() ends
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before} from 'node:test';
import {serve} from '../../../scripts/serve.mjs';
import {few_pixels, launchBrowser} from './browser.mjs';
import {expected} from './engines/engine.mjs';
import {settle} from './gallery.mjs';
import {root} from './machine.mjs';

const built = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');

export const stock_directory = path.join(built, '..', 'examples');

export function on_stock() {
  const stock = {browser: null, server: null, open: (name, options, browser) => open(stock, name, options, browser)};
  before(async () => {
    stock.server = await serve({directory: stock_directory, port: 0});
    stock.browser = await launchBrowser();
  });
  after(async () => {
    await stock.browser?.close();
    await stock.server?.close();
  });
  return stock;
}

async function open({browser, server}, name, {init, ...options} = {}, own) {
  const context = await (own ?? browser).newContext({viewport: {width: 1000, height: 800}, ...few_pixels, ...options});
  if (init) await context.addInitScript(init);
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
    await own?.close();
    assert.deepEqual(errors, []);
  }};
}
