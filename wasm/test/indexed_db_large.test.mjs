// IndexedDbStore with long and large journals.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {load, on_stores, written} from './support/stores.mjs';

const world = on_stores();

describe('the session store with a large journal', () => {
  test('shortens a long journal to what is alive', async () => {
    const probe = await world.open_store(undefined, 20_000);
    await load(probe, 'alice');
    for (let number = 1; number <= 30; ++number) {
      await probe.page.evaluate((n) => {
        self.call('probe_append', n, 1000);
        if (n > 1) self.call('probe_remove', n);
      }, number);
      assert.deepEqual(await probe.next(), written);
      if (number > 1) assert.deepEqual(await probe.next(), written);
    }
    await probe.call('probe_read', 'nothing');  // after a compaction that may be under way
    assert.deepEqual(await probe.next(), ['read', 1, '']);
    const again = await world.open_store();
    await again.call('probe_load', 'alice');
    const [, size] = await again.next();
    assert.ok(size < 25_000, `${size} bytes`);
    assert.ok(size > 1000);
  });

  async function write_megabytes(count) {
    const probe = await world.open_store(undefined, 1 << 30);
    await load(probe, 'alice');
    await probe.page.evaluate(async (megabytes) => {
      for (let number = 1; number <= megabytes; ++number) {
        self.call('probe_append', number, 1 << 20);
        await self.next_report();
      }
    }, count);
    return {probe, numbers: Array.from({length: count}, (_, i) => i + 1)};
  }

  for (const megabytes of [1, 12, 40, 64]) {
    test(`loads a journal of ${megabytes} MB again`, async () => {
      const {numbers} = await write_megabytes(megabytes);
      const again = await world.open_store(undefined, 1 << 30);
      assert.deepEqual(await load(again, 'alice'), numbers);
      assert.deepEqual(again.uncaught, []);
    });
  }

  test('shortens a journal that is larger than the free heap', async () => {
    const {probe, numbers} = await write_megabytes(12);
    for (const number of numbers.slice(1)) {
      await probe.call('probe_remove', number);
      assert.deepEqual(await probe.next(), written);
    }
    const again = await world.open_store(undefined, 1000);
    assert.deepEqual(await load(again, 'alice'), numbers);
    await load(again, 'bob');  // after the compaction that follows
    assert.deepEqual(again.uncaught, []);
    assert.deepEqual(await load(await world.open_store(), 'alice'), [1]);
  });

  test('loads 70,000 unfinished messages again, in order', async () => {
    const probe = await world.open_store();
    await load(probe, 'alice');
    await probe.page.evaluate(async () => {
      for (let number = 1; number <= 70_000; ++number) self.call('probe_append', number, 1);
      for (let number = 1; number <= 70_000; ++number) await self.next_report();
    });
    assert.deepEqual(await load(await world.open_store(), 'alice'), Array.from({length: 70_000}, (_, i) => i + 1));
  });
});
