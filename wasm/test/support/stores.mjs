// IndexedDbStore in pages of one browser context, for a file of tests.
//
//   const world = on_stores();
//   const probe = await world.open_store();            // see ../../browser/test/probe.mjs; also open_store(prepare, compact_above)
//   const numbers = await load(probe, 'alice');        // of the client id's records
//   await probe.call('probe_append', 4, 10);
//   assert.deepEqual(await probe.next(), written);
//   const release = await world.hold_database();       // no other transaction's turn comes before release()
//
// Each test has a context of its own, so nothing is stored at first.
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach} from 'node:test';
import {open_probe, serve_probe} from '../../browser/test/probe.mjs';
import {launchBrowser} from './browser.mjs';

export const written = ['written', 1, ''];

export function on_stores() {
  const world = new Stores();
  before(async () => {
    world.pages = await serve_probe();
    world.browser = await launchBrowser();
  });
  beforeEach(async () => { world.context = await world.browser.newContext(); });
  afterEach(() => world.context?.close());
  after(async () => {
    await world.browser?.close();
    await world.pages?.close();
  });
  return world;
}

class Stores {
  pages = null;
  browser = null;
  context = null;

  // A page without a store.
  open_page(prepare) { return open_probe(this.context, this.pages, prepare); }

  async open_store(prepare, compact_above = 1 << 20) {
    const probe = await this.open_page(prepare);
    await probe.call('probe_store', 'wasmqtt', compact_above);
    return probe;
  }

  async hold_database() {
    const {page} = await this.open_page();
    await page.evaluate(() => new Promise((resolve) => {
      self.held = true;
      const request = indexedDB.open('wasmqtt', 2);
      request.onsuccess = () => {
        const journal = request.result.transaction(['journal', 'records'], 'readwrite').objectStore('journal');
        const go_on = () => {
          resolve();
          if (self.held) journal.get('nothing').onsuccess = go_on;
        };
        go_on();
      };
    }));
    return () => page.evaluate(() => { self.held = false; });
  }
}

export async function load(probe, client_id, epoch = 0) {
  await probe.call('probe_load', client_id, epoch);
  const [what, size, text] = await probe.next();
  assert.equal(what, 'loaded');
  assert.ok(size >= 0, text);
  return text.split(' ').filter(Boolean).map(Number);
}
