// One visit of a page by somebody who signs in, opens a chat, types and sends; what they waited for, in milliseconds.
import {flood} from '../../test/support/flood.mjs';
import {watch_keys, watch_memory, watch_views, watch_wire} from './probes.mjs';

const keys_typed = 30;
const messages_sent = 20;

export async function open_page(browser, address, slowdown, probes) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, deviceScaleFactor: 1});
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  for (const probe of probes) await page.addInitScript(probe);
  const devtools = await context.newCDPSession(page);
  if (slowdown > 1) await devtools.send('Emulation.setCPUThrottlingRate', {rate: slowdown});
  // The whole page has to be in the window, which has bars of its own: what is outside is never drawn, and costs nothing.
  const {windowId} = await devtools.send('Browser.getWindowForTarget');
  await devtools.send('Browser.setWindowBounds', {windowId, bounds: {width: 1400, height: 1000}});
  await page.setViewportSize({width: 1280, height: 800});
  await page.goto(address, {waitUntil: 'commit'});
  return page;
}

const seen = async (page, view) => (await page.waitForFunction((name) => self.seen[name] > 0 && self.seen[name], view)).jsonValue();
const settle = (page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));

// Navigation to a usable login, then a name typed at once, while the rest of the page is still on its way.
export async function visit_login(browser, address, slowdown) {
  const page = await open_page(browser, address, slowdown, [watch_views, watch_keys]);
  const login = await seen(page, 'login');
  await page.getByRole('textbox', {name: 'Username'}).focus();
  const early_keys = await typed(page, 'alice');
  const bytes = await page.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0));
  await page.context().close();
  return {login, early_keys, bytes};
}

// A key that the browser does not tell of took less than 16 ms: counted as 16.
async function typed(page, text) {
  await page.evaluate(() => { keys.length = 0; });
  await page.keyboard.type(text, {delay: 60});
  await settle(page);
  const told = await page.evaluate(() => keys.splice(0));
  return [...told, ...Array(Math.max(0, [...text].length - told.length)).fill(16)];
}

const message = (i) => ({topic: 'chat/messages/alice/bob', payload: JSON.stringify({messageId: `m${i}`,
  content: `Message ${i}: as long as people write them, and with a link now and then: https://example.org/${i}`,
  timestamp: new Date().toISOString()})});

async function fill_chat(page, broker, from, to) {
  for (let first = from; first < to; first += 500)
    await flood(broker, Array.from({length: Math.min(500, to - first)}, (_, i) => message(first + i)));
  await page.getByText(`Message ${to - 1}:`).last().waitFor({state: 'attached'});
  await settle(page);
}

async function memory_of(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  const {metrics} = await devtools.send('Performance.getMetrics');
  const program = await page.evaluate(() => memories.reduce((sum, {buffer}) => sum + buffer.byteLength, 0));
  return (metrics.find(({name}) => name === 'JSHeapUsedSize').value + program) / 1e6;
}

// The least that a page can be which draws into a canvas as large as the window: for each key it fills a few pixels of it.
export async function visit_canvas(browser, address) {
  const page = await open_page(browser, address, 1, [watch_keys]);
  await page.getByRole('textbox').focus();
  await settle(page);
  const found = await typed(page, 'abcdefghij'.repeat(keys_typed / 10));
  await page.context().close();
  return found;
}

// sizes: of the chat when keys are timed.
export async function visit_chat(browser, address, broker, sizes, probes = []) {
  const page = await open_page(browser, address, 1, [watch_views, watch_keys, watch_wire, watch_memory, ...probes]);
  const found = {keys: {}};
  await seen(page, 'login');
  await page.locator('#imgui-web, #root').waitFor({state: 'attached'});
  await page.getByRole('textbox', {name: 'Username'}).fill('alice');
  await settle(page);
  await page.getByRole('button', {name: 'Sign In'}).click();
  found.chat = await seen(page, 'chat') - await page.evaluate(() => self.seen.pressed);
  await page.getByRole('textbox', {name: 'New chat'}).fill('bob');
  await page.getByRole('button', {name: 'Add Chat'}).click();
  const field = page.getByRole('textbox', {name: 'Message'});
  await field.waitFor();
  let size = 0;
  const grow = async (to) => {
    if (to > size) await fill_chat(page, broker, size, to);
    size = Math.max(size, to);
  };
  for (const wanted of sizes) {
    if (size < 1000 && wanted > 1000) {
      await grow(1000);
      found.memory = await memory_of(page);
    }
    await grow(wanted);
    await field.focus();
    found.keys[wanted] = await typed(page, 'abcdefghij'.repeat(keys_typed / 10));
    await field.fill('');
    if (wanted === 200) found.acknowledged = await send_messages(page, field);
  }
  return {page, found};
}

// Typed and sent, so that the page draws each while it is on its way; by keys alone: a driver that looks for the field anew does
// so on the page's own thread, where the answer waits for it.
async function send_messages(page, field) {
  await field.focus();
  for (let i = 0; i < messages_sent; ++i) {
    await page.keyboard.type(`hello ${i}`);
    await page.keyboard.press('Enter');
  }
  return (await page.waitForFunction((count) => acknowledged.length >= count && acknowledged, messages_sent)).jsonValue();
}
