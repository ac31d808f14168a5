// The probe (probe.cpp) in a page of its own.
//
//   const pages = await serve_probe();
//   const probe = await open_probe(await browser.newContext(), pages);
//   await probe.call('probe_open', url, 1000);      // numbers and strings
//   await probe.next();                             // [what, number, text], the next thing that it reports
import assert from 'node:assert/strict';
import path from 'node:path';
import {serve} from '../../../scripts/serve.mjs';
import {expected} from '../../test/support/engines/engine.mjs';
import {root} from '../../test/support/machine.mjs';

// Beside the page that is tested.
export function serve_probe() {
  const page = process.env.WASMQTT_PAGE ?? path.join(root, 'build', 'wasm-release', 'page');
  return serve({directory: path.join(page, '..', 'probe'), port: 0});
}

export async function open_probe(context, pages, prepare = async () => {}) {
  const page = await context.newPage();
  const uncaught = [];
  page.on('pageerror', ({message}) => { if (!expected.test(message)) uncaught.push(message); });
  await prepare(page);
  await page.goto(new URL('probe.html', pages.url).href);
  const probe = {
    page,
    context,
    uncaught,
    call: (...values) => page.evaluate((all) => self.call(...all), values),
    next: () => page.evaluate(() => self.next_report()),
    pending: () => page.evaluate(() => self.reports_so_far()),
  };
  assert.deepEqual(await probe.next(), ['ready', 0, '']);
  return probe;
}
