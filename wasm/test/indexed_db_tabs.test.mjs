// IndexedDbStore in several tabs that use one session.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {serve_hanging} from './support/hanging.mjs';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();
let hanging;
before(async () => { hanging = await serve_hanging(); });
after(() => hanging?.close());

describe('the session store, used by several tabs', () => {
  test('lets the tab that loaded last own the session, and tells the other', async () => {
    const first = await world.open_store();
    await load(first, 'alice');
    await first.call('probe_append', 1, 10);
    assert.deepEqual(await first.next(), written);
    const second = await world.open_store();
    assert.deepEqual(await load(second, 'alice'), [1]);
    await first.call('probe_append', 2, 10);
    const sentence = 'Another tab has taken over this session';
    assert.deepEqual(await first.next(), ['written', 0, sentence]);
    await first.call('probe_put', 'record', 'of its own');
    await first.call('probe_append', 4, 10);
    assert.deepEqual((await first.next()).slice(0, 2), ['written', 0]);
    await second.call('probe_append', 3, 10);
    assert.deepEqual(await second.next(), written);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [1, 3]);
  });

  test('says that its data were deleted, not that another tab had taken them, and a new load begins anew', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    await probe.call('probe_append', 1, 10);
    assert.deepEqual(await probe.next(), written);
    await probe.page.evaluate(() => new Promise((resolve) => {
      indexedDB.deleteDatabase('wasmqtt').onsuccess = resolve;
    }));
    const deleted = 'What was stored for this session has been deleted';
    for (const number of [2, 3]) {
      await probe.call('probe_append', number, 10);
      assert.deepEqual(await probe.next(), ['written', 0, deleted]);
    }
    assert.deepEqual(await load(probe, 'alice'), []);
    await probe.call('probe_append', 4, 10);
    assert.deepEqual(await probe.next(), written);
  });

  test('has what two tabs stored that took the session from each other in turn', async () => {
    const tabs = [await world.open_store(), await world.open_store()];
    let number = 0;
    for (const tab of [tabs[0], tabs[1], tabs[0], tabs[1]]) {
      assert.deepEqual(await load(tab, 'alice'), Array.from({length: number}, (_, i) => i + 1));
      for (let i = 0; i < 3; ++i) {
        await tab.call('probe_append', ++number, 10);
        assert.deepEqual(await tab.next(), written);
      }
    }
    await tabs[0].call('probe_append', 99, 10);
    assert.equal((await tabs[0].next())[1], 0);
    assert.deepEqual(await load(tabs[0], 'alice'), Array.from({length: number}, (_, i) => i + 1));
  });

  test('gives a session to the later epoch, whoever comes last, and fails what the earlier one writes', async () => {
    const taken_over = 'Another tab has taken over this session';
    const [first, second] = [await world.open_store(), await world.open_store()];
    await load(first, 'alice', 1);
    await first.call('probe_append', 1, 10);
    assert.deepEqual(await first.next(), written);
    assert.deepEqual(await load(second, 'alice', 2), [1]);
    await first.call('probe_confirm', 1);
    assert.deepEqual(await first.next(), ['confirmed', 0, '']);
    await first.call('probe_append', 2, 10);
    assert.deepEqual(await first.next(), ['written', 0, taken_over]);
    // One that was frozen before it took what it thinks is its own.
    await first.call('probe_load', 'alice', 1);
    assert.deepEqual(await first.next(), ['loaded', -1, taken_over]);
    await second.call('probe_append', 3, 10);
    assert.deepEqual(await second.next(), written);
    await second.call('probe_confirm', 2);
    assert.deepEqual(await second.next(), ['confirmed', 1, '']);
    assert.deepEqual(await load(first, 'alice', 3), [1, 3]);
    assert.deepEqual(await load(second, 'alice'), [1, 3], 'who does not share takes it from whomever');
  });

  test('of a fenced session keeps nobody else waiting, when a page stands still in the middle of a write', async () => {
    const [first, second] = [await world.open_store(), await world.open_store()];
    await load(first, 'alice', 1);
    await first.page.evaluate(() => { self.call('probe_append', 1, 10); });
    // In the task that has begun the transaction, or a later one.
    const wake = await hanging.hang(first.page);
    assert.deepEqual(await load(second, 'alice', 2), [1]);
    wake();
    assert.deepEqual(await first.next(), written);
  });
});
